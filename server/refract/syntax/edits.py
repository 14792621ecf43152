"""Minimal text edits of one document that keep the user's formatting, alignment and comments.

Functions take the document and the key of a block (`User`, `datasource db`) and return edits at offsets of the
document; `refract.text.apply_edits` or `Document.edited` makes them. They raise LookupError for a block or member
that does not exist. New text is given as Prisma schema (`String?`, `@map("x")`) and is not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from refract.syntax.document import Document, block_key
from refract.syntax.tree import (
    Argument,
    Array,
    Attribute,
    Block,
    Call,
    Constant,
    EnumValueNode,
    Expression,
    Field,
    Name,
)
from refract.text import Span, TextEdit


@frozen
class _Place:
    """A block, and the chunk from whose start its spans count."""

    block: Block
    text: str
    start: int

    def edit(self, span: Span, new_text: str) -> TextEdit:
        return TextEdit(span.shifted(self.start), new_text)

    def insertion(self, offset: int, new_text: str) -> TextEdit:
        return self.edit(Span(offset, offset), new_text)

    def line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """After the line end of the line of `offset`, or at the closing brace if that is on the same line."""
        end = self.text.find("\n", offset)
        return len(self.text) if end == -1 else end + 1

    def column(self, offset: int) -> int:
        return offset - self.line_start(offset)

    @property
    def line_break(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"


def add_field(
    document: Document,
    block: str,
    name: str,
    type_text: str,
    attributes: Sequence[str] = (),
    *,
    after: str | None = None,
    before: str | None = None,
) -> list[TextEdit]:
    """Adds a field below field `after`, above field `before` or below the last field, in the columns of that field."""
    place = _place(document, block)
    beside = before or after
    neighbour = _field(place, beside) if beside else (place.block.fields[-1] if place.block.fields else None)
    if neighbour is None:
        return [_first_member(place, " ".join([name, type_text, *attributes]))]
    line = _padded(name, neighbour.type.span.start - neighbour.name.span.start) + type_text
    if attributes:
        column = _attribute_column(place, neighbour)
        line = _padded(line, column - place.column(neighbour.span.start)) + " ".join(attributes)
    return [(_line_above if before else _line_below)(place, neighbour.span, line)]


def remove_field(document: Document, block: str, name: str) -> list[TextEdit]:
    """Removes a field, the `///` lines above it and the comment at its end."""
    place = _place(document, block)
    return [_removed_line(place, _field(place, name).span)]


def rename_field(document: Document, block: str, old: str, new: str) -> list[TextEdit]:
    """Renames a field and its uses in this document (`@@index([old])`, `fields: [old]`, `references: [old]`)."""
    place = _place(document, block)
    edits = _replaced_in_column(place, _field(place, old).name.span, new)
    return edits + rename_field_references(document, block, old, new)


def rename_field_references(document: Document, block: str, old: str, new: str) -> list[TextEdit]:
    """Renames the uses of a field in the blocks of this document; the field may be in another document."""
    return [TextEdit(span, new) for span in _field_references(document, block, old)]


def retype_field(document: Document, block: str, name: str, type_text: str) -> list[TextEdit]:
    """Changes a field's type, and leaves its attributes in their column if there is room."""
    place = _place(document, block)
    return _replaced_in_column(place, _field(place, name).type.span, type_text)


def add_attribute(document: Document, block: str, member: str, attribute: str) -> list[TextEdit]:
    """Adds `attribute` (such as `@map("x")`) after the last one of a field or enum value."""
    place = _place(document, block)
    found = _member(place, member)
    if found.attributes or isinstance(found, EnumValueNode):
        return [place.insertion(found.span.end, f" {attribute}")]
    column = _attribute_column(place, found)
    return [place.insertion(found.span.end, " " * max(1, column - place.column(found.span.end)) + attribute)]


def remove_attribute(document: Document, block: str, member: str, attribute: str) -> list[TextEdit]:
    """Removes the attribute called `attribute` (without `@`) of a field or enum value, and the space before it."""
    place = _place(document, block)
    span = _attribute(_member(place, member).attributes, attribute).span
    return [place.edit(Span(_after_text(place.text, span.start), span.end), "")]


