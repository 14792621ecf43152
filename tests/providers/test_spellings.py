"""Types and defaults as SQL spells them, and the one form that they are kept in."""

from __future__ import annotations

import pytest

from refract.providers import provider
from refract.schema.model import DefaultKind

TYPES = [
    ("postgresql", "int4", (), "INTEGER"),
    ("postgresql", "character varying", (255,), "VARCHAR(255)"),
    ("postgresql", "timestamp with time zone", (), "TIMESTAMPTZ(6)"),
    ("postgresql", "timestamp", (3,), "TIMESTAMP(3)"),
    ("postgresql", "time", (), "TIME(6)"),
    ("postgresql", "character", (), "CHAR(1)"),
    ("postgresql", "national character varying", (10,), "VARCHAR(10)"),
    ("postgresql", "bpchar", (), "BPCHAR"),
    ("postgresql", '"char"', (), '"char"'),
    ("postgresql", "bit", (), "BIT(1)"),
    ("postgresql", "dec", (5,), "DECIMAL(5,0)"),
    ("postgresql", "float", (24,), "REAL"),
    ("postgresql", "float", (25,), "DOUBLE PRECISION"),
    ("postgresql", "numeric", (10, 2), "DECIMAL(10,2)"),
    ("postgresql", "float8", (), "DOUBLE PRECISION"),
    ("postgresql", "geography", (), "geography"),
    ("cockroachdb", "text", (), "STRING"),
    ("cockroachdb", "int", (), "INT8"),
    ("cockroachdb", "serial", (), "INT8"),
    ("cockroachdb", '"char"', (), '"char"'),
    ("mysql", "int", (11,), "INTEGER"),
    ("mysql", "tinyint", (1,), "BOOLEAN"),
    ("mysql", "varchar", (191,), "VARCHAR(191)"),
    ("sqlite", "varchar", (), "TEXT"),
    ("sqlite", "int", (), "INTEGER"),
    ("sqlserver", "nvarchar", ("MAX",), "NVARCHAR(max)"),
    ("sqlserver", "decimal", (32, 16), "DECIMAL(32,16)"),
]

DEFAULTS = [
    ("postgresql", "TEXT", "'it''s'::text", DefaultKind.STRING, "it's"),
    ("postgresql", "TEXT", "E'a\\nb'", DefaultKind.STRING, "a\nb"),
    ("postgresql", "TEXT", "'C:\\x'", DefaultKind.STRING, "C:\\x"),
    ("postgresql", "INTEGER", "'1'::integer", DefaultKind.NUMBER, "1"),
    ("postgresql", "DECIMAL", "1.50", DefaultKind.NUMBER, "1.5"),
    ("postgresql", "TIMESTAMP", "now()", DefaultKind.NOW, ""),
    ("postgresql", "TIMESTAMP", "CURRENT_TIMESTAMP", DefaultKind.NOW, ""),
    ("postgresql", "TIMESTAMP", "(now() + '01:00:00'::interval)", DefaultKind.EXPRESSION, None),
    ("postgresql", "TEXT", "NULL", None, None),
    ("postgresql", "BYTEA", "'\\x00ff'", DefaultKind.STRING, "00ff"),
    ("mysql", "VARCHAR", "'C:\\\\x'", DefaultKind.STRING, "C:\\x"),
    ("mysql", "VARCHAR", "'it\\'s'", DefaultKind.STRING, "it's"),
    ("mysql", "DATETIME", "CURRENT_TIMESTAMP(3)", DefaultKind.NOW, ""),
    ("mysql", "BOOLEAN", "1", DefaultKind.BOOLEAN, "true"),
    ("sqlite", "BOOLEAN", "true", DefaultKind.BOOLEAN, "true"),
    ("sqlserver", "NVARCHAR", "(N'a')", DefaultKind.STRING, "a"),
    ("sqlserver", "INT", "((7))", DefaultKind.NUMBER, "7"),
    ("sqlserver", "BIT", "1", DefaultKind.BOOLEAN, "true"),
    ("cockroachdb", "INT8", "unique_rowid()", DefaultKind.EXPRESSION, "unique_rowid()"),
]


@pytest.mark.parametrize("name, spelling, args, expected", TYPES)
def test_types(name: str, spelling: str, args: tuple[int | str, ...], expected: str) -> None:
    assert provider(name).render_type(provider(name).type_from_sql(spelling, args)) == expected


@pytest.mark.parametrize("name, type_name, sql, kind, text", DEFAULTS)
def test_defaults(name: str, type_name: str, sql: str, kind: DefaultKind | None, text: str | None) -> None:
    default = provider(name).default_from_sql(sql, provider(name).type_from_sql(type_name))
    assert (default and default.kind) == kind
    if text is not None:
        assert default is not None and default.text == text
