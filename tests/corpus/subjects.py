"""What each recipe could change in a schema that it has never seen: subjects with their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from corpus.contents import NUMBERS
from refract.schema.model import Column, Table
from refract.schema.model import Database as Model
from refract.syntax import SchemaTree
from refract.syntax.tree import Arity, Block, Field, Keyword

_TEXT = ("TEXT", "VARCHAR")
_WHOLE = ("INTEGER", "INT")


@frozen
class Subject:
    """A recipe with what it is asked to change."""

    recipe: str
    of: str
    answers: Mapping[str, str]

    def __str__(self) -> str:
        return " ".join((self.recipe, self.of, *(f"{name}={value}" for name, value in self.answers.items())))


@frozen
class Schema:
    """A schema as text and as the database that it asks for."""

    tree: SchemaTree
    database: Model

    def models(self) -> list[tuple[Block, Table]]:
        tables = {table.model_name: table for table in self.database.tables.values()}
        found = (placed.block for placed in self.tree.blocks() if placed.block.keyword is Keyword.MODEL)
        return [(block, tables[block.name.text]) for block in found if block.name.text in tables]

    def columns(self) -> Iterator[tuple[str, Table, Column]]:
        """The columns that are neither keys nor point to one, by the names of their model and field."""
        for block, table in self.models():
            keys = {x for key in table.foreign_keys for x in key.columns}
            keys |= {part.name for part in table.primary_key.columns} if table.primary_key else set()
            for column in table.columns:
                if column.name not in keys and column.field_name and not column.ignored:
                    yield f"{block.name.text}.{column.field_name}", table, column

    def texts(self) -> Iterator[tuple[str, Table, Column]]:
        for name, table, column in self.columns():
            if column.type.name in _TEXT and not column.type.is_list:
                yield name, table, column

    def relations(self) -> Iterator[tuple[Block, Field]]:
        """The fields that hold a foreign key."""
        for block, _ in self.models():
            for field in block.fields:
                written = field.attribute("relation")
                if written is not None and written.argument("fields") is not None:
                    yield block, field

    def enums(self) -> Iterator[tuple[str, list[str]]]:
        for placed in self.tree.blocks():
            if placed.block.keyword is Keyword.ENUM and len(placed.block.values) > 1:
                yield placed.block.name.text, [value.name.text for value in placed.block.values]


Found = Iterator[tuple[str, dict[str, str]]]


def subjects(schema: Schema) -> dict[str, list[Subject]]:
    """All that each recipe could be asked to change, by the name of the recipe and the way it is followed."""
    return {
        name: [Subject(name.split()[0], of, answers) for of, answers in find(schema)] for name, find in _FINDERS.items()
    }


def _renamed_fields(how: str) -> Callable[[Schema], Found]:
    return lambda schema: (
        (name, {"to": f"{name.partition('.')[2]}Renamed", "how": how}) for name, _, _ in schema.columns()
    )


def _renamed_models(how: str) -> Callable[[Schema], Found]:
    return lambda schema: (
        (block.name.text, {"to": f"{block.name.text}Renamed", "how": how}) for block, _ in schema.models()
    )


def _renamed_enums(how: str) -> Callable[[Schema], Found]:
    return lambda schema: ((name, {"to": f"{name}Renamed", "how": how}) for name, _ in schema.enums())


def _renamed_values(how: str) -> Callable[[Schema], Found]:
    return lambda schema: (
        (f"{name}.{values[0]}", {"to": f"{values[0]}_RENAMED", "how": how}) for name, values in schema.enums()
    )


def _added_values(schema: Schema) -> Found:
    yield from ((name, {"value": "ADDED_VALUE", "after": values[0]}) for name, values in schema.enums())


def _removed_values(how: str) -> Callable[[Schema], Found]:
    return lambda schema: (
        (f"{name}.{values[-1]}", {"replacement": values[0], "how": how}) for name, values in schema.enums()
    )


def _wider(column: Column) -> str:
    if column.type.is_list or column.auto_increment or column.default is not None:
        return ""
    if column.type.name in _WHOLE:
        return "BigInt"
    return {"TEXT": "String @db.VarChar(400)", "VARCHAR": "String @db.Text", "DOUBLE PRECISION": "Decimal"}.get(
        column.type.name, ""
    )


def _retyped(schema: Schema) -> Found:
    for name, _, column in schema.columns():
        if type_ := _wider(column):
            yield name, {"type": type_}


def _required(schema: Schema) -> Found:
    for name, _, column in schema.texts():
        if column.nullable:
            yield name, {"value": "'none'"}


def _required_relations(schema: Schema) -> Found:
    for block, field in schema.relations():
        if field.type.arity is Arity.OPTIONAL:
            yield f"{block.name.text}.{field.name.text}", {"value": f"'{NUMBERS[0]}'"}


def _added_fields(how: Mapping[str, str]) -> Callable[[Schema], Found]:
    return lambda schema: (
        (block.name.text, {"field": "addedField", "type": "String", **how}) for block, _ in schema.models()
    )


def _dropped_fields(schema: Schema) -> Found:
    yield from ((name, {}) for name, _, _ in schema.columns())


def _dropped_models(schema: Schema) -> Found:
    yield from ((block.name.text, {}) for block, _ in schema.models())


def _unique(schema: Schema) -> Found:
    for name, table, column in schema.texts():
        if not any(part.name == column.name for index in table.indexes for part in index.columns):
            yield name.partition(".")[0], {"fields": name.partition(".")[2]}


def _defaults(schema: Schema) -> Found:
    yield from ((name, {"default": '"none"'}) for name, _, _ in schema.texts())


def _actions(schema: Schema) -> Found:
    for block, field in schema.relations():
        yield f"{block.name.text}.{field.name.text}", {"onDelete": "Cascade"}


def _split(schema: Schema) -> Found:
    yield from ((name, {"into": "firstPart,secondPart"}) for name, _, _ in schema.texts())


def _merged(schema: Schema) -> Found:
    by_model: dict[str, list[str]] = {}
    for name, _, _ in schema.texts():
        model, _, field = name.partition(".")
        by_model.setdefault(model, []).append(field)
    for model, fields in by_model.items():
        if len(fields) > 1:
            yield model, {"fields": ",".join(fields[:2]), "to": "mergedField"}


def _numbered(schema: Schema) -> Found:
    for block, table in schema.models():
        if table.primary_key is not None and len(table.primary_key.columns) == 1:
            column = table.column(table.primary_key.columns[0].name)
            if column is not None and column.auto_increment:
                yield block.name.text, {}


def _to_many(schema: Schema) -> Found:
    for block, field in schema.relations():
        name = f"{block.name.text}.{field.name.text}"
        yield name, {"to": f"{field.name.text}Links", "back": f"{block.name.text.lower()}Links"}


def _implicit(schema: Schema) -> Found:
    names = {block.name.text for block, _ in schema.models()}
    for block, _ in schema.models():
        for field in block.fields:
            if field.type.arity is Arity.LIST and field.type.name.text in names:
                yield f"{block.name.text}.{field.name.text}", {}


def _moved(schema: Schema) -> Found:
    linked = {block.name.text: field.type.name.text for block, field in schema.relations()}
    for name, _, column in schema.texts():
        model = name.partition(".")[0]
        if model in linked and column.nullable:
            yield name, {"to": linked[model]}


_FINDERS: Mapping[str, Callable[[Schema], Found]] = {
    "rename-field trigger": _renamed_fields("trigger"),
    "change-type": _retyped,
    "rename-model view": _renamed_models("view"),
    "make-field-required": _required,
    "split-field": _split,
    "drop-field": _dropped_fields,
    "add-unique": _unique,
    "rename-model trigger": _renamed_models("trigger"),
    "merge-fields": _merged,
    "add-required-field": _added_fields({"value": "'none'"}),
    "add-required-field constant": _added_fields({"how": "constant", "default": '"none"'}),
    "primary-key-to-bigint": _numbered,
    "remove-enum-value": _removed_values("swap"),
    "remove-enum-value shadow": _removed_values("shadow"),
    "drop-model": _dropped_models,
    "make-relation-required": _required_relations,
    "relation-to-many-to-many": _to_many,
    "rename-enum-value": _renamed_values("value"),
    "rename-enum-value shadow": _renamed_values("shadow"),
    "rename-field application": _renamed_fields("application"),
    "change-referential-actions": _actions,
    "rename-enum shadow": _renamed_enums("shadow"),
    "change-default": _defaults,
    "add-enum-value": _added_values,
    "primary-key-to-uuid": _numbered,
    "rename-model application": _renamed_models("application"),
    "explicit-many-to-many": _implicit,
    "move-field": _moved,
    "rename-field at-once": _renamed_fields("at-once"),
    "rename-model at-once": _renamed_models("at-once"),
}
