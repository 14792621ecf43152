"""ALTER TABLE: its actions, each by the words that it begins with."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import (
    PartKind,
    QualifiedName,
)
from refract.sql.reader.alter_column import (
    add_column,
    add_default,
    alter_column,
    change_column,
    drop_column,
    modify_column,
    rename_column,
)
from refract.sql.reader.constraints import (
    add_constraint,
    add_using_index,
    alter_constraint,
    alter_primary_key,
    drop_constraint,
    drop_index_of,
    drop_primary_key,
    rename_constraint,
    validate_constraint,
)
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.objects import alter_index, alter_view
from refract.sql.reader.state import ReadingState
from refract.sql.reader.table_constraints import read_constraint
from refract.sql.reader.table_options import convert, enables_row_security, forces_row_security, set_collation
from refract.sql.reader.tables import rename_table


def alter_table(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER TABLE."""
    start = cursor.position
    if cursor.accept("ALL", "IN", "TABLESPACE"):
        return
    allowed = cursor.if_exists()
    cursor.accept("ONLY")
    name = session.table_name(cursor)
    cursor.accept("*")
    if (
        session.table(name) is None
        and cursor.key() in ("RENAME", "SET")
        and _is_of_another_kind(name, start, cursor, session)
    ):
        return
    if session.traits.is_transact_sql and cursor.accept("WITH"):
        cursor.one_of("CHECK", "NOCHECK")
    if session.table(name) is None:
        if allowed or name in session.draft.views or name.name == "_prisma_migrations":
            return
        session.assume(name)
    previous, statement = "", session.origin
    for item in _as_executed(cursor.items(), session):
        session.origin = session.part(item, statement)
        previous = _action(item, name, session, previous)
    session.origin = statement


def _is_of_another_kind(name: QualifiedName, start: int, cursor: Cursor, session: ReadingState) -> bool:
    """Whether the statement is about a view or an index, which PostgreSQL allows, and which is then read."""
    alter = (
        alter_view if name in session.draft.views else alter_index if session.index(name.name, name.schema) else None
    )
    if alter is None and any(t.primary_key and t.primary_key.name == name.name for t in session.draft.tables.values()):
        alter = alter_index
    if alter is not None:
        cursor.position = start
        alter(cursor, session)
    return alter is not None


