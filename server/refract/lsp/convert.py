"""Between Refract's offsets and the editor's lines, columns and URIs. No other module makes LSP positions."""

from __future__ import annotations

from attrs import frozen
from lsprotocol import types
from pygls import uris

from refract.positions import TextFile
from refract.rules.kit.finding import Severity
from refract.text import Location, Span, TextEdit

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


@frozen
class Encoding:
    """How the client counts columns, as negotiated: in UTF-8 bytes, UTF-16 units or code points."""

    kind: str

    def width(self, text: str) -> int:
        """How long `text` is for the client."""
        if self.kind == types.PositionEncodingKind.Utf32 or text.isascii():
            return len(text)
        return (
            len(text.encode()) if self.kind == types.PositionEncodingKind.Utf8 else len(text.encode("utf-16-le")) // 2
        )

    def code_points(self, line: str, width: int) -> int:
        """How many code points of `line` the client's column `width` covers; inside one counts as before it."""
        if self.kind == types.PositionEncodingKind.Utf32 or line.isascii():
            return min(width, len(line))
        reached = 0
        for index, character in enumerate(line):
            reached += self.width(character)
            if reached > width:
                return index
        return len(line)


def position(document: TextFile, offset: int, encoding: Encoding) -> types.Position:
    """The editor's position of an offset."""
    line, column = document.position(offset)
    before = document.slice(Span(offset - column, offset))
    return types.Position(line, encoding.width(before))


def offset(document: TextFile, place: types.Position, encoding: Encoding) -> int:
    """The offset of an editor's position; past the end counts as the end."""
    column = encoding.code_points(document.line_text(place.line), place.character)
    return document.offset(place.line, column)


def to_range(document: TextFile, span: Span, encoding: Encoding) -> types.Range:
    """The editor's range of a span."""
    return types.Range(position(document, span.start, encoding), position(document, span.end, encoding))


def to_span(document: TextFile, range_: types.Range, encoding: Encoding) -> Span:
    """The span of an editor's range; one that ends before it starts is empty."""
    start = offset(document, range_.start, encoding)
    return Span(start, max(start, offset(document, range_.end, encoding)))


def to_location(location: Location, document: TextFile, encoding: Encoding) -> types.Location:
    """A place in a file of which `document` is the text."""
    return types.Location(to_uri(location.path), to_range(document, location.span, encoding))


def to_text_edit(document: TextFile, edit: TextEdit, encoding: Encoding) -> types.TextEdit:
    """An edit of `document` as the editor makes it."""
    return types.TextEdit(to_range(document, edit.span, encoding), edit.new_text)


def to_severity(severity: Severity) -> types.DiagnosticSeverity:
    """The editor's name for a severity."""
    return _SEVERITIES[severity]


def to_uri(path: str) -> str:
    """The URI of a file."""
    return uris.from_fs_path(path) or ""


def to_path(uri: str) -> str | None:
    """The path of a file URI; None for any other URI."""
    return uris.to_fs_path(uri) or None
