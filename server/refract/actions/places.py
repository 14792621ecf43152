"""Where a model, enum, field or value is used: in the schema, in migrations and in the code of the application."""

from __future__ import annotations

from collections.abc import Iterator

from refract.analysis.code_uses import Side
from refract.analysis.mentions import mentions_of
from refract.analysis.result import Analysis
from refract.analysis.with_code import look_up
from refract.schema.changes import Change, CreateEnum, CreateTable, DropEnum, DropTable, TableChange
from refract.schema.model import Column, Enum, QualifiedName, Table
from refract.source import Target
from refract.text import Location, Origin


def in_schema(analysis: Analysis, target: Target, *, with_definition: bool) -> Iterator[Location]:
    """The places of the schema."""
    mentions = mentions_of(analysis.snapshot.tree, target)
    return (m.location for m in mentions if with_definition or not m.is_definition)


def in_migrations(analysis: Analysis, target: Target) -> Iterator[Location]:
    """Where migrations created the table, column or enum, and where new migrations change it."""
    created = created_at(analysis, target)
    branch = analysis.snapshot.branch
    changed = (
        c.origin
        for new in (branch.migrations if branch else ())
        for c in new.diff.changes
        if _is_about(c, analysis, target)
    )
    for origin in dict.fromkeys((created, *changed)):
        if origin is not None and not origin.block:
            yield Location(origin.path, origin.span)


def in_code(analysis: Analysis, target: Target) -> tuple[Location, ...]:
    """The places of the code that use it for sure. Reads files: not for a key."""
    question = (Side.HERE, target)
    uses = look_up(analysis, [question]).known.get(question)
    return tuple(Location(origin.path, origin.span) for origin in (uses.sure if uses else ()))


def created_at(analysis: Analysis, target: Target) -> Origin | None:
    """The statement that created the table, column or enum."""
    before = analysis.snapshot.baseline.database
    found = stored(analysis, target)
    if isinstance(found, Enum):
        built = before.enums.get(found.name)
        return built.origin if built else None
    if isinstance(found, Table):
        table = before.tables.get(found.name)
        return table.origin if table else None
    table = next((before.tables.get(name) for name in _tables_of(analysis, target.block)), None)
    column = table.column(found.name) if table and found else None
    return column.origin if column else None


def stored(analysis: Analysis, target: Target) -> Table | Column | Enum | None:
    """What a model, field or enum is in the database; None if it is nothing there, such as a relation."""
    if not target.member:
        enums = (enum for enum in analysis.database.enums.values() if enum.enum_name == target.block)
        return next((t for t in analysis.database.tables.values() if t.model_name == target.block), next(enums, None))
    tables = (analysis.database.tables[name] for name in _tables_of(analysis, target.block))
    return next((column for table in tables for column in table.columns if column.field_name == target.member), None)


def _tables_of(analysis: Analysis, model: str) -> Iterator[QualifiedName]:
    return (name for name, table in analysis.database.tables.items() if table.model_name == model)


def _is_about(change: Change, analysis: Analysis, target: Target) -> bool:
    found = stored(analysis, target)
    if isinstance(found, Column):
        names = {getattr(getattr(change, part, None), "name", None) for part in ("column", "before", "after")}
        tables = tuple(_tables_of(analysis, target.block))
        return isinstance(change, TableChange) and change.table in tables and found.name in names
    if isinstance(found, Table):
        created = change.table.name if isinstance(change, CreateTable | DropTable) else getattr(change, "table", None)
        return created == found.name
    return isinstance(found, Enum) and isinstance(change, CreateEnum | DropEnum) and change.enum.name == found.name