def _attach_partition(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    session.set_parents(session.table_name(item), add=table, is_partition=True)


def _detach_partition(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    session.set_parents(session.table_name(item), remove=table)


def _inherit(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    session.set_parents(table, add=session.table_name(item))


def _disinherit(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    session.set_parents(table, remove=session.table_name(item))


def _as_executed(items: list[Cursor], session: ReadingState) -> list[Cursor]:
    """The actions in the order in which the server executes them, as far as that makes a difference."""
    if session.traits.sets_defaults_last:
        return sorted(items, key=_sets_default)
    return sorted(items, key=_adds) if session.traits.names_unique_after_column and _drops_key(items) else items


def _drops_key(items: list[Cursor]) -> bool:
    """Whether a primary key is dropped: MySQL drops it before it adds another one, in whatever order both are written."""
    return any(item.at("DROP", "PRIMARY") for item in items)


def _adds(item: Cursor) -> bool:
    return item.key() == "ADD"


def _sets_default(item: Cursor) -> bool:
    """Whether it is `ALTER [COLUMN] a SET DEFAULT ..`."""
    start = 2 + (item.key(1) == "COLUMN")
    return item.key() == "ALTER" and (item.key(start), item.key(start + 1)) == ("SET", "DEFAULT")


def _action(item: Cursor, table: QualifiedName, session: ReadingState, previous: str) -> str:
    """One action of ALTER TABLE. SQL Server writes one verb for several actions: `previous` is that verb."""
    if previous and session.traits.is_transact_sql:
        verb = _verb_of_part(item, previous)
        {" ".join(keys): act for keys, act in _ACTIONS}[verb](item, table, session)
        return verb
    for keys, act in _ACTIONS:
        if item.accept(*keys):
            act(item, table, session)
            return " ".join(keys)
    raise UnreadableStatement("unknown action")


def _verb_of_part(item: Cursor, previous: str) -> str:
    """`ADD CONSTRAINT a ..., CONSTRAINT b ..., c INT` and `DROP CONSTRAINT a, COLUMN b` have one verb for all parts."""
    if previous.startswith("ADD"):
        return "ADD"
    kind = item.one_of("COLUMN", "CONSTRAINT") if previous.startswith("DROP") else ""
    return f"DROP {kind}" if kind else previous


def _add(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    if session.traits.is_transact_sql:
        if add_default(item, table, session):
            return
    elif item.accept("COLUMN"):
        add_column(item, table, session)
        return
    if session.traits.names_unique_after_column and _exists(item, table, session):
        return
    constraint = read_constraint(item, table, session.scope)
    if constraint is None:
        add_column(item, table, session)
    else:
        add_constraint(constraint, table, session)


_KINDS = ("UNIQUE", "FULLTEXT", "SPATIAL", "INDEX", "KEY", "PRIMARY", "FOREIGN")


def _exists(item: Cursor, table: QualifiedName, session: ReadingState) -> bool:
    """Whether `ADD INDEX IF NOT EXISTS ...` (MariaDB) finds what it would add. Otherwise its words are left out."""
    start = item.position
    while item.one_of(*_KINDS):
        pass
    place = item.position
    if place == start or not item.if_not_exists():
        item.position = start
        return False
    held = session.table(table)
    name = "" if item.key() == "(" else item.identifier()
    known = session.index_of(table, name) is not None or (held is not None and held.foreign_key(name) is not None)
    is_primary = item.key(place - item.position - 1) == "KEY" and not name
    item.without(place, 3)
    item.position = start
    return known or (is_primary and held is not None and held.primary_key is not None)


def _add_named_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """After ADD CONSTRAINT. MySQL may leave the name out."""
    start = item.position
    allowed = item.if_not_exists()
    if add_using_index(item, table, session):
        return
    held = session.table(table)
    name = item.identifier()
    if allowed and held is not None and (held.foreign_key(name) or held.index(name)):
        return
    item.position = start - 1
    _add(item, table, session)


def _drop(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    drop_constraint(item, table, session) if session.traits.is_transact_sql else drop_column(item, table, session)


def _rename_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    before = item.identifier()
    item.expect("TO")
    rename_constraint(table, before, item.identifier(), session)


def _rename_to(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    rename_table(table, QualifiedName(table.schema, item.dotted()[-1]), session)


def _set_schema(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    rename_table(table, QualifiedName(item.identifier(), table.name), session)


def _rename_index(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    before = item.identifier()
    item.expect("TO")
    index = session.index_of(table, before)
    if index is None:
        session.missing("index", before, session.table(table))
        session.has_renamed(table, (PartKind.INDEX, before), (PartKind.INDEX, item.identifier()))
    else:  # one that was made for a key counts as written then
        after = evolve(index, name=item.identifier(), of_key=False)
        session.add(c.RenameIndex(table=table, before=index, after=after))


def _rename(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`RENAME a TO b` renames a column; MySQL's `RENAME b` the table."""
    if session.traits.names_unique_after_column and item.rest_length == 1:
        _rename_to(item, table, session)
    else:
        rename_column(item, table, session)


def _nothing(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """An action that the model does not represent."""


Act = Callable[[Cursor, QualifiedName, ReadingState], None]
_ROW_SECURITY = ("ROW", "LEVEL", "SECURITY")


_ACTIONS: tuple[tuple[tuple[str, ...], Act], ...] = (
    (("ADD", "SYSTEM", "VERSIONING"), _nothing),
    (("DROP", "SYSTEM", "VERSIONING"), _nothing),
    (("ADD", "PERIOD", "FOR"), _nothing),
    (("ADD", "CONSTRAINT"), _add_named_constraint),
    (("ADD",), _add),
    (("DROP", "CONSTRAINT"), drop_constraint),
    (("DROP", "COLUMN"), drop_column),
    (("DROP", "PRIMARY", "KEY"), drop_primary_key),
    (("DROP", "FOREIGN", "KEY"), drop_constraint),
    (("DROP", "CHECK"), drop_constraint),
    (("DROP", "INDEX"), drop_index_of),
    (("DROP", "KEY"), drop_index_of),
    (("DROP",), _drop),
    (("ALTER", "INDEX"), _nothing),
    (("ALTER", "CONSTRAINT"), alter_constraint),
    (("ALTER", "PRIMARY", "KEY", "USING", "COLUMNS"), alter_primary_key),
    (("ALTER",), alter_column),
    (("MODIFY",), modify_column),
    (("CHANGE",), change_column),
    (("RENAME", "CONSTRAINT"), _rename_constraint),
    (("RENAME", "INDEX"), _rename_index),
    (("RENAME", "KEY"), _rename_index),
    (("RENAME", "TO"), _rename_to),
    (("RENAME", "AS"), _rename_to),
    (("RENAME", "COLUMN"), rename_column),
    (("RENAME", "="), _rename_to),
    (("RENAME",), _rename),
    (("SET", "SCHEMA"), _set_schema),
    (("ATTACH", "PARTITION"), _attach_partition),
    (("DETACH", "PARTITION"), _detach_partition),
    (("INHERIT",), _inherit),
    (("NO", "INHERIT"), _disinherit),
    (("VALIDATE", "CONSTRAINT"), validate_constraint),
    *(((word,), set_collation) for word in ("COLLATE", "DEFAULT", "CHARACTER", "CHARSET")),
    (("CONVERT",), convert),
    (("ENABLE", *_ROW_SECURITY), enables_row_security(enabled=True)),
    (("DISABLE", *_ROW_SECURITY), enables_row_security(enabled=False)),
    (("FORCE", *_ROW_SECURITY), forces_row_security(forced=True)),
    (("NO", "FORCE", *_ROW_SECURITY), forces_row_security(forced=False)),
    *(
        ((word,), _nothing)
        for word in (
            "ENABLE", "DISABLE", "FORCE", "NO", "REPLICA", "OWNER", "SET", "RESET", "CLUSTER", "CHECK", "NOCHECK",
            "ENGINE", "AUTO_INCREMENT", "COMMENT", "ORDER", "ROW_FORMAT",
            "ALGORITHM", "LOCK",
        )
    ),
)  # fmt: skip
