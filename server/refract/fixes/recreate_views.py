"""Drops the views of a column before its type changes, and creates them again after it (PostgreSQL).

## What it does
Writes `DROP VIEW` above the statement and `CREATE VIEW` below it, with the definition that the migrations give.
Views that read from these views are included, in the right order.

## When it is offered
A new migration changes the type of a column, and only plain views use that column.

## What it costs
Grants, comments and rules on the views are lost. Add them again to the migration if you have any.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._statement import edited, statement_at
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AlterColumn, Statement
from refract.schema.dependents import DependentKind, Surroundings
from refract.schema.model import View
from refract.text import FileChange, Span, TextEdit


@fixes("column-has-dependents")
def around_type_change(context: FixContext) -> Iterator[Fix]:
    """DROP VIEW and CREATE VIEW around the statement."""
    found, change = statement_at(context), context.finding.change
    if found is None or not isinstance(change, AlterColumn):
        return
    views = _views(context, found, change)
    if views:
        yield Fix(
            title="Drop the views first and create them again after it",
            build=lambda: _written(context, found, views),
            preferred=True,
            note="Grants on the views are lost. Add them again to the migration if you have any.",
        )


def _views(context: FixContext, statement: Statement, change: AlterColumn) -> tuple[View, ...]:
    """The views to drop, in that order; none if something else uses the column, or a definition is not known."""
    table = context.before.tables.get(change.table)
    if table is None:
        return ()
    known = Surroundings(context.provider.name, context.before.tables, statement.views, statement.objects)
    users = known.of_column(table, change.before)
    every = (*reversed(known.views_on(users)), *users)
    named = {view.name.name: view for view in statement.views}
    views = tuple(named[d.name] for d in every if d.kind is DependentKind.VIEW and d.name in named)
    return views if len(views) == len(every) and all(map(_is_known, views)) else ()


def _is_known(view: View) -> bool:
    """Whether the definition can be written again: it is kept on one line, which a comment would end."""
    return view.definition is not None and "--" not in view.definition


def _written(context: FixContext, statement: Statement, views: tuple[View, ...]) -> tuple[FileChange, ...]:
    start, end = statement.origin.span
    end += context.file[end : end + 1] == ";"
    name = context.provider.quote_name
    drops = "".join(f"DROP VIEW {name(view.name)};\n" for view in views)
    creates = "".join(f"\nCREATE VIEW {name(view.name)} {view.definition};" for view in reversed(views))
    return edited(context, TextEdit(Span(start, start), drops), TextEdit(Span(end, end), creates))
