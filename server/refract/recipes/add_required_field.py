"""Adds a required field to a table that has rows.

## What it does
`how` chooses the way:
- `fill` adds an optional column, fills existing rows once the app writes the field, then makes the field required.
- `constant` adds the column with a default that is right for every row, and drops the default at the end.

## When to use it
`ADD COLUMN ... NOT NULL` fails if the table has a row.
Defaults of Prisma Client (`uuid()`, `cuid()`, `@updatedAt`) do not fill existing rows.
They do not fill rows inserted by the old version either.

## Example
```prisma before
model User {
  id Int @id
}
```
```console
refract plan new add-required-field User field=plan type=String value="'free'" how=fill
```
```prisma after
model User {
  id   Int    @id
  plan String
}
```

## Going back
Every step can be undone.
Undoing the first step drops the column with its values.

## Providers
Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes._answers import value_of
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy
from refract.recipes.base import UNANSWERED, CannotPlan, Fill, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddAttribute, AddField, RemoveAttribute, RetypeField
from refract.wording import listed

FILL, CONSTANT = "fill", "constant"


@recipe(
    SubjectKind.MODEL,
    Question("field", "Name of the new field"),
    Question("type", "Type, such as String"),
    Question("attributes", "Attributes, such as @db.VarChar(20)", ""),
    Question(
        "value", "Value of existing rows, such as NL, or an SQL expression over the columns", UNANSWERED, sql=True
    ),
    Question("how", "How existing rows get their value", FILL, (FILL, CONSTANT)),
    Question("default", 'Default for how=constant, in Prisma syntax, such as "free" or 0', ""),
    Question("after", "Field to insert it after (empty: at the end)", ""),
)
def add_required_field(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    model, (type_, attributes) = s.answer("model"), _type_and_attributes(s)
    s.table(model)
    name = s.new_name(model, s.answer("field"))
    if type_.endswith("[]"):
        raise CannotPlan("A list cannot be required: existing rows have an empty list.")
    if s.answer("how") == CONSTANT:
        yield from _constant_steps(s, model, name, type_, attributes)
    else:
        yield from _fill_steps(s, model, name, type_, attributes)


def _type_and_attributes(s: Situation) -> tuple[str, tuple[str, ...]]:
    """The type, and the attributes: those that were given after the type, as a schema writes them, with the others."""
    type_, _, behind = s.answer("type").strip().partition(" ")
    attributes = " ".join(filter(None, (behind.strip(), s.answer("attributes"))))
    return type_.rstrip("?"), (attributes,) if attributes else ()


def _constant_steps(s: Situation, model: str, name: str, type_: str, attributes: tuple[str, ...]) -> Iterator[Step]:
    if not s.answer("default"):
        raise CannotPlan("`how=constant` needs `default`, the value for every row.")
    default = f"@default({s.answer('default')})"
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {listed([name])} with a default",
        edits=(AddField(model, name, type_, (*attributes, default), s.answer("after")),),
    )
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that always sets {listed([name])}",
        after=(Deploy(always_sets=(name,)), OLD_INSTANCES_STOPPED),
    )
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title="Drop the default",
        edits=(RemoveAttribute(model, name, "default"),),
    )


def _fill_steps(s: Situation, model: str, name: str, type_: str, attributes: tuple[str, ...]) -> Iterator[Step]:
    unique = tuple(a for a in attributes[0].split() if a.startswith("@unique")) if attributes else ()
    kept = tuple(a.replace(unique[0], "").strip() for a in attributes) if unique else attributes
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {listed([name])} as an optional field",
        edits=(AddField(model, name, f"{type_}?", tuple(filter(None, kept)), s.answer("after")),),
    )
    yield Step(
        id="switch",
        phase=Phase.DUAL_WRITE,
        title=f"Deploy code that always sets {listed([name])}",
        after=(Deploy(always_sets=(name,)), OLD_INSTANCES_STOPPED),
    )
    column = s.provider.quote(_column(name, attributes))
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title=f"Fill {listed([name])} in existing rows",
        fills=(
            Fill(
                s.table(model),
                ((_column(name, attributes), value_of(s, "value", model, type_)),),
                "{row}." + f"{column} IS NULL",
            ),
        ),
    )
    yield Step(
        id="validate",
        phase=Phase.VALIDATE,
        title=f"Make {listed([name])} required",
        edits=(RetypeField(model, name, type_),),
    )
    if unique:
        yield Step(
            id="index",
            phase=Phase.VALIDATE,
            title=f"Make {listed([name])} unique",
            edits=(AddAttribute(model, name, unique[0]),),
        )


def _column(name: str, attributes: tuple[str, ...]) -> str:
    for attribute in attributes:
        if '@map("' in attribute:
            return attribute.split('@map("', 1)[1].split('"', 1)[0]
    return name
