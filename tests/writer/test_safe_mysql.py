"""The safe forms of changes for MySQL and MariaDB: which algorithm the server is told to use."""

from __future__ import annotations

from textwrap import dedent

import pytest
from attrs import evolve

from refract.diff import diff
from refract.providers.versions import Version, Versions, default_versions
from refract.schema.apply import apply
from refract.schema.changes import RenameColumn
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
    (
        "a time",
        ("@@index", "at DateTime @default(now())\n  @@index"),
        "DEFAULT CURRENT_TIMESTAMP(3), ALGORITHM=INSTANT",
    ),
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


NEWEST = Versions((9, 1))


@pytest.mark.parametrize("flavour", ["", "mariadb"])
@pytest.mark.parametrize(("edit", "expected"), [f[1:] for f in FORMS], ids=[f[0] for f in FORMS])
def test_forms(flavour: str, edit: tuple[str, str], expected: str) -> None:
    (text,) = _texts(edit, default_versions("mysql", flavour))
    assert text.endswith(f"{expected};\n")
    assert "SET SESSION lock_wait_timeout" in text


ONLINE, INSTANT = "INPLACE, LOCK=NONE", "INSTANT"
COLUMNS = [  # flavour, version, the algorithm for a column that comes, for a default, for a column that goes
    ("", (5, 7), ONLINE, ONLINE, ONLINE),
    ("", (8,), ONLINE, ONLINE, ONLINE),
    ("", (8, 0, 11), ONLINE, ONLINE, ONLINE),
    ("", (8, 0, 12), INSTANT, INSTANT, ONLINE),
    ("", (8, 0, 28), INSTANT, INSTANT, ONLINE),
    ("", (8, 0, 29), INSTANT, INSTANT, INSTANT),
    ("", (8, 4), INSTANT, INSTANT, INSTANT),
    ("", None, INSTANT, INSTANT, INSTANT),
    ("planetscale", None, INSTANT, INSTANT, INSTANT),
    ("mariadb", (10, 2), ONLINE, ONLINE, ONLINE),
    ("mariadb", (10, 3), INSTANT, INSTANT, ONLINE),
    ("mariadb", (10, 4), INSTANT, INSTANT, INSTANT),
    ("mariadb", (11, 8), INSTANT, INSTANT, INSTANT),
    ("mariadb", None, INSTANT, INSTANT, INSTANT),
]


@pytest.mark.parametrize(("flavour", "server", "comes", "default", "goes"), COLUMNS)
def test_what_a_version_is_told_to_use(
    flavour: str, server: Version | None, comes: str, default: str, goes: str
) -> None:
    usual = default_versions("mysql", flavour)
    versions = evolve(usual, server=server or usual.server)
    for edit, algorithm in (
        (("@@index", "nick String?\n  @@index"), comes),
        (("@default(USER)", "@default(ADMIN)"), default),
        (("  role  Role    @default(USER)\n", ""), goes),
    ):
        (text,) = _texts(edit, versions)
        assert text.endswith(f", ALGORITHM={algorithm};\n")


def test_an_index_is_dropped_before_its_column_which_then_goes_alone() -> None:
    index, column = _texts(("  name  String? @db.VarChar(40)\n", ""), NEWEST, less="  @@index([name])\n")
    assert "DROP INDEX `User_name_idx`, ALGORITHM=INPLACE, LOCK=NONE;" in index
    assert "DROP COLUMN `name`, ALGORITHM=INSTANT;" in column


@pytest.mark.parametrize("edit", [
    ("  role  Role    @default(USER)\n", ""),
    ("@@index", "nick String?\n  @@index"),
    ("String?", "String "),
])  # fmt: skip
def test_a_table_with_a_fulltext_index_has_its_own_choice(edit: tuple[str, str]) -> None:
    (text,) = _texts(edit, NEWEST, always='  @@fulltext([name], map: "name_text")\n')
    assert "ALTER TABLE" in text and "ALGORITHM" not in text


@pytest.mark.parametrize(
    "field", ['token String @default(dbgenerated("(uuid())"))', "serial Int @default(autoincrement()) @unique"]
)
def test_a_column_that_differs_from_row_to_row_is_copied_with_its_table(field: str) -> None:
    texts = _texts(("@@index", f"{field}\n  @@index"), NEWEST, id_="id Int @id")
    assert any("ADD COLUMN" in text for text in texts)
    assert not any("ADD COLUMN" in text and "ALGORITHM=INSTANT" in text for text in texts)


def test_a_foreign_key_to_a_table_in_use_waits_politely_in_a_file_of_its_own() -> None:
    note = "model Note {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id])\n}\n"
    create, constrain = _texts(("  posts Post[]\n", "  posts Post[]\n  notes Note[]\n"), NEWEST, more=note)
    assert "SET SESSION" not in create and "ADD CONSTRAINT" not in create
    assert "SET SESSION" in constrain and "ADD CONSTRAINT `Note_userId_fkey`" in constrain


def _texts(
    edit: tuple[str, str],
    versions: Versions,
    *,
    more: str = "",
    less: str = "",
    always: str = "",
    id_: str = "id    Int     @id @default(autoincrement())",
) -> list[str]:
    """The files of an edit; `more` and `less` go with it, `always` stands in the model before and after."""
    start = BEFORE.replace("  @@index([name])\n", f"  @@index([name])\n{always}").replace(
        "id    Int     @id @default(autoincrement())", id_
    )
    assert edit[0] in start
    edited = start.replace(*edit, 1).replace(less, "", 1) + more
    before, after = database(start, "mysql"), database(dedent(edited), "mysql")
    writer = safe_writer("mysql", versions)
    return [writer.text(part) for part in writer.parts(diff(before, after).changes, before, after) if part.statements]


@pytest.mark.parametrize(
    ("server", "flavour", "expected"),
    [
        ((5, 7), "", "CHANGE `name` `title` VARCHAR(40) NULL, ALGORITHM=INPLACE, LOCK=NONE;"),
        ((10, 4), "mariadb", "CHANGE `name` `title` VARCHAR(40) NULL, ALGORITHM=INPLACE, LOCK=NONE;"),
        ((8, 0), "", "RENAME COLUMN `name` TO `title`, ALGORITHM=INPLACE, LOCK=NONE;"),
        ((10, 6), "mariadb", "RENAME COLUMN `name` TO `title`, ALGORITHM=INPLACE, LOCK=NONE;"),
    ],
)
def test_an_old_server_renames_a_column_with_its_definition(server: Version, flavour: str, expected: str) -> None:
    before = database(BEFORE, "mysql")
    table = before.table("User")
    assert table is not None
    old = table.column("name")
    assert old is not None
    change = RenameColumn(table=table.name, before=old, after=evolve(old, name="title"))
    writer = safe_writer("mysql", Versions(server, flavour))
    part = next(iter(writer.parts([change], before, apply(before, (change,))[0])))
    assert f"ALTER TABLE `User` {expected}" in writer.text(part)
