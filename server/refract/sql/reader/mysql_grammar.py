"""What the grammar of MySQL and MariaDB refuses, though another database knows it: such a statement changes nothing.

Only forms that are surely errors are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from refract.sql.reader.tokens import QUOTED, SqlToken

_LONGEST_NAME = 64
_MADE = frozenset({"TABLE", "INDEX", "VIEW", "COLUMN", "CONSTRAINT", "ON", "REFERENCES"})
_DEFINING = frozenset({"ALTER", "CREATE", "DROP", "RENAME"})


def is_refused(found: Sequence[SqlToken], sql: str) -> bool:
    """Whether the servers have no such statement."""
    keys = [token.key for token in found]
    if not keys or keys[0] not in _DEFINING:
        return False
    return _is_of_another_database(keys) or _has_bad_name(found, sql)


def _is_of_another_database(keys: list[str]) -> bool:
    verb = keys[0]
    if keys[:2] == ["CREATE", "TYPE"] or (
        keys[-2:] == ["(", ")"] and keys[:2] == ["CREATE", "TABLE"] and len(keys) == 5
    ):
        return True
    if keys[:2] == ["DROP", "INDEX"]:
        return "ON" not in keys
    return verb == "ALTER" and any(_alters_as_elsewhere(keys[at : at + 6]) for at in range(len(keys)))


def _alters_as_elsewhere(keys: list[str]) -> bool:
    """Whether `ALTER COLUMN a SET NOT NULL`, `DROP NOT NULL` or `TYPE` is next."""
    if keys[:2] != ["ALTER", "COLUMN"]:
        return False
    return keys[3:5] in (["SET", "NOT"], ["DROP", "NOT"], ["SET", "DATA"]) or keys[3:4] == ["TYPE"]


def _has_bad_name(found: Sequence[SqlToken], sql: str) -> bool:
    strings = "ANSI" not in sql.upper()
    for before, token in pairwise(found):
        written = sql[token.start : token.end]
        if strings and before.key in _MADE and written.startswith('"'):
            return True
        if token.key == QUOTED and len(written) > _LONGEST_NAME + 2 and written.startswith("`"):
            return True
        if before.key in _MADE and len(written) > _LONGEST_NAME and written.isidentifier():
            return True
    return False
