"""Recognises a squashed history: the first migrations of the base, replaced by one that builds the same database."""

from __future__ import annotations

from refract.baseline import History, MigrationFolder, replay
from refract.baseline.history import Squash
from refract.diff import diff
from refract.providers import Provider


def with_squash(history: History, fork: MigrationFolder, here: MigrationFolder, provider: Provider) -> History:
    """The history with the squash that its first migration here is, if it is one. `fork` is what the branch began with."""
    count = len(history.deleted)
    replaced = fork.migrations[:count]
    first = here.migrations[0] if here.migrations else None
    if first is None or not count or not history.is_new(first.name) or set(replaced) != set(history.deleted):
        return history
    before, after = replay(fork, provider, count).database, replay(here, provider, 1).database
    if diff(before, after).changes or diff(after, before).changes:
        return history
    return history.squashed(Squash(first, replaced))
