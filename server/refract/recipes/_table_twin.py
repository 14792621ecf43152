"""A second table for a model that gets another table name while old and new versions of the app run.

The new table has the columns of the old one, is kept in sync with it in both directions, filled and related. The app
moves over, and the old table is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from refract.diff.traits import differ_traits
from refract.escaping import code_span, prisma_string
from refract.lowering.arguments import field_references, text_of
from refract.recipes._sql import row, values_differ
from refract.recipes._twin import APPLICATION
from refract.recipes.acts import OLD_INSTANCES_STOPPED, SURE_TO_STAY, Act, Deploy
from refract.recipes.base import CannotPlan, Fill, ModelField, Phase, Situation, Step, Trigger
from refract.recipes.dialects import PostgresqlDialect, dialect
from refract.recipes.schema_edits import (
    AddAttribute,
    AddBlock,
    AddBlockAttribute,
    AddField,
    RemoveAttribute,
    RemoveBlock,
    RemoveBlockAttribute,
    RemoveField,
    RenameField,
    SchemaEdit,
    apply_schema_edits,
    block_text,
)
from refract.schema.indexes import is_beyond_schema
from refract.schema.model import ObjectKind, QualifiedName, Table
from refract.wording import joined, listed

_NO_EQUALITY = frozenset({"JSON", "XML", "POINT"})


@frozen
class _Relation:
    """A relation of the model: the side that holds the key, and the other side."""

    holder: ModelField
    other: ModelField


@frozen
class _Pair:
    """The old table and the new one, with the model's relations: those whose key it holds, inward ones, and to itself."""

    model: str
    to: str
    old: Table
    new: QualifiedName
    outward: tuple[_Relation, ...]
    inward: tuple[_Relation, ...]
    own: tuple[_Relation, ...]

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.old.primary_key.columns) if self.old.primary_key else ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.old.columns)


def table_twin_steps(s: Situation, model: str, to: str, how: str) -> Iterator[Step]:
    """The steps; triggers or the application keep both tables in sync. Raises CannotPlan."""
    pair = _pair(s, model, to)
    _refuse_what_stays_behind(s, pair)
    by_application = how == APPLICATION
    triggers = (
        ()
        if by_application
        else (_copying(s, pair, pair.old.name, pair.new), _copying(s, pair, pair.new, pair.old.name))
    )
    hidden = () if by_application else (AddBlockAttribute(to, "@@ignore"),)
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {listed([to])}{'' if by_application else f', synced with {listed([model])} by triggers'}",
        edits=(AddBlock(_block(s, pair), model), *hidden, *_outward_edits(pair)),
        begins=triggers,
        last=(*_shared_numbers(s, pair), *dialect(s.provider.name).table_rights(pair.old.name, pair.new)),
    )
    if by_application:
        yield Step(
            id="dual-write",
            phase=Phase.DUAL_WRITE,
            title=f"Deploy code that writes both and reads {listed([model])}",
            after=(Deploy(reads=(model,), writes=(model,), upserts=(to,)), OLD_INSTANCES_STOPPED),
        )
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title=f"Copy existing rows to {listed([to])}",
        fills=(*((_outdated_removal(s, pair),) if by_application else ()), _fill(s, pair)),
    )
    if pair.inward or pair.own:
        yield Step(
            id="relate",
            phase=Phase.VALIDATE,
            title=f"Add and validate the foreign keys to {listed([to])}",
            edits=(*_inward_edits(s, pair), *_own_edits(pair)),
        )
    yield from _switch_by_application(pair) if by_application else _switch_by_trigger(pair)
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {listed([model])}",
        edits=(RemoveBlock(model), *_usual_names(s, pair)),
        ends=triggers,
        copied=() if by_application else (_fill(s, pair),),
        first=tuple(_numbers_kept(s, pair)),
        point_of_no_return=True,
    )


def _refuse_what_stays_behind(s: Situation, pair: _Pair) -> None:
    """Raises CannotPlan for what a schema cannot hold: a table that is made of it would not have that."""
    built = s.table_built(pair.old.name)
    triggers = (key for key in s.history.objects if key.table == built.name) if s.history else ()
    left = (
        *(f"check {code_span(check.name)}" for check in built.checks if check.not_null is None),
        *(f"index {code_span(index.name)}" for index in built.indexes if is_beyond_schema(index)),
        *(f"generated column {code_span(column.name)}" for column in built.columns if column.generated),
        *(f"trigger {code_span(key.name.name)}" for key in triggers if key.kind is ObjectKind.TRIGGER),
    )
    if left:
        others = "`how=view` or `how=map`" if dialect(s.provider.name).has_writable_views else "`how=map`"
        raise CannotPlan(f"A second table would not have {joined(left)}. Pass {others}, which keeps the table.")


