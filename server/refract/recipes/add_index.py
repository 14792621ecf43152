"""Adds an index to a table in use.

Why it takes steps
    `CREATE INDEX` as Prisma writes it blocks writes for as long as the index is built.

Ways
    The index is built beside the traffic, alone in a migration of its own.

Example
    refract plan new add-index Post fields=authorId,createdAt

Providers
    PostgreSQL (CONCURRENTLY), MySQL and MariaDB (online, asserted), CockroachDB (always online), SQLite and SQL Server
    (as Prisma writes it).
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes.base import Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddBlockAttribute
from refract.wording import listed


@recipe(
    SubjectKind.MODEL,
    Question("fields", "The fields of the index in order, parted by commas, as Prisma writes them"),
    Question("arguments", "Other arguments of @@index, such as type: Hash", ""),
)
def add_index(s: Situation) -> Iterator[Step]:
    """One migration."""
    model = s.answer("model")
    names = [name.strip() for name in s.answer("fields").split(",") if name.strip()]
    for name in names:
        s.field(model, name.split("(", 1)[0])
    arguments = f", {s.answer('arguments')}" if s.answer("arguments") else ""
    yield Step(
        id="index",
        phase=Phase.EXPAND,
        title=f"Build the index on {listed(names)}",
        edits=(AddBlockAttribute(model, f"@@index([{', '.join(names)}]{arguments})"),),
    )
