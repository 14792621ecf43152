"""What a migration is about: the changes that a developer would name, grouped, without mere consequences of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum, auto

from attrs import evolve, frozen

from refract.diff import Diff, ProbableRename
from refract.diff.renames import value_renames
from refract.naming.words import one, snake
from refract.providers.type_changes import is_same_type
from refract.schema import changes as c
from refract.schema.model import (
    Column,
    Database,
    Enum,
    EnumValue,
    ForeignKey,
    Index,
    QualifiedName,
    ReferentialAction,
    Table,
)

_SURE = 0.74
"""The confidence from which a drop and an addition that are probably a rename are what the migration is named after."""


class TopicKind(IntEnum):
    """Kinds of topic, in the order in which developers name them.

    What is renamed keeps its rows. What is replaced is dropped, and something similar is added: that is no rename.
    """

    RENAMED_TABLE = auto()
    REPLACED_TABLE = auto()
    NEW_TABLE = auto()
    RENAMED_COLUMN = auto()
    REPLACED_COLUMN = auto()
    RENAMED_ENUM = auto()
    REPLACED_ENUM = auto()
    NEW_COLUMN = auto()
    RENAMED_VALUE = auto()
    REPLACED_VALUE = auto()
    NEW_VALUE = auto()
    PERHAPS_REPLACED = auto()
    OTHER_VALUES = auto()
    GONE_TABLE = auto()
    GONE_COLUMN = auto()
    GONE_VALUE = auto()
    RETYPED = auto()
    NEW_DEFAULT = auto()
    REQUIRED = auto()
    OPTIONAL = auto()
    OTHER_DEFAULT = auto()
    GONE_DEFAULT = auto()
    NEW_LINK = auto()
    NEW_RELATION = auto()
    UNIQUE = auto()
    UNIQUE_GROUP = auto()
    CASCADE = auto()
    KEY = auto()
    NEW_ENUM = auto()
    OTHER_INDEX = auto()
    NEW_INDEX = auto()
    GONE_RELATION = auto()
    NOT_UNIQUE = auto()
    GONE_INDEX = auto()
    GONE_ENUM = auto()
    RENAMED_OBJECT = auto()
    OTHER = auto()


@frozen
class Topic:
    """One thing that changed: `subject` in `place`, both in snake_case, with `detail` if the phrase needs it.

    The detail of a new table is the other new tables that it points to, with a space between.

    `alone`: nothing else of its sort existed before, so that the place identifies the one that is meant.
    """

    kind: TopicKind
    subject: str
    place: str = ""
    detail: str = ""
    alone: bool = False


@frozen
class _Facts:
    """The two databases, and what in the diff explains other parts of it.

    `touched_columns` are added, dropped or renamed, and so are `touched_tables`: what depends on them is not a topic.
    """

    diff: Diff
    before: Database
    after: Database
    renamed: frozenset[int]
    touched_columns: frozenset[tuple[QualifiedName, str]]
    touched_tables: frozenset[QualifiedName]


def _facts(diff: Diff, before: Database, after: Database) -> _Facts:
    return _Facts(
        diff,
        before,
        after,
        renamed=frozenset(id(half) for r in diff.renames for half in (r.dropped, r.added)),
        touched_columns=frozenset(pair for change in diff.changes for pair in _touched_columns(change)),
        touched_tables=frozenset(name for change in diff.changes for name in _touched_tables(change)),
    )


def _touched_columns(change: c.Change) -> tuple[tuple[QualifiedName, str], ...]:
    match change:
        case c.AddColumn(table=table, column=column) | c.DropColumn(table=table, column=column):
            return ((table, column.name),)
        case c.RecreateColumn(table=table, after=column):
            return ((table, column.name),)
        case c.RenameColumn(table=table, before=old, after=new):
            return ((table, old.name), (table, new.name))
        case _:
            return ()


def _touched_tables(change: c.Change) -> tuple[QualifiedName, ...]:
    match change:
        case c.CreateTable(table=table) | c.DropTable(table=table):
            return (table.name,)
        case c.RenameTable(before=old, after=new):
            return (old.name, new.name)
        case _:
            return ()


def topics(diff: Diff, before: Database, after: Database) -> tuple[Topic, ...]:
    """All topics of a diff, in the order in which developers name them; those of one kind in the order of the changes."""
    facts = _facts(diff, before, after)
    plain = tuple(_plain(facts))
    kinds = frozenset(topic.kind for topic in plain)
    found = [*_replacements(facts, kinds), *plain]
    return tuple(sorted(dict.fromkeys(found), key=lambda t: t.kind))


def _replacements(facts: _Facts, plain: frozenset[TopicKind]) -> Iterator[Topic]:
    """The drops and additions that are probably renames. `plain` are the kinds of all other topics."""
    for rename in facts.diff.renames:
        old, new = rename.dropped, rename.added
        if isinstance(old, c.DropTable) and isinstance(new, c.CreateTable):
            if not _is_join(old.table):
                topic = evolve(_renamed_table(old.table, new.table), kind=TopicKind.REPLACED_TABLE)
                yield from _replaced(rename, topic, TopicKind.NEW_TABLE, plain)
        elif isinstance(old, c.DropEnum) and isinstance(new, c.CreateEnum):
            yield Topic(TopicKind.REPLACED_ENUM, _enum(old.enum), detail=_enum(new.enum))
        elif isinstance(old, c.DropColumn) and isinstance(new, c.AddColumn):
            column = _renamed_column(old.column, new.column, _place(facts, new.table))
            topic = evolve(column, kind=TopicKind.REPLACED_COLUMN)
            yield from _replaced(rename, topic, TopicKind.NEW_COLUMN, plain)


def _replaced(rename: ProbableRename, topic: Topic, new: TopicKind, plain: frozenset[TopicKind]) -> Iterator[Topic]:
    """What is replaced; if that is not sure and more is added, then what is added is named first."""
    if rename.confidence >= _SURE or new not in plain:
        yield topic
    else:
        yield Topic(new, topic.detail, topic.place)
        yield evolve(topic, kind=TopicKind.PERHAPS_REPLACED)


def _renamed_table(old: Table, new: Table) -> Topic:
    """By the names in the database if the model keeps its own."""
    models = _model(old), _model(new)
    before, after = models if models[0] != models[1] else (snake(old.name.name), snake(new.name.name))
    return Topic(TopicKind.RENAMED_TABLE, before, detail=after)


def _renamed_column(old: Column, new: Column, place: str) -> Topic:
    """By the names in the database if the field keeps its own."""
    fields = _field(old), _field(new)
    before, after = fields if fields[0] != fields[1] else (snake(old.name), snake(new.name))
    return Topic(TopicKind.RENAMED_COLUMN, before, place, after)


def _plain(facts: _Facts) -> Iterator[Topic]:
    for change in facts.diff.changes:
        if id(change) not in facts.renamed:
            yield from _topics_of(facts, change)


def _topics_of(facts: _Facts, change: c.Change) -> Iterator[Topic]:
    match change:
        case c.CreateTable(table=table):
            yield (
                Topic(TopicKind.NEW_LINK, _link(table))
                if _is_join(table)
                else Topic(TopicKind.NEW_TABLE, _model(table), detail=_new_targets(facts, table))
            )
        case c.DropTable(table=table):
            if not _is_join(table):
                yield Topic(TopicKind.GONE_TABLE, _model(table))
        case c.RenameTable(before=old, after=new):
            yield _renamed_table(old, new)
        case c.AddColumn(table=name, column=column):
            yield Topic(TopicKind.NEW_COLUMN, _field(column), _place(facts, name))
        case c.DropColumn(table=name, column=column):
            yield Topic(TopicKind.GONE_COLUMN, _field(column), _place(facts, name))
        case c.RenameColumn(table=name, before=old_column, after=new_column):
            yield _renamed_column(old_column, new_column, _place(facts, name))
        case c.RecreateColumn(table=name, after=column) | c.AlterColumn(table=name, after=column):
            yield from _altered(facts, name, change.before, column)
        case c.AddPrimaryKey(table=name) | c.DropPrimaryKey(table=name):
            if name not in facts.touched_tables:
                held = facts.before.tables.get(name)
                yield Topic(TopicKind.KEY, "primary_key", _place(facts, name), alone=not (held and held.primary_key))
        case _:
            yield from _topics_of_constraints(facts, change)


def _topics_of_constraints(facts: _Facts, change: c.Change) -> Iterator[Topic]:
    match change:
        case c.CreateIndex(table=name, index=index) if not _follows(facts, name, (x.name for x in index.columns)):
            yield _index(facts, name, index, replaced=_on_same_table(facts, name, index, c.DropIndex))
        case c.RecreateIndex(table=name, after=index):
            yield _index(facts, name, index, replaced=True)
        case c.DropIndex(table=name, index=index) if not _follows(facts, name, (x.name for x in index.columns)):
            if not _on_same_table(facts, name, index, c.CreateIndex):
                kind = TopicKind.NOT_UNIQUE if index.unique else TopicKind.GONE_INDEX
                yield Topic(kind, _columns_of(facts, name, index), _place(facts, name))
        case c.AddForeignKey(table=name, foreign_key=key) if not _follows(facts, name, key.columns):
            yield _relation(facts, name, key)
        case c.DropForeignKey(table=name, foreign_key=key) if not _follows(facts, name, key.columns):
            if not _is_added_again(facts, name, key):
                yield Topic(TopicKind.GONE_RELATION, _target(facts, key), _place(facts, name))
        case c.RenameIndex(table=name) | c.RenameForeignKey(table=name) | c.RenamePrimaryKey(table=name):
            yield Topic(TopicKind.RENAMED_OBJECT, _object(change), _place(facts, name))
        case _:
            yield from _topics_of_enums(change)


def _topics_of_enums(change: c.Change) -> Iterator[Topic]:
    match change:
        case c.CreateEnum(enum=enum):
            yield Topic(TopicKind.NEW_ENUM, _enum(enum))
        case c.DropEnum(enum=enum):
            yield Topic(TopicKind.GONE_ENUM, _enum(enum))
        case c.AlterEnum(after=enum):
            yield from _values(_enum(enum), change)
        case c.RenameEnumValue(enum=name):
            yield Topic(TopicKind.RENAMED_VALUE, snake(change.before), snake(name.name), snake(change.after))
        case c.CreateView(view=view) | c.DropView(view=view):
            yield Topic(TopicKind.OTHER, snake(view.name.name))
        case c.CreateExtension(extension=extension):
            yield Topic(TopicKind.OTHER, snake(extension.name))
        case c.Backfill(tables=tables):
            yield from (Topic(TopicKind.OTHER, snake(t.name)) for t in tables)
        case _:
            return


def _values(enum: str, change: c.AlterEnum) -> Iterator[Topic]:
    renamed = value_renames(change)
    yield from (Topic(TopicKind.REPLACED_VALUE, snake(r.before), enum, snake(r.after)) for r in renamed)
    added = [v for v in change.added if v not in {r.after for r in renamed}]
    removed = [v for v in change.removed if v not in {r.before for r in renamed}]
    if removed and added:
        yield Topic(TopicKind.OTHER_VALUES, enum)
    else:
        yield from (Topic(TopicKind.NEW_VALUE, snake(v), enum) for v in added)
        yield from (Topic(TopicKind.GONE_VALUE, snake(v), enum) for v in removed)


def _altered(facts: _Facts, table: QualifiedName, before: Column, after: Column) -> Iterator[Topic]:
    subject, place = _field(after), _place(facts, table)
    if before.type.name == after.type.name == "ENUM" and before.type.args != after.type.args:
        yield from _values(subject, c.AlterEnum(before=_as_type(before), after=_as_type(after)))
    elif before.type != after.type and not is_same_type(facts.after.provider, before.type, after.type):
        yield Topic(TopicKind.RETYPED, subject, place, _type(after))
    if before.nullable != after.nullable and not after.type.is_list:
        yield Topic(TopicKind.OPTIONAL if after.nullable else TopicKind.REQUIRED, subject, place)
    if before.default != after.default:
        yield Topic(_default_kind(before, after), subject, place, snake(after.default.text) if after.default else "")


def _as_type(column: Column) -> Enum:
    """The enum whose values the column lists (mysql)."""
    return Enum(QualifiedName("", column.name), tuple(EnumValue(str(v)) for v in column.type.args))


def _default_kind(before: Column, after: Column) -> TopicKind:
    if after.default is None:
        return TopicKind.GONE_DEFAULT
    return TopicKind.NEW_DEFAULT if before.default is None else TopicKind.OTHER_DEFAULT


def _index(facts: _Facts, name: QualifiedName, index: Index, *, replaced: bool) -> Topic:
    if index.unique:
        kind = TopicKind.UNIQUE if len(index.columns) == 1 else TopicKind.UNIQUE_GROUP
    else:
        kind = TopicKind.OTHER_INDEX if replaced else TopicKind.NEW_INDEX
    table = facts.before.tables.get(name)
    alone = table is not None and not any(old for old in table.indexes if not old.unique)
    return Topic(kind, _columns_of(facts, name, index), _place(facts, name), alone=alone)


def _on_same_table(
    facts: _Facts, name: QualifiedName, index: Index, kind: type[c.CreateIndex] | type[c.DropIndex]
) -> bool:
    """Whether an index of the same sort is also dropped from or created on that table."""
    return any(
        x.table == name and x.index.unique == index.unique
        for x in facts.diff.changes
        if isinstance(x, kind) and not _follows(facts, name, (part.name for part in x.index.columns))
    )


def _relation(facts: _Facts, table: QualifiedName, key: ForeignKey) -> Topic:
    """A foreign key over existing columns: a relation, or another action for one."""
    if not _was_there(facts, table, key):
        return Topic(TopicKind.NEW_RELATION, _relation_name(facts, key), _place(facts, table))
    old = next(k for k in _keys(facts.before, table) if k.columns == key.columns)
    cascades = key.on_delete is ReferentialAction.CASCADE
    detail = "add" if cascades else "remove" if old.on_delete is ReferentialAction.CASCADE else key.on_delete.lower()
    same_action = old.on_delete is key.on_delete
    return Topic(TopicKind.CASCADE, _target(facts, key), _place(facts, table), "" if same_action else detail)


def _was_there(facts: _Facts, table: QualifiedName, key: ForeignKey) -> bool:
    return any(k.columns == key.columns for k in _keys(facts.before, table))


def _is_added_again(facts: _Facts, table: QualifiedName, key: ForeignKey) -> bool:
    return any(k.columns == key.columns for k in _keys(facts.after, table))


def _keys(database: Database, table: QualifiedName) -> tuple[ForeignKey, ...]:
    found = database.tables.get(table)
    return found.foreign_keys if found else ()


def _follows(facts: _Facts, table: QualifiedName, columns: Iterable[str]) -> bool:
    """Whether a constraint only follows from tables or columns that are added or dropped."""
    return table in facts.touched_tables or any((table, name) in facts.touched_columns for name in columns)


def _is_join(table: Table) -> bool:
    return table.name.name.startswith("_") and {x.name for x in table.columns} == {"A", "B"}


def _link(table: Table) -> str:
    return snake(table.name.name)


def _new_targets(facts: _Facts, table: Table) -> str:
    """The other new tables that a new table points to."""
    targets = dict.fromkeys(key.referenced_table for key in _keys(facts.after, table.name))
    return " ".join(_place(facts, name) for name in targets if name not in facts.before.tables and name != table.name)


def _model(table: Table) -> str:
    """The model's name; in the spelling of the table if that joins words: `whatsnew_items` for `WhatsNewItem`."""
    model, mapped = snake(table.model_name or table.name.name), one(snake(table.name.name))
    same_letters = mapped.replace("_", "") == one(model).replace("_", "")
    return mapped if same_letters and mapped.count("_") < model.count("_") and "_" in mapped else model


