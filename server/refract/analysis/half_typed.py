"""Blocks that Prisma would refuse right now: half a line must never look like a dropped column.

A broken block is one that cannot be read, or in which lowering finds a fault: an unknown attribute, a relation without
its other side. In the editor it is replaced by its last readable form. Without one (the first reading, the command
line) its table is taken unchanged from the baseline, so that nothing is reported about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from itertools import count
from typing import TypeVar

from attrs import evolve, field, frozen

from refract.analysis.lost_blocks import has_stray_text, hides_blocks, with_lost
from refract.lowering import Lowered, lower
from refract.providers.versions import Version
from refract.schema.model import Database, Enum, QualifiedName, Table
from refract.syntax import Chunk, Document, SchemaTree
from refract.text import Problem

_T = TypeVar("_T", Table, Enum)

_ANY_DATASOURCE = "datasource "
"""The beginning of the name of every datasource, and the name of one that is part of unreadable text."""

_ROUNDS = 4
"""How often blocks are sought that do not fit the readable form of others; after that, all count as broken."""


@frozen(eq=False)
class Settled:
    """A schema in which each broken block has its last readable form.

    `source` is the schema as typed. `broken` names the blocks that have no readable form yet; those in `unseen` had none
    since the project was opened. `nameless` means that there has been unreadable text since then, which could be any
    block.
    """

    source: SchemaTree
    tree: SchemaTree
    broken: frozenset[str] = field(default=frozenset())
    unseen: frozenset[str] = field(default=frozenset())
    nameless: bool = False

    def complete(self, from_schema: Database, baseline: Database) -> Database:
        """`from_schema`, with what the broken blocks describe taken from `baseline`."""
        if not self.broken and not self.nameless:
            return from_schema
        if any(key.startswith(_ANY_DATASOURCE) for key in self.broken):
            return baseline
        tables = {n: t for n, t in from_schema.tables.items() if _block_of(t) not in self.broken}
        enums = {n: e for n, e in from_schema.enums.items() if e.enum_name not in self.broken}
        if any(self._was_renamed(name, baseline) for name in self.unseen):
            tables = {n: t for n, t in tables.items() if n in baseline.tables}
            enums = {n: e for n, e in enums.items() if n in baseline.enums}
        hidden = {n for n in (*from_schema.tables, *from_schema.enums) if n not in tables and n not in enums}
        anything = self.nameless or self._may_be_anything(from_schema, baseline)
        kept = self._kept(baseline.tables, tables, hidden, anything)
        kept_enums = self._kept(baseline.enums, enums, hidden | _enums_of(kept.values()), anything)
        return evolve(
            from_schema,
            tables=_in_order(from_schema.tables, {**tables, **kept}),
            enums=_in_order(from_schema.enums, {**enums, **kept_enums}),
        )

    def _was_renamed(self, name: str, baseline: Database) -> bool:
        """Whether others name a block that the schema lacks and the database still has: a new one may be its new name."""
        is_gone = " " not in name and self.source.placed(name) is None
        return is_gone and any(known.name == name for known in (*baseline.tables, *baseline.enums))

    def _may_be_anything(self, from_schema: Database, baseline: Database) -> bool:
        """Whether a block is broken of which nothing says what its table or enum is called in the baseline."""
        unknown = {key for key in self.unseen if " " not in key}
        if not unknown:
            return False
        named = {_block_of(t): n for n, t in from_schema.tables.items() if t.model_name}
        named |= {e.enum_name: n for n, e in from_schema.enums.items()}
        before = {*baseline.tables, *baseline.enums}
        return not unknown <= {key for key, name in named.items() if name in before}.union(n.name for n in before)

    def _kept(
        self,
        before: Mapping[QualifiedName, _T],
        now: Mapping[QualifiedName, _T],
        hidden: Collection[QualifiedName],
        anything: bool,
    ) -> dict[QualifiedName, _T]:
        """What the broken blocks may define: their own objects, join tables, or anything."""
        missing = (name for name in before if name not in now)
        wanted = (n for n in missing if anything or n in hidden or n.name in self.broken or n.name.startswith("_"))
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
    now = first = settle(tree, settled)
    database = lower(now.tree, lowered, prisma)
    problems = (*tree.problems(), *_as_typed(database.problems, now))
    unresolved: frozenset[str] = frozenset()
    for number in count(1):
        found = database.doubtful | _readers(now, first.broken | database.doubtful)
        if found <= unresolved:
            return ReadSchema(now, database, problems)
        unresolved |= found if number < _ROUNDS else {placed.block.name.text for placed in tree.blocks()} | found
        now = settle(tree, settled, unresolved)
        database = lower(now.tree, lowered or database, prisma)
    raise AssertionError("the names of a schema are finite")


def settle(tree: SchemaTree, previous: Settled | None, unresolved: Collection[str] = ()) -> Settled:
    """`tree` with the last readable form of each broken block, as far as `previous` knows it.

    `unresolved` names blocks that could be read but not understood, such as one with a type that does not exist yet,
    and blocks that do not exist although others name them.
    """
    doubtful = {*unresolved, *tree.repeated_names}
    absent = frozenset(name for name in doubtful if tree.placed(name) is None)
    doubtful |= _perhaps_renamed(tree, previous, absent)
    places = _doubtful_places(tree, previous, doubtful, absent)
    settled = [_settled(tree.documents[n], chunks, previous, absent) for n, chunks in places.items()]
    broken = frozenset().union(*(s.broken for s in settled)) | (absent if previous is None else frozenset())
    unseen = broken if previous is None else broken & previous.unseen
    lost = bool(tree.repeated) or any(s.lost for s in settled)
    nameless = lost and (previous is None or previous.nameless)
    if nameless and tree.datasource is None:
        broken |= {_ANY_DATASOURCE}
    return Settled(tree, _with_documents(tree, [s.document for s in settled]), broken, unseen, nameless)


def _doubtful_places(
    tree: SchemaTree, previous: Settled | None, doubtful: Collection[str], absent: Collection[str]
) -> dict[int, set[int]]:
    """The doubtful chunks by the numbers of their documents, of which some only had a block that is absent now."""
    found: dict[int, set[int]] = {}
    named = (place for name in doubtful if (place := tree.place(name)))
    for number, at in (*tree.unread, *tree.repeated, *named):
        found.setdefault(number, set()).add(at)
    for placed in map(previous.tree.placed, absent) if previous is not None else ():
        last = tree.number(placed.path) if placed else None
        if last is not None:
            found.setdefault(last, set())
    return found


_FEW = 4


def _with_documents(tree: SchemaTree, documents: Sequence[Document]) -> SchemaTree:
    """The schema with other forms of some documents; the same if none is another."""
    changed = {document.path: document for document in documents if tree.document(document.path) is not document}
    if len(changed) > _FEW:  # then one look at everything is faster
        return SchemaTree(tuple(changed.get(document.path, document) for document in tree.documents))
    return reduce(SchemaTree.replaced, changed.values(), tree)


def _perhaps_renamed(tree: SchemaTree, previous: Settled | None, absent: Collection[str]) -> set[str]:
    """New blocks, if the schema lacks one that others still name: one of them may be its new name, half-typed."""
    if previous is None or not any(previous.tree.placed(name) for name in absent):
        return set()
    return {p.block.name.text for p in tree.blocks() if not _has_form(p.block.name.text, previous)}


def _has_form(name: str, previous: Settled) -> bool:
    return name not in previous.broken and previous.tree.block(name) is not None


@frozen(eq=False)
class _SettledDocument:
    document: Document
    broken: frozenset[str] = frozenset()
    lost: bool = False


def _settled(
    document: Document, numbers: Collection[int], previous: Settled | None, absent: Collection[str]
) -> _SettledDocument:
    """A document with the last readable forms of its doubtful chunks, which are those with the `numbers`."""
    doubtful = {*numbers, *(n - 1 for n in numbers if n and has_stray_text(document.chunks[n]))}
    known: dict[int, Chunk] = {}
    broken: set[str] = set()
    for number in sorted(doubtful):
        key = document.chunks[number].key
        readable = _readable(key, document.path, previous) if key else None
        if readable is not None:
            known[number] = readable
        elif key:
            broken.add(key)
    lost = any(hides_blocks(document.chunks[number]) for number in doubtful)
    return _SettledDocument(_with_lost(_with_known(document, known), previous, absent, lost), frozenset(broken), lost)


def _with_known(document: Document, known: Mapping[int, Chunk]) -> Document:
    """The document with earlier forms of some chunks."""
    if not known:
        return document
    first, end = min(known), max(known) + 1
    return document.with_part(first, end, tuple(known.get(n, document.chunks[n]) for n in range(first, end)))


def _with_lost(document: Document, previous: Settled | None, absent: Collection[str], lost: bool) -> Document:
    """The document, with the readable blocks of earlier that unreadable text hides, or that others name."""
    before = previous.tree.document(document.path) if previous is not None else None
    if before is None or previous is None:
        return document
    sought = (c.key for c in before.chunks if c.key) if lost else (n for n in absent if _was_in(n, before, previous))
    wanted = {key for key in sought if key not in previous.broken}
    return document.with_chunks(with_lost(document.chunks, before.chunks, wanted)) if wanted else document


def _was_in(name: str, document: Document, previous: Settled) -> bool:
    return previous.tree.chunk(name, document.path) is not None


def _readable(key: str, path: str, previous: Settled | None) -> Chunk | None:
    """The last readable form of a block of the file."""
    if previous is None or key in previous.broken:
        return None
    chunk = previous.tree.chunk(key, path)
    return chunk if chunk is not None and not chunk.problems else None


def _readers(settled: Settled, broken: Collection[str]) -> frozenset[str]:
    """The blocks with a field whose type is one of the `broken` blocks without a readable form."""
    unreadable = settled.broken.intersection(broken)
    if not unreadable:
        return frozenset()
    blocks = (placed.block for placed in settled.tree.blocks())
    return frozenset(b.name.text for b in blocks if any(f.type.name.text in unreadable for f in b.fields))


def _as_typed(problems: tuple[Problem, ...], settled: Settled) -> Iterator[Problem]:
    """The problems of blocks as they are typed, without those of earlier forms."""
    if settled.tree is settled.source:
        yield from problems
        return
    for problem in problems:
        typed, read = settled.source.placed(problem.origin.block), settled.tree.placed(problem.origin.block)
        if (typed and typed.block) is (read and read.block):
            yield problem


def _block_of(table: Table) -> str:
    """The block that defines a table; of a join table, the one with the first side of its relation."""
    return table.model_name or (table.origin.block if table.origin else "")


def _enums_of(tables: Collection[Table]) -> set[QualifiedName]:
    return {column.type.enum for table in tables for column in table.columns if column.type.enum}


def _in_order(order: Mapping[QualifiedName, _T], objects: dict[QualifiedName, _T]) -> dict[QualifiedName, _T]:
    """`objects`, first those in `order`, in that order, so that the schema's order is kept."""
    return {name: objects[name] for name in (*order, *objects) if name in objects}
