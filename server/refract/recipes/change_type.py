"""Changes the type of a field while old and new versions of the app run.

## What it does
Adds a column of the new type and copies the values, while both columns are kept in sync.
The new field then takes the name of the old one, with `@map` for its column, and the old column is dropped.
`how` chooses what keeps the columns in sync:
- `trigger` uses a database trigger, in both directions.
- `application` needs releases of the app that write both fields.

A value that cannot be converted becomes NULL in the new column instead of failing the write.
Decide about such values before the new column is made required.

## When to use it
`SET DATA TYPE` may rewrite the table and its indexes while all reads and writes wait.
If there is no cast, Prisma drops the column with its values.
App instances built from the old schema cannot read the new type.

## Example
```prisma before
model User {
  id    Int @id
  score Int @default(0)
}
```
```console
refract plan new change-type User.score type=BigInt
```
```prisma after
model User {
  id    Int    @id
  score BigInt @map("score_v2") @default(0)
}
```

## Going back
Every step before the last can be undone.
The last step drops the old column.
It can be undone only with a trigger, and only if every new value fits the old type.

## Providers
`how=trigger`: PostgreSQL, MySQL, MariaDB.
`how=application`: every SQL database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from refract.escaping import code_span, prisma_string
from refract.lowering import lower
from refract.lowering.arguments import EMPTY_DEFAULTS
from refract.recipes._conversions import ROUNDED, Conversion, conversion
from refract.recipes._enums import stored_values
from refract.recipes._losses import Losses
from refract.recipes._sql import cast, row, silent_default, type_text
from refract.recipes._twin import APPLICATION, TRIGGER, NewField, Twin, refuse_keys, refuse_triggers, twin_steps
from refract.recipes.base import CannotPlan, ModelField, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import AddAttribute, AddField, apply_schema_edits
from refract.schema.model import Column
from refract.syntax.tree import Call, Constant, NumberLiteral, StringLiteral

_WHOLE, _ANY = re.compile(r"-?\d+"), re.compile(r"-?\d+(\.\d+)?")
_NUMBERS = {"Int": _WHOLE, "BigInt": _WHOLE, "Float": _ANY, "Decimal": _ANY}
_QUOTED = ("String", "Json", "Bytes", "DateTime")


@recipe(
    SubjectKind.FIELD,
    Question("type", "New type, such as BigInt or String @db.VarChar(20)"),
    Question("how", "What keeps both columns in sync", TRIGGER, (TRIGGER, APPLICATION)),
    Question("forward", "New value as an SQL expression, with {row} for the row (empty: converted)", "", sql=True),
    Question("backward", "Old value as an SQL expression of the new one (empty: converted back)", "", sql=True),
    Question("column", "Name of the new column (empty: old name with _v2)", ""),
)
def change_type(s: Situation) -> Iterator[Step]:
    """A twin of the new type."""
    refuse_triggers(s)
    old = s.field(s.answer("model"), s.answer("field"))
    refuse_keys(s, old, "Drop the relation first, and add it again at the end (add-relation)")
    yield from twin_steps(s, _twin(s, old), s.answer("how"))


def _twin(s: Situation, old: ModelField) -> Twin:
    type_, *attributes = _parted(s.answer("type"))
    for several in (t for t in (old.type, type_) if t.endswith("[]") and not s.provider.scalar_lists):
        raise CannotPlan(f"{s.provider.name} has no lists of {code_span(several[:-2])}. Use a model or Json instead.")
    name = s.new_name(old.model, f"{old.name}V2")
    assert old.column is not None, "a field without a column is refused above"
    column = s.answer("column") or f"{old.column.name}_v2"
    kept = [a for a in old.without("unique", "map", "default") if not a.startswith("@db.")]
    written = type_.removesuffix("?")
    new = NewField(
        name,
        written,
        column,
        (*kept, *attributes),
        required=old.is_required,
        unique=bool(old.attribute("unique")),
        final=old.name,
    )
    becomes = _new_column(s, old, new)
    if becomes.type == old.column.type and not s.answer("forward"):
        raise CannotPlan(f"{code_span(f'{old.model}.{old.name}')} already has this type.")
    forth, back = _there_and_back(s, old, becomes)
    lost = _lost(forth.lossy, back.lossy)
    new, silent = _with_default(s, old, new)
    later = _default_for(s, old, new.type) if not silent else ""
    return Twin(
        model=old.model,
        table=s.table(old.model),
        olds=(old,),
        news=(new,),
        forward=((column, forth.expression),),
        backward=((old.column.name, _never_null(s, old, back.expression)),),
        silent=((column, silent),) if silent else (),
        lossy=f"values of {code_span(old.name)} ({lost})" if lost else "",
        losses=Losses(
            forth.lossy,
            forth.is_partial,
            to=(" ".join((written, *attributes)),),
            back_to=(_type_of(old),) if back.is_partial else (),
        ),
        note=forth.note,
        unclear=_unclear(old) if later and not old.is_required else "",
        later=(AddAttribute(old.model, old.name, later),) if later else (),
    )


def _type_of(field: ModelField) -> str:
    """The type of a field as the schema has it, without `?`."""
    native = (a for a in field.without() if a.startswith("@db."))
    return " ".join((field.plain_type, *native))


def _lost(forth: str, back: str) -> str:
    """What is lost on the way and on the way back."""
    if forth and forth == back:
        return f"{forth} in both directions"
    return " and ".join(filter(None, (forth, f"{back} when converted back" if back else "")))


def _there_and_back(s: Situation, old: ModelField, becomes: Column) -> tuple[Conversion, Conversion]:
    """The conversions to the new column and from it."""
    assert old.column is not None, "a field without a column is refused above"
    forward, backward = s.answer("forward"), s.answer("backward")
    kept = "the expression gives other values"
    return (
        Conversion(_rounded(s, forward, becomes), kept, is_partial=True)
        if forward
        else _worked_out(s, row(s, old.column.name), old.column, becomes, "forward"),
        Conversion(_rounded(s, backward, old.column), kept)
        if backward
        else _worked_out(s, row(s, becomes.name), becomes, old.column, "backward"),
    )


def _rounded(s: Situation, expression: str, column: Column) -> str:
    """The expression as the column holds it: what differs from it only in digits is the same value."""
    if column.type.is_list or column.type.name not in ROUNDED:
        return expression
    return cast(s, f"({expression})", type_text(s, column))


def _with_default(s: Situation, old: ModelField, new: NewField) -> tuple[NewField, str]:
    """The new field with a default, and that as a value: it tells an INSERT that leaves the field out from one that
    writes NULL. Without a value where the field takes no NULL, or its default is not the same for all rows.
    """
    default = "" if old.is_required or old.is_list else _default_for(s, old, new.type)
    if not default:
        return new, ""
    known = evolve(new, attributes=(*new.attributes, default))
    column = _new_column(s, old, known)
    if column.type.name in dialect(s.provider.name).without_default:
        return new, ""
    silent = silent_default(s, column)
    return (known, silent) if silent else (new, "")


def _unclear(old: ModelField) -> str:
    return (
        f"Until the last step, an insert that sets {code_span(old.name)} to NULL stores the default. "
        "Set NULL in an update after it."
    )


def _worked_out(s: Situation, value: str, source: Column, target: Column, direction: str) -> Conversion:
    found = conversion(s, value, source.type, target.type, type_text(s, target))
    if found is None:
        raise CannotPlan(
            f"Refract cannot convert {type_text(s, source)} to {type_text(s, target)}. Pass {code_span(direction)} as an SQL "
            f"expression of the row, such as {row(s, source.name)}."
        )
    return found


def _never_null(s: Situation, old: ModelField, expression: str) -> str:
    """The undo into a column that does not take NULL."""
    if not old.is_required or old.column is None:
        return expression
    empty = "" if old.type_name in ("DateTime", "Json") else EMPTY_DEFAULTS.get(old.type_name, "").replace('"', "'")
    return f"COALESCE({expression}, {empty})" if empty and expression.rstrip().endswith(("END", "[1]")) else expression


def _new_column(s: Situation, old: ModelField, new: NewField) -> Column:
    """The column of the new field."""
    mapped = f"@map({prisma_string(new.column)})"
    type_ = new.type if new.type.endswith("[]") else f"{new.type}?"
    try:
        tree = apply_schema_edits(s.tree, (AddField(old.model, new.name, type_, (*new.attributes, mapped)),))
    except LookupError as error:
        raise CannotPlan(str(error)) from error
    lowered = lower(tree, s.lowered, s.versions.prisma)
    table = lowered.database.tables.get(s.table(old.model).name)
    found = table.column(new.column) if table else None
    if found is None or (lowered.problems and not s.lowered.problems):
        raise CannotPlan(
            f"{code_span(new.type)} is not a valid type here. {lowered.problems[0].message if lowered.problems else ''}".rstrip()
        )
    return evolve(found, nullable=old.column.nullable if old.column else True)


def _default_for(s: Situation, old: ModelField, type_: str) -> str:
    """The default of a field as Prisma writes it for another type; empty if that type has none like it."""
    default = _same_default(s, old, type_)
    return default if default and _fits(s, old, type_, default) else ""


def _same_default(s: Situation, old: ModelField, type_: str) -> str:
    attribute = old.node.attribute("default")
    enum = s.tree.block(type_)
    match attribute.argument("value", 0) if attribute else None:
        case Constant(text) if s.tree.block(old.type_name) is not None:
            return f"@default({prisma_string(stored_values(s, old.type_name)[text])})" if type_ == "String" else ""
        case NumberLiteral(text) | Constant("true" | "false" as text) if type_ == "String":
            return f"@default({prisma_string(text)})"
        case StringLiteral(text) if enum is not None:
            names = {stored: name for name, stored in stored_values(s, type_).items()}
            return f"@default({names[text]})" if text in names else ""
        case NumberLiteral(text) | StringLiteral(text) if type_ in _NUMBERS:
            return f"@default({text})" if _NUMBERS[type_].fullmatch(text) else ""
        case NumberLiteral():
            return ""
        case StringLiteral() if type_ not in _QUOTED:
            return ""
        case Call() if old.plain_type != type_:
            return ""
        case _:
            return "" if type_.endswith("[]") else old.attribute("default")


def _fits(s: Situation, old: ModelField, type_: str, default: str) -> bool:
    """Whether the old default can be had by the new type: a schema with it has no problem."""
    optional = type_ if type_.endswith("[]") else f"{type_}?"
    name_of_new = f"{old.name}V2"
    tree = apply_schema_edits(s.tree, (AddField(old.model, name_of_new, optional, (default,)),))
    before, after = s.lowered.database, lower(tree, s.lowered, s.versions.prisma)
    name = s.table(old.model).name
    had, has = (
        before.tables[name].column(old.column.name if old.column else ""),
        after.database.tables[name].column(name_of_new),
    )
    return not after.problems and had is not None and has is not None and bool(has.default) == bool(had.default)


def _parted(text: str) -> list[str]:
    """A type and its attributes, which may hold spaces in parentheses."""
    found, depth = [""], 0
    for char in text.strip():
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == " " and depth == 0:
            found += [""] if found[-1] else []
        else:
            found[-1] += char
    return [part for part in found if part]
