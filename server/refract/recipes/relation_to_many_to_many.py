"""Turns a one-to-many relation into a many-to-many relation.

## What it does
Adds the join table, and triggers keep it in sync with the key column.
Roles get the rights on it that they have on the table with the key column.
Existing links are copied, you deploy a version that uses the new lists, and the key column is dropped.
The old version sees only one of several links: the one written last.

## When to use it
Prisma drops the key column and creates an empty join table, which loses every link.

## Example
```prisma before
model Author {
  id    Int    @id
  posts Post[]
}

model Post {
  id       Int     @id
  authorId Int?
  author   Author? @relation(fields: [authorId], references: [id])
}
```
```console
refract plan new relation-to-many-to-many Post.author to=authors back=authored
```
```prisma after
model Author {
  id       Int    @id
  authored Post[] @relation("PostAuthors")
}

model Post {
  id      Int      @id
  authors Author[] @relation("PostAuthors")
}
```

## Going back
Every step before the last can be undone.
The last step drops the key column: which of several links it had is lost.

## Providers
PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from refract.escaping import code_span
from refract.lowering.arguments import field_references
from refract.recipes._sql import row, string
from refract.recipes._twin import no_longer_copied_back, read_as_optional
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy
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
from refract.recipes.dialects.postgresql_rights import join_rights
from refract.recipes.schema_edits import (
    AddAttribute,
    AddField,
    RemoveAttribute,
    RemoveBlockAttribute,
    RemoveField,
    RetypeField,
    SchemaEdit,
)
from refract.schema.model import QualifiedName, Table
from refract.wording import listed

_ON_DELETE = re.compile(r",\s*onDelete:\s*(\w+)")
_COPIED = "refract.copied_key"
"""The setting that names the key which a trigger copies from a join table to its row."""


@frozen
class _Link:
    """The relation: its field and key in the child, the list in the parent, and the join table to be."""

    field: ModelField
    key: ModelField
    parent: str
    back: str
    name: str
    to: str
    new_back: str
    join: str
    child_table: Table
    parent_table: Table
    child_letter: str
    parent_letter: str


@recipe(
    SubjectKind.FIELD,
    Question("to", "Name of the list that replaces the field"),
    Question("back", "Name of the list on the other side"),
    Question("name", "Name of the new relation (empty: made of both names)", ""),
    providers=frozenset({"postgresql"}),
    elsewhere="Only PostgreSQL has the triggers that keep the join table in sync. Instead, add the many-to-many relation. "
    "Deploy a version that writes both relations. Copy the links, then drop the old relation.",
)
def relation_to_many_to_many(s: Situation) -> Iterator[Step]:
    """Adds the new relation next to the old one, keeps both in sync, copies the links, switches over."""
    link = _link(s)
    forward, reverse = _forward(s, link), _reverse(s, link)
    yield _expand_step(s, link, forward, reverse)
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title="Copy existing links",
        fills=(_fill(s, link),),
    )
    yield from _relax_steps(s, link)
    yield _switch_step(link)
    yield no_longer_copied_back("links", reverse, _fill(s, link), _refill(s, link))
    yield _contract_step(s, link, forward)


def _expand_step(s: Situation, link: _Link, forward: Trigger, reverse: Trigger) -> Step:
    relation, sql = f'@relation("{link.name}")', dialect(s.provider.name)
    child, join = link.child_table.name, _join_name(link)
    on = (_key(link.child_table), link.child_letter)
    return Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {listed([link.to])}, synced with {listed([link.field.name])} by triggers",
        edits=(
            AddField(link.field.model, link.to, f"{link.parent}[]", (relation,), link.field.name),
            AddField(link.parent, link.new_back, f"{link.field.model}[]", (relation,)),
        ),
        begins=(forward, reverse),
        last=(join_rights(sql.table(child), sql.table(join), (child, join), on),),
    )


def _relax_steps(s: Situation, link: _Link) -> Iterator[Step]:
    """Rows written by the new version have no key."""
    if link.key.is_required:
        yield Step(
            id="relax",
            phase=Phase.EXPAND,
            title=f"Make {listed([link.field.name])} optional",
            edits=tuple(_made_optional(link)),
            after=read_as_optional(link.field.name),
        )


def _switch_step(link: _Link) -> Step:
    return Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that uses {listed([link.to])}",
        edits=(*_keeps_rows(link), *(AddAttribute(m, f, "@ignore") for m, f in _olds(link))),
        after=(Deploy(uses=(link.to,), instead_of=(link.field.name,), handles=("40P01",)), OLD_INSTANCES_STOPPED),
        ends_use=tuple(f"{m}.{f}" for m, f in _olds(link)),
        note=f"From this step on, deleting rows of {code_span(link.parent)} keeps the {code_span(link.field.model)} rows that refer to them.",
    )


def _contract_step(s: Situation, link: _Link, forward: Trigger) -> Step:
    lists = tuple(
        RemoveBlockAttribute(link.field.model, s.text(link.field.model, *attribute.span))
        for attribute in s.block(link.field.model).attributes
        if link.key.name in [r.field for r in field_references(attribute.argument("fields", 0))]
    )
    return Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Drop {listed([link.key.name])}",
        edits=(*lists, *(RemoveField(m, f) for m, f in _olds(link))),
        ends=(forward,),
        point_of_no_return=True,
        loses=f"which of several links {code_span(link.key.name)} held",
    )


def _link(s: Situation) -> _Link:
    field = s.field(s.answer("model"), s.answer("field"))
    parent, to = field.type_name, s.answer("to")
    key = _key_of_relation(s, field)
    child_table, parent_table = _with_id(s.table(field.model)), _with_id(s.table(parent))
    back = _other_side(s, field)
    name = s.answer("name") or f"{field.model}{to[:1].upper()}{to[1:]}"
    # Prisma calls the columns of a join table A and B, by the names of the models.
    child_letter, parent_letter = ("A", "B") if field.model < parent else ("B", "A")
    return _Link(
        field=field,
        key=key,
        parent=parent,
        back=back.name,
        name=name,
        to=s.new_name(field.model, to),
        new_back=s.new_name(parent, s.answer("back")),
        join=f"_{name}",
        child_table=child_table,
        parent_table=parent_table,
        child_letter=child_letter,
        parent_letter=parent_letter,
    )


def _key_of_relation(s: Situation, field: ModelField) -> ModelField:
    node = field.node.attribute("relation")
    names = [r.field for r in field_references(node.argument("fields"))] if node else []
    if len(names) != 1 or field.type_name == field.model:
        raise CannotPlan(
            f"{code_span(f'{field.model}.{field.name}')} is not the side of a relation with a foreign key of one field."
        )
    return s.field(field.model, names[0])


def _other_side(s: Situation, field: ModelField) -> ModelField:
    node, parent = field.node.attribute("relation"), field.type_name
    name = getattr(node.argument("name", 0) if node else None, "value", "")
    for back in s.fields(parent):
        if back.type_name == field.model and back.column is None and (not name or name in back.attribute("relation")):
            if not back.is_list:
                raise CannotPlan(
                    f"{code_span(f'{parent}.{back.name}')} is not a list, so this is a one-to-one relation."
                )
            return back
    raise CannotPlan(f"{code_span(parent)} has no field for the other side.")


def _with_id(table: Table) -> Table:
    if table.primary_key is None or len(table.primary_key.columns) != 1:
        raise CannotPlan(
            f"{code_span(table.model_name)} has no @id on a single field, which a many-to-many relation needs."
        )
    return table


def _fill(s: Situation, link: _Link) -> Fill:
    """The existing links."""
    sql = dialect(s.provider.name)
    child, join = sql.table(link.child_table.name), sql.table(_join_name(link))
    key, own = row(s, _column(link.key)), row(s, _key(link.child_table))
    a, b = sql.quote(link.parent_letter), sql.quote(link.child_letter)
    unlinked = f"{key} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {join} AS link WHERE link.{b} = {own})"
    statement = (
        f"INSERT INTO {join} ({a}, {b}) SELECT {key}, {own} FROM {child} WHERE {{batch}} AND ({unlinked}) "
        "FOR UPDATE ON CONFLICT DO NOTHING"
    )
    return Fill(link.child_table, (), unlinked, sql.here(statement, link.child_table.name))


def _refill(s: Situation, link: _Link) -> Fill:
    """The keys of rows whose links were written while nothing was copied back.

    Links are locked before they are read. Otherwise the copy could overwrite a newer value that the app has written
    with the older value.
    """
    sql = dialect(s.provider.name)
    child, join, own = sql.table(link.child_table.name), sql.table(_join_name(link)), row(s, _key(link.child_table))
    key, a, b = row(s, _column(link.key)), sql.quote(link.parent_letter), sql.quote(link.child_letter)
    found = f"FROM {join} AS link WHERE link.{b} = {own}"
    stale = f"EXISTS (SELECT 1 {found}) AND NOT EXISTS (SELECT 1 {found} AND link.{a} = {key})"
    statement = f"""\
