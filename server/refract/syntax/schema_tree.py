"""A whole Prisma schema: one file, or a folder of files read as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from attrs import field, frozen

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
class SchemaTree:
    """All documents of a schema, in the order they were given. Of blocks with one name, the first counts."""

    documents: tuple[Document, ...]
    _index: tuple[dict[str, _Place], tuple[_Place, ...]] = field(init=False, repr=False)

    @_index.default
    def _find_blocks(self) -> tuple[dict[str, _Place], tuple[_Place, ...]]:
        """The places of the blocks that count, and of those that repeat a name."""
        places: dict[str, _Place] = {}
        repeated: list[_Place] = []
        for number, document in enumerate(self.documents):
            for index, chunk in enumerate(document.chunks):
                if chunk.key not in places:
                    places[chunk.key] = (number, index)
                elif chunk.key:
                    repeated.append((number, index))
        places.pop("", None)
        return places, tuple(repeated)

    @property
    def _places(self) -> dict[str, _Place]:
        return self._index[0]

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

    def named(self) -> dict[str, Block]:
        """The models, views, types and enums that count, by name, in document order."""
        documents = self.documents
        return {
            key: block
            for key, (number, index) in self._places.items()
            if " " not in key and (block := documents[number].chunks[index].block)
        }

    @property
    def repeated_names(self) -> frozenset[str]:
        """What `Origin.block` calls the blocks whose name several have."""
        documents = self.documents
        return frozenset(documents[number].chunks[index].key for number, index in self._index[1])

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
        return next((d for d in self.documents if d.path == path), None)

    def replaced(self, document: Document) -> SchemaTree:
        """The schema with `document` in place of the one of the same path; at the end if that is new."""
        if self.document(document.path) is None:
            return SchemaTree((*self.documents, document))
        return SchemaTree(tuple(document if d.path == document.path else d for d in self.documents))

    def problems(self) -> tuple[Problem, ...]:
        """Unreadable text and repeated names. Origins have no block: their spans count from the file's start."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[Problem]:
        for document in self.documents:
            for index, problems in enumerate([chunk.problems for chunk in document.chunks]):
                for problem in problems:
                    span = problem.span.shifted(document.starts[index])
                    yield Problem(problem.message, Origin(document.path, "", span))
        yield from map(_duplicate, map(self._placed, self._index[1]))

    def _settings(self, keyword: Keyword) -> Iterator[PlacedBlock]:
        places = [place for key, place in self._places.items() if " " in key]
        return (placed for placed in map(self._placed, places) if placed.block.keyword is keyword)

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
