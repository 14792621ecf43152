"""What a model sees of the blocks that it reads. An edit that it cannot see leaves its table as it was.

A model reads the type of a field: of another model its name, its keys, the fields that lead back and those that a
`@relation` references; of an enum everything. Comments and other fields are not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any

from attrs import frozen

from refract.lowering.arguments import field_references
from refract.syntax.tree import Arity, Attribute, Block, Field

_SEEN_ATTRIBUTES = frozenset({"id", "unique", "map", "schema"})
"""The attributes of a block that a relation to it depends on."""

_KEYS = frozenset({"id", "unique"})


@frozen(eq=False)
class BlockChange:
    """How a block differs from an earlier form: `fields` are those removed, added or changed, in either form, `keys` the
    names of those that its `@@id` and `@@unique` list. `linked` are the models that lists of the block lead to.
    `everywhere`: all that read it see the change.
    """

    everywhere: bool
    name: str = ""
    fields: tuple[Field, ...] = ()
    keys: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()

    def is_seen_by(self, reader: Block) -> bool:
        """Whether the table of the model `reader` may be another one after the change."""
        if self.everywhere or not self.fields:
            return self.everywhere
        names = frozenset(_referenced(reader))
        if any(_is_seen(field, reader, names) for field in self.fields):
            return True
        return self._is_linked_with(reader) and any(map(self._is_key, self.fields))  # a join table refers to the key

    def _is_linked_with(self, reader: Block) -> bool:
        return reader.name.text in self.linked and self.name in _linked(reader)

    def _is_key(self, field: Field) -> bool:
        return field.name.text in self.keys or any(attribute.name.text in _KEYS for attribute in field.attributes)


def change_between(before: Block | None, after: Block | None) -> BlockChange:
    """How a block differs from an earlier form; None stands for a block that does not exist."""
    if before is None or after is None or before.keyword is not after.keyword:
        return BlockChange(everywhere=True)
    attributes = [tuple(_seen_attributes(block)) for block in (before, after)]
    if bool(before.problems) != bool(after.problems) or not is_written_alike(*attributes):
        return BlockChange(everywhere=True)
    if not is_written_alike(before.values, after.values):
        return BlockChange(everywhere=True)
    changed = tuple(_changed(before.fields, after.fields))
    keys, linked = frozenset(_fields_of(attributes[0])), frozenset((*_linked(before), *_linked(after)))
    return BlockChange(everywhere=False, name=after.name.text, fields=changed, keys=keys, linked=linked)


def is_written_alike(one: object, other: object) -> bool:
    """Whether two parts of a tree are the same but for their places."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(is_written_alike, one, other))
    parts = _parts(type(one))  # type: ignore[arg-type]  # mypy takes the __hash__ of instances for that of classes
    return one == other if parts is None else all(map(is_written_alike, parts(one), parts(other)))


@cache
def _parts(kind: type[Any]) -> Callable[[object], tuple[object, ...]] | None:
    """What a node is made of, without its place; None if it is no node."""
    names = [attribute.name for attribute in getattr(kind, "__attrs_attrs__", ()) if attribute.name != "span"]
    if not names:
        return None
    return attrgetter(*names) if len(names) > 1 else lambda node: (getattr(node, names[0]),)


def _seen_attributes(block: Block) -> Iterator[Attribute]:
    return (attribute for attribute in block.attributes if attribute.name.text in _SEEN_ATTRIBUTES)


def _fields_of(attributes: Iterable[Attribute]) -> Iterator[str]:
    """The fields of keys over several."""
    for attribute in attributes:
        if attribute.name.text in _KEYS:
            yield from (reference.field for reference in field_references(attribute.argument("fields", 0)))


def _changed(before: tuple[Field, ...], after: tuple[Field, ...]) -> Iterator[Field]:
    """All fields between the first and the last that differ: their order counts too."""
    start, end = 0, min(len(before), len(after))
    while start < end and is_written_alike(before[start], after[start]):
        start += 1
    same = 0
    while same < end - start and is_written_alike(before[-1 - same], after[-1 - same]):
        same += 1
    yield from before[start : len(before) - same]
    yield from after[start : len(after) - same]


def _referenced(reader: Block) -> Iterator[str]:
    """The fields of other models that the relations of a model reference."""
    for relation in (field.attribute("relation") for field in reader.fields):
        if relation is not None:
            yield from (reference.field for reference in field_references(relation.argument("references")))


def _linked(block: Block) -> Iterator[str]:
    return (field.type.name.text for field in block.fields if field.type.arity is Arity.LIST)


def _is_seen(field: Field, reader: Block, names: frozenset[str]) -> bool:
    return field.type.name.text == reader.name.text or field.name.text in names


__all__ = ["BlockChange", "change_between", "is_written_alike"]
