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

from attrs import evolve, frozen

from refract.escaping import code_span
from refract.recipes._sql import row, silent_default, values_differ
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
    """From one table to another, whose rows are joined by pairs of columns. One of both tables holds the foreign key."""

    old: ModelField
    source: Table
    target: Table
    model: str
    name: str
    pairs: _Pairs
    is_held_by_source: bool

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
    there, back = _trigger(s, move), _triggers_back(s, move)
    yield _expand_step(move, there, back)
    yield _counterpart_step(s, move)
    fill = _copy(s, move.target, move.name, move.source, move.column, _swapped(move.pairs))
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title=f"Fill {move.labels[1]} in existing rows",
        fills=(fill,),
    )
    early, late = _requirement_steps(s, move)
    yield from early
    yield _switch_step(s, move)
    yield from late
    refill = _copy(s, move.source, move.column, move.target, move.name, move.pairs)
    yield no_longer_copied_back("values", back, fill, refill)
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
    return Step(
        id="halves",
        phase=Phase.BACKFILL,
        title=f"Add the missing {code_span(move.model)} rows",
        after=(_without_counterpart(s, move),),
    )


def _without_counterpart(s: Situation, move: _Move) -> Decide:
    sql = dialect(s.provider.name)
    lonely = (
        f"SELECT count(*) FROM {sql.table(move.source.name)} AS source WHERE source.{sql.quote(move.column)} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {sql.table(move.target.name)} AS target WHERE {_joined(s, move)})"
    )
    return Decide(Trouble.NO_COUNTERPART, lonely, move.old.model, (move.old.name,), move.model)


def _joined(s: Situation, move: _Move) -> str:
    return " AND ".join(f"source.{s.provider.quote(a)} = target.{s.provider.quote(b)}" for a, b in move.pairs)


def _requirement_steps(s: Situation, move: _Move) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The steps before the switch and those after it by which the new field becomes required, and the old one optional.

    If the old table holds the key, the old version inserts the other row first, which has no value at that moment.
    """
    if not move.old.is_required:
        return (), ()
    old, new = move.labels
    required = Step(
        id="validate",
        phase=Phase.VALIDATE,
        title=f"Make {new} required",
        edits=(RetypeField(move.model, move.name, move.old.plain_type),),
    )
    relaxed = Step(
        id="relax",
        phase=Phase.EXPAND,
        title=f"Make {old} optional",
        edits=(RetypeField(move.old.model, move.old.name, f"{move.old.plain_type}?"),),
        after=read_as_optional(move.old.name),
    )
    if not move.is_held_by_source:
        return (required, relaxed), ()
    after_switch = evolve(required, oldest_version_that_may_return="switch")
    return (relaxed,), (_empty_step(s, move), after_switch)


def _empty_step(s: Situation, move: _Move) -> Step:
    """A row of the new table that no row of the old one refers to has no value."""
    sql = dialect(s.provider.name)
    empty = f"SELECT count(*) FROM {sql.table(move.target.name)} WHERE {sql.quote(move.name)} IS NULL"
    return Step(
        id="empty",
        phase=Phase.BACKFILL,
        title=f"Fill {move.labels[1]} where no {code_span(move.old.model)} row has a value",
        after=(Decide(Trouble.EMPTY, empty, move.model, (move.name,)),),
    )


def _switch_step(s: Situation, move: _Move) -> Step:
    """Rows without a counterpart are counted again: the old version may have added some since."""
    optional = (f"{move.model}.{move.name}",) if move.old.is_required and move.is_held_by_source else ()
    return Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that uses {move.labels[1]}",
        edits=(
            AddAttribute(move.old.model, move.old.name, "@ignore"),
            RemoveAttribute(move.model, move.name, "ignore"),
        ),
        after=(
            Deploy(
                uses=(f"{move.model}.{move.name}",),
                instead_of=(f"{move.old.model}.{move.old.name}",),
                never_null=optional,
                handles=("40P01",),
            ),
            OLD_INSTANCES_STOPPED,
            _without_counterpart(s, move),
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
            return _Move(
                old, source, target, model, name, tuple(zip(key.columns, key.referenced_columns, strict=True)), True
            )
    for key in target.foreign_keys:
        if key.referenced_table == source.name and _is_unique(target, key.columns):
            return _Move(
                old, source, target, model, name, tuple(zip(key.referenced_columns, key.columns, strict=True)), False
            )
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
    """From the old table to the new one. A row that is inserted without a value, and refers to a row that has one, takes
    it: the new version does not know the old column.

    The value is read from the row as it is now: a trigger of the user's may have changed it since.
    """
    sql = PostgresqlDialect(s.provider.name)
    column, here, there = sql.quote(move.column), sql.table(move.source.name), sql.table(move.target.name)
    name, relinked = sql.quote(move.name), [a for a, _ in move.pairs] if move.is_held_by_source else []
    joined = " AND ".join(f"copy.{sql.quote(b)} = NEW.{sql.quote(a)}" for a, b in move.pairs)
    own = " AND ".join(f"source.{sql.quote(a)} = NEW.{sql.quote(a)}" for a, _ in move.pairs)
    silent = silent_default(s, move.old.column) if move.old.column else None
    absent = " OR ".join(filter(None, (f"NEW.{column} IS NULL", f"NEW.{column} = {silent}" if silent else "")))
    taken = f"""\
  PERFORM 1 FROM {there} AS copy WHERE {joined} FOR NO KEY UPDATE;
  IF TG_OP = 'INSERT' AND ({absent}) THEN
    UPDATE {here} AS source SET {column} = copy.{name} FROM {there} AS copy
      WHERE {own} AND {joined} AND copy.{name} IS NOT NULL AND {_differ(s, move, f"source.{column}", f"copy.{name}")};
  END IF;
