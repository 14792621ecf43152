"""What a migration changes that neither Prisma nor a comparison of tables sees: row level security, policies, sequences,
rights, storage. Each is undone, or named as not undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from refract.providers import Provider
from refract.schema.changes import Statement
from refract.schema.model import Database, DatabaseObject, Enum, ObjectKind, QualifiedName, Table
from refract.sql.programs import shortened

_ALWAYS = frozenset({"GRANT", "REVOKE", "COMMENT", "SECURITY", "CLUSTER", "REASSIGN"})
_KINDS = frozenset({
    "ROLE", "USER", "GROUP", "PUBLICATION", "SUBSCRIPTION", "STATISTICS", "COLLATION", "SERVER", "CAST", "OPERATOR",
    "TABLESPACE", "DATABASE", "LANGUAGE", "TEXT", "ACCESS", "EVENT", "FOREIGN", "CONVERSION", "TRANSFORM", "DEFAULT",
})  # fmt: skip
_OF_TABLES = re.compile(
    r"\b(?:(?:RE)?SET\s*\(|REPLICA\s+IDENTITY|SET\s+(?:STORAGE|STATISTICS|COMPRESSION|TABLESPACE|LOGGED|UNLOGGED|ACCESS)"
    r"|OWNER\s+TO|CLUSTER\s+ON|SET\s+WITHOUT|(?:ENABLE|DISABLE)\s+(?:ALWAYS\s+|REPLICA\s+)?(?:TRIGGER|RULE)"
    r"|(?:ENGINE|ROW_FORMAT|AUTO_INCREMENT|COMMENT|KEY_BLOCK_SIZE)\s*=)",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]")


@frozen
class HiddenParts:
    """Statements that undo the hidden parts of a migration, before and after all others; what is `left` is not undone."""

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def hidden_parts_undone(
    statements: Iterable[Statement], sql: str, before: Database, after: Database, provider: Provider
) -> HiddenParts:
    """How to undo what `statements` do to parts that no comparison shows."""
    pairs = [(table, after.tables[name]) for name, table in before.tables.items() if name in after.tables]
    return HiddenParts(
        # Row level security without a policy shows no rows: it ends before its policies, and begins after them.
        first=(
            *(s for old, new in pairs for s in _security_off(old, new, provider)),
            *_policies_to_drop(before, after, provider),
        ),
        last=(
            *(policy.definition for policy in _policies(before, after)),
            *(s for old, new in pairs for s in _security_on(old, new, provider)),
            *_sequences_to_drop(before, after, provider),
        ),
        left=(
            *_not_undone(statements, sql, before, after),
            *(f"CREATE SCHEMA {name}" for name in after.schemas if name not in (*before.schemas, after.default_schema)),
            *_reordered(before, after),
        ),
    )


def _policies(held: Database, wanted: Database) -> Iterator[DatabaseObject]:
    """The policies that only the first database has, on tables of both; one that was altered counts too."""
    for key, policy in held.objects.items():
        if key.kind is ObjectKind.POLICY and key.table in held.tables and key.table in wanted.tables:
            other = wanted.objects.get(key)
            if other is None or other.definition != policy.definition:
                yield policy


def _policies_to_drop(before: Database, after: Database, provider: Provider) -> Iterator[str]:
    for policy in _policies(after, before):
        if policy.key.table is not None:
            yield f"DROP POLICY {provider.quote(policy.key.name.name)} ON {provider.quote_name(policy.key.table)}"


def _security_off(old: Table, new: Table, provider: Provider) -> Iterator[str]:
    if new.row_security and not old.row_security:
        yield f"ALTER TABLE {provider.quote_name(old.name)} DISABLE ROW LEVEL SECURITY"
    if new.forces_row_security and not old.forces_row_security:
        yield f"ALTER TABLE {provider.quote_name(old.name)} NO FORCE ROW LEVEL SECURITY"


def _security_on(old: Table, new: Table, provider: Provider) -> Iterator[str]:
    if old.row_security and not new.row_security:
        yield f"ALTER TABLE {provider.quote_name(old.name)} ENABLE ROW LEVEL SECURITY"
    if old.forces_row_security and not new.forces_row_security:
        yield f"ALTER TABLE {provider.quote_name(old.name)} FORCE ROW LEVEL SECURITY"


def _sequences_to_drop(before: Database, after: Database, provider: Provider) -> Iterator[str]:
    """Those that belong to no column: the others are dropped with it, or by its default."""
    for name, sequence in after.sequences.items():
        if name not in before.sequences and sequence.owner is None and not _counts_a_column(name, after):
            yield f"DROP SEQUENCE {provider.quote_name(name)}"


def _counts_a_column(name: QualifiedName, after: Database) -> bool:
    """Whether the inverse of the tables drops the sequence with the numbering of a column."""
    columns = (column for table in after.tables.values() for column in table.columns)
    return any(column.auto_increment and column.sequence == name.name for column in columns)


def _not_undone(statements: Iterable[Statement], sql: str, before: Database, after: Database) -> Iterator[str]:
    made = [name.name for name in after.tables if name not in before.tables]
    for statement in statements:
        text = sql[statement.origin.span.start : statement.origin.span.end]
        if _is_hidden(statement, text) and not any(statement.mentions(name) for name in made):
            yield shortened(text)


def _is_hidden(statement: Statement, text: str) -> bool:
    words: Sequence[str] = statement.words[:2]
    if not words:
        return False
    if words[0] in _ALWAYS or (words[0] in ("CREATE", "ALTER", "DROP") and words[-1] in _KINDS):
        return not statement.changes
    return words[0] == "ALTER" and _OF_TABLES.search(_LITERAL.sub("x", text)) is not None


def _reordered(before: Database, after: Database) -> Iterator[str]:
    """The order of an enum's values, by which PostgreSQL sorts."""
    for name, old in before.enums.items():
        new = after.enums.get(name)
        if new is not None and _values(old) != _values(new) and sorted(_values(old)) == sorted(_values(new)):
            yield f"the order of the values of {name.name}"


def _values(enum: Enum) -> list[str]:
    return [value.name for value in enum.values]
