"""What stands at the head of a migration."""

from __future__ import annotations

import pytest

from refract.diff import diff
from refract.lowering import lower
from refract.schema.model import Database
from refract.sql.writer import write_migration, write_script
from refract.syntax import parse_schema

LOST = "All the data in the column will be lost."


def database(provider: str, fields: str) -> Database:
    text = f'datasource db {{\n  provider = "{provider}"\n}}\nmodel User {{\n  id Int @id\n{fields}\n}}\n'
    return lower(parse_schema([("schema.prisma", text.replace("; ", "\n"))])).database


@pytest.mark.parametrize(
    ("provider", "before", "after", "notice"),
    [
        ("postgresql", "n String", "", f"You are about to drop the column `n` on the `User` table. {LOST}"),
        ("sqlite", "n String", "", f"You are about to drop the column `n` on the `User` table. {LOST}"),
        (
            "postgresql",
            "n String",
            "n String @db.VarChar(10)",
            "You are about to alter the column `n` on the `User` table. The data in that column could be lost. "
            "The data in that column will be cast from `Text` to `VarChar(10)`.",
        ),
        (
            "sqlite",
            "n Int",
            "n BigInt",
            "You are about to alter the column `n` on the `User` table. The data in that column could be lost. "
            "The data in that column will be cast from `Int` to `BigInt`.",
        ),
        (
            "postgresql",
            "n String?",
            "n Int?",
            "The `n` column on the `User` table would be dropped and recreated. "
            "This will lead to data loss if there is data in the column.",
        ),
        (
            "postgresql",
            "",
            "n String",
            "Added the required column `n` to the `User` table without a default value. "
            "This is not possible if the table is not empty.",
        ),
        (
            "sqlite",
            "",
            "n String @default(uuid())",
            "The required column `n` was added to the `User` table with a prisma-level default value. This is not "
            "possible if the table is not empty. Please add this column as optional, then populate it before making "
            "it required.",
        ),
        (
            "postgresql",
            "n String",
            "n String @unique",
            "A unique constraint covering the columns `[n]` on the table `User` will be added. "
            "If there are existing duplicate values, this will fail.",
        ),
    ],
)
def test_header(provider: str, before: str, after: str, notice: str) -> None:
    old, new = database(provider, before), database(provider, after)
    changes = diff(old, new)
    script = write_script(changes, old, new)
    assert write_migration(changes, old, new) == f"/*\n  Warnings:\n\n  - {notice}\n\n*/\n{script}"


@pytest.mark.parametrize("provider", ["postgresql", "sqlite", "cockroachdb"])
def test_nothing_to_do(provider: str) -> None:
    same = database(provider, "n Int")
    assert write_migration(diff(same, same), same, same) == "-- This is an empty migration."