def add_block_attribute(document: Document, block: str, attribute: str) -> list[TextEdit]:
    """Adds `attribute` (such as `@@map("x")`) as the last line of a block, below a blank line if it is the first."""
    place = _place(document, block)
    if place.block.attributes:
        return [_line_below(place, place.block.attributes[-1].span, attribute)]
    members = [*(f.span for f in place.block.fields), *(v.span for v in place.block.values)]
    if not members:
        return [_first_member(place, attribute)]
    return [_line_below(place, max(members, key=lambda span: span.end), attribute, blank_line=place.line_break)]


def remove_block_attribute(document: Document, block: str, attribute: Attribute) -> list[TextEdit]:
    """Removes `attribute`, a block attribute, with its line."""
    place = _place(document, block)
    if attribute not in place.block.attributes:
        raise LookupError(f"{block} has no such attribute: @@{attribute.name.text}")
    return [_removed_attribute_line(place, attribute.span)]


def remove_written_attribute(document: Document, block: str, written: str) -> list[TextEdit]:
    """Removes the block attribute with the text `written`, whatever its spaces, with its line."""
    place = _place(document, block)
    wanted = _without_spaces(written)
    for attribute in place.block.attributes:
        if _without_spaces(place.text[slice(*attribute.span)]) == wanted:
            return [_removed_attribute_line(place, attribute.span)]
    raise LookupError(f"{block} has no line {written}")


def add_enum_value(document: Document, enum: str, value: str, after: str | None = None) -> list[TextEdit]:
    """Adds a value (with its attributes) below value `after`, or below the last one."""
    place = _place(document, enum)
    if not place.block.values:
        return [_first_member(place, value)]
    above = _value(place, after) if after else place.block.values[-1]
    return [_line_below(place, above.span, value)]


def remove_enum_value(document: Document, enum: str, value: str) -> list[TextEdit]:
    """Removes a value, the `///` lines above it and the comment at its end."""
    place = _place(document, enum)
    return [_removed_line(place, _value(place, value).span)]


def rename_enum_value(document: Document, enum: str, old: str, new: str) -> list[TextEdit]:
    """Renames a value, and the defaults of this document that name it."""
    place = _place(document, enum)
    edits = [place.edit(_value(place, old).name.span, new)]
    for other in _places(document):
        for field in other.block.fields:
            default = field.attribute("default") if field.type.name.text == enum else None
            names = _constants(default.arguments) if default else ()
            edits += [other.edit(n.span, new) for n in names if n.text == old]
    return edits


def add_block(document: Document, text: str, after: str | None = None) -> list[TextEdit]:
    """Adds a whole block (`model X {\\n ... }`), a blank line below block `after` or at the end of the document."""
    if after is not None:
        place = _place(document, after)
        offset = place.block.span.end
        rest = place.line_end(offset)
        gap = place.line_break * (1 if place.text[offset:rest].endswith("\n") else 2)
        return [place.insertion(rest, gap + text.rstrip().replace("\n", place.line_break) + place.line_break)]
    whole = document.slice(Span(max(0, document.length - 2), document.length))
    line_break = "\r\n" if document.chunks and "\r\n" in document.chunks[0].text else "\n"
    gap = "" if document.length == 0 else line_break if whole.endswith("\n") else line_break * 2
    new_text = gap + text.rstrip().replace("\n", line_break) + line_break
    return [TextEdit(Span(document.length, document.length), new_text)]


def remove_block(document: Document, block: str) -> list[TextEdit]:
    """Removes a block, its `///` lines and one blank line before it."""
    place = _place(document, block)
    start = _docs_start(place, place.block.span.start)
    end = place.line_end(place.block.span.end) if place.block.span.end < len(place.text) else len(place.text)
    above = place.text[:start]
    if above.endswith(("\n\n", "\r\n\r\n")) or above in ("\n", "\r\n"):
        start -= 2 if above.endswith("\r\n") else 1
    return [place.edit(Span(start, end), "")]


