"""Applies changes to a database. Tolerant of imperfect histories: a change that does not fit is left out, with the
reason as a value, and the rest is applied. What a table of unknown columns does not list is taken for present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve

from refract.schema import changes as c
from refract.schema.columns import refers_to, renamed_column, without_column
from refract.schema.model import (
    Check,
    Column,
    Database,
    DatabaseObject,
    Default,
    DefaultKind,
    Enum,
    EnumValue,
    Extension,
    ForeignKey,
    ObjectKey,
    PrimaryKey,
    QualifiedName,
    Sequence,
    Table,
    View,
)
from refract.schema.sequences import with_owner_renamed, without_owner
from refract.schema.unlisted import learned


def apply(database: Database, changes: Iterable[c.Change]) -> tuple[Database, tuple[c.Misfit, ...]]:
    """The database after `changes`, and a misfit for each that does not fit it (and was left out)."""
    draft = Draft(database)
    misfits = [misfit for change in changes if (misfit := draft.apply(change))]
    return draft.database(), tuple(misfits)


class Draft:
    """A database being changed: its mappings are copied once, whatever the number of changes."""

    def __init__(self, database: Database) -> None:
        self.start = database
        self.tables: dict[QualifiedName, Table] = dict(database.tables)
        self.enums: dict[QualifiedName, Enum] = dict(database.enums)
        self.views: dict[QualifiedName, View] = dict(database.views)
        self.extensions: dict[str, Extension] = dict(database.extensions)
        self.sequences: dict[QualifiedName, Sequence] = dict(database.sequences)
        self.objects: dict[ObjectKey, DatabaseObject] = dict(database.objects)
        self.schemas = database.schemas

    def apply(self, change: c.Change) -> c.Misfit | None:
        """Apply the change. The misfit gives the reason if it does not fit."""
        step: Callable[[Draft, Any], c.Misfit | None] | None = _STEPS.get(type(change))
        return step(self, change) if step else None

    def saved(self) -> Mapping[str, Any]:
        """All that the draft holds now, for `restore`."""
        return {name: dict(held) if isinstance(held, dict) else held for name, held in vars(self).items()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Hold again what `saved` gave."""
        vars(self).update({name: dict(held) if isinstance(held, dict) else held for name, held in saved.items()})

    def drop_owned(self, table: QualifiedName, column: str | None = None) -> None:
        """Drop the sequences of a column, or of all columns of a table."""
        if self.sequences:
            self.sequences = without_owner(self.sequences, table, column)

    def database(self) -> Database:
        """The database after the changes so far."""
        return evolve(
            self.start,
            tables=dict(self.tables),
            enums=dict(self.enums),
            views=dict(self.views),
            extensions=dict(self.extensions),
            sequences=dict(self.sequences),
            objects=dict(self.objects),
            schemas=self.schemas,
        )


def _unknown(what: str, name: object) -> c.Misfit:
    return c.Misfit(c.Reason.UNKNOWN, what, str(name))


def _existing(what: str, name: object) -> c.Misfit:
    return c.Misfit(c.Reason.EXISTS, what, str(name))


def _absent(what: str, name: str) -> c.Misfit:
    return c.Misfit(c.Reason.MISSING, what, name)


def _absent_in(table: Table, what: str, name: str) -> Table | c.Misfit:
    """The effect of a change to a part that the table does not list: none, if the table may have it unlisted."""
    return _absent(what, name) if table.columns_known else table


def _create_table(draft: Draft, change: c.CreateTable) -> c.Misfit | None:
    held = draft.tables.get(change.table.name)
    if held is not None and not held.assumed:
        return _existing("table", change.table.name)
    draft.tables[change.table.name] = change.table
    return None


def _drop_table(draft: Draft, change: c.DropTable) -> c.Misfit | None:
    if draft.tables.pop(change.table.name, None) is None:
        return _unknown("table", change.table.name)
    draft.objects = {key: held for key, held in draft.objects.items() if key.table != change.table.name}
    draft.drop_owned(change.table.name)
    if draft.start.provider in ("postgresql", "cockroachdb"):
        for table in _referring_to(draft, change.table.name):
            kept = tuple(k for k in table.foreign_keys if k.referenced_table != change.table.name)
            draft.tables[table.name] = evolve(table, foreign_keys=kept)
    return None


