"""A team's migrations: what is new on this branch, what is new on its base, and what was tampered with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from attrs import evolve, field, frozen

from refract.baseline.folder import Migration, MigrationFolder
from refract.frozen_map import frozen_map
from refract.schema.changes import Change


@frozen
class Renamed:
    """A migration of the base that has another name here, with the same SQL."""

    before: Migration
    after: Migration


@frozen
class Squash:
    """A new first migration that builds what the migrations build that it `replaces`, the first ones of the base."""

    migration: Migration
    replaces: tuple[Migration, ...]


@frozen
class History:
    """`here` are the migrations in the work tree, `new` those of them that the base does not have.

    `base` is the revision that they are compared with, in the user's words. `theirs` are the migrations that the base
    has and this branch has never had. `edited` are those that the base has with another content, `deleted` those that
    this branch began with and no longer has, neither `renamed` nor in a `squash`.
    `changes` is what each migration of `new` and `theirs` does, by name, as far as it could be read.
    """

    path: str
    base: str
    here: tuple[Migration, ...]
    new: tuple[Migration, ...] = ()
    theirs: tuple[Migration, ...] = ()
    edited: tuple[Migration, ...] = ()
    deleted: tuple[Migration, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    squash: Squash | None = None
    changes: Mapping[str, tuple[Change, ...]] = field(factory=dict, converter=frozen_map)

    def is_new(self, name: str) -> bool:
        """Whether the migration of that name is new on this branch."""
        return name in self._new_names

    def squashed(self, squash: Squash) -> History:
        """The history with a squash, whose migrations are not deleted for another reason."""
        replaced = frozenset(migration.name for migration in squash.replaces)
        return evolve(self, squash=squash, deleted=tuple(m for m in self.deleted if m.name not in replaced))

    @cached_property
    def rewritten(self) -> frozenset[str]:
        """The names of the new migrations whose work the databases of the base have already."""
        squash = (self.squash.migration,) if self.squash else ()
        return frozenset(m.name for m in (*(renamed.after for renamed in self.renamed), *squash))

    @cached_property
    def _new_names(self) -> frozenset[str]:
        return frozenset(migration.name for migration in self.new)


def compare_histories(here: MigrationFolder, fork: MigrationFolder, tip: MigrationFolder, base: str) -> History:
    """The migrations in the work tree against those of the base: at the commit that this branch began from (`fork`),
    and the present ones (`tip`).
    """
    at_fork, at_tip = ({m.name: m for m in folder.migrations} for folder in (fork, tip))
    names = {m.name for m in here.migrations}
    known = at_fork | at_tip
    new = tuple(m for m in here.migrations if m.name not in known and (m.is_read or m.is_too_large))
    missing = tuple(m for m in fork.migrations if m.name not in names and m.name in at_tip)
    renamed = tuple(_renamed(missing, new))
    found = frozenset(pair.before.name for pair in renamed)
    return History(
        path=here.path,
        base=base,
        here=here.migrations,
        new=new,
        theirs=tuple(m for m in tip.migrations if m.name not in at_fork and m.name not in names),
        edited=tuple(m for m in here.migrations if m.name in known and not _same(m, known[m.name])),
        deleted=tuple(m for m in missing if m.name not in found),
        renamed=renamed,
    )


def _renamed(missing: Iterable[Migration], new: Iterable[Migration]) -> Iterator[Renamed]:
    """Each missing migration with the first new one that has its SQL."""
    left = [migration for migration in new if migration.is_read and migration.data.strip()]
    for before in missing:
        after = next((m for m in left if before.is_read and _same(before, m)), None)
        if after is not None:
            left.remove(after)
            yield Renamed(before, after)


def _same(one: Migration, other: Migration) -> bool:
    """Whether two files hold the same text: line ends may differ, as git writes them for each system. A file that could
    not be read counts as unchanged.
    """
    if not (one.is_read and other.is_read):
        return True
    return one.checksum == other.checksum or one.data.replace(b"\r\n", b"\n") == other.data.replace(b"\r\n", b"\n")
