"""What a schema asks for that no database has: told where it stands, and everything else is lowered."""

from __future__ import annotations

import pytest

from refract.lowering import lower
from refract.syntax import parse_schema

CASES = [
    ("  a Strng", "Strng", 'Unknown type "Strng" (M.a is skipped)'),
    ("  a String @db.VarChar(19s1)", "@db.VarChar(19s1)", "An argument of @db.VarChar is not a number"),
    ("  a String @db.VarCha(191)", "db.VarCha", 'Unknown native type "@db.VarCha" of postgresql'),
    ("  a String\n  a Int", "a", 'M already has a field "a"'),
    (
        '  a Int @map("b")\n  b Int',
        "a",
        'Prisma refuses column "b" of M.a, since a field has the same name. Rename b or this column.',
    ),
    (
        '  a Int @map("b")\n  b Int @map("c")',
        "a",
        'Prisma refuses column "b" of M.a, since a field has the same name. Put b above this field.',
    ),
    ("  @@index([])", "@@index([])", "@@index has no fields"),
    ("  @@unique()", "@@unique()", "@@unique needs a list of fields"),
    ("  @@index([zz])", "@@index([zz])", 'Unknown field "zz" in @@index of M (skipped).'),
    ("  @@unique([id, zz])", "@@unique([id, zz])", 'Unknown field "zz" in @@unique of M (skipped).'),
    ("  @@fulltext([zz(sort: Desc)])", "@@fulltext([zz(sort: Desc)])", 'Unknown field "zz" in @@fulltext of M'),
    (
        "  o M? @relation(fields: [oId], references: [id])",
        "@relation(fields: [oId], references: [id])",
        'Unknown field "oId" in @relation of M (skipped).',
    ),
]


@pytest.mark.parametrize(("line", "token", "message"), CASES)
def test_fields(line: str, token: str, message: str) -> None:
    text = f'datasource db {{\n  provider = "postgresql"\n}}\n\nmodel M {{\n  id Int @id\n{line}\n}}\n'
    tree = parse_schema([("schema.prisma", text)])
    lowered = lower(tree)
    (problem,) = lowered.problems
    assert problem.message.startswith(message)
    place = tree.location(problem.origin)
    assert place is not None
    assert text[place.span.start : place.span.end] == token
    table = lowered.database.table("M")
    assert table is not None
    assert table.column("id") is not None
    assert table.indexes == table.foreign_keys == ()


def test_a_column_may_have_the_name_of_a_field_above_that_has_another() -> None:
    head = 'datasource db {\n  provider = "postgresql"\n}\n'
    tree = parse_schema(
        [("schema.prisma", head + 'model M {\n  id Int @id\n  b Int @map("c")\n  a Int @map("b")\n}\n')]
    )
    assert lower(tree).problems == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model M {\n  id Int @id\n}\n", "This schema has no datasource block"),
        ('datasource db {\n  provider = "oracle"\n}\nmodel M {\n  id Int @id\n}\n', ""),
        ('datasource db {\n  provider = env("X")\n}\nmodel M {\n  id Int @id\n}\n', ""),
        ("datasource db {\n}\nmodel M {\n  id Int @id\n}\n", ""),
    ],
)
def test_an_empty_datasource(text: str, message: str) -> None:
    lowered = lower(parse_schema([("schema.prisma", text)]))
    (problem,) = lowered.problems
    assert problem.message.startswith(message)
    assert "provider" in problem.message
    assert lowered.database.table("M") is not None
