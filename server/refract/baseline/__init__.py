"""What a change is measured against: migrations replayed, or the schema at a git revision."""

from refract.baseline.folder import Migration, MigrationFolder, load_migrations, migrations_of, rollback_files
from refract.baseline.history import History, compare_histories
from refract.baseline.replaying import lock_mismatch, replay
from refract.baseline.value import Baseline

__all__ = [
    "Baseline",
    "History",
    "Migration",
    "MigrationFolder",
    "compare_histories",
    "load_migrations",
    "lock_mismatch",
    "migrations_of",
    "replay",
    "rollback_files",
]