"""
    body = f"""\
{_unless_changed(s, move, (move.column, *relinked))}{taken if relinked else ""}\
  UPDATE {there} AS copy SET {name} = source.{column} FROM {here} AS source
    WHERE {own} AND {joined} AND {_differ(s, move, f"copy.{name}", f"source.{column}")};
  RETURN NULL;"""
    about = f"Copies {move.column} to {move.target.name.name}, if it differs there."
    return sql.trigger(
        move.source.name,
        s.provider.sync_name(move.source.name.name, move.column),
        "AFTER INSERT OR UPDATE",
        body,
        about,
    )


def _triggers_back(s: Situation, move: _Move) -> Trigger:
    """From the new table to the old one, after a row without a value has taken the existing one."""
    sql = PostgresqlDialect(s.provider.name)
    column, here, there = sql.quote(move.column), sql.table(move.source.name), sql.table(move.target.name)
    name = sql.quote(move.name)
    joined = " AND ".join(f"copy.{sql.quote(a)} = NEW.{sql.quote(b)}" for a, b in move.pairs)
    own = " AND ".join(f"source.{sql.quote(b)} = NEW.{sql.quote(b)}" for _, b in move.pairs)
    body = f"""\
{_unless_changed(s, move, (move.name,))}\
  UPDATE {here} AS copy SET {column} = source.{name} FROM {there} AS source
    WHERE {own} AND {joined} AND {_differ(s, move, f"copy.{column}", f"source.{name}")};
  RETURN NULL;"""
    about = f"Copies {move.name} to {move.source.name.name}, if it differs there."
    back = sql.trigger(
        move.target.name, s.provider.sync_name(move.target.name.name, move.name), "AFTER INSERT OR UPDATE", body, about
    )
    take = _taking(s, move)
    return evolve(back, create=(*take.create, *back.create), drop=(*back.drop, *take.drop))


def _taking(s: Situation, move: _Move) -> Trigger:
    """What an inserted row, and one that refers to another row, takes from there. That row is locked until the end of the
    transaction: a change of its value would not see this row.
    """
    sql = PostgresqlDialect(s.provider.name)
    column, name, here = sql.quote(move.column), sql.quote(move.name), sql.table(move.source.name)
    joined = " AND ".join(f"source.{sql.quote(a)} = NEW.{sql.quote(b)}" for a, b in move.pairs)
    relinked = " OR ".join(f"NEW.{sql.quote(b)} IS DISTINCT FROM OLD.{sql.quote(b)}" for _, b in move.pairs)
    kept = f"NOT ({_differ(s, move, f'NEW.{name}', f'OLD.{name}')})"
    body = f"""\
  IF TG_OP = 'INSERT' THEN
    IF NEW.{name} IS NULL THEN
      SELECT source.{column} INTO NEW.{name} FROM {here} AS source WHERE {joined} FOR SHARE;
    END IF;
  ELSIF ({relinked}) AND {kept} AND EXISTS (SELECT 1 FROM {here} AS source WHERE {joined}) THEN
    SELECT source.{column} INTO NEW.{name} FROM {here} AS source WHERE {joined} FOR SHARE;
  END IF;
  RETURN NEW;"""
    about = f"Gives a row that is new, or refers to another row, the {move.column} of {move.source.name.name}."
    taken = s.provider.sync_name(move.target.name.name, f"{move.name}_taken")
    return sql.trigger(move.target.name, taken, "BEFORE INSERT OR UPDATE", body, about)


def _unless_changed(s: Situation, move: _Move, columns: tuple[str, ...]) -> str:
    """Ends a trigger for an UPDATE that leaves these columns as they were."""
    quote = s.provider.quote
    changed = " OR ".join(_differ(s, move, f"NEW.{quote(c)}", f"OLD.{quote(c)}", c) for c in columns)
    return f"  IF TG_OP = 'UPDATE' AND NOT ({changed}) THEN RETURN NULL; END IF;\n"


def _differ(s: Situation, move: _Move, one: str, other: str, column: str = "") -> str:
    """Whether two values of the field differ; those of another column of its table, if one is named."""
    known = move.source.column(column) if column not in ("", move.name) else move.old.column
    return values_differ(s, known, one, other)
