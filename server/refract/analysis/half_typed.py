"""Blocks that cannot be read right now: half a line must never look like a dropped column.

In the editor a broken block is replaced by its last readable form. Without one (the first reading, the command line)
its table is taken unchanged from the baseline, so that nothing is reported about it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from attrs import evolve, field, frozen

from refract.lowering import Lowered, lower
from refract.providers.versions import Version
from refract.schema.model import Database, Enum, QualifiedName, Table
from refract.syntax import Chunk, Document, SchemaTree
from refract.text import Problem

_T = TypeVar("_T", Table, Enum)


@frozen(eq=False)
class Settled:
    """A schema in which each broken block has its last readable form.

    `source` is the schema as typed. `broken` names the blocks that have no readable form yet, and `nameless` means that
    there is unreadable text which could be any block.
    """

    source: SchemaTree
    tree: SchemaTree
    broken: frozenset[str] = field(default=frozenset())
    nameless: bool = False

    def complete(self, from_schema: Database, baseline: Database) -> Database:
        """`asked`, with what the broken blocks describe taken from `baseline`."""
        if not self.broken and not self.nameless:
            return from_schema
        tables = {n: t for n, t in from_schema.tables.items() if t.model_name not in self.broken}
        enums = {n: e for n, e in from_schema.enums.items() if e.enum_name not in self.broken}
        hidden = {n for n in (*from_schema.tables, *from_schema.enums) if n not in tables and n not in enums}
        return evolve(
            from_schema,
            tables=_in_order(from_schema.tables, {**tables, **self._kept(baseline.tables, tables, hidden)}),
            enums=_in_order(from_schema.enums, {**enums, **self._kept(baseline.enums, enums, hidden)}),
        )

    def _kept(
        self, before: Mapping[QualifiedName, _T], now: Mapping[QualifiedName, _T], hidden: Collection[QualifiedName]
    ) -> dict[QualifiedName, _T]:
        """What the broken blocks may define: their own objects, join tables, anything when text has no name."""
        missing = (name for name in before if name not in now)
        wanted = (
            name
            for name in missing
            if self.nameless or name in hidden or name.name in self.broken or name.name.startswith("_")
        )
        return {name: before[name] for name in wanted}


@frozen(eq=False)
class ReadSchema:
    """A schema as far as it can be read now, with all problems of the schema as it is typed."""

    settled: Settled
    lowered: Lowered
    problems: tuple[Problem, ...]


def read_half_typed(
    tree: SchemaTree, prisma: Version | None, settled: Settled | None = None, lowered: Lowered | None = None
) -> ReadSchema:
    """Lower a schema without its half-typed blocks. What is `settled` and `lowered` of its last form is used again."""
    now = settle(tree, settled)
    database = lower(now.tree, lowered, prisma)
    problems = (*tree.problems(), *database.problems)
    unresolved = {problem.origin.block for problem in database.problems if problem.origin.block}
    if not unresolved:
        return ReadSchema(now, database, problems)
    now = settle(tree, settled, unresolved)
    return ReadSchema(now, lower(now.tree, database, prisma), problems)


def settle(tree: SchemaTree, previous: Settled | None, unresolved: Collection[str] = ()) -> Settled:
    """`tree` with the last readable form of each broken block, as far as `previous` knows it.

    `unresolved` names blocks that could be read but not understood, such as one with a type that does not exist yet.
    """
    settled = [_settled(document, previous, unresolved) for document in tree.documents]
    if all(new.document is old for new, old in zip(settled, tree.documents, strict=True)):
        return Settled(tree, tree, frozenset().union(*(s.broken for s in settled)))
    return Settled(
        tree,
        SchemaTree(tuple(s.document for s in settled)),
        frozenset().union(*(s.broken for s in settled)),
        any(s.nameless for s in settled),
    )


@frozen(eq=False)
class _SettledDocument:
    document: Document
    broken: frozenset[str] = frozenset()
    nameless: bool = False


def _settled(document: Document, previous: Settled | None, unresolved: Collection[str]) -> _SettledDocument:
    doubtful = [n for n, chunk in enumerate(document.chunks) if chunk.problems or chunk.key in unresolved]
    if not doubtful:
        return _SettledDocument(document)
    chunks = list(document.chunks)
    broken: set[str] = set()
    for number in doubtful:
        key = chunks[number].key
        known = _readable(key, document.path, previous) if key else None
        chunks[number] = known or chunks[number]
        if key and known is None:
            broken.add(key)
    lost = any(document.chunks[number].block is None for number in doubtful)
    if lost and previous is not None:
        chunks += _vanished(chunks, document.path, previous)
    return _SettledDocument(document.with_chunks(tuple(chunks)), frozenset(broken), lost and previous is None)


def _readable(key: str, path: str, previous: Settled | None) -> Chunk | None:
    """The last readable form of a block of the file."""
    if previous is None or key in previous.broken:
        return None
    chunk = previous.tree.chunk(key, path)
    return chunk if chunk is not None and not chunk.problems else None


def _vanished(chunks: list[Chunk], path: str, previous: Settled) -> list[Chunk]:
    """Blocks that existed before some text became unreadable: that text may be what is left of them."""
    present = {chunk.key for chunk in chunks}
    document = previous.tree.document(path)
    missing = [chunk for chunk in document.chunks if chunk.key not in present] if document else []
    return [chunk for chunk in missing if not chunk.problems and chunk.key not in previous.broken]


def _in_order(order: Mapping[QualifiedName, _T], objects: dict[QualifiedName, _T]) -> dict[QualifiedName, _T]:
    """`objects`, first those in `order`, in that order, so that the schema's order is kept."""
    return {name: objects[name] for name in (*order, *objects) if name in objects}
