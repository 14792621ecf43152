"""Names for migrations: what changed, verb first, in snake_case."""

from refract.naming.style import says_nothing
from refract.naming.suggest import suggest

__all__ = ["says_nothing", "suggest"]
