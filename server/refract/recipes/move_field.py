"""Moves a field to a related model, such as `User.bio` to `Profile.bio`.

## What it does
Adds the column to the other table, and triggers on both tables keep the two columns in sync.
You add the related rows that are missing, since a value without one cannot be moved.
Then existing rows are filled, you deploy a version that uses the new field, and the old column is dropped.

## When to use it
Prisma drops the column with its values and adds an empty one to the other table.

## Example
```prisma before
model User {
  id      Int      @id
  bio     String?
  profile Profile?
}

model Profile {
  id     Int  @id
  userId Int  @unique
  user   User @relation(fields: [userId], references: [id])
}
```
```console
refract plan new move-field User.bio to=Profile
```
```prisma after
model User {
  id      Int      @id
  profile Profile?
}

model Profile {
  id     Int     @id
  userId Int     @unique
  user   User    @relation(fields: [userId], references: [id])
  bio    String?
}
```

## Going back
Every step before the last can be undone.
The last step drops the old column, and loses values of rows that have no related row.

## Providers
PostgreSQL, for a one-to-one relation.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.escaping import code_span
from refract.recipes._sql import row
from refract.recipes._twin import no_longer_copied_back, read_as_optional, refuse_keys
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Decide, Deploy, Trouble
from refract.recipes.base import (
    CannotPlan,
    Fill,
    ModelField,
    Phase,
    Question,
    Situation,
    Step,
    SubjectKind,
    Trigger,
    recipe,
)
from refract.recipes.dialects import PostgresqlDialect, dialect
from refract.recipes.schema_edits import AddAttribute, AddField, RemoveAttribute, RemoveField, RetypeField
from refract.schema.model import Table

_Pairs = tuple[tuple[str, str], ...]
"""Columns that join the rows of two tables: one of the first, one of the second."""


@frozen
class _Move:
    """From one table to another, whose rows are joined by pairs of columns."""

    old: ModelField
    source: Table
    target: Table
    model: str
    name: str
    pairs: _Pairs

    @property
    def column(self) -> str:
        """The old column."""
        return self.old.column.name if self.old.column else ""

    @property
    def labels(self) -> tuple[str, str]:
        """The old field and the new one, for titles."""
        return f"{code_span(f'{self.old.model}.{self.old.name}')}", f"{code_span(f'{self.model}.{self.name}')}"


@recipe(
    SubjectKind.FIELD,
    Question("to", "Model that the field moves to"),
    Question("name", "Name of the field there (empty: unchanged)", ""),
    providers=frozenset({"postgresql"}),
    elsewhere="Only PostgreSQL has the triggers that keep two tables in sync. Instead, add the field to the other model. "
    "Deploy a version that writes both fields. Copy the values, then drop the old field.",
)
def move_field(s: Situation) -> Iterator[Step]:
    """Adds the new field next to the old one, keeps both in sync, fills it, switches over."""
    move = _move(s)
    there, back = _trigger(s, move), _trigger_back(s, move)
    yield _expand_step(move, there, back)
    yield _counterpart_step(s, move)
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title=f"Fill {move.labels[1]} in existing rows",
        fills=(_copy(s, move.target, move.name, move.source, move.column, _swapped(move.pairs)),),
    )
    if move.old.is_required:
        yield from _requirement_steps(move)
    yield _switch_step(move)
    refill = _copy(s, move.source, move.column, move.target, move.name, move.pairs)
    yield no_longer_copied_back("values", back, refill)
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {move.labels[0]}",
        edits=(RemoveField(move.old.model, move.old.name),),
        ends=(there,),
        point_of_no_return=True,
        loses=f"{code_span(move.old.name)} of each {code_span(move.old.model)} without a {code_span(move.model)}",
    )


def _expand_step(move: _Move, there: Trigger, back: Trigger) -> Step:
    old, new = move.labels
    type_ = f"{move.old.plain_type}{'' if move.old.is_list else '?'}"
    attributes = (*move.old.without("unique", "map", "default"), "@ignore")
    return Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {new}, synced with {old} by triggers",
        edits=(AddField(move.model, move.name, type_, attributes),),
        begins=(there, back),
    )


def _counterpart_step(s: Situation, move: _Move) -> Step:
    """A row without its other half has nowhere to put the value."""
    sql = dialect(s.provider.name)
    joined = " AND ".join(f"source.{sql.quote(a)} = target.{sql.quote(b)}" for a, b in move.pairs)
    lonely = (
        f"SELECT count(*) FROM {sql.table(move.source.name)} AS source WHERE source.{sql.quote(move.column)} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {sql.table(move.target.name)} AS target WHERE {joined})"
    )
    return Step(
        id="halves",
        phase=Phase.BACKFILL,
        title=f"Add the missing {code_span(move.model)} rows",
        after=(Decide(Trouble.NO_COUNTERPART, lonely, move.old.model, (move.old.name,), move.model),),
    )


def _requirement_steps(move: _Move) -> Iterator[Step]:
    """The new field becomes required, the old one optional."""
    old, new = move.labels
    yield Step(
        id="validate",
        phase=Phase.VALIDATE,
        title=f"Make {new} required",
        edits=(RetypeField(move.model, move.name, move.old.plain_type),),
    )
    yield Step(
        id="relax",
        phase=Phase.EXPAND,
        title=f"Make {old} optional",
        edits=(RetypeField(move.old.model, move.old.name, f"{move.old.plain_type}?"),),
        after=read_as_optional(move.old.name),
    )


def _switch_step(move: _Move) -> Step:
    return Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that uses {move.labels[1]}",
        edits=(
            AddAttribute(move.old.model, move.old.name, "@ignore"),
            RemoveAttribute(move.model, move.name, "ignore"),
        ),
        after=(
            Deploy(uses=(f"{move.model}.{move.name}",), instead_of=(f"{move.old.model}.{move.old.name}",)),
            OLD_INSTANCES_STOPPED,
        ),
        ends_use=(f"{move.old.model}.{move.old.name}",),
    )


def _move(s: Situation) -> _Move:
    old, model = s.field(s.answer("model"), s.answer("field")), s.answer("to")
    refuse_keys(s, old)
    source, target = s.table(old.model), s.table(model)
    name = s.new_name(model, s.answer("name") or old.name)
    for key in source.foreign_keys:
        if key.referenced_table == target.name and _is_unique(source, key.columns):
            return _Move(old, source, target, model, name, tuple(zip(key.columns, key.referenced_columns, strict=True)))
    for key in target.foreign_keys:
        if key.referenced_table == source.name and _is_unique(target, key.columns):
            return _Move(old, source, target, model, name, tuple(zip(key.referenced_columns, key.columns, strict=True)))
    raise CannotPlan(f"{code_span(old.model)} and {code_span(model)} are not related one to one.")


def _copy(s: Situation, table: Table, column: str, other: Table, value: str, pairs: _Pairs) -> Fill:
    """Fills a column from the rows of another table, joined by `pairs` of columns (of the first, of the other).

    The other rows are locked before they are read. Otherwise the copy could overwrite a newer value that the app has
    written with the older value.
    """
    sql = dialect(s.provider.name)
    here, there = sql.table(table.name), sql.table(other.name)
    joined = " AND ".join(f"source.{sql.quote(b)} = {row(s, a)}" for a, b in pairs)
    found = f"(SELECT source.{sql.quote(value)} FROM {there} AS source WHERE {joined})"
    where = f"{row(s, column)} IS DISTINCT FROM {found} AND EXISTS (SELECT 1 FROM {there} AS source WHERE {joined})"
    keys = ", ".join(f"{sql.quote(b)} AS key_{n}" for n, (_, b) in enumerate(pairs, 1))
    own, others = (", ".join(sql.quote(pair[side]) for pair in pairs) for side in (0, 1))
    matched = " AND ".join(f"source.key_{n} = {{row}}.{sql.quote(a)}" for n, (a, _) in enumerate(pairs, 1))
    statement = f"""\
