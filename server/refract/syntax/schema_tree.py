"""A whole Prisma schema: one file, or a folder of files read as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from attrs import field, frozen

from refract.syntax.document import Document, parse_document
from refract.syntax.tree import Block, Keyword
from refract.text import Location, Origin, Problem, Span


class PlacedBlock(NamedTuple):
    """A block, the file it stands in, and the offset of its chunk there."""

    path: str
    block: Block
    chunk_start: int


def block_key(block: Block) -> str:
    """How an `Origin` names a block: by its name; a datasource or generator with its keyword in front."""
    if block.keyword in (Keyword.DATASOURCE, Keyword.GENERATOR):
        return f"{block.keyword} {block.name.text}"
    return block.name.text


@frozen(eq=False)
class SchemaTree:
    """All documents of a schema, in the order they were given. Of blocks with one name, the first counts."""

    documents: tuple[Document, ...]
    _places: dict[str, tuple[int, int]] = field(init=False, repr=False)

    @_places.default
    def _index(self) -> dict[str, tuple[int, int]]:
        places: dict[str, tuple[int, int]] = {}
        for number, document in enumerate(self.documents):
            for index, chunk in enumerate(document.chunks):
                if chunk.block is not None:
                    places.setdefault(block_key(chunk.block), (number, index))
        return places

    def block(self, name: str) -> Block | None:
        """The model, view, type or enum called `name`."""
        place = self._places.get(name)
        return self.documents[place[0]].chunks[place[1]].block if place else None

    def blocks(self) -> Iterator[PlacedBlock]:
        """Every block that counts, in document order."""
        for number, index in self._places.values():
            document = self.documents[number]
            block = document.chunks[index].block
            if block is not None:
                yield PlacedBlock(document.path, block, document.starts[index])

    @property
    def datasource(self) -> PlacedBlock | None:
        """The first datasource block."""
        return next((b for b in self.blocks() if b.block.keyword is Keyword.DATASOURCE), None)

    @property
    def generators(self) -> tuple[PlacedBlock, ...]:
        """All generator blocks."""
        return tuple(b for b in self.blocks() if b.block.keyword is Keyword.GENERATOR)

    def location(self, origin: Origin) -> Location | None:
        """Where `origin` stands now; None when its block is gone or it belongs to another file."""
        place = self._places.get(origin.block)
        if place is None:
            return None
        document = self.documents[place[0]]
        return Location(document.path, origin.span.shifted(document.starts[place[1]]))

    def document(self, path: str) -> Document | None:
        """The document of the file at `path`."""
        return next((d for d in self.documents if d.path == path), None)

    def replaced(self, document: Document) -> SchemaTree:
        """The schema with `document` in place of the one of the same path."""
        return SchemaTree(tuple(document if d.path == document.path else d for d in self.documents))

    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, in document order. Origins have no block: their spans count from the file's start."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[Problem]:
        for number, document in enumerate(self.documents):
            for index, chunk in enumerate(document.chunks):
                start = document.starts[index]
                for problem in chunk.problems:
                    yield Problem(problem.message, Origin(document.path, "", problem.span.shifted(start)))
                if chunk.block is not None and self._places[block_key(chunk.block)] != (number, index):
                    yield _duplicate(document.path, chunk.block, start)


def _duplicate(path: str, block: Block, start: int) -> Problem:
    message = (
        f'There is already a block called "{block.name.text}": this one is not read. Rename or remove one of them.'
    )
    return Problem(message, Origin(path, "", Span(*block.name.span).shifted(start)))


def parse_schema(files: Iterable[tuple[str, str]], previous: SchemaTree | None = None) -> SchemaTree:
    """The schema made of `files` (path, text). Unchanged chunks are taken from `previous`. Never raises."""
    known = {d.path: d for d in previous.documents} if previous else {}
    return SchemaTree(tuple(parse_document(path, text, known.get(path)) for path, text in files))
