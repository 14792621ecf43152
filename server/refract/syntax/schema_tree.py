"""A whole Prisma schema: one file, or a folder of files read as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress
from operator import is_not
from typing import NamedTuple

from attrs import evolve, field, frozen

from refract.syntax.document import Chunk, Document, parse_document
from refract.syntax.tree import Block, Keyword
from refract.text import Location, Origin, Problem


class PlacedBlock(NamedTuple):
    """A block, its file, and the offset of its chunk there."""

    path: str
    block: Block
    chunk_start: int


_Place = tuple[int, int]
"""The number of a document, and of a chunk in it."""


@frozen(eq=False)
class _Index:
    """Where the blocks of a schema are. After an edit that keeps their names, only what it touched is found again.

    `places` are those of the blocks that count by their keys, `named` the models, views, types and enums among them,
    `settings` the keys of datasources and generators. `repeated` are the places of blocks that repeat a name, `unread`
    those of chunks with problems, `marked` of those with comments for Refract. `files` are the numbers of documents.
    """

    places: Mapping[str, _Place]
    named: Mapping[str, Block]
    settings: tuple[str, ...]
    repeated: tuple[_Place, ...]
    unread: frozenset[_Place]
    marked: frozenset[_Place]
    files: Mapping[str, int]

    def edited(self, number: int, before: Document, after: Document) -> _Index | None:
        """The index with document `number` in another form; None if its blocks have other names than before."""
        old, new = before.chunks, after.chunks
        if len(old) != len(new):
            return None
        touched = tuple(compress(range(len(old)), map(is_not, old, new)))
        if any(old[at].key != new[at].key for at in touched):
            return None
        places = frozenset((number, at) for at in touched)
        own = ((chunk.key, chunk.block) for at in touched if self.places.get((chunk := new[at]).key) == (number, at))
        return evolve(
            self,
            named={**self.named, **{key: block for key, block in own if block and key in self.named}},
            unread=self.unread - places | {(number, at) for at in touched if new[at].problems},
            marked=self.marked - places | {(number, at) for at in touched if new[at].marked},
        )


def _indexed(documents: tuple[Document, ...]) -> _Index:
    places: dict[str, _Place] = {}
    repeated: list[_Place] = []
    for number, document in enumerate(documents):
        for at, key in enumerate([chunk.key for chunk in document.chunks]):
            if key not in places:
                places[key] = (number, at)
            elif key:
                repeated.append((number, at))
    places.pop("", None)
    blocks = ((key, documents[number].chunks[at].block) for key, (number, at) in places.items() if " " not in key)
    every = [
        (number, at, chunk) for number, document in enumerate(documents) for at, chunk in enumerate(document.chunks)
    ]
    return _Index(
        places,
        {key: block for key, block in blocks if block},
        tuple(key for key in places if " " in key),
        tuple(repeated),
        frozenset((number, at) for number, at, chunk in every if chunk.problems),
        frozenset((number, at) for number, at, chunk in every if chunk.marked),
        {document.path: number for number, document in reversed([*enumerate(documents)])},
    )


@frozen(eq=False)
class SchemaTree:
    """All documents of a schema, in the order they were given. Of blocks with one name, the first counts."""

    documents: tuple[Document, ...]
    _index: _Index = field(repr=False)

    @_index.default
    def _find_blocks(self) -> _Index:
        return _indexed(self.documents)

    @property
    def _places(self) -> Mapping[str, _Place]:
        return self._index.places

    def block(self, name: str) -> Block | None:
        """The model, view, type or enum called `name`."""
        placed = self.placed(name)
        return placed.block if placed else None

    def placed(self, key: str) -> PlacedBlock | None:
        """The block that `Origin.block` calls `key`, with its place."""
        place = self._places.get(key)
        return self._placed(place) if place else None

    def chunk(self, key: str, path: str) -> Chunk | None:
        """The chunk of the block that `Origin.block` calls `key`, if it is in the file at `path`."""
        place = self._places.get(key)
        if place is None or self.documents[place[0]].path != path:
            return None
        return self.documents[place[0]].chunks[place[1]]

    def blocks(self) -> Iterator[PlacedBlock]:
        """Every block that counts, in document order."""
        return map(self._placed, self._places.values())

    def named(self) -> Mapping[str, Block]:
        """The models, views, types and enums that count, by name, in document order."""
        return self._index.named

    def place(self, key: str) -> tuple[int, int] | None:
        """The numbers of the document and of the chunk that hold the block that `Origin.block` calls `key`."""
        return self._places.get(key)

    @property
    def unread(self) -> tuple[tuple[int, int], ...]:
        """The chunks that cannot be read as a whole: the numbers of their documents and their own."""
        return tuple(sorted(self._index.unread))

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """The chunks in which a comment may silence findings, by the numbers of their documents and their own."""
        return tuple(sorted(self._index.marked))

    @property
    def repeated(self) -> tuple[tuple[int, int], ...]:
        """The chunks whose name another block has that counts, by the numbers of their documents and their own."""
        return self._index.repeated

    @property
    def repeated_names(self) -> frozenset[str]:
        """What `Origin.block` calls the blocks whose name several have."""
        documents = self.documents
        return frozenset(documents[number].chunks[index].key for number, index in self._index.repeated)

    @property
    def datasource(self) -> PlacedBlock | None:
        """The first datasource block."""
        return next(self._settings(Keyword.DATASOURCE), None)

    @property
    def generators(self) -> tuple[PlacedBlock, ...]:
        """All generator blocks."""
        return tuple(self._settings(Keyword.GENERATOR))

    def location(self, origin: Origin) -> Location | None:
        """The present place of `origin`; None if its block was removed or is in another file."""
        placed = self.placed(origin.block)
        return Location(placed.path, origin.span.shifted(placed.chunk_start)) if placed else None

    def document(self, path: str) -> Document | None:
        """The document of the file at `path`."""
        number = self._index.files.get(path)
        return None if number is None else self.documents[number]

    def number(self, path: str) -> int | None:
        """The number of the document of the file at `path`, from 0."""
        return self._index.files.get(path)

    def replaced(self, document: Document) -> SchemaTree:
        """The schema with `document` in place of the one of the same path; at the end if that is new."""
        number = self._index.files.get(document.path)
        if number is None:
            return SchemaTree((*self.documents, document))
        documents = (*self.documents[:number], document, *self.documents[number + 1 :])
        index = self._index.edited(number, self.documents[number], document)
        return SchemaTree(documents, index) if index else SchemaTree(documents)

    def problems(self) -> tuple[Problem, ...]:
        """Unreadable text and repeated names. Origins have no block: their spans count from the file's start."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[Problem]:
        for number, index in self.unread:
            document = self.documents[number]
            for problem in document.chunks[index].problems:
                span = problem.span.shifted(document.starts[index])
                yield Problem(problem.message, Origin(document.path, "", span))
        yield from map(_duplicate, map(self._placed, self._index.repeated))

    def _settings(self, keyword: Keyword) -> Iterator[PlacedBlock]:
        placed = (self._placed(self._places[key]) for key in self._index.settings)
        return (found for found in placed if found.block.keyword is keyword)

    def _placed(self, place: _Place) -> PlacedBlock:
        document = self.documents[place[0]]
        chunk = document.chunks[place[1]]
        assert chunk.block is not None, "only chunks with a block have a place"
        return PlacedBlock(document.path, chunk.block, document.starts[place[1]])


def _duplicate(placed: PlacedBlock) -> Problem:
    name = placed.block.name
    message = f'A block "{name.text}" already exists (this one is skipped). Rename or remove one of them.'
    return Problem(message, Origin(placed.path, "", name.span.shifted(placed.chunk_start)))


def parse_schema(files: Iterable[tuple[str, str]], previous: SchemaTree | None = None) -> SchemaTree:
    """The schema made of `files` (path, text). Unchanged chunks are taken from `previous`. Never raises."""
    known = {d.path: d for d in previous.documents} if previous else {}
    return SchemaTree(tuple(parse_document(path, text, known.get(path)) for path, text in files))
