"""SQLite: views and triggers around tables that are rebuilt.

Dropping a table drops its triggers. The name of the new table is refused while a view or a trigger of another table names
the old one, which no longer exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.providers import provider
from refract.schema.dependents import Surroundings
from refract.schema.model import Database, DatabaseObject, ObjectKind, QualifiedName, Table, View


def around_rebuilt(statements: Sequence[str], before: Database) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What drops the views and triggers that are in the way before the statements, and creates all of them after these."""
    tables = tuple(_rebuilt(statements, before))
    if not tables or not (before.views or before.objects):
        return (), ()
    known = Surroundings("sqlite", before.tables, tuple(before.views.values()), tuple(before.objects.values()))
    views = tuple(view for view in _views_over(tables, known) if _is_known(view))
    dropped = (*(table.name for table in tables), *(view.name for view in views))
    gone = tuple(trigger for name in dropped for trigger in known.triggers_on(name))
    emptied = (trigger for name in _emptied(statements, before) for trigger in known.triggers_on(name))
    others = dict.fromkeys((*_elsewhere(tables, known), *emptied))
    elsewhere = tuple(trigger for trigger in others if trigger not in gone)
    drops = (*(f"DROP TRIGGER {_quoted(t.key.name.name)}" for t in elsewhere), *(_drop(v) for v in reversed(views)))
    creates = (*map(_create, views), *(t.definition.rstrip("; \n") for t in (*gone, *elsewhere)))
    return drops, creates


def _rebuilt(statements: Sequence[str], before: Database) -> Iterator[Table]:
    for table in before.tables.values():
        new = f"ALTER TABLE {_quoted(f'new_{table.name.name}')} RENAME TO"
        if any(statement.startswith(new) for statement in statements):
            yield table


def _emptied(statements: Sequence[str], before: Database) -> Iterator[QualifiedName]:
    """The tables whose rows are put aside: their triggers would fire when the rows are put back (D1, libSQL)."""
    return (name for name in before.tables if f"DELETE FROM {_quoted(name.name)}" in statements)


def _views_over(tables: Sequence[Table], known: Surroundings) -> Iterator[View]:
    """The views that read these, at any distance, each after those that it reads."""
    names = {table.name for table in tables}
    for view in known.views:  # in the order in which they were created
        if names.intersection(view.uses):
            names.add(view.name)
            yield view


def _elsewhere(tables: Sequence[Table], known: Surroundings) -> Iterator[DatabaseObject]:
    """The triggers of other tables whose code names one of these."""
    named = {d.name for table in tables for d in known.foreign_triggers(table)}
    return (o for o in known.objects if o.key.kind is ObjectKind.TRIGGER and o.key.name.name in named)


def _is_known(view: View) -> bool:
    """Whether the definition can be written again: it is kept on one line, which a comment would end."""
    return view.definition is not None and "--" not in view.definition


def _drop(view: View) -> str:
    return f"DROP VIEW {_quoted(view.name.name)}"


def _create(view: View) -> str:
    return f"CREATE VIEW {_quoted(view.name.name)} {view.definition}"


def _quoted(name: str) -> str:
    return provider("sqlite").quote(name)
