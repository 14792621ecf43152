"""Which drops and additions are taken for renames, and which are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from refract.diff import Diff, diff, matching, named_alike
from refract.diff.renames import value_renames
from refract.lowering import lower
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, CreateTable, DropColumn, DropTable
from refract.schema.model import Database
from refract.syntax import parse_schema


def database(models: str) -> Database:
    text = 'datasource db {\n  provider = "postgresql"\n}\n' + models.replace("; ", "\n")
    return lower(parse_schema([("schema.prisma", text)])).database


def compared(before: str, after: str) -> Diff:
    return diff(database(before), database(after))


def user(fields: str) -> str:
    return "model User {\n id Int @id; " + fields + "\n}"


def columns(found: Diff) -> list[tuple[str, str]]:
    return [
        (r.dropped.column.name, r.added.column.name)
        for r in found.renames
        if isinstance(r.dropped, DropColumn) and isinstance(r.added, AddColumn)
    ]


@pytest.mark.parametrize(
    ("before", "after", "renamed"),
    [
        ("name String; age Int", "fullName String; age Int", [("name", "fullName")]),
        ("first_name String?", "firstName String?", [("first_name", "firstName")]),
        ("mail String @unique", "email String @unique", [("mail", "email")]),
        ("age Int", "bio String", []),
        ("nick String?; age Int", "bio String?; age Int", [("nick", "bio")]),
        ("nick String?; age Int", "age Int; bio String?", []),
        ("nick String?; age Int; city String", "bio String?; city String; age Int", [("nick", "bio")]),
        ("nick String?", "bio String", []),
        ("stripeAccountId String?; a Int", "ibanNumber String?; a Int", []),
        ("nick String?; a Int", "bio String?; tag String?; a Int", []),
        ("firstName String; lastName String", "name String", []),
        ("isActive Boolean; x Int", "x Int; isArchived Boolean", []),
        ("createdAt DateTime", "updatedAt DateTime", [("createdAt", "updatedAt")]),
        ('email String @map("mail")', 'email String @map("address")', [("mail", "address")]),
        ("a_name String; b_code Int", "aName String; bCode Int", [("a_name", "aName"), ("b_code", "bCode")]),
    ],
)
def test_columns(before: str, after: str, renamed: list[tuple[str, str]]) -> None:
    assert columns(compared(user(before), user(after))) == renamed


def test_a_rename_says_why_and_how_sure_it_is() -> None:
    (rename,) = compared(user("name String"), user("fullName String")).renames
    assert 0.6 <= rename.confidence <= 1
    assert "same type" in rename.reasons
    assert "similar names" in rename.reasons


@pytest.mark.parametrize(
    ("before", "after", "renamed"),
    [
        (
            "User { id Int @id; email String; name String; age Int }",
            "Account { id Int @id; email String; name String; age Int }",
            [("User", "Account")],
        ),
        (
            'User { id Int @id; email String; @@map("users") }',
            'User { id Int @id; email String; @@map("people") }',
            [("users", "people")],
        ),
        ("Tag { id Int @id; name String }", "Team { id Int @id; title String }", []),
        (
            "User { id Int @id; first_name String; last_name String; created_at DateTime }",
            "Account { id Int @id; firstName String; lastName String; createdAt DateTime }",
            [("User", "Account")],
        ),
        (
            "ProductTeam { product_id Int; team_id Int; role String; @@id([product_id, team_id]) }",
            "ProjectTeam { projectId Int; teamId Int; role String; @@id([projectId, teamId]) }",
            [("ProductTeam", "ProjectTeam")],
        ),
        ("Post { id Int @id; body String; at DateTime }", "Log { id Int @id; level Int; text String }", []),
    ],
)
def test_tables(before: str, after: str, renamed: list[tuple[str, str]]) -> None:
    def model(text: str) -> str:
        return "model " + text.replace("{ ", "{\n").replace(" }", "\n}")

    found = compared(model(before), model(after)).renames
    names = [
        (r.dropped.table.name.name, r.added.table.name.name)
        for r in found
        if isinstance(r.dropped, DropTable) and isinstance(r.added, CreateTable)
    ]
    assert names == renamed


def many(name: str, fields: str) -> str:
    return "".join(f"model {name.format(word)} {{\n id Int @id; {fields}\n}}\n" for word in WORDS)


def renamed_tables(found: Diff) -> Iterator[tuple[str, str]]:
    for r in found.renames:
        assert isinstance(r.dropped, DropTable) and isinstance(r.added, CreateTable)
        yield r.dropped.table.name.name, r.added.table.name.name


WORDS = [f"{first}{second}" for first in "abcdefgh" for second in ("pple", "anana", "herry", "urian")]


def test_another_naming_convention_for_all_tables_and_columns() -> None:
    before = database(many("old_{}_table", "first_name String; last_name String; age Int"))
    after = database(many("Old{}Table", "first_name String; last_name String; age Int").replace("Olda", "OldA"))
    renamed = dict(renamed_tables(diff(before, after)))
    assert len(renamed) == len(WORDS)
    assert all(old.replace("_", "") == new.lower() for old, new in renamed.items())


def test_beyond_the_most_pairs_only_spellings_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_PAIRS", 8)
    before, after = "first_name String; age Int; mail Int", "firstName String; years Int; email Int"
    assert columns(compared(user(before), user(after))) == [("first_name", "firstName")]
    monkeypatch.setattr(matching, "MOST_PAIRS", 0)
    assert columns(compared(user(before), user(after))) == []


PARENTS = "model User {\n id Int @id; ks K[]\n}\nmodel Env {\n id Int @id; ks K[]\n}\n"


def child(fields: str) -> str:
    return PARENTS + "model K {\n id Int @id; " + fields + "\n}"


def test_a_foreign_key_to_another_table_speaks_against() -> None:
    before = child("userId Int; user User @relation(fields: [userId], references: [id])")
    after = child("envId Int; env Env @relation(fields: [envId], references: [id])")
    assert columns(compared(before, after)) == []


def test_a_foreign_key_to_the_same_table_under_another_name_speaks_for() -> None:
    fields = "email String; name String; age Int"
    relation = "{0}Id Int; {0} {1} @relation(fields: [{0}Id], references: [id])"

    def schema(model: str, relation: str) -> str:
        return f"model {model} {{\n id Int @id; {fields}; ks K[]\n}}\nmodel K {{\n id Int @id; {relation}\n}}"

    before = schema("User", relation.format("user", "User"))
    after = schema("Account", relation.format("account", "Account"))
    found = compared(before, after)
    assert columns(found) == [("userId", "accountId")]


@pytest.mark.parametrize(
    ("before", "after", "renamed"),
    [
        (
            "email String; password String; secure Boolean; ignoreTLS Boolean; requireTLS Boolean",
            "smtpEmail String; smtpPassword String; smtpSecure Boolean; smtpIgnoreTLS Boolean; smtpRequireTLS Boolean",
            [
                ("email", "smtpEmail"),
                ("password", "smtpPassword"),
                ("secure", "smtpSecure"),
                ("ignoreTLS", "smtpIgnoreTLS"),
                ("requireTLS", "smtpRequireTLS"),
            ],
        ),
        (
            "mfa_code String?; mfa_code_updated_at DateTime?",
            "single_use_code String?; single_use_code_updated_at DateTime?",
            [("mfa_code", "single_use_code"), ("mfa_code_updated_at", "single_use_code_updated_at")],
        ),
        (
            "mfa_code Int?; mfa_tries Int?; n Int",
            "n Int; single_use_code Int?; single_use_tries Int?; other Int?",
            [("mfa_code", "single_use_code"), ("mfa_tries", "single_use_tries")],
        ),
        (
            "provider String; providerAccountId String",
            "providerId String; accountId String",
            [("provider", "providerId"), ("providerAccountId", "accountId")],
        ),
        ("name String; title String", "nameEn String; titleEn String; nameFr String; titleFr String", []),
        ("folderId String; a Int; tagId String", "a Int; folderName String; tagName String", []),
        ("key String; a Int", "a Int; keyHash String", []),
    ],
)
def test_columns_together(before: str, after: str, renamed: list[tuple[str, str]]) -> None:
    assert sorted(columns(compared(user(before), user(after)))) == sorted(renamed)


def test_a_field_and_its_enum_are_renamed_together() -> None:
    def schema(field: str, enum: str) -> str:
        return user(f"{field} {enum}") + f"\nenum {enum} {{\n NEW; OPEN; DONE\n}}"

    found = compared(schema("status", "StatusA"), schema("state", "StateB"))
    assert columns(found) == [("status", "state")]


@pytest.mark.parametrize(
    ("before", "after", "renamed"),
    [
        ("USER ADMIN", "USER ADMINISTRATOR", [("ADMIN", "ADMINISTRATOR")]),
        ("VAE BASE", "LORA BASE", []),
        ("LOW HIGH", "LOW MAX", []),
        ("first second", "first_half second_half", [("first", "first_half"), ("second", "second_half")]),
    ],
)
def test_values(before: str, after: str, renamed: list[tuple[str, str]]) -> None:
    def schema(values: str) -> str:
        return "enum E {\n " + "\n ".join(values.split()) + "\n}"

    changes = compared(schema(before), schema(after)).changes
    found = [(x.before, x.after) for change in changes if isinstance(change, AlterEnum) for x in value_renames(change)]
    assert found == renamed


def test_names_that_are_alike_are_asked_of_columns_where_sql_is_written_by_hand() -> None:
    in_place = compared(user("nick String?; age Int"), user("bio String?; age Int")).renames
    alike = compared(user("name String"), user("fullName String")).renames
    assert named_alike(in_place) == ()
    assert named_alike(alike) == alike


def test_a_type_that_changes_on_mongodb_is_compared() -> None:
    def schema(type_: str) -> Database:
        text = 'datasource db {\n  provider = "mongodb"\n}\nmodel A {\n  id Int @id @map("_id")\n  x '
        return lower(parse_schema([("schema.prisma", text + type_ + "\n}")])).database

    (change,) = diff(schema("Int"), schema("Float")).changes
    assert isinstance(change, AlterColumn)