def rename_block(document: Document, old: str, new: str) -> list[TextEdit]:
    """Renames a model, view, type or enum if this document has it, and the type of the fields here that use it."""
    edits = []
    for place in _places(document):
        if block_key(place.block) == old:
            edits.append(place.edit(place.block.name.span, new))
        for field in place.block.fields:
            if field.type.name.text == old and field.type.unsupported is None:
                edits += _replaced_in_column(place, field.type.name.span, new)
    return edits


def _places(document: Document) -> Iterator[_Place]:
    for index, chunk in enumerate(document.chunks):
        if chunk.block is not None:
            yield _Place(chunk.block, chunk.text, document.starts[index])


def _place(document: Document, key: str) -> _Place:
    for place in _places(document):
        if block_key(place.block) == key:
            return place
    raise LookupError(f"{document.path} has no block {key}")


def _field(place: _Place, name: str) -> Field:
    field = place.block.field(name)
    if field is None:
        raise LookupError(f"{place.block.name.text} has no field {name}")
    return field


def _value(place: _Place, name: str) -> EnumValueNode:
    for value in place.block.values:
        if value.name.text == name:
            return value
    raise LookupError(f"{place.block.name.text} has no value {name}")


def _member(place: _Place, name: str) -> Field | EnumValueNode:
    return _value(place, name) if place.block.values else _field(place, name)


def _attribute(attributes: Sequence[Attribute], name: str) -> Attribute:
    for attribute in attributes:
        if attribute.name.text == name:
            return attribute
    raise LookupError(f"no attribute {name}")


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def _padded(text: str, width: int) -> str:
    """`text` and at least one space, up to `width`."""
    return text.ljust(max(width, len(text) + 1))


def _after_text(text: str, offset: int) -> int:
    """The start of the spaces that end at `offset`."""
    while offset > 0 and text[offset - 1] in " \t":
        offset -= 1
    return offset


def _indent(place: _Place, span: Span) -> str:
    line = place.text[place.line_start(span.start) : span.start]
    return line if line.isspace() else "  "


def _line_below(place: _Place, span: Span, line: str, blank_line: str = "") -> TextEdit:
    """A new line below the one that `span` ends on, indented like the one it begins on."""
    if place.line_start(span.start) <= place.block.span.start:
        return _spread(place, _members(place), line)
    end = place.text.find("\n", span.end)
    if end == -1 or end > place.block.span.end:
        return place.insertion(span.end, f"{place.line_break}{_indent(place, span)}{line}{place.line_break}")
    return place.insertion(end + 1, f"{blank_line}{_indent(place, span)}{line}{place.line_break}")


def _line_above(place: _Place, span: Span, line: str) -> TextEdit:
    """A new line above the one that `span` begins on and its `///` lines, indented like it."""
    if place.line_start(span.start) <= place.block.span.start:
        return _spread(place, line, _members(place))
    return place.insertion(_docs_start(place, span.start), f"{_indent(place, span)}{line}{place.line_break}")


def _members(place: _Place) -> str:
    """The members of a block on one line."""
    return place.text[slice(*_inside(place))].strip()


def _inside(place: _Place) -> Span:
    return Span(place.text.index("{", place.block.name.span.end) + 1, place.block.span.end - 1)


def _spread(place: _Place, *lines: str) -> TextEdit:
    """Puts each member of a block on one line onto a separate line."""
    return place.edit(_inside(place), place.line_break + "".join(f"  {line}{place.line_break}" for line in lines))


def _first_member(place: _Place, line: str) -> TextEdit:
    """The first line of a block that has none."""
    brace = place.text.index("{", place.block.name.span.end)
    end = place.text.find("\n", brace)
    if end == -1 or end > place.block.span.end:
        return place.insertion(brace + 1, f"{place.line_break}  {line}{place.line_break}")
    return place.insertion(end + 1, f"  {line}{place.line_break}")


