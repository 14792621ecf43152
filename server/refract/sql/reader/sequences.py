"""CREATE, ALTER and DROP SEQUENCE, and the sequences that come with a column that counts."""

from __future__ import annotations

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import Column, QualifiedName, Sequence, SequenceOptions, Table
from refract.schema.sequences import options_for, own_sequence
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.postgresql_names import Namer
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import NUMBER

_TYPES = {"SMALLINT": "SMALLINT", "INT2": "SMALLINT", "INTEGER": "INTEGER", "INT": "INTEGER", "INT4": "INTEGER"}


def create_sequence(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE SEQUENCE."""
    allowed = cursor.if_not_exists()
    name = session.name(cursor)
    if allowed and _found(name, session):
        return
    session.add(c.CreateSequence(sequence=_with_options(cursor, Sequence(name), session, new=True)))


def alter_sequence(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER SEQUENCE. Where counting goes on is no part of the model."""
    allowed = cursor.if_exists()
    name = session.name(cursor)
    sequence = _found(name, session)
    if sequence is None:
        if not allowed:
            session.unknown("sequence", name)
    elif cursor.accept("RENAME", "TO"):
        _move(sequence, QualifiedName(name.schema, cursor.dotted()[-1]), session)
    elif cursor.accept("SET", "SCHEMA"):
        _move(sequence, QualifiedName(cursor.identifier(), name.name), session)
    elif cursor.at("OWNER", "TO") or cursor.at("SET"):
        return
    else:
        altered = _with_options(cursor, sequence, session, new=False)
        if altered != sequence:
            session.draft.sequences[sequence.name] = altered


def drop_sequence(cursor: Cursor, session: ReadingState) -> None:
    """After DROP SEQUENCE. CASCADE drops the defaults that count with it."""
    allowed = cursor.if_exists()
    for item in cursor.items():
        name = session.name(item)
        sequence = _found(name, session)
        if sequence is None:
            if not allowed:
                session.unknown("sequence", name)
            continue
        _drop_defaults(sequence, session)
        if sequence.name in session.draft.sequences and sequence.owner is None:
            session.add(c.DropSequence(sequence=sequence))
        session.draft.sequences.pop(sequence.name, None)


def _drop_defaults(sequence: Sequence, session: ReadingState) -> None:
    for table in list(session.draft.tables.values()):
        for column in table.columns:
            used = own_sequence(table, column)
            if used is not None and used.name == sequence.name:
                session.alter(table.name, column, evolve(column, auto_increment=False, sequence=None))


def _found(name: QualifiedName, session: ReadingState) -> Sequence | None:
    explicit = session.draft.sequences.get(name)
    return explicit or next((s for s in _implied(session) if s.name == name), None)


def _implied(session: ReadingState) -> list[Sequence]:
    tables = session.draft.tables.values()
    found = (own_sequence(table, column) for table in tables for column in table.columns if column.auto_increment)
    return [sequence for sequence in found if sequence is not None]


def _move(sequence: Sequence, name: QualifiedName, session: ReadingState) -> None:
    draft = session.draft
    draft.sequences.pop(sequence.name, None)
    draft.sequences[name] = evolve(sequence, name=name)
    for table in list(draft.tables.values()):
        columns = tuple(_following(table, column, sequence, name) for column in table.columns)
        if columns != table.columns or any(
            a.sequence != b.sequence for a, b in zip(columns, table.columns, strict=True)
        ):
            draft.tables[table.name] = evolve(table, columns=columns)


def _following(table: Table, column: Column, sequence: Sequence, name: QualifiedName) -> Column:
    used = own_sequence(table, column)
    return evolve(column, sequence=name.name) if used is not None and used.name == sequence.name else column


def with_sequence(
    column: Column, numbers: Cursor | None, table: QualifiedName, namer: Namer, session: ReadingState
) -> Column:
    """A new column that counts, with the name of its sequence; one with options of its own is kept apart."""
    if not column.auto_increment or column.sequence is not None:
        return column
    sequence = Sequence(QualifiedName(table.schema, ""), options_for(column.type.name), (table, column.name))
    given = numbers is not None and numbers.accept("SEQUENCE", "NAME")
    name = session.name(numbers) if given and numbers is not None else None
    name = name or QualifiedName(table.schema, namer.sequence(column.name))
    plain = evolve(sequence, name=name)
    changed = plain if numbers is None else _with_options(numbers, plain, session, new=True)
    if changed != plain:
        session.draft.sequences[name] = changed
    return evolve(column, sequence=name.name)


def keep_sequence(table: QualifiedName, column: Column, session: ReadingState) -> None:
    """The sequence of a column stays as it is, though the column changes or counts no longer."""
    held = session.table(table)
    sequence = own_sequence(held, column) if held is not None else None
    if sequence is not None and column.identity is None:
        session.draft.sequences.setdefault(sequence.name, sequence)


def alter_identity(cursor: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    """At SET INCREMENT, RESTART and their like, of an identity column."""
    held = session.table(table)
    sequence = own_sequence(held, column) if held is not None else None
    if sequence is None:
        raise UnreadableStatement("an identity column expected")
    sequence = session.draft.sequences.get(sequence.name, sequence)
    altered = _with_options(cursor, sequence, session, new=False)
    if altered != sequence:
        session.draft.sequences[sequence.name] = altered


def drop_identity(table: QualifiedName, column: Column, session: ReadingState) -> None:
    """The sequence of an identity column is dropped with what makes it one."""
    held = session.table(table)
    sequence = own_sequence(held, column) if held is not None else None
    if sequence is not None:
        session.draft.sequences.pop(sequence.name, None)


def _with_options(cursor: Cursor, sequence: Sequence, session: ReadingState, *, new: bool) -> Sequence:
    """The sequence with the options at the cursor. What a new one does not name follows from its type and direction."""
    found: dict[str, int | bool | str | None] = {}
    while not cursor.done:
        if cursor.accept("OWNED", "BY"):
            sequence = evolve(sequence, owner=_owner(cursor, session))
        elif not _read_option(cursor, found):
            raise UnreadableStatement("unknown option of a sequence")
    return evolve(sequence, options=_options(sequence.options, found, new=new))


def _owner(cursor: Cursor, session: ReadingState) -> tuple[QualifiedName, str] | None:
    parts = cursor.dotted()
    if len(parts) < 2:
        return None
    return QualifiedName(parts[-3] if len(parts) > 2 else session.schema, parts[-2]), parts[-1]


def _read_option(cursor: Cursor, found: dict[str, int | bool | str | None]) -> bool:
    cursor.accept("SET")
    if cursor.accept("AS"):
        found["type"] = _TYPES.get(cursor.identifier().upper(), "BIGINT")
    elif cursor.accept("NO", "MINVALUE"):
        found["minimum"] = None
    elif cursor.accept("NO", "MAXVALUE"):
        found["maximum"] = None
    elif cursor.accept("NO", "CYCLE"):
        found["cycle"] = False
    elif cursor.accept("CYCLE"):
        found["cycle"] = True
    elif cursor.accept("RESTART"):
        cursor.accept("WITH")
        if cursor.key() in (NUMBER, "-", "+"):
            _number(cursor)
    elif cursor.accept("SEQUENCE", "NAME"):
        cursor.dotted()
    elif (word := cursor.one_of("START", "INCREMENT", "MINVALUE", "MAXVALUE", "CACHE")) is not None:
        cursor.one_of("WITH", "BY")
        found[_FIELDS[word]] = _number(cursor)
    else:
        return False
    return True


_FIELDS = {"START": "start", "INCREMENT": "increment", "MINVALUE": "minimum", "MAXVALUE": "maximum", "CACHE": "cache"}


def _number(cursor: Cursor) -> int:
    sign = -1 if cursor.one_of("-", "+") == "-" else 1
    text = cursor.text()
    if cursor.key() != NUMBER or not text.isdigit() or len(text) > len(str(2**63)):
        raise UnreadableStatement("number expected")
    cursor.position += 1
    return sign * int(text)


def _options(before: SequenceOptions, found: dict[str, int | bool | str | None], *, new: bool) -> SequenceOptions:
    """As the server fills in what is not given: from the type, and from whether the sequence counts upwards."""
    type_ = str(found.get("type", before.type))
    largest = options_for(type_).maximum
    increment = found.get("increment", before.increment)
    assert isinstance(increment, int)
    upwards = increment > 0
    plain = {"minimum": 1 if upwards else -largest - 1, "maximum": largest if upwards else -1}
    limits: dict[str, int] = {}
    for name, default in plain.items():
        given = found.get(name)
        kept = not new and name not in found and (type_ == before.type or _is_own(name, before))
        limits[name] = given if isinstance(given, int) else getattr(before, name) if kept else default
    start = found.get("start", before.start if not new else limits["minimum" if upwards else "maximum"])
    assert isinstance(start, int)
    cache, cycle = found.get("cache", before.cache), found.get("cycle", before.cycle)
    assert isinstance(cache, int)
    return SequenceOptions(type_, start, increment, limits["minimum"], limits["maximum"], cache, bool(cycle))


def _is_own(name: str, before: SequenceOptions) -> bool:
    """Whether a limit is not simply the one of the type that the sequence had."""
    largest = options_for(before.type).maximum
    value = getattr(before, name)
    return bool(value != (largest if name == "maximum" else -largest - 1))
