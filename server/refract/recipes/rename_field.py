"""Renames a field while old and new versions of the app run.

## What it does
`how` chooses the way:
- `map` gives the field the new name and keeps the column's name with `@map`. The database does not change.
- `trigger` adds a second column, which a trigger keeps in sync in both directions.
- `application` adds a second column, and two releases of the app write both. Use it on databases without triggers.
- `at-once` renames the column while the app is stopped.

On PostgreSQL, the second column gets the rights, comment, checks and indexes of the first one.

## When to use it
Prisma takes a renamed field for a dropped and a new one, and drops the column with its values.
`RENAME COLUMN` keeps the values, but every running instance that uses the old name fails.

## Example
```prisma before
model User {
  id   Int    @id
  name String
}
```
```console
refract plan new rename-field User.name to=title how=trigger
```
```prisma after
model User {
  id    Int    @id
  title String
}
```

## Going back
With `map`, `trigger` and `at-once`, every step can be undone.
With `application`, the last step cannot be undone: the old column is no longer up to date.

## Providers
`how=map`, `how=application` and `how=at-once`: every SQL database.
`how=trigger`: PostgreSQL, MySQL, MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.escaping import code_span, prisma_string
from refract.recipes._sql import row, silent_default
from refract.recipes._twin import APPLICATION, TRIGGER, NewField, Twin, refuse_keys, refuse_triggers, twin_steps
from refract.recipes.acts import Deploy, Start, StopAll
from refract.recipes.base import CannotPlan, ModelField, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddAttribute, RenameField
from refract.schema.changes import RenameColumn

MAP, AT_ONCE = "map", "at-once"


@recipe(
    SubjectKind.FIELD,
    Question("to", "New name of the field"),
    Question("how", "How the column is renamed", MAP, (MAP, TRIGGER, APPLICATION, AT_ONCE)),
)
def rename_field(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    old = s.field(s.answer("model"), s.answer("field"))
    to = s.new_name(old.model, s.answer("to"))
    match s.answer("how"):
        case "map":
            yield _map_step(old, to)
        case "at-once":
            yield from _at_once(s, old, to)
        case how:
            refuse_triggers(s, "Pass `how=application` or `how=map`")
            yield from twin_steps(s, _twin(s, old, to), how)


def _map_step(old: ModelField, to: str) -> Step:
    rename = RenameField(old.model, old.name, to)
    keep = (
        ()
        if old.column is None or old.attribute("map")
        else (AddAttribute(old.model, to, f"@map({prisma_string(old.column.name)})"),)
    )
    return Step(
        id="rename",
        phase=Phase.SWITCH,
        title=f"Rename the field to {code_span(to)}, keep the column",
        edits=(rename, *keep),
        after=(Deploy(uses=(to,), instead_of=(old.name,)),),
        ends_use=(f"{old.model}.{old.name}",),
    )


def _at_once(s: Situation, old: ModelField, to: str) -> Iterator[Step]:
    if old.column is None:
        yield _map_step(old, to)
        return
    if old.attribute("map"):
        raise CannotPlan(f"@map already names the column of {code_span(f'{old.model}.{old.name}')}. Pass `how=map`.")
    table = s.table(old.model)
    change = RenameColumn(table=table.name, before=old.column, after=evolve(old.column, name=to, field_name=to))
    yield Step(
        id="rename",
        phase=Phase.SWITCH,
        title=f"Rename the column {code_span(old.column.name)} to {code_span(to)}",
        edits=(RenameField(old.model, old.name, to),),
        changes=(change,),
        before=(StopAll(),),
        after=(Start(uses=(to,)),),
        ends_use=(f"{old.model}.{old.name}",),
    )


def _twin(s: Situation, old: ModelField, to: str) -> Twin:
    refuse_keys(s, old, "Pass `how=map` to keep the column")
    assert old.column is not None, "a field without a column is refused above"
    column, attributes = old.column, old.without("unique", "map")
    silent = silent_default(s, column)
    later = old.attribute("default") if silent is None and column.default is not None else ""
    if later:
        attributes = old.without("unique", "map", "default")
    return Twin(
        model=old.model,
        table=s.table(old.model),
        olds=(old,),
        news=(
            NewField(
                to,
                old.plain_type + ("[]" if old.is_list else ""),
                to,
                attributes,
                required=old.is_required,
                unique=bool(old.attribute("unique")),
            ),
        ),
        forward=((to, row(s, column.name)),),
        backward=((column.name, row(s, to)),),
        silent=((to, silent),) if silent else (),
        later=(AddAttribute(old.model, to, later),) if later else (),
    )