def _rename_table(draft: Draft, change: c.RenameTable) -> c.Misfit | None:
    table = draft.tables.get(change.before.name)
    if table is None:
        return _unknown("table", change.before.name)
    new = change.after.name
    for column in table.columns if draft.sequences else ():
        draft.sequences = with_owner_renamed(draft.sequences, (table.name, column.name), (new, column.name))
    draft.tables = {
        (new if name == change.before.name else name): (evolve(table, name=new) if name == change.before.name else held)
        for name, held in draft.tables.items()
        if name != new
    }
    for other in list(_referring_to(draft, change.before.name)):
        keys = tuple(
            evolve(k, referenced_table=new) if k.referenced_table == change.before.name else k
            for k in other.foreign_keys
        )
        draft.tables[other.name] = evolve(other, foreign_keys=keys)
    _rename_in_dependents(draft, change.before.name, new)
    return None


def _rename_in_dependents(draft: Draft, before: QualifiedName, after: QualifiedName) -> None:
    """What leans on a table follows it when it is renamed."""

    def names(uses: tuple[QualifiedName, ...]) -> tuple[QualifiedName, ...]:
        return tuple(after if name == before else name for name in uses)

    for view in list(draft.views.values()):
        if before in view.uses:
            draft.views[view.name] = evolve(view, uses=names(view.uses))
    if any(before == held.key.table or before in held.uses for held in draft.objects.values()):
        moved = (
            evolve(held, key=_of_table(held.key, before, after), uses=names(held.uses))
            for held in draft.objects.values()
        )
        draft.objects = {held.key: held for held in moved}


def _of_table(key: ObjectKey, before: QualifiedName, after: QualifiedName) -> ObjectKey:
    return key._replace(table=after) if key.table == before else key


def _referring_to(draft: Draft, name: QualifiedName) -> Iterator[Table]:
    for table in list(draft.tables.values()):
        if any(k.referenced_table == name for k in table.foreign_keys):
            yield table


def _in_table(step: Callable[[Draft, Table, Any], Table | c.Misfit]) -> Callable[[Draft, Any], c.Misfit | None]:
    """A step that turns one table into another, or gives the reason why it cannot."""

    def apply_to_table(draft: Draft, change: c.TableChange) -> c.Misfit | None:
        table = draft.tables.get(change.table)
        if table is None:
            return _unknown("table", change.table)
        result = step(draft, table, change)
        if isinstance(result, c.Misfit):
            return result
        draft.tables[change.table] = learned(table, result)
        return None

    return apply_to_table


def _add_column(_: Draft, table: Table, change: c.AddColumn) -> Table | c.Misfit:
    if table.column(change.column.name):
        return _existing("column", change.column.name)
    return evolve(table, columns=_placed(table.columns, change.column, change.place))


def _placed(columns: tuple[Column, ...], column: Column, place: str | None) -> tuple[Column, ...]:
    """The columns with one more: after the column `place`, first if that is empty, last if there is none."""
    names = [x.name.lower() for x in columns]
    if place is None or (place and place.lower() not in names):
        return (*columns, column)
    at = names.index(place.lower()) + 1 if place else 0
    return (*columns[:at], column, *columns[at:])


def _drop_column(draft: Draft, table: Table, change: c.DropColumn) -> Table | c.Misfit:
    if table.column(change.column.name) is None:
        return _absent_in(table, "column", change.column.name)
    for other in _referring_to(draft, table.name):
        if other.name != table.name:
            kept = tuple(k for k in other.foreign_keys if not refers_to(k, table.name, change.column.name))
            draft.tables[other.name] = evolve(other, foreign_keys=kept)
    draft.drop_owned(table.name, change.column.name)
    return without_column(table, change.column.name, draft.start.provider)


def _rename_column(draft: Draft, table: Table, change: c.RenameColumn) -> Table | c.Misfit:
    before, after = change.before.name, change.after
    if table.column(before) is None:
        return _absent_in(table, "column", before)
    for other in _referring_to(draft, table.name):
        if other.name != table.name:
            draft.tables[other.name] = _with_referenced_column(other, table.name, before, after.name)
    draft.sequences = with_owner_renamed(draft.sequences, (table.name, before), (table.name, after.name))
    return renamed_column(table, before, after, draft.start.provider)


def _with_referenced_column(table: Table, referenced: QualifiedName, before: str, after: str) -> Table:
    def columns(key: ForeignKey) -> tuple[str, ...]:
        return tuple(after if n == before else n for n in key.referenced_columns)

    keys = (
        evolve(k, referenced_columns=columns(k)) if k.referenced_table == referenced else k for k in table.foreign_keys
    )
    return evolve(table, foreign_keys=tuple(keys))


def _alter_column(draft: Draft, table: Table, change: c.AlterColumn) -> Table | c.Misfit:
    if table.column(change.before.name) is None:
        return _absent_in(table, "column", change.before.name)
    if change.before.name != change.after.name:
        return renamed_column(table, change.before.name, change.after, draft.start.provider)
    if change.place is not None:
        rest = tuple(x for x in table.columns if x.name != change.before.name)
        return evolve(table, columns=_placed(rest, change.after, change.place))
    return evolve(table, columns=tuple(change.after if x.name == change.before.name else x for x in table.columns))


