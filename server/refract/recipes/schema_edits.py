"""Edits of a schema as values: a plan file keeps those of each step, and taking the step applies them.

An edit names models, enums and fields as the schema does. Applying one keeps the user's formatting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from attrs import frozen

from refract.escaping import code_span
from refract.syntax import Document, SchemaTree, edits
from refract.syntax.tree import EnumValueNode, Field
from refract.text import FileEdits, Span, TextEdit, line_edits


@frozen
class AddField:
    """A field below field `after`, above field `before`, or below the last one."""

    model: str
    field: str
    type: str
    attributes: tuple[str, ...] = ()
    after: str = ""
    before: str = ""

    def __str__(self) -> str:
        added = " ".join((self.field, self.type, *self.attributes))
        return f"add {code_span(added)} to {code_span(self.model)}"


@frozen
class RemoveField:
    """A field, with its comments."""

    model: str
    field: str

    def __str__(self) -> str:
        return f"remove {code_span(f'{self.model}.{self.field}')}"


@frozen
class RenameField:
    """A field, wherever the schema names it."""

    model: str
    field: str
    to: str

    def __str__(self) -> str:
        return f"rename {code_span(f'{self.model}.{self.field}')} to {code_span(self.to)}"


@frozen
class RetypeField:
    """The type of a field, such as `String?`."""

    model: str
    field: str
    type: str

    def __str__(self) -> str:
        return f"make {code_span(f'{self.model}.{self.field}')} of type {code_span(self.type)}"


@frozen
class AddAttribute:
    """An attribute, such as `@ignore`, of a field or enum value."""

    block: str
    member: str
    attribute: str

    def __str__(self) -> str:
        return f"give {code_span(f'{self.block}.{self.member}')} the attribute {code_span(self.attribute)}"


@frozen
class RemoveAttribute:
    """An attribute by its name (without `@`) of a field or enum value."""

    block: str
    member: str
    name: str

    def __str__(self) -> str:
        return f"take {code_span(f'@{self.name}')} from {code_span(f'{self.block}.{self.member}')}"


@frozen
class AddBlockAttribute:
    """An attribute, such as `@@index([email])`, of a model or enum."""

    block: str
    attribute: str

    def __str__(self) -> str:
        return f"give {code_span(self.block)} the line {code_span(self.attribute)}"


@frozen
class RemoveBlockAttribute:
    """An attribute of a model or enum, such as `@@index([email])`, exactly as written except for spaces."""

    block: str
    written: str

    def __str__(self) -> str:
        return f"remove {code_span(self.written)} from {code_span(self.block)}"


@frozen
class AddBlock:
    """A whole block, below block `after` or at the end."""

    text: str
    after: str = ""

    def __str__(self) -> str:
        return f"add {code_span(self.text.split('{', 1)[0].strip())}"


@frozen
class RemoveBlock:
    """A whole block."""

    block: str

    def __str__(self) -> str:
        return f"remove {code_span(self.block)}"


@frozen
class RenameBlock:
    """A model or enum, and the fields of that type."""

    block: str
    to: str

    def __str__(self) -> str:
        return f"rename {code_span(self.block)} to {code_span(self.to)}"


@frozen
class AddEnumValue:
    """A value of an enum, with its attributes, below value `after` or below the last one."""

    enum: str
    value: str
    after: str = ""

    def __str__(self) -> str:
        return f"add the value {code_span(self.value)} to {code_span(self.enum)}"


@frozen
class RemoveEnumValue:
    """A value of an enum."""

    enum: str
    value: str

    def __str__(self) -> str:
        return f"remove the value {code_span(self.value)} from {code_span(self.enum)}"


@frozen
class RenameEnumValueInSchema:
    """A value of an enum, and the defaults that name it."""

    enum: str
    value: str
    to: str

    def __str__(self) -> str:
        return f"rename the value {code_span(self.value)} of {code_span(self.enum)} to {code_span(self.to)}"


SchemaEdit = (
    AddField
    | RemoveField
    | RenameField
    | RetypeField
    | AddAttribute
    | RemoveAttribute
    | AddBlockAttribute
    | RemoveBlockAttribute
    | AddBlock
    | RemoveBlock
    | RenameBlock
    | AddEnumValue
    | RemoveEnumValue
    | RenameEnumValueInSchema
)


def apply_schema_edits(tree: SchemaTree, wanted: Iterable[SchemaEdit]) -> SchemaTree:
    """The schema after the edits, one after the other. Raises LookupError when one of them finds nothing to edit."""
    for edit in wanted:
        tree = _applied(tree, edit)
    return tree


def inverse_edits(tree: SchemaTree, wanted: Iterable[SchemaEdit]) -> tuple[SchemaEdit, ...]:
    """The edits that lead back from `wanted`, made one after the other. Raises LookupError as these do."""
    back: list[SchemaEdit] = []
    for edit in wanted:
        back = [*_inverse(tree, edit), *back]
        tree = apply_schema_edits(tree, (edit,))
    return tuple(back)


def holds(tree: SchemaTree, edit: SchemaEdit) -> bool:
    """Whether the edit is already made in the schema."""
    match edit:
        case AddField(model, field) | RenameField(model, _, field):
            return _node(tree, model, field) is not None
        case RemoveField(model, field):
            return _node(tree, model, field) is None
        case RetypeField(model, field, type_):
            node = _node(tree, model, field)
            return isinstance(node, Field) and _same(_text(tree, model, node.type.span), type_)
        case AddAttribute(block, member, attribute):
            node = _node(tree, block, member)
            return node is not None and any(_same(_text(tree, block, a.span), attribute) for a in node.attributes)
        case RemoveAttribute(block, member, name):
            node = _node(tree, block, member)
            return node is not None and node.attribute(name) is None
        case AddBlockAttribute(block, attribute):
            return any(_same(text, attribute) for text in _block_attributes(tree, block))
        case RemoveBlockAttribute(block, written):
            return not any(_same(text, written) for text in _block_attributes(tree, block))
        case AddBlock(text):
            return tree.block(_block_name(text)) is not None
        case RemoveBlock(block):
            return tree.block(block) is None
        case RenameBlock(block, to):
            return tree.block(to) is not None and tree.block(block) is None
        case AddEnumValue(enum, value) | RenameEnumValueInSchema(enum, _, value):
            return _node(tree, enum, value.split(" ", 1)[0]) is not None
        case RemoveEnumValue(enum, value):
            return _node(tree, enum, value) is None


def all_hold(tree: SchemaTree, edits: Sequence[SchemaEdit]) -> bool:
    """Whether the edits, one after the other, are already made in the schema."""
    return all(holds(tree, edit) or _is_taken_again(tree, edit, edits[at + 1 :]) for at, edit in enumerate(edits))


def _is_taken_again(tree: SchemaTree, edit: SchemaEdit, later: Sequence[SchemaEdit]) -> bool:
    """Whether what the edit removes exists only because a later edit adds it again: a block's name, a field, an
    attribute.
    """
    match edit:
        case RenameBlock(block, to) if tree.block(to) is not None:
            return any(isinstance(other, RenameBlock) and other.to == block for other in later)
        case RemoveField(model, field):
            again = (e for e in later if isinstance(e, AddField) and (e.model, e.field) == (model, field))
            return any(holds(tree, RetypeField(model, field, e.type)) for e in again)
        case RemoveAttribute(block, member, name):
            given = (e for e in later if isinstance(e, AddAttribute) and (e.block, e.member) == (block, member))
            return any(_attribute_name(e.attribute) == name for e in given)
        case _:
            return False


def _attribute_name(written: str) -> str:
    return written.lstrip("@").split("(", 1)[0]


def contradiction(tree: SchemaTree, wanted: Sequence[SchemaEdit]) -> str:
    """What the schema already has for a field to be added; empty if nothing conflicts."""
    changed = {(edit.model, edit.field) for edit in wanted if isinstance(edit, RetypeField | RemoveField)}
    for edit in wanted:
        node = _node(tree, edit.model, edit.field) if isinstance(edit, AddField) else None
        if not isinstance(edit, AddField) or not isinstance(node, Field) or (edit.model, edit.field) in changed:
            continue
        here = _text(tree, edit.model, node.type.span)
        if not _same(here, edit.type):
            return f"it has {code_span(f'{edit.model}.{edit.field}')} as {code_span(here)}, and the step adds {code_span(edit.type)}"
    return ""


def file_edits(before: SchemaTree, after: SchemaTree) -> tuple[FileEdits, ...]:
    """What turns the files of one schema into those of the other, by whole lines."""
    return tuple(_file_edits(before, after))


def _inverse(tree: SchemaTree, edit: SchemaEdit) -> Iterator[SchemaEdit]:
    match edit:
        case AddField(model, field):
            yield RemoveField(model, field)
        case RemoveField(model, field):
            yield from _field_again(tree, model, field)
        case RenameField(model, field, to):
            yield RenameField(model, to, field)
        case RetypeField(model, field):
            node = _node(tree, model, field)
            if isinstance(node, Field):
                yield RetypeField(model, field, _text(tree, model, node.type.span))
        case AddAttribute(block, member, attribute):
            yield RemoveAttribute(block, member, _attribute_name(attribute))
        case RemoveAttribute(block, member, name):
            node = _node(tree, block, member)
            for found in node.attributes if node else ():
                if found.name.text == name:
                    yield AddAttribute(block, member, _text(tree, block, found.span))
        case AddBlockAttribute(block, attribute):
            yield RemoveBlockAttribute(block, attribute)
        case RemoveBlockAttribute(block, written):
            yield AddBlockAttribute(block, written)
        case AddBlock(text):
            yield RemoveBlock(_block_name(text))
        case RemoveBlock(block):
            yield AddBlock(block_text(tree, block))
        case RenameBlock(block, to):
            yield RenameBlock(to, block)
        case AddEnumValue(enum, value):
            yield RemoveEnumValue(enum, value.split(" ", 1)[0])
        case RemoveEnumValue(enum, value):
            yield from _value_again(tree, enum, value)
        case RenameEnumValueInSchema(enum, value, to):
            yield RenameEnumValueInSchema(enum, to, value)


def block_text(tree: SchemaTree, block: str) -> str:
    """A block as written, from its keyword to its brace; empty if it does not exist."""
    found = tree.block(block)
    return _text(tree, block, found.span) if found else ""


def _field_again(tree: SchemaTree, model: str, field: str) -> Iterator[SchemaEdit]:
    found = tree.block(model)
    node = found.field(field) if found else None
    if found is None or node is None:
        return
    at = found.fields.index(node)
    attributes = written_attributes(tree, model, field)
    above = found.fields[at - 1].name.text if at else ""
    below = found.fields[at + 1].name.text if not at and len(found.fields) > 1 else ""
    yield AddField(model, field, _text(tree, model, node.type.span), attributes, above, below)


def written_attributes(tree: SchemaTree, block: str, member: str) -> tuple[str, ...]:
    """The attributes of a field or value, as written."""
    node = _node(tree, block, member)
    return tuple(_text(tree, block, a.span) for a in node.attributes) if node else ()


def _value_again(tree: SchemaTree, enum: str, value: str) -> Iterator[SchemaEdit]:
    found = tree.block(enum)
    names = [v.name.text for v in found.values] if found else []
    if found is None or value not in names:
        return
    at = names.index(value)
    yield AddEnumValue(enum, _text(tree, enum, found.values[at].span), names[at - 1] if at else "")


def _node(tree: SchemaTree, block: str, member: str) -> Field | EnumValueNode | None:
    found = tree.block(block)
    if found is None:
        return None
    return found.field(member) or next((v for v in found.values if v.name.text == member), None)


def _block_attributes(tree: SchemaTree, block: str) -> Iterator[str]:
    found = tree.block(block)
    return (_text(tree, block, a.span) for a in (found.attributes if found else ()))


def _text(tree: SchemaTree, block: str, span: Span) -> str:
    placed = tree.placed(block)
    document = tree.document(placed.path) if placed else None
    return document.slice(span.shifted(placed.chunk_start)) if placed and document else ""


def _block_name(text: str) -> str:
    words = text.split("{", 1)[0].split()
    return words[-1] if words else ""


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _applied(tree: SchemaTree, edit: SchemaEdit) -> SchemaTree:
    match edit:
        case RenameField(model, field, to):
            home = _home(tree, model)
            return _everywhere(
                tree,
                lambda d: (
                    edits.rename_field(d, model, field, to)
                    if d is home
                    else edits.rename_field_references(d, model, field, to)
                ),
            )
        case RenameBlock(block, to):
            _home(tree, block)
            return _everywhere(tree, lambda d: edits.rename_block(d, block, to))
        case RenameEnumValueInSchema(enum, value, to):
            return _edited(tree, _home(tree, enum), lambda d: edits.rename_enum_value(d, enum, value, to))
        case AddBlock(text, after):
            document = _home(tree, after) if after else tree.documents[-1]
            return _edited(tree, document, lambda d: edits.add_block(d, text, after or None))
    block, make = _in_block(edit)
    return _edited(tree, _home(tree, block), make)


def _in_block(edit: SchemaEdit) -> tuple[str, Callable[[Document], list[TextEdit]]]:
    """The block that an edit is made in, and what makes it there."""
    match edit:
        case AddField(model, field, type_, attributes, after, before):
            return model, lambda d: edits.add_field(
                d, model, field, type_, attributes, after=after or None, before=before or None
            )
        case RemoveField(model, field):
            return model, lambda d: edits.remove_field(d, model, field)
        case RetypeField(model, field, type_):
            return model, lambda d: edits.retype_field(d, model, field, type_)
        case AddAttribute(block, member, attribute):
            return block, lambda d: edits.add_attribute(d, block, member, attribute)
        case RemoveAttribute(block, member, name):
            return block, lambda d: edits.remove_attribute(d, block, member, name)
        case AddBlockAttribute(block, attribute):
            return block, lambda d: edits.add_block_attribute(d, block, attribute)
        case RemoveBlockAttribute(block, written):
            return block, lambda d: edits.remove_written_attribute(d, block, written)
        case RemoveBlock(block):
            return block, lambda d: edits.remove_block(d, block)
        case AddEnumValue(enum, value, after):
            return enum, lambda d: edits.add_enum_value(d, enum, value, after or None)
        case RemoveEnumValue(enum, value):
            return enum, lambda d: edits.remove_enum_value(d, enum, value)
        case _:
            raise LookupError(f"{edit} is made in no single block")


def _home(tree: SchemaTree, block: str) -> Document:
    placed = tree.placed(block)
    document = tree.document(placed.path) if placed else None
    if document is None:
        raise LookupError(f"the schema has no {block}")
    return document


def _edited(tree: SchemaTree, document: Document, make: Callable[[Document], list[TextEdit]]) -> SchemaTree:
    made = sorted(make(document), key=lambda edit: edit.span.start, reverse=True)
    for edit in made:
        document = document.edited(edit.span, edit.new_text)
    return tree.replaced(document)


def _everywhere(tree: SchemaTree, make: Callable[[Document], list[TextEdit]]) -> SchemaTree:
    for document in tree.documents:
        tree = _edited(tree, document, make)
    return tree


def _file_edits(before: SchemaTree, after: SchemaTree) -> Iterator[FileEdits]:
    for document in before.documents:
        changed = after.document(document.path)
        if changed is None or changed is document:
            continue
        made = tuple(_document_edits(document, changed))
        if made:
            yield FileEdits(document.path, made, document.text)


def _document_edits(before: Document, after: Document) -> Iterator[TextEdit]:
    """By whole lines, in the blocks that are not the same: to compare all lines of a large schema takes half a second."""
    olds, news = [chunk.text for chunk in before.chunks], [chunk.text for chunk in after.chunks]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        start = before.starts[i1] if i1 < len(olds) else before.length
        for edit in line_edits("".join(olds[i1:i2]), "".join(news[j1:j2])) if kind != "equal" else ():
            yield TextEdit(edit.span.shifted(start), edit.new_text)
