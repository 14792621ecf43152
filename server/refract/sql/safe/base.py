"""Common to all databases: all changes in one migration, as Prisma writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import field, frozen

from refract.schema.apply import apply
from refract.schema.changes import Change
from refract.schema.model import Database, QualifiedName
from refract.sql.writer import WrittenStep, write_steps


@frozen
class MigrationPart:
    """One migration: `changes`, and their SQL statement by statement (no closing semicolons).

    `name` is set if it does not follow from the changes. `alone`: the file may have no other statement and no
    transaction. `locks` are the tables that are locked first, in `mode`.
    """

    changes: tuple[Change, ...]
    statements: tuple[str, ...]
    name: str = ""
    alone: bool = False
    locks: tuple[QualifiedName, ...] = ()
    mode: str = ""
    before: Database | None = field(default=None, eq=False, repr=False)
    after: Database | None = field(default=None, eq=False, repr=False)


class SafeWriter:
    """Splits changes into migrations, and writes their files."""

    def parts(self, changes: Sequence[Change], before: Database, after: Database) -> Iterator[MigrationPart]:
        """The migrations that make `changes`, in order."""
        if changes:
            yield self.part(changes, before, after)

    def text(self, part: MigrationPart, first: Sequence[str] = (), last: Sequence[str] = ()) -> str:
        """The file of a part, with `first` before its statements and `last` after them."""
        return closed((*first, *part.statements, *last))

    def part(self, changes: Sequence[Change], before: Database, after: Database) -> MigrationPart:
        """All `changes` in one migration."""
        return MigrationPart(
            tuple(changes), written(changes, before, after), before=before, after=apply(before, changes)[0]
        )


def written(changes: Sequence[Change], before: Database, after: Database) -> tuple[str, ...]:
    """The statements that make `changes`, as Prisma writes them."""
    return titled(write_steps(changes, before, after))


def titled(steps: Iterable[WrittenStep]) -> tuple[str, ...]:
    """The statements of steps, with Prisma's name for each step above its first."""
    found: list[str] = []
    for step in steps:
        head, *rest = step.statements
        found += [f"-- {step.title}\n{head}", *rest]
    return tuple(found)


def closed(statements: Sequence[str]) -> str:
    """Statements as a file: each closed, a blank line above a comment."""
    lines = [f"{'' if at == 0 or not s.startswith('--') else chr(10)}{s};\n" for at, s in enumerate(statements)]
    return "".join(lines)
