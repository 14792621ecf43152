"""Tables and enums that Prisma's configuration leaves to others: never created, altered or dropped. The expected SQL
is that of Prisma's engine with the same filter.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from small_projects import HEAD, INIT, USER, write

Refract = Callable[..., Result]

CONFIG = """\
import { defineConfig } from "prisma/config"
export default defineConfig({
  experimental: { externalTables: true },
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations", initShadowDb: `%s` },
  tables: { external: ["public.users"] },
  enums: { external: ["public.role"] },
})
"""
SHADOW = """
CREATE TYPE "role" AS ENUM ('A');
CREATE TABLE "users" ("id" INTEGER PRIMARY KEY, "old" TEXT);
CREATE TABLE "Seen" ("id" INTEGER NOT NULL, CONSTRAINT "Seen_pkey" PRIMARY KEY ("id"));
"""
USERS = "model users {\n  id    Int    @id\n  email String\n  role  role\n  posts Post[]\n}\nenum role {\n  A\n  B\n}\n"
POST = (
    "model Post {\n  id  Int   @id\n  uid Int\n  u   users @relation(fields: [uid], references: [id])\n"
    "  r   role  @default(A)\n}\n"
)
WRITTEN = """\
-- CreateTable
CREATE TABLE "Post" (
    "id" INTEGER NOT NULL,
    "uid" INTEGER NOT NULL,
    "r" "role" NOT NULL DEFAULT 'A',

    CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_uid_fkey" FOREIGN KEY ("uid") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
"""


@pytest.fixture
def configured(project: Path) -> Path:
    write(project, {"prisma.config.ts": CONFIG % "", "prisma/schema.prisma": HEAD + USER + USERS + POST})
    return project


def test_only_keys_lead_to_external_tables(configured: Path, refract: Refract) -> None:
    assert refract("diff").stdout == WRITTEN
    new = refract("diff", "--from", "empty", "--to", "prisma/schema.prisma").stdout
    assert '"Post"' in new and "CREATE TYPE" not in new and 'CREATE TABLE "users"' not in new


def test_they_are_not_dropped(configured: Path, refract: Refract) -> None:
    made = INIT + 'CREATE TYPE "role" AS ENUM (\'A\'); CREATE TABLE "users" ("id" INTEGER PRIMARY KEY);'
    write(configured, {"prisma/migrations/20240101000000_init/migration.sql": made})
    write(configured, {"prisma/schema.prisma": HEAD + USER})
    assert refract("diff").stdout == "-- This is an empty migration.\n"


def test_what_is_there_before_the_migrations(configured: Path, refract: Refract) -> None:
    write(configured, {"prisma.config.ts": CONFIG % SHADOW})
    seen = "model Seen {\n  id Int @id\n}\n"
    write(configured, {"prisma/schema.prisma": HEAD + USER + USERS + POST + seen})
    assert refract("diff").stdout == WRITTEN


def test_names_without_a_schema_are_those_of_sqlite(project: Path, refract: Refract) -> None:
    config = 'export default { schema: "s.prisma", tables: { external: ["users"] } }\n'
    head = HEAD.replace("postgresql", "sqlite")
    write(project, {"prisma.config.ts": config, "s.prisma": head + "model users {\n  id Int @id\n}\n" + USER})
    new = refract("diff", "--from", "empty", "--to", "s.prisma").stdout
    assert "users" not in new and '"User"' in new
