"""What a change is measured against: migrations replayed, or the schema at a git revision."""

from refract.baseline.baseline import Baseline, replay
from refract.baseline.folder import Migration, MigrationFolder, load_migrations, migrations_of

__all__ = ["Baseline", "Migration", "MigrationFolder", "load_migrations", "migrations_of", "replay"]