def _pair(s: Situation, model: str, to: str) -> _Pair:
    old = s.table(model)
    if old.primary_key is None:
        raise CannotPlan(f"{code_span(model)} has no @id, which is needed to match the rows of two tables.")
    if any(c.auto_increment for c in old.columns) and dialect(s.provider.name).numbers_each_table:
        raise CannotPlan(
            "SQL Server numbers the rows of each table separately, so two tables cannot be in sync. Pass `how=map`."
        )
    relations = tuple(_relations(s, model))
    return _Pair(
        model,
        to,
        old,
        QualifiedName(old.name.schema, to),
        tuple(r for r in relations if r.holder.model == model != r.other.model),
        tuple(r for r in relations if r.holder.model != model == r.other.model),
        tuple(r for r in relations if r.holder.model == model == r.other.model),
    )


def _relations(s: Situation, model: str) -> Iterator[_Relation]:
    models = [t.model_name for t in s.database.tables.values() if t.model_name]
    sides = [f for m in models for f in s.fields(m) if f.column is None and s.tree.block(f.type_name) is not None]
    held = [f for f in sides if _key_fields(f)]
    for holder in held:
        if model in (holder.model, holder.type_name):
            other = next((f for f in sides if _is_other_side(f, holder)), None)
            if other is None:
                raise CannotPlan(f"{code_span(f'{holder.model}.{holder.name}')} has no other side.")
            yield _Relation(holder, other)
    for field in sides:
        if field.model == model and not _key_fields(field) and not any(_is_other_side(field, h) for h in held):
            raise CannotPlan(
                f"{code_span(f'{model}.{field.name}')} is an implicit many-to-many relation, whose table Prisma names after the models. "
                f"Run {code_span(f'explicit-many-to-many {model}.{field.name}')} first."
            )


def _is_other_side(field: ModelField, holder: ModelField) -> bool:
    ends = (field.model, field.type_name) == (holder.type_name, holder.model)
    return ends and not _key_fields(field) and _name(field) == _name(holder) and field.node is not holder.node


def _block(s: Situation, pair: _Pair) -> str:
    """The new model at first: without relations from other models, and with separate names in the database."""
    text = block_text(s.tree, pair.model).replace(f"model {pair.model}", f"model {pair.to}", 1)
    kept = {r.holder.name for r in pair.outward}
    gone = [f.name for f in s.fields(pair.model) if _is_relation(s, f) and f.name not in kept]
    tree = apply_schema_edits(s.tree, (AddBlock(text), *(RemoveField(pair.to, name) for name in gone)))
    unnamed = re.sub(r"(,\s*)?\bmap:\s*\"[^\"]*\"", "", block_text(tree, pair.to))
    return re.sub(r"(@\w+)\(\)", r"\1", unnamed)


def _is_relation(s: Situation, field: ModelField) -> bool:
    return field.column is None and s.tree.block(field.type_name) is not None


def _outward_edits(pair: _Pair) -> Iterator[SchemaEdit]:
    """The other side of each relation whose key the model holds."""
    for relation in pair.outward:
        other = relation.other
        type_ = other.type.replace(pair.model, pair.to, 1)
        yield AddField(other.model, _v2(other), type_, (*other.attributes, "@ignore"), other.name)


def _inward_edits(s: Situation, pair: _Pair) -> Iterator[SchemaEdit]:
    """A second relation of each column that points at the model."""
    for relation in pair.inward:
        holder, other = relation.holder, relation.other
        columns = [c.name for c in (s.field(holder.model, n).column for n in _key_fields(holder)) if c is not None]
        name = s.provider.foreign_key_name(s.table(holder.model).name.name, (*columns, pair.to))
        mapped = f", map: {prisma_string(name)}" if s.provider.maps_foreign_keys else ""
        attribute = re.sub(r",\s*map:\s*\"[^\"]*\"", "", holder.attribute("relation"))
        type_ = holder.type.replace(pair.model, pair.to, 1)
        yield AddField(holder.model, _v2(holder), type_, (f"{attribute[:-1]}{mapped})", "@ignore"), holder.name)
        yield AddField(pair.to, other.name, other.type, other.attributes)


def _own_edits(pair: _Pair) -> Iterator[SchemaEdit]:
    """The relations of the model to itself, after all rows are copied."""
    for relation in pair.own:
        for side in (relation.holder, relation.other):
            attributes = tuple(re.sub(r",\s*map:\s*\"[^\"]*\"", "", text) for text in side.attributes)
            yield AddField(pair.to, side.name, side.type.replace(pair.model, pair.to, 1), attributes)


