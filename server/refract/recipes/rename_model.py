"""Renames a model while old and new versions of the app run.

## What it does
`how` chooses the way:
- `map` gives the model the new name and keeps the table's name with `@@map`. The database does not change.
- `view` renames the table with its constraints and indexes, and adds an updatable view under the old name.
- `trigger` adds a second table, which triggers keep in sync in both directions.
  Rows are copied, and foreign keys refer to both tables.
- `application` adds a second table, and two releases of the app write both.
- `at-once` renames the table while the app is stopped.

On PostgreSQL, the new table or view gets the owner, rights, row level security and comments of the old one.

## When to use it
Prisma takes a renamed model for a dropped and a new one, and drops the table with its rows.
`ALTER TABLE ... RENAME` keeps the rows, but every running instance that uses the old name fails.

## Example
```prisma before
model User {
  id    Int    @id
  email String @unique
}
```
```console
refract plan new rename-model User to=Person how=view
```
```prisma after
model Person {
  id    Int    @id
  email String @unique
}
```

## Going back
With `map`, `view` and `at-once`, every step can be undone.
With `trigger` and `application`, the last step drops the old table and cannot be undone. The new table has the same rows.

## Providers
`how=map`, `how=application` and `how=at-once`: every SQL database.
`how=view` and `how=trigger`: PostgreSQL. With row level security, `how=view` needs PostgreSQL 15.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from refract.escaping import code_span, prisma_string
from refract.providers.versions import is_since
from refract.recipes._join_table import join_tables_kept
from refract.recipes._table_twin import table_twin_steps
from refract.recipes._twin import APPLICATION, TRIGGER
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy, Start, StopAll
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, Trigger, recipe
from refract.recipes.dialects import dialect
from refract.recipes.dialects.postgresql_rights import view_rights
from refract.recipes.schema_edits import AddBlockAttribute, RemoveBlockAttribute, RenameBlock, SchemaEdit
from refract.schema.changes import Change, RenameTable
from refract.schema.model import QualifiedName, Table
from refract.syntax.tree import Keyword
from refract.wording import listed

VIEWS_WITH_RIGHTS_OF_INVOKER = (15,)
MAP, VIEW, AT_ONCE = "map", "view", "at-once"


@recipe(
    SubjectKind.MODEL,
    Question("to", "New name of the model"),
    Question("how", "How the table is renamed", MAP, (MAP, VIEW, TRIGGER, APPLICATION, AT_ONCE)),
)
def rename_model(s: Situation) -> Iterator[Step]:
    """Steps by the chosen way."""
    old, to = s.answer("model"), s.new_block_name(s.answer("to"), Keyword.MODEL)
    table = s.table(old)
    rename, links = RenameBlock(old, to), tuple(join_tables_kept(s, old, to))
    if s.answer("how") == MAP:
        keep = (
            ()
            if s.block(old).attribute("map")
            else (AddBlockAttribute(to, f"@@map({prisma_string(table.name.name)})"),)
        )
        yield Step(
            id="rename",
            phase=Phase.SWITCH,
            title=f"Rename the model to {code_span(to)}, keep the table",
            edits=(rename, *keep, *links),
            after=(Deploy(uses=(to,), instead_of=(old,)),),
            ends_use=(old,),
        )
        return
    if s.block(old).attribute("map"):
        raise CannotPlan(f"@@map already names the table of {code_span(old)}. Pass `how=map`.")
    if s.answer("how") in (TRIGGER, APPLICATION):
        if s.answer("how") == TRIGGER and not dialect(s.provider.name).syncs_tables:
            raise CannotPlan(f"`how=trigger` is not available on {s.provider.name}. Pass `how=application`.")
        yield from table_twin_steps(s, old, to, s.answer("how"))
        return
    new = evolve(table, name=QualifiedName(table.name.schema, to), model_name=to)
    renamed: tuple[Change, ...] = (RenameTable(before=table, after=new),)
    if s.answer("how") == AT_ONCE:
        yield Step(
            id="rename",
            phase=Phase.SWITCH,
            title=f"Rename the table {listed([table.name.name])} to {code_span(to)}",
            edits=(rename, *links),
            changes=renamed,
            before=(StopAll(),),
            after=(Start(uses=(to,)),),
            ends_use=(old,),
        )
        return
    mapped = f"@@map({prisma_string(to)})"
    expand = Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Rename the table to {listed([to])}, with a view under the old name",
        edits=(AddBlockAttribute(old, mapped),),
        changes=renamed,
    )
    yield from _by_view(s, table, new, expand, (rename, RemoveBlockAttribute(to, mapped), *links))


def _by_view(s: Situation, table: Table, new: Table, expand: Step, named: Sequence[SchemaEdit]) -> Iterator[Step]:
    """The table gets its name in `expand`, the model with the code: it is `named` in the switch."""
    if not dialect(s.provider.name).has_writable_views:
        raise CannotPlan(f"`how=view` is not available on {s.provider.name}. Pass `how=map`.")
    if s.table_built(table.name).row_security and not is_since(s.versions.server, VIEWS_WITH_RIGHTS_OF_INVOKER):
        raise CannotPlan(
            f"{code_span(table.model_name)} has row level security, which a view ignores before PostgreSQL 15. "
            "Set `version` under `[database]` in refract.toml if the server is newer, or pass `how=trigger` or `how=map`."
        )
    sql = dialect(s.provider.name)
    old_name, new_name = sql.table(table.name), sql.table(new.name)
    columns = ", ".join(sql.quote(c.name) for c in table.columns)
    view = Trigger(
        table.name,
        (
            f"-- App instances that use the old name read and write through this view.\nCREATE VIEW {old_name} AS SELECT {columns} FROM {new_name}",
            view_rights(new_name, old_name, (new.name, table.name)),
        ),
        (f"DROP VIEW {old_name}",),
        views=(table.name,),
    )
    yield evolve(expand, begins=(view,))
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that uses {listed([new.name.name])}",
        edits=tuple(named),
        after=(Deploy(uses=(new.name.name,), instead_of=(table.model_name,)), OLD_INSTANCES_STOPPED),
        ends_use=(table.model_name,),
    )
    yield Step(id="contract", phase=Phase.CONTRACT, title="Drop the view", ends=(view,))
