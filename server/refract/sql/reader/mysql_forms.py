"""MySQL and MariaDB: words of a statement that say how it runs and not what it does, left out before it is read."""

from __future__ import annotations

from refract.sql.reader.tokens import NUMBER, SqlToken

_HOW = frozenset({"ONLINE", "OFFLINE", "IGNORE"})
_ONE = {"TABLES": "TABLE"}
_MADE = frozenset({"VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"})
_BY_WHOM = frozenset({"ALGORITHM", "DEFINER", "SQL"})
_MOST_WORDS = 16
"""Tokens between CREATE and what it makes."""


def plain(found: list[SqlToken]) -> list[SqlToken]:
    """The tokens without ONLINE, IGNORE, WAIT, ALGORITHM=.. and DEFINER=.., and with TABLE for TABLES."""
    verb = found[0].key
    if verb in ("DROP", "RENAME") and len(found) > 1 and found[1].key in _ONE:
        found = [found[0], found[1]._replace(key=_ONE[found[1].key]), *found[2:]]
    if verb == "ALTER":
        found = _without_how(found)
    if verb == "CREATE":
        found = _without_maker(found)
    return _without_waiting(found) if verb in ("ALTER", "RENAME", "DROP", "CREATE") else found


def _without_how(found: list[SqlToken]) -> list[SqlToken]:
    place = next((at for at, token in enumerate(found[:4]) if token.key == "TABLE"), 1)
    return [found[0], *(t for t in found[1:place] if t.key not in _HOW), *found[place:]]


def _without_maker(found: list[SqlToken]) -> list[SqlToken]:
    head = found[:_MOST_WORDS]
    place = next((at for at, token in enumerate(head) if token.key in _MADE), None)
    start = next((at for at, token in enumerate(head) if token.key in _BY_WHOM), None)
    return found if place is None or start is None or start > place else [*found[:start], *found[place:]]


def _without_waiting(found: list[SqlToken]) -> list[SqlToken]:
    for at, token in enumerate(found[:-1]):
        if token.key == "WAIT" and found[at + 1].key == NUMBER:
            return [*found[:at], *found[at + 2 :]]
        if token.key == "NOWAIT" and found[at - 1].key != "COLUMN" and found[at + 1].key in ("ADD", "DROP", "MODIFY"):
            return [*found[:at], *found[at + 1 :]]
    return found[:-2] if found[-2:-1] and found[-2].key == "WAIT" else found
