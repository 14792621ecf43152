"""A change in a few words, as a list of changes shows it: by the names in Prisma's schema, if they are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.diff import ProbableRename
from refract.schema import changes as c
from refract.schema.model import Column, ColumnType, Database, ForeignKey, IndexColumn, QualifiedName, Table


def described(change: c.Change, *databases: Database) -> str:
    """What a change does. `databases` are those in which its table may be known, the one that counts first."""
    if isinstance(change, c.TableChange):
        return _in_table(change, _model(change.table, databases))
    return _of_database(change)


def replaced(rename: ProbableRename, *databases: Database) -> str:
    """Both halves of a probable rename, as one row of a list."""
    match rename.dropped, rename.added:
        case c.DropColumn(table=table, column=old), c.AddColumn(column=new):
            return f"{_model(table, databases)}.{_arrow(_field(old), _field(new), old.name, new.name)}: values would be lost"
        case c.DropTable(table=former), c.CreateTable(table=made):
            names = former.name.name, made.name.name
            return f"{_arrow(former.model_name or names[0], made.model_name or names[1], *names)}: rows would be lost"
        case c.DropEnum(enum=former), c.CreateEnum(enum=made):
            return f"{former.enum_name or former.name.name} → {made.enum_name or made.name.name}"
    return described(rename.added, *databases)


def _arrow(old: str, new: str, old_in_database: str, new_in_database: str) -> str:
    """By the names in the database if the schema keeps its own."""
    return f"{old} → {new}" if old != new else f"{old_in_database} → {new_in_database}"


def definition(column: Column) -> str:
    """What a column holds: `TEXT NOT NULL`."""
    default = f" DEFAULT {column.default.text}" if column.default and not column.default.items else ""
    return f"{_type(column.type)}{'' if column.nullable else ' NOT NULL'}{default}"


def _in_table(change: c.TableChange, model: str) -> str:
    match change:
        case c.AddColumn(column=column):
            return f"Add {model}.{_field(column)}"
        case c.DropColumn(column=column):
            return f"Drop {model}.{_field(column)}"
        case c.RenameColumn(before=before, after=after):
            return f"Rename {model}.{before.name} to {after.name}"
        case c.AlterColumn(before=before, after=after):
            return f"Change {model}.{_field(after)}: {', '.join(_differences(before, after)) or 'its definition'}"
        case c.RecreateColumn(before=before, after=after):
            return f"Drop {model}.{_field(before)} and add it again as {_type(after.type)}"
        case _:
            return _of_constraint(change, model)


def _of_constraint(change: c.TableChange, model: str) -> str:
    match change:
        case c.AddPrimaryKey(primary_key=key):
            return f"Add the primary key of {model} {_columns(key.columns)}"
        case c.DropPrimaryKey():
            return f"Drop the primary key of {model}"
        case c.AddForeignKey(foreign_key=key):
            return f"Add the foreign key {_foreign_key(key, model)}"
        case c.DropForeignKey(foreign_key=key):
            return f"Drop the foreign key {_foreign_key(key, model)}"
        case c.AddCheck(check=check):
            return f"Add the check {check.name} on {model}"
        case c.DropCheck(check=check):
            return f"Drop the check {check.name} on {model}"
        case c.ValidateConstraint(constraint=constraint):
            return f"Validate {constraint} on {model}"
        case c.RenamePrimaryKey(before=old, after=new) | c.RenameForeignKey(before=old, after=new):
            return f"Rename the constraint {old.name} of {model} to {new.name}"
        case _:
            return _of_index(change, model)


def _of_index(change: c.TableChange, model: str) -> str:
    match change:
        case c.CreateIndex(index=index):
            return f"Add {'a unique' if index.unique else 'an'} index on {model} {_columns(index.columns)}"
        case c.DropIndex(index=index):
            return f"Drop the index {index.name} on {model}"
        case c.RenameIndex(before=old, after=new):
            return f"Rename the index {old.name} on {model} to {new.name}"
        case c.RecreateIndex(after=index):
            return f"Recreate the index {index.name} on {model}"
        case _:
            return f"{change.kind} on {model}"


def _of_database(change: c.Change) -> str:
    match change:
        case c.CreateTable(table=table):
            return f"Add {_name(table)}"
        case c.DropTable(table=table):
            return f"Drop {_name(table)}"
        case c.RenameTable(before=old, after=new):
            return f"Rename the table {old.name.name} to {new.name.name}"
        case c.CreateView(view=view):
            return f"Add the view {view.name.name}"
        case c.DropView(view=view):
            return f"Drop the view {view.name.name}"
        case c.Backfill(verb=verb, tables=tables):
            return f"{verb} on {', '.join(t.name for t in tables)}"
        case c.NotFollowed(summary=summary):
            return summary
        case _:
            return _of_enum(change)


def _of_enum(change: c.Change) -> str:
    match change:
        case c.CreateEnum(enum=enum):
            return f"Add the enum {enum.enum_name or enum.name.name}"
        case c.DropEnum(enum=enum):
            return f"Drop the enum {enum.enum_name or enum.name.name}"
        case c.RenameEnum(before=old, after=new):
            return f"Rename the enum {old.name.name} to {new.name.name}"
        case c.AlterEnum(after=enum):
            done = [f"add {name}" for name in change.added] + [f"remove {name}" for name in change.removed]
            return f"Change the enum {enum.enum_name or enum.name.name}: {', '.join(done) or 'the order of its values'}"
        case c.RenameEnumValue(enum=name, before=old_value, after=new_value):
            return f"Rename {name.name}.{old_value} to {new_value}"
        case _:
            return _of_namespace(change)


def _of_namespace(change: c.Change) -> str:
    match change:
        case c.CreateSchema(name=name) | c.DropSchema(name=name):
            return f"{_verb(change)} the schema {name}"
        case c.CreateExtension(extension=extension) | c.DropExtension(extension=extension):
            return f"{_verb(change)} the extension {extension.name}"
        case c.AlterExtension(after=extension):
            return f"Change the extension {extension.name}"
        case c.CreateSequence(sequence=sequence) | c.DropSequence(sequence=sequence):
            return f"{_verb(change)} the sequence {sequence.name.name}"
        case _:
            return change.kind


def _verb(change: c.Change) -> str:
    return "Add" if change.kind.startswith("create") else "Drop"


def _differences(before: Column, after: Column) -> Iterator[str]:
    if before.type != after.type:
        yield f"{_type(before.type)} becomes {_type(after.type)}"
    if before.nullable != after.nullable:
        yield "optional" if after.nullable else "required"
    if before.default != after.default or before.auto_increment != after.auto_increment:
        yield "another default" if after.default or after.auto_increment else "no default"


def _type(type_: ColumnType) -> str:
    name = type_.enum.name if type_.enum else type_.name
    arguments = f"({', '.join(map(str, type_.args))})" if type_.args else ""
    return f"{name}{arguments}{'[]' if type_.is_list else ''}"


def _foreign_key(key: ForeignKey, model: str) -> str:
    return f"from {model} ({', '.join(key.columns)}) to {key.referenced_table.name}"


def _columns(columns: Iterable[IndexColumn]) -> str:
    return f"({', '.join(column.name or 'an expression' for column in columns)})"


def _model(name: QualifiedName, databases: Iterable[Database]) -> str:
    tables = (database.tables.get(name) for database in databases)
    return next((table.model_name for table in tables if table and table.model_name), name.name)


def _name(table: Table) -> str:
    return table.model_name or f"the table {table.name.name}"


def _field(column: Column) -> str:
    return column.field_name or column.name
