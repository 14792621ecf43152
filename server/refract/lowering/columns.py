"""Lowers one scalar field to its column."""

from __future__ import annotations

from attrs import evolve

from refract.lowering.arguments import column_name, mapped_name, text_of, truth_of
from refract.lowering.scope import Scope
from refract.providers import defaults
from refract.schema.model import Column, ColumnType, Default, DefaultKind, Numbering, whole_number
from refract.syntax.tree import (
    Arity,
    Array,
    Attribute,
    Block,
    Call,
    Constant,
    Expression,
    Field,
    Keyword,
    NumberLiteral,
    StringLiteral,
)
from refract.text import Origin, Span

_SEQUENCE_OPTIONS = {
    "increment": "increment",
    "start": "start",
    "cache": "cache",
    "minValue": "minimum",
    "maxValue": "maximum",
}
_CLIENT_FUNCTIONS = {"uuid", "cuid", "ulid", "nanoid", "auto"}


def lower_column(block: Block, field: Field, origin: Origin, scope: Scope) -> Column | None:
    """The column of `field`, None if its type is unknown."""
    type_ = _column_type(field, scope)
    if type_ is None:
        return None
    column = Column(
        name=scope.column(field),
        type=type_,
        nullable=field.type.arity is not Arity.REQUIRED,
        field_name=field.name.text,
        full_name=scope.full_name(column_name(field)),
        client_default="updatedAt" if field.attribute("updatedAt") else None,
        ignored=field.attribute("ignore") is not None,
        origin=origin,
    )
    attribute = field.attribute("default")
    value = attribute.argument("value", 0) if attribute else None
    if attribute is None or value is None:
        return column
    return _with_default(column, block, field, attribute, value, scope)


def _column_type(field: Field, scope: Scope) -> ColumnType | None:
    is_list = field.type.arity is Arity.LIST
    if field.type.unsupported is not None:
        return ColumnType(field.type.unsupported.value, is_list=is_list)
    name = field.type.name.text
    target = scope.blocks.get(name)
    if target is not None:
        return _block_type(target, is_list, scope)
    scalar = scope.provider.scalar_type(name)
    type_ = scalar and (_native_type(field, scope) or scalar)
    return evolve(type_, is_list=is_list) if type_ is not None and is_list else type_


def _block_type(target: Block, is_list: bool, scope: Scope) -> ColumnType:
    """The type of a field whose type is an enum, or (mongodb) a composite type."""
    if target.keyword is Keyword.TYPE:
        return ColumnType(target.name.text, is_list=is_list)
    if scope.provider.enum_types:
        return ColumnType("", is_list=is_list, enum=scope.qualified(target))
    if scope.provider.inline_enums:
        return ColumnType("ENUM", tuple(_stored(target, v.name.text) for v in target.values), is_list)
    text = scope.provider.scalars["String"]
    return evolve(text, is_list=is_list)


def native_problem(field: Field, scope: Scope) -> tuple[str, Span] | None:
    """Why the native type of a field (`@db.VarChar(191)`) cannot be read, and its span; None if it can."""
    attribute = _native_attribute(field)
    if attribute is None:
        return None
    written = f"@{attribute.name.text}"
    prefix, _, native = attribute.name.text.partition(".")
    if prefix != scope.datasource:
        return f'Unknown attribute "{written}". Native types begin with @{scope.datasource}.', attribute.name.span
    form = scope.provider.native_forms.get(native)
    if form is None:
        return f'Unknown native type "{written}" of {scope.provider.name}. Check its spelling.', attribute.name.span
    arguments = _native_arguments(attribute)
    if any(isinstance(a, str) and a != "max" for a in arguments):
        return f"An argument of {written} is not a number (length or precision unknown).", attribute.span
    if len(arguments) not in form.counts:
        return f"{written} takes {_counted(form.counts)}.", attribute.span
    if len(arguments) == 2 and _is_larger(arguments[1], arguments[0]):
        return f"The scale of {written} is larger than its precision.", attribute.span
    if field.type.name.text not in form.scalars:
        return f"{written} cannot stand on a field of type {field.type.name.text}.", attribute.span
    return None


def _is_larger(one: int | str, other: int | str) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one > other


def _counted(counts: frozenset[int]) -> str:
    """How many arguments a native type takes, in words."""
    words = {0: "no argument", 1: "one argument", 2: "two arguments"}
    return " or ".join(words[count] for count in sorted(counts))


