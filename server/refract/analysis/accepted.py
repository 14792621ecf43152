"""Which findings a project has accepted, also after the folder of their migration was given another time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refract.analysis.snapshot import Snapshot

_STAMPED = re.compile(r"(?P<rule>[^:]+:)(?P<stamp>\d{14})(?P<rest>_.*)", re.DOTALL)


def accepted_keys(snapshot: Snapshot, keys: Iterable[str]) -> dict[str, str]:
    """The accepted ones of these keys of findings, each with the key that the project has accepted."""
    listed = list(keys)
    found = {key: key for key in listed if key in snapshot.accepted}
    moved = {_unstamped(key): key for key in sorted(snapshot.accepted) if _is_gone(snapshot, key)}
    for key in listed if moved else ():
        before = moved.pop(_unstamped(key), None) if key not in found else None
        if before is not None:
            found[key] = before
    return found


def _is_gone(snapshot: Snapshot, key: str) -> bool:
    """Whether a key is about a migration that is no longer here."""
    stamped = _STAMPED.fullmatch(key)
    if stamped is None or snapshot.branch is None:
        return False
    name = f"{stamped['stamp']}{stamped['rest']}".partition(":")[0]
    return all(migration.name != name for migration in snapshot.branch.here)


def _unstamped(key: str) -> str:
    stamped = _STAMPED.fullmatch(key)
    return f"{stamped['rule']}{stamped['rest']}" if stamped else key
