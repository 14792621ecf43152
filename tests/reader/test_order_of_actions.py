"""PostgreSQL executes the actions of one ALTER TABLE in its own order: types first, then defaults."""

from __future__ import annotations

import pytest

from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.syntax import parse_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\nenum Role {\n  A\n  B\n}\nmodel T {\n  id Int @id\n  '
START = 'CREATE TYPE "Role" AS ENUM (\'A\', \'B\'); CREATE TABLE "T" ("id" INTEGER NOT NULL, "d" {}, CONSTRAINT "T_pkey" PRIMARY KEY ("id"));'


@pytest.mark.parametrize(
    ("before", "actions", "field"),
    [
        (
            "INTEGER NOT NULL DEFAULT 1",
            "SET DEFAULT '1', ALTER COLUMN \"d\" SET DATA TYPE TEXT",
            'd String @default("1")',
        ),
        ("BOOLEAN NOT NULL DEFAULT true", "SET DEFAULT 'true', ALTER \"d\" TYPE TEXT", 'd String @default("true")'),
        (
            "TEXT NOT NULL DEFAULT ''",
            "SET DEFAULT '\\x0001', ALTER \"d\" SET DATA TYPE BYTEA",
            'd Bytes @default("AAE=")',
        ),
        (
            "\"Role\" DEFAULT 'A'",
            'SET DEFAULT ARRAY[\'B\']::"Role"[], ALTER "d" TYPE "Role"[] USING ARRAY["d"]',
            "d Role[] @default([B])",
        ),
        ("INTEGER NOT NULL DEFAULT 1", 'SET DEFAULT 5, ALTER "d" DROP DEFAULT', "d Int @default(5)"),
    ],
)
def test_a_default_is_of_the_new_type(before: str, actions: str, field: str) -> None:
    sql = START.format(before) + f'ALTER TABLE "T" ALTER COLUMN "d" {actions};'
    chosen = provider("postgresql")
    built = read_migration(sql, "m.sql", Database(chosen.name, chosen.default_schema), chosen).database
    asked = lower(parse_schema([("schema.prisma", f"{HEAD}{field}\n}}\n")])).database
    assert diff(built, asked).changes == ()