def _removed_line(place: _Place, span: Span) -> TextEdit:
    start, end = _docs_start(place, span.start), place.line_end(span.end)
    if end > place.block.span.end or place.text[place.line_start(span.start) : span.start].strip():
        return place.edit(Span(_after_text(place.text, span.start), span.end), "")
    return place.edit(Span(start, end), "")


def _removed_attribute_line(place: _Place, span: Span) -> TextEdit:
    """With the blank line above, if only the closing brace is left below."""
    removed = _removed_line(place, span)
    start, end = removed.span.start - place.start, removed.span.end - place.start
    above = place.line_start(start - 1)
    is_last = place.text[end : place.block.span.end].strip() == "}"
    is_below_blank_line = start == place.line_start(start) and not place.text[above:start].strip()
    return place.edit(Span(above, end), "") if is_last and is_below_blank_line else removed


def _docs_start(place: _Place, offset: int) -> int:
    """The start of the line of `offset`, or of the first of the `///` lines right above it."""
    start = place.line_start(offset)
    while start > 0:
        above = place.line_start(start - 1)
        if not place.text[above:start].lstrip().startswith("///"):
            break
        start = above
    return start


def _replaced_in_column(place: _Place, span: Span, new_text: str) -> list[TextEdit]:
    """Replaces the word at `span`; the spaces after it adapt so that the following text keeps its column, if it had one."""
    end = span.end
    while end < len(place.text) and place.text[end] in "?[]":
        end += 1
    suffix = place.text[span.end : end] if not new_text.endswith(("?", "]")) else ""
    gap_end = end
    while gap_end < len(place.text) and place.text[gap_end] == " ":
        gap_end += 1
    growth = len(new_text) + len(suffix) - (end - span.start)
    gap = gap_end - end
    if gap == 0 or growth == 0 or not _is_column(place, gap_end):
        return [place.edit(Span(span.start, span.end), new_text)]
    return [place.edit(Span(span.start, gap_end), new_text + suffix + " " * max(1, gap - growth))]


def _is_column(place: _Place, offset: int) -> bool:
    """Whether another field has its type, or its first attribute, in the column of `offset`."""
    column, line = place.column(offset), place.line_start(offset)
    return any(
        place.column(start) == column and place.line_start(start) != line
        for field in place.block.fields
        for start in (field.type.span.start, *(a.span.start for a in field.attributes[:1]))
    )


def _attribute_column(place: _Place, near: Field) -> int:
    """The column in which the fields of the same group as `near` have their first attribute."""
    if near.attributes:
        return place.column(near.attributes[0].span.start)
    columns = [place.column(f.attributes[0].span.start) for f in place.block.fields if f.attributes]
    return max(set(columns), key=columns.count) if columns else 0


def _field_references(document: Document, block: str, field: str) -> Iterator[Span]:
    """The spans at which this document names `field` of `block`."""
    for place in _places(document):
        own = block_key(place.block) == block
        for attribute in place.block.attributes if own else ():
            fields = attribute.argument("fields", 0)
            yield from (n.span.shifted(place.start) for n in _names(fields) if n.text == field)
        for other in place.block.fields:
            relation = other.attribute("relation")
            if relation is None:
                continue
            named = relation.argument("fields") if own else None
            referenced = relation.argument("references") if other.type.name.text == block else None
            for expression in (named, referenced):
                yield from (n.span.shifted(place.start) for n in _names(expression) if n.text == field)


def _names(expression: Expression | None) -> Iterator[Name | Constant]:
    """The field names in a list of fields: `a`, or `a(sort: Desc)`."""
    for item in expression.items if isinstance(expression, Array) else ():
        if isinstance(item, Constant):
            yield item
        elif isinstance(item, Call):
            yield item.name


def _constants(arguments: Sequence[Argument]) -> Iterator[Constant]:
    for argument in arguments:
        items = argument.value.items if isinstance(argument.value, Array) else (argument.value,)
        yield from (item for item in items if isinstance(item, Constant))