def _recreate_column(draft: Draft, table: Table, change: c.RecreateColumn) -> Table | c.Misfit:
    if table.column(change.before.name) is None:
        return _absent_in(table, "column", change.before.name)
    rest = without_column(table, change.before.name, draft.start.provider)
    return evolve(rest, columns=(*rest.columns, change.after))


def _set_primary_key(_: Draft, table: Table, change: c.AddPrimaryKey) -> Table:
    key: PrimaryKey = change.primary_key
    names = {p.name for p in key.columns}
    columns = tuple(evolve(x, nullable=False) if x.nullable and x.name in names else x for x in table.columns)
    indexes = tuple(x for x in table.indexes if change.index is None or x.name != change.index.name)
    return evolve(table, primary_key=key, columns=columns, indexes=indexes)


def _drop_primary_key(_: Draft, table: Table, change: c.DropPrimaryKey) -> Table:
    return evolve(table, primary_key=None)


def _rename_primary_key(_: Draft, table: Table, change: c.RenamePrimaryKey) -> Table:
    return evolve(table, primary_key=change.after)


def _add_to(field: str) -> Callable[[Draft, Table, Any], Table | c.Misfit]:
    """A step that adds the object a change holds to one of the table's lists."""

    def add(_: Draft, table: Table, change: Any) -> Table | c.Misfit:
        added = getattr(change, _HELD[field])
        held = getattr(table, field)
        if added.name and any(x.name == added.name for x in held):
            return _existing(_NOUNS[field], added.name)
        return _with(table, field, (*held, added))

    return add


def _drop_from(field: str) -> Callable[[Draft, Table, Any], Table | c.Misfit]:
    def drop(_: Draft, table: Table, change: Any) -> Table | c.Misfit:
        gone = getattr(change, _HELD[field])
        held: tuple[Any, ...] = getattr(table, field)
        kept = tuple(x for x in held if x.name != gone.name or (not gone.name and x != gone))
        return _absent_in(table, _NOUNS[field], gone.name) if len(kept) == len(held) else _with(table, field, kept)

    return drop


def _replace_in(field: str) -> Callable[[Draft, Table, Any], Table | c.Misfit]:
    def replace(_: Draft, table: Table, change: Any) -> Table | c.Misfit:
        held = getattr(table, field)
        if all(x.name != change.before.name for x in held):
            return _absent_in(table, _NOUNS[field], change.before.name)
        return _with(table, field, tuple(change.after if x.name == change.before.name else x for x in held))

    return replace


def _add_check(draft: Draft, table: Table, change: c.AddCheck) -> Table | c.Misfit:
    result = _add_to("checks")(draft, table, change)
    return _with_nullability(result, change.check, nullable=False)


def _drop_check(draft: Draft, table: Table, change: c.DropCheck) -> Table | c.Misfit:
    result = _drop_from("checks")(draft, table, change)
    return _with_nullability(result, change.check, nullable=True)


def _with_nullability(table: Table | c.Misfit, check: Check, *, nullable: bool) -> Table | c.Misfit:
    """A NOT NULL constraint makes its column required, whether or not the existing rows obey it."""
    if not isinstance(table, Table) or check.not_null is None:
        return table
    columns = (evolve(x, nullable=nullable) if x.name == check.not_null else x for x in table.columns)
    return evolve(table, columns=tuple(columns))


_HELD = {"indexes": "index", "foreign_keys": "foreign_key", "checks": "check"}
_NOUNS = {"indexes": "index", "foreign_keys": "constraint", "checks": "constraint"}


def _with(table: Table, field: str, items: tuple[Any, ...]) -> Table:
    values: dict[str, Any] = {field: items}
    return evolve(table, **values)


def _validate(_: Draft, table: Table, change: c.ValidateConstraint) -> Table:
    def valid(item: Any) -> Any:
        return evolve(item, validated=True) if item.name == change.constraint else item

    keys: tuple[ForeignKey, ...] = tuple(map(valid, table.foreign_keys))
    checks: tuple[Check, ...] = tuple(map(valid, table.checks))
    return evolve(table, foreign_keys=keys, checks=checks)


def _alter_enum(draft: Draft, change: c.AlterEnum) -> c.Misfit | None:
    if change.before.name not in draft.enums:
        return _unknown("enum", change.before.name)
    draft.enums[change.before.name] = change.after
    return None


