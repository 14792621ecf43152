"""Blocks that cannot be read right now: half a line must never look like a dropped column.

In the editor a broken block is stood in for by its last readable form. Without one (the first reading, the
command line) its table is taken from the baseline as it is, so that nothing is said about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from attrs import evolve, field, frozen

from refract.schema.model import Database, Enum, QualifiedName, Table
from refract.syntax import Chunk, Document, SchemaTree, block_key

_T = TypeVar("_T", Table, Enum)


@frozen(eq=False)
class Settled:
    """A schema in which each broken block has its last readable form.

    `source` is the schema as typed. `broken` names the blocks that have no readable form yet, and
    `nameless` says that there is unreadable text which could be any block.
    """

    source: SchemaTree
    tree: SchemaTree
    broken: frozenset[str] = field(default=frozenset())
    nameless: bool = False

    def complete(self, asked: Database, baseline: Database) -> Database:
        """`asked`, with what the broken blocks describe taken from `baseline`."""
        if not self.broken and not self.nameless:
            return asked
        tables = {n: t for n, t in asked.tables.items() if t.model_name not in self.broken}
        enums = {n: e for n, e in asked.enums.items() if e.enum_name not in self.broken}
        hidden = {n for n in (*asked.tables, *asked.enums) if n not in tables and n not in enums}
        return evolve(
            asked,
            tables=_in_order(asked.tables, {**tables, **self._kept(baseline.tables, tables, hidden)}),
            enums=_in_order(asked.enums, {**enums, **self._kept(baseline.enums, enums, hidden)}),
        )

    def _kept(
        self, before: Mapping[QualifiedName, _T], now: Mapping[QualifiedName, _T], hidden: Collection[QualifiedName]
    ) -> dict[QualifiedName, _T]:
        """What the broken blocks may stand for: their own objects, join tables, anything when text has no name."""
        missing = (name for name in before if name not in now)
        wanted = (
            name
            for name in missing
            if self.nameless or name in hidden or name.name in self.broken or name.name.startswith("_")
        )
        return {name: before[name] for name in wanted}


def settle(tree: SchemaTree, previous: Settled | None, unresolved: Collection[str] = ()) -> Settled:
    """`tree` with the last readable form of each broken block, as far as `previous` knows it.

    `unresolved` names blocks that could be read but not understood, such as one with a type that does not exist yet.
    """
    if not unresolved and not any(chunk.problems for document in tree.documents for chunk in document.chunks):
        return Settled(tree, tree)
    documents: list[Document] = []
    broken: set[str] = set()
    nameless = False
    for document in tree.documents:
        known = dict(_readable(document.path, previous))
        chunks = [_standing_in(chunk, known, unresolved) for chunk in document.chunks]
        if any(chunk.block is None and chunk.problems for chunk in chunks):
            chunks += _vanished(chunks, known)
            nameless = nameless or previous is None
        broken.update(block_key(c.block) for c in chunks if c.block and _is_broken(c, unresolved, known))
        documents.append(document.with_chunks(tuple(chunks)))
    return Settled(tree, SchemaTree(tuple(documents)), frozenset(broken), nameless)


def _readable(path: str, previous: Settled | None) -> Iterator[tuple[str, Chunk]]:
    """The blocks of the file in their last readable form, by name."""
    document = previous.tree.document(path) if previous else None
    if document is None or previous is None:
        return
    for chunk in document.chunks:
        if chunk.block is not None and not chunk.problems and block_key(chunk.block) not in previous.broken:
            yield block_key(chunk.block), chunk


def _standing_in(chunk: Chunk, known: Mapping[str, Chunk], unresolved: Collection[str]) -> Chunk:
    if chunk.block is None or not (chunk.problems or block_key(chunk.block) in unresolved):
        return chunk
    return known.get(block_key(chunk.block), chunk)


def _is_broken(chunk: Chunk, unresolved: Collection[str], known: Mapping[str, Chunk]) -> bool:
    key = block_key(chunk.block) if chunk.block else ""
    return bool(chunk.problems) or (key in unresolved and key not in known)


def _vanished(chunks: list[Chunk], known: Mapping[str, Chunk]) -> list[Chunk]:
    """Blocks that were there before some text became unreadable: that text may be what is left of them."""
    present = {block_key(chunk.block) for chunk in chunks if chunk.block}
    return [chunk for key, chunk in known.items() if key not in present]


def _in_order(order: Mapping[QualifiedName, _T], objects: dict[QualifiedName, _T]) -> dict[QualifiedName, _T]:
    """`objects`, first those in `order` as they stand there, so that the schema's order is kept."""
    return {name: objects[name] for name in (*order, *objects) if name in objects}
