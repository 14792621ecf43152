"""What hangs on the columns and tables that changes drop or give another type: shared by the rules about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from attrs import frozen

from refract.escaping import code_span
from refract.rules.kit.context import RuleContext
from refract.schema.changes import (
    AlterColumn,
    AlterEnum,
    Change,
    DropColumn,
    DropForeignKey,
    DropTable,
    RecreateColumn,
    RenameColumn,
    Statement,
)
from refract.schema.dependents import Dependent, DependentKind, Surroundings, reads_from_row, trigger_code
from refract.schema.model import Column, ObjectKind, QualifiedName, Table
from refract.wording import joined

_KINDS: tuple[type[Change], ...] = (DropColumn, RecreateColumn, AlterColumn, AlterEnum, DropTable)
_VIEWS = (DependentKind.VIEW, DependentKind.MATERIALIZED_VIEW)


class Ends(Enum):
    """What a change ends."""

    COLUMN = "column"
    TABLE = "table"
    TYPE = "type"
    NAME = "name"


@frozen
class Ending:
    """A change that ends something of a table; `statement` is the one that makes it, if a migration is judged."""

    change: Change
    ends: Ends
    table: Table
    column: Column | None = None
    statement: Statement | None = None


def endings(context: RuleContext) -> Iterator[Ending]:
    """What the edited schema, or the statements of the migration one by one, end."""
    if context.migration is None:
        for kind in _KINDS:
            for change in context.changes(kind):
                yield from _endings(context, change, None)
        return
    for statement in context.statements:
        for change in statement.changes:
            yield from _endings(context, change, statement)


def surroundings(context: RuleContext, statement: Statement | None) -> Surroundings:
    """What exists before the statement, or before the changes of the schema."""
    before, name = context.before, context.provider.name
    if statement is None:
        return Surroundings(name, before.tables, tuple(before.views.values()), tuple(before.objects.values()))
    return Surroundings(name, before.tables, statement.views, statement.objects)


def held_back_by(context: RuleContext, ending: Ending) -> tuple[str, tuple[Dependent, ...]]:
    """What makes the server refuse the change, with the code of its error."""
    errors = context.behaviour.dependents
    codes = {Ends.COLUMN: errors.drop_column, Ends.TABLE: errors.drop_table, Ends.TYPE: errors.change_type}
    code = codes.get(ending.ends, "")
    rebuilds = context.behaviour.is_file and context.migration is None
    users = dependents_of(surroundings(context, ending.statement), ending) if code and not rebuilds else ()
    return code, tuple(d for d in users if not _is_gone(context, ending, d))


def broken_by(context: RuleContext, ending: Ending) -> tuple[str, tuple[Dependent, ...]]:
    """The views that the change breaks: nothing after it defines them again."""
    code = context.behaviour.dependents.query_view
    is_followed = ending.ends is Ends.NAME and context.behaviour.is_file  # SQLite rewrites the views
    if not code or ending.ends is Ends.TYPE or is_followed or held_back_by(context, ending)[1]:
        return code, ()
    if context.behaviour.is_file and (context.migration is None or _is_remade(context, ending)):
        return code, ()
    views = [d for d in dependents_of(surroundings(context, ending.statement), ending) if d.kind in _VIEWS]
    left = {view.name.name: view.definition for view in context.after.views.values()}
    before = {view.name.name: view.definition for view in context.before.views.values()}
    return code, tuple(d for d in views if d.name in left and left[d.name] == before.get(d.name))


def failing_triggers(context: RuleContext, ending: Ending) -> tuple[str, tuple[Dependent, ...]]:
    """The triggers whose code still reads the column from the row after it was dropped."""
    code, column = context.behaviour.dependents.row_has_no_field, ending.column
    if not code or column is None or ending.ends is Ends.TYPE:
        return code, ()
    table = ending.table.name
    found = (o for o in context.after.objects.values() if (o.key.kind, o.key.table) == (ObjectKind.TRIGGER, table))
    known = surroundings(context, ending.statement).triggers_on(table)
    after = context.after.objects.values()
    reading = (o for o in found if o in known and reads_from_row(trigger_code(o, after), column.name))
    return code, tuple(Dependent(DependentKind.TRIGGER, o.key.name.name, o.origin) for o in reading)


def _is_gone(context: RuleContext, ending: Ending, dependent: Dependent) -> bool:
    """Whether a generated column is dropped as well."""
    if dependent.kind is not DependentKind.GENERATED_COLUMN:
        return False
    table = context.after.tables.get(ending.table.name)
    return table is None or (context.migration is None and table.column(dependent.name) is None)


def _is_remade(context: RuleContext, ending: Ending) -> bool:
    return ending.column is None and ending.table.name in context.after.tables


def cascades(statement: Statement) -> bool:
    """`DROP ... CASCADE`; the CASCADE of a foreign key follows ON DELETE or ON UPDATE."""
    words = statement.words
    return "DROP" in words and any(
        word == "CASCADE" and words[at - 1] not in ("DELETE", "UPDATE") for at, word in enumerate(words)
    )


def taken_along(context: RuleContext, statement: Statement) -> tuple[Dependent, ...]:
    """What a statement with CASCADE drops besides what it names."""
    known = surroundings(context, statement)
    ended = (e for change in statement.changes for e in _endings(context, change, statement))
    direct = tuple(d for ending in ended for d in dependents_of(known, ending))
    keys = (c.foreign_key for c in statement.changes if isinstance(c, DropForeignKey))
    references = (Dependent(DependentKind.FOREIGN_KEY, key.name, key.origin) for key in keys)
    return tuple(dict.fromkeys((*direct, *known.views_on(direct), *references)))


def dependents_of(known: Surroundings, ending: Ending) -> tuple[Dependent, ...]:
    """What uses the thing that ends."""
    if ending.column is None:
        return known.of_table(ending.table)
    return known.of_column(ending.table, ending.column)


def labels(dependents: Iterable[Dependent]) -> str:
    """Dependents in a row: view `a` and policy `b`."""
    return joined(f"{d.kind.value} {code_span(d.name)}" for d in dependents)


def _endings(context: RuleContext, change: Change, statement: Statement | None) -> Iterator[Ending]:
    match change:
        case DropColumn(table=name, column=column) | RecreateColumn(table=name, before=column):
            yield Ending(change, Ends.COLUMN, _table(context, name, column), column, statement)
        case AlterColumn(table=name, before=column) if column.type != change.after.type:
            yield Ending(change, Ends.TYPE, _table(context, name, column), column, statement)
        case RenameColumn(table=name, before=column):
            yield Ending(change, Ends.NAME, _table(context, name, column), column, statement)
        case AlterEnum() if change.removed:
            for table in context.before.tables.values():
                for column in table.columns:
                    if column.type.enum == change.before.name:
                        yield Ending(change, Ends.TYPE, table, column, statement)
        case DropTable(table=table):
            yield Ending(change, Ends.TABLE, table, None, statement)
        case _:
            return


def _table(context: RuleContext, name: QualifiedName, column: Column) -> Table:
    """The table before the changes; if they make it, what is known of it."""
    table = context.before.tables.get(name) or context.after.tables.get(name)
    return table if table is not None and table.column(column.name) else Table(name, (column,))
