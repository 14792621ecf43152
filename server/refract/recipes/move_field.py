"""Moves a field to a related model: `User.bio` to `Profile.bio`.

Why it takes steps
    Prisma drops the column with its values and adds an empty one to the other table.

Ways
    The new column comes in the other table; triggers on both tables keep the two in step; rows are filled; programs move
    over; the old column goes. A row without its other half has nowhere to put the value: those have to be made first.

Example
    refract plan new move-field User.bio to=Profile

Providers
    PostgreSQL, for a relation of one row to one row.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.recipes._sql import row
from refract.recipes._twin import ask_for_readers, listed, refuse_keys
from refract.recipes.base import (
    CannotPlan,
    Fill,
    ModelField,
    Phase,
    Question,
    Situation,
    Step,
    Subject,
    Trigger,
    recipe,
)
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import AddAttribute, AddField, RemoveField, RetypeField
from refract.schema.model import QualifiedName, Table


@frozen
class _Move:
    """From one table to another, whose rows are joined by pairs of columns (of the first, of the second)."""

    old: ModelField
    source: Table
    target: Table
    model: str
    name: str
    pairs: tuple[tuple[str, str], ...]


@recipe(
    Subject.FIELD,
    Question("to", "The model that the field moves to"),
    Question("name", "Its name there (empty: as it is)", ""),
    providers=frozenset({"postgresql"}),
    elsewhere="two tables are kept in step by triggers that only PostgreSQL has in this form. Add the field to the other model, "
    "let the application write both, copy the values, then drop the old field.",
)
def move_field(s: Situation) -> Iterator[Step]:
    """Beside, in step, filled, switched."""
    move = _move(s)
    sql = dialect(s.provider.name)
    old, new = listed([f"{move.old.model}.{move.old.name}"]), listed([f"{move.model}.{move.name}"])
    there, back = _trigger(s, move), _trigger_back(s, move)
    attributes = move.old.without("unique", "map", "default")
    source, target = sql.table(move.source.name), sql.table(move.target.name)
    old_column = move.old.column.name if move.old.column else ""
    column = sql.quote(old_column)
    lonely = (
        f"SELECT count(*) FROM {source} AS source WHERE source.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} "
        f"AS target WHERE {' AND '.join(f'source.{sql.quote(a)} = target.{sql.quote(b)}' for a, b in move.pairs)})"
    )
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {new} beside {old}, kept in step by triggers",
        edits=(AddField(move.model, move.name, f"{move.old.plain_type}{'' if move.old.is_list else '?'}", attributes),),
        begins=(there, back),
    )
    yield Step(
        id="halves",
        phase=Phase.BACKFILL,
        title=f"Every row of {listed([move.old.model])} with a value has its {listed([move.model])}",
        deploy=f"Add a row of `{move.model}` for each row of `{move.old.model}` that holds a value and has none. "
        f"This must answer 0: {lonely}",
        check=lonely,
    )
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title=f"Fill {new} in the rows that are there",
        fills=(_copy(s, move.target, move.name, move.source, old_column, _turned(move.pairs)),),
    )
    if move.old.is_required:
        yield Step(
            id="validate",
            phase=Phase.VALIDATE,
            title=f"Make {new} required",
            edits=(RetypeField(move.model, move.name, move.old.plain_type),),
        )
    relaxed = (RetypeField(move.old.model, move.old.name, f"{move.old.plain_type}?"),) if move.old.is_required else ()
    if relaxed:
        yield Step(
            id="relax",
            phase=Phase.EXPAND,
            title=f"Make {old} optional, so that it can be left out",
            edits=relaxed,
            deploy=ask_for_readers(old),
        )
    yield Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"The application uses {new}",
        edits=(AddAttribute(move.old.model, move.old.name, "@ignore"),),
        deploy=f"Deploy the version of the application that uses `{move.model}.{move.name}` in place of "
        f"`{move.old.model}.{move.old.name}`. It may run beside the old one. Go on when no instance of the old one is left.",
        ends_use=(f"{move.old.model}.{move.old.name}",),
    )
    yield _detached(s, move, back)
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {old}",
        edits=(RemoveField(move.old.model, move.old.name),),
        ends=(there,),
        loses=f"the values of rows of `{move.old.model}` that have no `{move.model}`.",
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
    raise CannotPlan(f"`{old.model}` and `{model}` are not related one to one.")


def _detached(s: Situation, move: _Move, back: Trigger) -> Step:
    """The old side may fall behind from here on; the way back catches up."""
    column = move.old.column.name if move.old.column else ""
    refill = _copy(s, move.source, column, move.target, move.name, move.pairs)
    return Step(
        id="detach",
        phase=Phase.CONTRACT,
        title="Values are no longer copied back",
        ends=(back,),
        undo=(
            Step(id="attach", phase=Phase.DUAL_WRITE, title="", begins=(back,)),
            Step(id="refill", phase=Phase.BACKFILL, title="", fills=(refill,)),
        ),
    )


def _copy(
    s: Situation, table: Table, column: str, other: Table, value: str, pairs: tuple[tuple[str, str], ...]
) -> Fill:
    """Fills a column from the rows of another table, joined by `pairs` of columns (of the first, of the other).

    The other rows are locked before they are read: what a program has written to one by the time that its copy is written
    would be overwritten with what was there before.
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
    return Fill(table, ((column, found),), where, statement.replace("{row}", sql.quote(table.name.name)))