def _rename_enum(draft: Draft, change: c.RenameEnum) -> c.Misfit | None:
    old, new = change.before.name, change.after.name
    if old not in draft.enums:
        return _unknown("enum", old)
    draft.enums = {(new if n == old else n): (change.after if n == old else e) for n, e in draft.enums.items()}
    _change_columns(draft, old, lambda column: evolve(column, type=evolve(column.type, enum=new)))
    return None


def _rename_enum_value(draft: Draft, change: c.RenameEnumValue) -> c.Misfit | None:
    enum = draft.enums.get(change.enum)
    if enum is None or all(v.name != change.before for v in enum.values):
        return _absent("value", change.before)
    values = tuple(EnumValue(change.after) if v.name == change.before else v for v in enum.values)
    draft.enums[change.enum] = evolve(enum, values=values)
    _change_columns(draft, change.enum, lambda column: _with_default_value(column, change.before, change.after))
    return None


def _with_default_value(column: Column, before: str, after: str) -> Column:
    def renamed(default: Default) -> Default:
        if default.kind is DefaultKind.LIST:
            return evolve(default, items=tuple(map(renamed, default.items)))
        return evolve(default, text=after) if default == Default(DefaultKind.STRING, before) else default

    return column if column.default is None else evolve(column, default=renamed(column.default))


def _change_columns(draft: Draft, enum: QualifiedName, change: Callable[[Column], Column]) -> None:
    for name, table in list(draft.tables.items()):
        if any(column.type.enum == enum for column in table.columns):
            columns = tuple(change(x) if x.type.enum == enum else x for x in table.columns)
            draft.tables[name] = evolve(table, columns=columns)


def _create_in(mapping: str, held: str) -> Callable[[Draft, Any], c.Misfit | None]:
    def create(draft: Draft, change: Any) -> c.Misfit | None:
        item = getattr(change, held)
        if item.name in getattr(draft, mapping):
            return _existing(held, item.name)
        getattr(draft, mapping)[item.name] = item
        return None

    return create


def _drop_in(mapping: str, held: str) -> Callable[[Draft, Any], c.Misfit | None]:
    def drop(draft: Draft, change: Any) -> c.Misfit | None:
        name = getattr(change, held).name
        gone = getattr(draft, mapping).pop(name, None)
        return None if gone is not None else _unknown(held, name)

    return drop


def _alter_extension(draft: Draft, change: c.AlterExtension) -> None:
    draft.extensions[change.after.name] = change.after


def _create_schema(draft: Draft, change: c.CreateSchema) -> None:
    if change.name not in draft.schemas:
        draft.schemas = (*draft.schemas, change.name)


def _drop_schema(draft: Draft, change: c.DropSchema) -> None:
    draft.schemas = tuple(name for name in draft.schemas if name != change.name)


_STEPS: dict[type, Callable[[Draft, Any], c.Misfit | None]] = {
    c.CreateSchema: _create_schema,
    c.DropSchema: _drop_schema,
    c.CreateExtension: _create_in("extensions", "extension"),
    c.DropExtension: _drop_in("extensions", "extension"),
    c.AlterExtension: _alter_extension,
    c.CreateSequence: _create_in("sequences", "sequence"),
    c.DropSequence: _drop_in("sequences", "sequence"),
    c.CreateView: _create_in("views", "view"),
    c.DropView: _drop_in("views", "view"),
    c.CreateEnum: _create_in("enums", "enum"),
    c.DropEnum: _drop_in("enums", "enum"),
    c.AlterEnum: _alter_enum,
    c.RenameEnum: _rename_enum,
    c.RenameEnumValue: _rename_enum_value,
    c.CreateTable: _create_table,
    c.DropTable: _drop_table,
    c.RenameTable: _rename_table,
    c.AddColumn: _in_table(_add_column),
    c.DropColumn: _in_table(_drop_column),
    c.RenameColumn: _in_table(_rename_column),
    c.AlterColumn: _in_table(_alter_column),
    c.RecreateColumn: _in_table(_recreate_column),
    c.AddPrimaryKey: _in_table(_set_primary_key),
    c.DropPrimaryKey: _in_table(_drop_primary_key),
    c.RenamePrimaryKey: _in_table(_rename_primary_key),
    c.CreateIndex: _in_table(_add_to("indexes")),
    c.DropIndex: _in_table(_drop_from("indexes")),
    c.RenameIndex: _in_table(_replace_in("indexes")),
    c.RecreateIndex: _in_table(_replace_in("indexes")),
    c.AddForeignKey: _in_table(_add_to("foreign_keys")),
    c.DropForeignKey: _in_table(_drop_from("foreign_keys")),
    c.RenameForeignKey: _in_table(_replace_in("foreign_keys")),
    c.AddCheck: _in_table(_add_check),
    c.DropCheck: _in_table(_drop_check),
    c.ValidateConstraint: _in_table(_validate),
}