def _native_type(field: Field, scope: Scope) -> ColumnType | None:
    attribute = _native_attribute(field)
    if attribute is None or native_problem(field, scope):
        return None
    native = attribute.name.text.partition(".")[2]
    return scope.provider.native_type(field.type.name.text, native, _native_arguments(attribute))


def _native_attribute(field: Field) -> Attribute | None:
    return next((attribute for attribute in field.attributes if "." in attribute.name.text), None)


def _native_arguments(attribute: Attribute) -> tuple[int | str, ...]:
    return tuple(_native_argument(a.value) for a in attribute.arguments)


def _native_argument(value: Expression) -> int | str:
    if isinstance(value, NumberLiteral) and (number := whole_number(value.text)) is not None:
        return number
    if isinstance(value, Constant):
        return value.text.lower()
    return value.value if isinstance(value, StringLiteral) else ""


def _with_default(
    column: Column, block: Block, field: Field, attribute: Attribute, value: Expression, scope: Scope
) -> Column:
    column = evolve(column, default_name=_default_name(block, column, attribute, scope))
    if isinstance(value, Call):
        return _with_function(column, block, value, scope)
    return evolve(column, default=_literal(value, field, column.type, scope))


def _default_name(block: Block, column: Column, attribute: Attribute, scope: Scope) -> str | None:
    if not scope.provider.names_defaults:
        return None
    mapped = text_of(attribute.argument("map"))
    return mapped or scope.provider.default_constraint_name(scope.qualified(block).name, column.name)


def _with_function(column: Column, block: Block, call: Call, scope: Scope) -> Column:
    name = call.name.text
    if name == "now":
        return evolve(column, default=defaults.NOW)
    if name == "dbgenerated":
        sql = text_of(call.arguments[0].value) if call.arguments else None
        return evolve(column, default=defaults.expression(sql)) if sql else column
    if name == "autoincrement" and scope.provider.autoincrement_default is not None:
        return evolve(column, default=scope.provider.autoincrement_default)
    if name in ("autoincrement", "sequence"):
        sequence = scope.provider.sequence_name(scope.qualified(block).name, column.name)
        numbering = _numbering(call) if name == "sequence" else None
        return evolve(column, auto_increment=True, sequence=sequence, numbering=numbering)
    if name in _CLIENT_FUNCTIONS:
        return evolve(column, client_default=f"{name}()")
    return column


def _numbering(call: Call) -> Numbering:
    """The arguments of `sequence(start: 10, increment: 5)`."""
    numbers = {a.name.text: _whole(a.value) for a in call.arguments if a.name}
    options = {
        ours: number for prisma, ours in _SEQUENCE_OPTIONS.items() if (number := numbers.get(prisma)) is not None
    }
    virtual = any(a.name and a.name.text == "virtual" and truth_of(a.value) for a in call.arguments)
    return Numbering(**options, virtual=virtual)


def _whole(value: Expression) -> int | None:
    if not isinstance(value, NumberLiteral):
        return None
    number = whole_number(value.text.removeprefix("-"))
    return -number if number is not None and value.text.startswith("-") else number


def _literal(value: Expression, field: Field, type_: ColumnType, scope: Scope) -> Default | None:
    if isinstance(value, Array):
        element = evolve(type_, is_list=False)
        items = (_literal(item, field, element, scope) for item in value.items)
        return Default(DefaultKind.LIST, items=tuple(i for i in items if i is not None))
    if isinstance(value, NumberLiteral):
        return defaults.number(value.text)
    if isinstance(value, Constant):
        return _constant(value, field, scope)
    return _text(value, field) if isinstance(value, StringLiteral) else None


def _constant(value: Constant, field: Field, scope: Scope) -> Default:
    target = scope.blocks.get(field.type.name.text)
    if target is not None and target.keyword is Keyword.ENUM:
        return defaults.string(_stored(target, value.text))
    if value.text in ("true", "false"):
        return defaults.boolean(value.text == "true")
    return defaults.string(value.text)


def _text(value: StringLiteral, field: Field) -> Default:
    match field.type.name.text:
        case "Bytes":
            return defaults.bytes_from_base64(value.value)
        case "DateTime":
            return defaults.moment(value.value)
        case "Decimal" | "Float" | "Int" | "BigInt":
            return defaults.number(value.value)
        case _:
            return defaults.string(value.value)


def _stored(enum: Block, name: str) -> str:
    """The database's name of the enum value `name`."""
    value = next((v for v in enum.values if v.name.text == name), None)
    return (mapped_name(value.attribute("map")) if value else None) or name