WITH source AS (
      SELECT {keys}, {sql.quote(value)} AS value FROM {there}
      WHERE ({others}) IN (SELECT {own} FROM {here} WHERE {{batch}} AND ({where})) FOR UPDATE
    )
    UPDATE {here} SET {sql.quote(column)} = source.value FROM source
    WHERE {{batch}} AND {matched} AND {row(s, column)} IS DISTINCT FROM source.value"""
    return Fill(table, ((column, found),), where, sql.here(statement, table.name))


def _swapped(pairs: _Pairs) -> _Pairs:
    return tuple((b, a) for a, b in pairs)


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    keys = [tuple(p.name for p in i.columns) for i in table.indexes if i.unique]
    if table.primary_key is not None:
        keys.append(tuple(p.name for p in table.primary_key.columns))
    return any(set(key) == set(columns) for key in keys)


def _trigger(s: Situation, move: _Move) -> Trigger:
    """From the old table to the new one."""
    return _copying(s, move.source, move.target, move.column, move.name, move.pairs)


def _trigger_back(s: Situation, move: _Move) -> Trigger:
    """From the new table to the old one; a new row without a value takes the existing one."""
    sql = dialect(s.provider.name)
    name, joined = sql.quote(move.name), " AND ".join(f"{sql.quote(a)} = NEW.{sql.quote(b)}" for a, b in move.pairs)
    take = (
        f"  IF TG_OP = 'INSERT' AND NEW.{name} IS NULL THEN\n"
        f"    SELECT {sql.quote(move.column)} INTO NEW.{name} FROM {sql.table(move.source.name)} WHERE {joined};\n"
        "    RETURN NEW;\n  END IF;\n"
    )
    return _copying(s, move.target, move.source, move.name, move.column, _swapped(move.pairs), take)


def _copying(
    s: Situation, source: Table, target: Table, column: str, other: str, pairs: _Pairs, first: str = ""
) -> Trigger:
    """Copies a column of one table to one of another; `first` is what the trigger does before."""
    sql = PostgresqlDialect(s.provider.name)
    here, there = sql.quote(column), sql.quote(other)
    joined = " AND ".join(f"{sql.quote(b)} = NEW.{sql.quote(a)}" for a, b in pairs)
    body = f"""\
  IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
{first}  UPDATE {sql.table(target.name)} SET {there} = NEW.{here}
    WHERE {joined} AND {there} IS DISTINCT FROM NEW.{here};
  RETURN NEW;"""
    name = s.provider.sync_name(source.name.name, column)
    about = f"Copies {column} to {target.name.name}. Does nothing if another trigger fired it."
    return sql.trigger(source.name, name, f"BEFORE INSERT OR UPDATE OF {here}", body, about)