def _turned(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((b, a) for a, b in pairs)


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    keys = [tuple(p.name for p in i.columns) for i in table.indexes if i.unique]
    if table.primary_key is not None:
        keys.append(tuple(p.name for p in table.primary_key.columns))
    return any(set(key) == set(columns) for key in keys)


def _trigger(s: Situation, move: _Move) -> Trigger:
    """From the old table to the new one."""
    return _copying(
        s, move.source, move.target, move.old.column.name if move.old.column else "", move.name, move.pairs, ""
    )


def _trigger_back(s: Situation, move: _Move) -> Trigger:
    """From the new table to the old one; a new row without a value takes the one that is there."""
    column = move.old.column.name if move.old.column else ""
    quote, sql = s.provider.quote, dialect(s.provider.name)
    joined = " AND ".join(f"{quote(a)} = NEW.{quote(b)}" for a, b in move.pairs)
    take = (
        f"  IF TG_OP = 'INSERT' AND NEW.{quote(move.name)} IS NULL THEN\n"
        f"    SELECT {quote(column)} INTO NEW.{quote(move.name)} FROM {sql.table(move.source.name)} WHERE {joined};\n"
        "    RETURN NEW;\n  END IF;\n"
    )
    return _copying(s, move.target, move.source, move.name, column, _turned(move.pairs), take)


def _copying(
    s: Situation, source: Table, target: Table, column: str, other: str, pairs: tuple[tuple[str, str], ...], take: str
) -> Trigger:
    quote, sql = s.provider.quote, dialect(s.provider.name)
    name = s.provider.sync_name(source.name.name, column)
    function, table = sql.table(QualifiedName(source.name.schema, name)), sql.table(source.name)
    joined = " AND ".join(f"{quote(b)} = NEW.{quote(a)}" for a, b in pairs)
    return Trigger(
        source.name,
        (
            f"""\
-- Copies {column} to {target.name.name}. A trigger that another one has fired does nothing.
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
{take}  UPDATE {sql.table(target.name)} SET {quote(other)} = NEW.{quote(column)}
    WHERE {joined} AND {quote(other)} IS DISTINCT FROM NEW.{quote(column)};
  RETURN NEW;
END $$""",
            f"CREATE TRIGGER {quote(name)} BEFORE INSERT OR UPDATE OF {quote(column)} ON {table}\n"
            f"  FOR EACH ROW EXECUTE FUNCTION {function}()",
        ),
        (f"DROP TRIGGER {quote(name)} ON {table}", f"DROP FUNCTION {function}()"),
    )
