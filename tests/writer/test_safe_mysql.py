"""The safe forms of changes for MySQL and MariaDB: which algorithm the server is told to use."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refract.diff import diff
from refract.sql.safe import safe_writer
from writer.cases import database

BEFORE = """
model User {
  id    Int     @id @default(autoincrement())
  name  String? @db.VarChar(40)
  role  Role    @default(USER)
  posts Post[]

  @@index([name])
}

model Post {
  id       Int @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])

  @@index([authorId])
}

enum Role {
  USER
  ADMIN
}
"""

FORMS = [
    ("add a column", ("@@index", "nick String?\n  @@index"), "ADD COLUMN `nick` VARCHAR(191) NULL, ALGORITHM=INSTANT"),
    ("a default", ("@default(USER)", "@default(ADMIN)"), "NOT NULL DEFAULT 'ADMIN', ALGORITHM=INSTANT"),
    ("a value at the end", ("  ADMIN\n", "  ADMIN\n  GUEST\n"), "DEFAULT 'USER', ALGORITHM=INSTANT"),
    ("a value in the middle", ("  ADMIN\n", "  GUEST\n  ADMIN\n"), "NOT NULL DEFAULT 'USER'"),
    ("a longer text", ("VarChar(40)", "VarChar(60)"), "`name` VARCHAR(60) NULL, ALGORITHM=INPLACE, LOCK=NONE"),
    ("a text whose length takes two bytes", ("VarChar(40)", "VarChar(64)"), "`name` VARCHAR(64) NULL"),
    ("required", ("String?", "String "), "`name` VARCHAR(40) NOT NULL, ALGORITHM=INPLACE, LOCK=NONE"),
    (
        "an index",
        ("@@index([name])", "@@index([name])\n  @@index([role])"),
        "CREATE INDEX `User_role_idx` ON `User`(`role`) ALGORITHM=INPLACE LOCK=NONE",
    ),
    (
        "an index that goes",
        ("  @@index([name])\n", ""),
        "ALTER TABLE `User` DROP INDEX `User_name_idx`, ALGORITHM=INPLACE, LOCK=NONE",
    ),
]


@pytest.mark.parametrize("flavour", ["mysql", "mariadb"])
@pytest.mark.parametrize(("edit", "expected"), [f[1:] for f in FORMS], ids=[f[0] for f in FORMS])
def test_forms(flavour: str, edit: tuple[str, str], expected: str) -> None:
    (text,) = _texts(edit, flavour)
    assert text.endswith(f"{expected};\n")
    assert "SET SESSION lock_wait_timeout" in text


@pytest.mark.parametrize(
    ("flavour", "algorithm"), [("", "INPLACE, LOCK=NONE"), ("mysql", "INPLACE, LOCK=NONE"), ("mariadb", "INSTANT")]
)
def test_a_column_that_goes(flavour: str, algorithm: str) -> None:
    (text,) = _texts(("  role  Role    @default(USER)\n", ""), flavour)
    assert text.endswith(f"ALTER TABLE `User` DROP COLUMN `role`, ALGORITHM={algorithm};\n")


def test_a_foreign_key_to_a_table_in_use_waits_politely_in_a_file_of_its_own() -> None:
    note = "model Note {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id])\n}\n"
    create, constrain = _texts(("  posts Post[]\n", "  posts Post[]\n  notes Note[]\n"), "mariadb", note)
    assert "SET SESSION" not in create and "ADD CONSTRAINT" not in create
    assert "SET SESSION" in constrain and "ADD CONSTRAINT `Note_userId_fkey`" in constrain


def _texts(edit: tuple[str, str], flavour: str, more: str = "") -> list[str]:
    old, new = edit
    assert old in BEFORE
    before, after = database(BEFORE, "mysql"), database(dedent(BEFORE.replace(old, new, 1) + more), "mysql")
    writer = safe_writer("mysql", flavour)
    return [writer.text(part) for part in writer.parts(diff(before, after).changes, before, after) if part.statements]
