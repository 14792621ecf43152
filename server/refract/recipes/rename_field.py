"""Renames a field while programs use it.

Why it takes steps
    Prisma sees a renamed field as one that goes and another that comes: it drops the column with its values. Renaming
    the column at once keeps the values, but every running program that knows the other name fails until it is replaced.

Ways
    map: the field gets the new name, the column keeps the old one. Nothing happens in the database. Offered first.
    trigger: a new column beside the old one, which a trigger keeps in step in both directions. Old and new programs run
    side by side for as long as need be, and the way back is open to the end.
    application: as before, but two releases of the application keep the columns in step. For databases without triggers.
    at-once: the column is renamed. For a pause in operation.

Example
    refract plan new rename-field User.name to=title how=trigger

Providers
    map, application and at-once: every SQL database. trigger: PostgreSQL, MySQL, MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.recipes._sql import row, silent_default
from refract.recipes._twin import APPLICATION, TRIGGER, NewField, Twin, refuse_keys, refuse_triggers, twin_steps
from refract.recipes.base import CannotPlan, ModelField, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddAttribute, RenameField
from refract.schema.changes import RenameColumn

MAP, AT_ONCE = "map", "at-once"


@recipe(
    SubjectKind.FIELD,
    Question("to", "The new name of the field"),
    Question("how", "What becomes of the column", MAP, (MAP, TRIGGER, APPLICATION, AT_ONCE)),
)
def rename_field(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    old = s.field(s.answer("model"), s.answer("field"))
    to = s.new_name(old.model, s.answer("to"))
    match s.answer("how"):
        case "map":
            yield _mapped(old, to)
        case "at-once":
            yield from _at_once(s, old, to)
        case how:
            refuse_triggers(s, "take how=application, or how=map")
            yield from twin_steps(s, _twin(s, old, to), how)


def _mapped(old: ModelField, to: str) -> Step:
    rename = RenameField(old.model, old.name, to)
    keep = (
        ()
        if old.column is None or old.attribute("map")
        else (AddAttribute(old.model, to, f'@map("{old.column.name}")'),)
    )
    return Step(
        id="rename",
        phase=Phase.SWITCH,
        title=f"Call the field `{to}`; the column keeps its name",
        edits=(rename, *keep),
        deploy=f"Deploy the application with `{to}` in place of `{old.name}`. It may run beside the old one.",
        ends_use=(f"{old.model}.{old.name}",),
    )


def _at_once(s: Situation, old: ModelField, to: str) -> Iterator[Step]:
    if old.column is None:
        yield _mapped(old, to)
        return
    if old.attribute("map"):
        raise CannotPlan(f"the column of `{old.name}` is named by @map already: take how=map.")
    table = s.table(old.model)
    change = RenameColumn(table=table.name, before=old.column, after=evolve(old.column, name=to, field_name=to))
    yield Step(
        id="rename",
        phase=Phase.SWITCH,
        title=f"Rename the column `{old.column.name}` to `{to}`",
        edits=(RenameField(old.model, old.name, to),),
        changes=(change,),
        deploy=f"Stop every instance that knows `{old.name}`, run the migration, start the version that knows `{to}`: "
        "until then whichever does not match fails.",
        ends_use=(f"{old.model}.{old.name}",),
    )


def _twin(s: Situation, old: ModelField, to: str) -> Twin:
    refuse_keys(s, old, "Keep the column: take how=map")
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