def _switch_by_trigger(pair: _Pair) -> Iterator[Step]:
    yield _switch_step(
        pair,
        (Deploy(uses=(pair.to,), instead_of=(pair.model,), handles=("40P01",)), OLD_INSTANCES_STOPPED, SURE_TO_STAY),
        (RemoveBlockAttribute(pair.to, "@@ignore"), *_relation_renames(pair)),
    )
    yield from _detach_steps(pair)


def _switch_by_application(pair: _Pair) -> Iterator[Step]:
    """The foreign keys are dropped while both tables are still written: they would refuse a reference to a row that
    only the new one has.
    """
    yield Step(
        id="read-new",
        phase=Phase.DUAL_WRITE,
        title=f"Deploy code that reads {listed([pair.to])} and writes both",
        edits=(*_relation_renames(pair), *_own_relations_hidden(pair)),
        after=(Deploy(reads=(pair.to,), writes=(pair.model,), upserts=(pair.to,)), OLD_INSTANCES_STOPPED),
    )
    yield from _detach_steps(pair)
    deployed = (Deploy(uses=(pair.to,), instead_of=(pair.model,)), OLD_INSTANCES_STOPPED)
    yield evolve(_switch_step(pair, deployed), oldest_version_that_may_return="read-new")


def _switch_step(pair: _Pair, acts: tuple[Act, ...], moved: Sequence[SchemaEdit] = ()) -> Step:
    return Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that uses {listed([pair.to])} instead of {listed([pair.model])}",
        edits=(AddBlockAttribute(pair.model, "@@ignore"), *moved),
        after=acts,
        ends_use=(pair.model,),
    )


def _relation_renames(pair: _Pair) -> Iterator[SchemaEdit]:
    """The relations to the new table get the names of those to the old one, which Prisma Client no longer shows."""
    for field in (*(r.other for r in pair.outward), *(r.holder for r in pair.inward)):
        yield RenameField(field.model, field.name, _old_name(field))
        yield AddAttribute(field.model, _old_name(field), "@ignore")
        yield RenameField(field.model, _v2(field), field.name)
        yield RemoveAttribute(field.model, field.name, "ignore")


def _own_relations_hidden(pair: _Pair) -> Iterator[SchemaEdit]:
    """The old model's relations to itself, whose foreign keys are dropped before it is: code writes its plain fields."""
    for relation in pair.own:
        for side in (relation.holder, relation.other):
            yield AddAttribute(pair.model, side.name, "@ignore")


def _detach_steps(pair: _Pair) -> Iterator[Step]:
    relations = tuple(_relation_removals(pair))
    if relations:
        yield Step(
            id="detach",
            phase=Phase.CONTRACT,
            title=f"Drop the foreign keys of and to {listed([pair.model])}",
            edits=relations,
        )


def _relation_removals(pair: _Pair) -> Iterator[SchemaEdit]:
    for relation in pair.outward:
        yield RemoveField(relation.other.model, _old_name(relation.other))
        yield RemoveField(pair.model, relation.holder.name)
    for relation in pair.inward:
        yield RemoveField(relation.holder.model, _old_name(relation.holder))
        yield RemoveField(pair.model, relation.other.name)
    for relation in pair.own:
        yield RemoveField(pair.model, relation.holder.name)
        yield RemoveField(pair.model, relation.other.name)


def _usual_names(s: Situation, pair: _Pair) -> Iterator[SchemaEdit]:
    """The relations as first written, if their foreign keys can get the names of the dropped ones."""
    for relation in pair.inward if differ_traits(s.provider.name).renames_foreign_keys else ():
        holder = relation.holder
        yield RemoveAttribute(holder.model, holder.name, "relation")
        yield AddAttribute(holder.model, holder.name, holder.attribute("relation"))


def _fill(s: Situation, pair: _Pair) -> Fill:
    sql, quote = dialect(s.provider.name), s.provider.quote
    new, names = sql.table(pair.new), ", ".join(map(quote, pair.columns))
    joined = " AND ".join(f"copy.{quote(k)} = {row(s, k)}" for k in pair.key)
    other_wise = _differ(s, pair, "copy", "{row}")
    missing = f"NOT EXISTS (SELECT 1 FROM {new} AS copy WHERE {joined})"
    behind = f"NOT EXISTS (SELECT 1 FROM {new} AS copy WHERE {joined} AND NOT ({other_wise}))"
    here = sql.here(missing, pair.old.name)
    old = sql.table(pair.old.name)
    statement = f"INSERT INTO {new} ({names}) SELECT {names} FROM {old} WHERE {{batch}} AND {here}{sql.keyword_of_copy}"
    return Fill(pair.old, (), behind, statement)