def _enum(enum: Enum) -> str:
    return snake(enum.enum_name or enum.name.name)


def _field(column: Column) -> str:
    return snake(column.field_name or column.name)


def _place(facts: _Facts, name: QualifiedName) -> str:
    table = facts.after.tables.get(name) or facts.before.tables.get(name)
    return _model(table) if table else snake(name.name)


def _target(facts: _Facts, key: ForeignKey) -> str:
    return _place(facts, key.referenced_table)


def _relation_name(facts: _Facts, key: ForeignKey) -> str:
    """What the field would be called: `author` for `authorId`."""
    name = snake(key.columns[0]).removesuffix("_id") if len(key.columns) == 1 else ""
    return name or _target(facts, key)


def _columns_of(facts: _Facts, name: QualifiedName, index: Index) -> str:
    table = facts.after.tables.get(name) or facts.before.tables.get(name)
    columns = [table.column(x.name) if table else None for x in index.columns]
    return "_".join(_field(x) for x in columns if x)


def _type(column: Column) -> str:
    return snake(column.type.enum.name if column.type.enum else column.type.name)


def _object(change: c.RenameIndex | c.RenameForeignKey | c.RenamePrimaryKey) -> str:
    return {"rename-index": "index", "rename-foreign-key": "foreign_key"}.get(change.kind, "primary_key")
