"""What hand-written migrations build and no schema can say: as Prisma's engine takes it, measured on public projects."""

from __future__ import annotations

import pytest

from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script
from refract.syntax import parse_schema

EMPTY = "-- This is an empty migration."
TABLE = 'CREATE TABLE "A" ("id" INTEGER NOT NULL, "n" INTEGER, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\n'


def pending(sql: str, model: str) -> str:
    schema = f'datasource db {{\n  provider = "postgresql"\n}}\n\nmodel A {{\n  id Int @id\n{model}}}\n'
    built = read_migration(TABLE + sql, "1/migration.sql", Database("postgresql", "public"), provider("postgresql"))
    wanted = lower(parse_schema([("schema.prisma", schema)])).database
    return write_script(diff(built.database, wanted), built.database, wanted)


@pytest.mark.parametrize(
    ("sql", "model", "expected"),
    [
        ('CREATE INDEX "A_n_idx" ON "A"("n") WHERE "n" IS NOT NULL;', "  n Int?\n  @@index([n])\n", EMPTY),
        ('CREATE INDEX "A_n_idx" ON "A"("n") WHERE "n" IS NOT NULL;', "  n Int?\n", EMPTY),
        ('CREATE INDEX "by_size" ON "A"(abs("n"));', "  n Int?\n", EMPTY),
        ('CREATE INDEX "A_n_idx" ON "A"("n");', "  n Int?\n", '-- DropIndex\nDROP INDEX "A_n_idx";\n'),
        ('ALTER TABLE "A" ADD CONSTRAINT "c" CHECK ("n" > 0);', "  n Int?\n", EMPTY),
        (
            'CREATE INDEX "A_n_idx" ON "A"("n");',
            '  n Int?\n  @@index([n], map: "old")\n  @@index([n], type: Hash)\n',
            '-- RenameIndex\nALTER INDEX "A_n_idx" RENAME TO "old";\n\n'
            '-- CreateIndex\nCREATE INDEX "A_n_idx" ON "A" USING HASH ("n");\n',
        ),
    ],
)
def test_pending(sql: str, model: str, expected: str) -> None:
    assert pending(sql, model) == expected