def _outdated_removal(s: Situation, pair: _Pair) -> Fill:
    """Deletes copies of rows that an old version has changed or deleted in the old table since: they are copied again."""
    sql, quote = dialect(s.provider.name), s.provider.quote
    copy = evolve(pair.old, name=pair.new, model_name=pair.to)
    joined = " AND ".join(f"source.{quote(k)} = {row(s, k)}" for k in pair.key)
    same = f"{joined} AND NOT ({_differ(s, pair, 'source', '{row}')})"
    outdated = f"NOT EXISTS (SELECT 1 FROM {sql.table(pair.old.name)} AS source WHERE {same})"
    statement = f"DELETE FROM {sql.table(pair.new)} WHERE {{batch}} AND {sql.here(outdated, pair.new)}"
    return Fill(copy, (), outdated, statement)


def _copying(s: Situation, pair: _Pair, source: QualifiedName, target: QualifiedName) -> Trigger:
    """What is written to one table is written to the other, unless it holds that already: so it ends."""
    sql, quote = PostgresqlDialect(s.provider.name), s.provider.quote
    other, names, keys = sql.table(target), ", ".join(map(quote, pair.columns)), ", ".join(map(quote, pair.key))
    values = ", ".join(f"NEW.{quote(c)}" for c in pair.columns)
    sets = ", ".join(f"{quote(c)} = NEW.{quote(c)}" for c in pair.columns)
    was = " AND ".join(f"copy.{quote(k)} = OLD.{quote(k)}" for k in pair.key)
    other_wise = _differ(s, pair, "copy", "NEW")
    body = f"""\
  IF TG_OP = 'DELETE' THEN
    DELETE FROM {other} AS copy WHERE {was};
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    UPDATE {other} AS copy SET {sets} WHERE {was} AND ({other_wise});
  END IF;
  INSERT INTO {other} ({names}) VALUES ({values}) ON CONFLICT ({keys}) DO NOTHING;
  RETURN NULL;"""
    # Triggers fire by name: before those of foreign keys ("RI_..."), so that a changed key exists when those check it.
    name = s.provider.sync_name(f"Copy_{source.name}", target.name)
    about = f"Copies each change of {source.name} to {target.name}, if the rows there differ."
    return sql.trigger(source, name, "AFTER INSERT OR UPDATE OR DELETE", body, about)


def _differ(s: Situation, pair: _Pair, one: str, other: str) -> str:
    """Whether a row of one table holds something else than a row of the other."""
    return " OR ".join(
        values_differ(s, pair.old.column(c), _value(s, pair, one, c), _value(s, pair, other, c)) for c in pair.columns
    )


def _value(s: Situation, pair: _Pair, of: str, column: str) -> str:
    """A column's value, as something that can be compared."""
    known = pair.old.column(column)
    text = f"{of}.{s.provider.quote(column)}"
    plain = known is None or known.type.name not in _NO_EQUALITY
    return text if plain else dialect(s.provider.name).comparable(text)


def _shared_numbers(s: Situation, pair: _Pair) -> Iterator[str]:
    """Both tables take their numbers from the old one's sequence: no number is given twice."""
    for column, sequence in _sequences(s, pair):
        table, own = dialect(s.provider.name).table(pair.new), f"{pair.new.name}_{column}_seq"
        yield f"ALTER TABLE {table} ALTER COLUMN {s.provider.quote(column)} SET DEFAULT nextval('{sequence}')"
        yield f"DROP SEQUENCE {dialect(s.provider.name).table(QualifiedName(pair.new.schema, own))}"


def _numbers_kept(s: Situation, pair: _Pair) -> Iterator[str]:
    """The sequence is kept when the old table is dropped."""
    for column, sequence in _sequences(s, pair):
        table = dialect(s.provider.name).table(pair.new)
        yield f"ALTER SEQUENCE {sequence} OWNED BY {table}.{s.provider.quote(column)}"


def _sequences(s: Situation, pair: _Pair) -> Iterator[tuple[str, str]]:
    if not dialect(s.provider.name).shares_sequences:
        return
    for column in pair.old.columns:
        if column.auto_increment:
            name = column.sequence or f"{pair.old.name.name}_{column.name}_seq"
            yield column.name, dialect(s.provider.name).table(QualifiedName(pair.old.name.schema, name))


def _key_fields(field: ModelField) -> Sequence[str]:
    node = field.node.attribute("relation")
    return [r.field for r in field_references(node.argument("fields"))] if node else []


def _name(field: ModelField) -> str:
    node = field.node.attribute("relation")
    return text_of(node.argument("name", 0)) or "" if node else ""


def _v2(field: ModelField) -> str:
    return f"{field.name}V2"


def _old_name(field: ModelField) -> str:
    return f"{field.name}Old"