WITH held AS (
      SELECT {a} AS parent, {b} AS child FROM {join}
      WHERE {b} IN (SELECT {own} FROM {child} WHERE {{batch}} AND {stale}) FOR UPDATE
    )
    UPDATE {child} SET {sql.quote(_column(link.key))} = source.parent
    FROM (SELECT DISTINCT ON (child) child, parent FROM held ORDER BY child, parent) AS source
    WHERE {{batch}} AND source.child = {own}
      AND NOT EXISTS (SELECT 1 FROM held WHERE held.child = {own} AND held.parent = {key})"""
    first = f"(SELECT link.{a} {found} ORDER BY link.{a} LIMIT 1)"
    return Fill(
        link.child_table,
        ((_column(link.key), first),),
        stale,
        sql.here(statement, link.child_table.name),
    )


def _join_name(link: _Link) -> QualifiedName:
    """Prisma puts the join table into the schema of the model whose name sorts first."""
    first = link.child_table if link.child_letter == "A" else link.parent_table
    return QualifiedName(first.name.schema, link.join)


def _column(field: ModelField) -> str:
    return field.column.name if field.column else field.name


def _key(table: Table) -> str:
    return table.primary_key.columns[0].name if table.primary_key else ""


def _olds(link: _Link) -> tuple[tuple[str, str], ...]:
    return ((link.field.model, link.field.name), (link.field.model, link.key.name), (link.parent, link.back))


def _made_optional(link: _Link) -> Iterator[SchemaEdit]:
    yield RetypeField(link.field.model, link.key.name, f"{link.key.plain_type}?")
    yield RetypeField(link.field.model, link.field.name, f"{link.field.plain_type}?")
    node = link.field.node.attribute("relation")
    # Without an explicit action the default would become SetNull, and the constraint be recreated.
    if node is not None and node.argument("onDelete") is None:
        written = link.field.attribute("relation")
        yield RemoveAttribute(link.field.model, link.field.name, "relation")
        yield AddAttribute(link.field.model, link.field.name, f"{written[:-1]}, onDelete: Restrict)")


def _keeps_rows(link: _Link) -> Iterator[SchemaEdit]:
    """A row that has other links must outlive the one that its key holds, and must not keep that from being deleted."""
    node, written = link.field.node.attribute("relation"), link.field.attribute("relation")
    action = _ON_DELETE.search(written)
    if node is None or (action[1] == "SetNull" if action else not link.key.is_required):
        return
    yield RemoveAttribute(link.field.model, link.field.name, "relation")
    kept = _ON_DELETE.sub("", written)
    yield AddAttribute(link.field.model, link.field.name, f"{kept[:-1]}, onDelete: SetNull)")


def _forward(s: Situation, link: _Link) -> Trigger:
    """What is written to the key is written to the join table, unless it was copied from there.

    If the key becomes NULL because its row was deleted, the key gets any link that is left.
    """
    sql, column = PostgresqlDialect(s.provider.name), _column(link.key)
    child, join, parent = (
        sql.table(name) for name in (link.child_table.name, _join_name(link), link.parent_table.name)
    )
    key, own = sql.quote(column), sql.quote(_key(link.child_table))
    a, b = sql.quote(link.parent_letter), sql.quote(link.child_letter)
    left = _link_left(s, link, f"NEW.{own}")
    body = f"""\
  IF TG_OP = 'UPDATE' AND NEW.{key} IS NOT DISTINCT FROM OLD.{key} THEN RETURN NULL; END IF;
  IF current_setting('{_COPIED}', true) = {_copied(link, f"NEW.{own}", f"NEW.{key}")} THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' AND OLD.{key} IS NOT NULL THEN
    DELETE FROM {join} WHERE {b} = NEW.{own} AND {a} = OLD.{key};
  END IF;
  IF NEW.{key} IS NOT NULL THEN
    INSERT INTO {join} ({a}, {b}) VALUES (NEW.{key}, NEW.{own}) ON CONFLICT DO NOTHING;
  ELSIF TG_OP = 'UPDATE' AND NOT EXISTS (SELECT 1 FROM {parent} AS parent WHERE {_parent_key(s, link)} = OLD.{key}) THEN
    UPDATE {child} SET {key} = ({left}) WHERE {own} = NEW.{own} AND {key} IS NULL;
  END IF;
  RETURN NULL;"""
    name = s.provider.sync_name(link.child_table.name.name, column)
    about = f"Keeps the join table in sync with {column}. Does nothing if {column} was copied from there."
    return sql.trigger(link.child_table.name, name, "AFTER INSERT OR UPDATE", body, about)


def _reverse(s: Situation, link: _Link) -> Trigger:
    """What is written to the join table is written to the key.

    The row is locked first: another transaction may write its links at the same time. A setting tells the other trigger
    which key was copied; it ends with the transaction.
    """
    sql, column = PostgresqlDialect(s.provider.name), _column(link.key)
    table, join = sql.table(link.child_table.name), sql.table(_join_name(link))
    key, own = sql.quote(column), sql.quote(_key(link.child_table))
    a, b = sql.quote(link.parent_letter), sql.quote(link.child_letter)
    body = f"""\
  DECLARE
    refract_row {join}.{b}%TYPE := CASE TG_OP WHEN 'DELETE' THEN OLD.{b} ELSE NEW.{b} END;
    refract_key {join}.{a}%TYPE;
    refract_copied TEXT := COALESCE(current_setting('{_COPIED}', true), '');
  BEGIN
    PERFORM 1 FROM {table} WHERE {own} = refract_row FOR NO KEY UPDATE;
    IF TG_OP = 'DELETE' THEN
      refract_key := ({_link_left(s, link, "refract_row")});
    ELSE
      refract_key := NEW.{a};
    END IF;
    PERFORM set_config('{_COPIED}', {_copied(link, "refract_row", "refract_key")}, true);
    UPDATE {table} SET {key} = refract_key
      WHERE {own} = refract_row AND {key} IS DISTINCT FROM refract_key AND (TG_OP = 'INSERT' OR {key} = OLD.{a});
    PERFORM set_config('{_COPIED}', refract_copied, true);
  END;
  RETURN NULL;"""
    name = s.provider.sync_name(link.join, "back")
    about = f"Keeps {column} in sync with the join table. It holds the newest link, or any other if that was deleted."
    return sql.trigger(_join_name(link), name, "AFTER INSERT OR UPDATE OR DELETE", body, about)


def _copied(link: _Link, own: str, key: str) -> str:
    """What names a key that is copied to a row."""
    return f"concat_ws(' ', {string(link.join)}, {own}, {key})"


def _link_left(s: Situation, link: _Link, own: str) -> str:
    """One of the links that a row has left to rows that exist: others may be deleted in the same statement."""
    sql = dialect(s.provider.name)
    a, b = sql.quote(link.parent_letter), sql.quote(link.child_letter)
    parent = sql.table(link.parent_table.name)
    return (
        f"SELECT link.{a} FROM {sql.table(_join_name(link))} AS link WHERE link.{b} = {own} "
        f"AND EXISTS (SELECT 1 FROM {parent} AS parent WHERE {_parent_key(s, link)} = link.{a}) ORDER BY link.{a} LIMIT 1"
    )


def _parent_key(s: Situation, link: _Link) -> str:
    return f"parent.{s.provider.quote(_key(link.parent_table))}"
