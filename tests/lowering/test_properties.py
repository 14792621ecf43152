"""What always holds: any text is lowered, edit by edit as from scratch, and everything says where it was written."""

from __future__ import annotations

import random

import pytest
from attrs import fields, has
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.generate import pair
from refract.lowering import Lowered, lower
from refract.providers import PROVIDERS
from refract.syntax import SchemaTree, parse_schema
from refract.text import Span

LINES = (
    "  a String?",
    "  a Int[]",
    "  b Other",
    "  c Role @default(USER)",
    "  @@index([a])",
    '  @@unique([a, b], map: "x")',
    '  @@map("m")',
    "  d String @db.VarChar(3",
    '  e String @default(dbgenerated("x"))',
    "  f Model? @relation(fields: [a], references: [id])",
    "  g Model[]",
    '  h Unsupported("x")',
)
WORDS = st.sampled_from(
    [
        *LINES,
        "model Model {",
        "model Other {",
        "enum Role {",
        "view V {",
        "type T {",
        "}",
        "  USER",
        "datasource db {",
        '  provider = "mysql"',
    ]
)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=30), st.sampled_from(PROVIDERS))
def test_any_lines_are_lowered(lines: list[str], provider: str) -> None:
    head = f'datasource x {{\n  provider = "{provider}"\n}}\n'
    lower(parse_schema([("schema.prisma", head + "\n".join(lines))]))


@settings(deadline=None)
@given(st.text())
def test_any_text_is_lowered(text: str) -> None:
    lower(parse_schema([("schema.prisma", text)]))


@pytest.mark.parametrize("provider", ["postgresql", "sqlite", "cockroachdb"])
@pytest.mark.parametrize("seed", range(12))
def test_edit_by_edit_as_from_scratch(provider: str, seed: int) -> None:
    """Random lines go and come back: what is reused from the state before must not show."""
    chance = random.Random(seed)
    schema = pair(seed, provider)[1]
    tree = parse_schema([("schema.prisma", schema)])
    lowered = lower(tree)
    for _ in range(25):
        document = tree.documents[0]
        text = document.text
        start = chance.choice([0, *(at + 1 for at, c in enumerate(text[:-1]) if c == "\n")])
        end = text.index("\n", start) + 1
        new = chance.choice(["", "", f"{chance.choice(LINES)}\n", text[start:end].replace("Int", "String")])
        tree = SchemaTree((document.edited(Span(start, end if chance.random() < 0.7 else start), new),))
        lowered = lower(tree, lowered)
        fresh = lower(parse_schema([("schema.prisma", tree.documents[0].text)]))
        assert lowered.database == fresh.database
        assert sorted(p.message for p in lowered.problems) == sorted(p.message for p in fresh.problems)


READ_BY_OTHERS = (
    'datasource db {\n  provider = "PROVIDER"\n  relationMode = "foreignKeys"\n}\n',
    """generator client {
  provider = "prisma-client"
  previewFeatures = ["views"]
}
""",
    """model User {
  id Int @id
  email String @unique
  code Int @unique
  name String
  role Role @default(ADMIN)
  posts Post[]
  boss User? @relation("boss", fields: [bossId], references: [id])
  bossId Int?
  below User[] @relation("boss")
  profile Profile?
}
""",
    """model Post {
  id Int @id
  title String @ignore
  authorId Int
  author User @relation(fields: [authorId], references: [id])
  tags Tag[]
  kind Kind
}
""",
    "model Tag {\n  id Int\n  posts Post[]\n  @@id([id])\n}\n",
    """model Profile {
  id Int @id
  userId Int @unique
  user User @relation(fields: [userId], references: [id])
}
""",
    "enum Role {\n  ADMIN\n  USER\n}\n",
    "enum Kind {\n  A\n  B\n}\n",
)
"""A schema whose blocks read each other in every way."""

EDITS = (
    ("id Int", "id String"), ("id Int", "key Int"), ("id Int @id", "id Int"), ("id Int @id", 'id Int @id @map("i")'),
    ("email String", "mail String"), ("@unique", ""), ("@unique", '@unique(map: "u")'), ("@id", "@unique"),
    ("code Int @unique", "code BigInt @unique"), ("Role {", "Rank {"), (" Role", " Rank"), ("ADMIN", "OWNER"),
    ("  USER\n", '  USER @map("user")\n'), ("enum Kind", "model Kind"), ("enum Role {", 'enum Role {\n  @@map("r")\n'),
    ("model User {", 'model User {\n  @@map("users")'), ("model User", "model Person"), ("Post[]", "Post"),
    ("model Tag", "view Tag"), ("Tag[]", "Tag"), ('"boss", ', ""), ("references: [id]", "references: [code]"),
    ("references: [id]", "references: [email]"), ("@@id([id])", "@@unique([id])"), ("posts Post[]", "posts Post[] // x"),
    ("  name String\n", ""), ("  name String\n", "  name Strin\n"), ("bossId Int?", "bossId Int"), ("@ignore", ""),
    ("model Profile", "model Post"), ('relationMode = "foreignKeys"', 'relationMode = "prisma"'), ("}\n", "\n"),
    ('["views"]', '["partialIndexes"]'), ("model Tag {", "model Tag {\n  post Post?"), ("title", "ti?tle"),
)  # fmt: skip


@pytest.mark.parametrize("provider", ["postgresql", "sqlite", "mysql", "sqlserver"])
@pytest.mark.parametrize("seed", range(6))
def test_what_others_read_is_lowered_as_from_scratch(provider: str, seed: int) -> None:
    """What a block shows to others changes and changes back, in one file or in two."""
    chance = random.Random(seed)
    texts = [text.replace("PROVIDER", provider) for text in READ_BY_OTHERS]
    files = (
        {"a.prisma": "".join(texts[:4]), "b.prisma": "".join(texts[4:])} if seed % 2 else {"a.prisma": "".join(texts)}
    )
    tree = parse_schema(list(files.items()))
    lowered = lower(tree)
    undo: list[tuple[str, Span, str]] = []
    for _ in range(40):
        path, span, new = undo.pop() if undo and chance.random() < 0.4 else _edit(chance, files)
        old = files[path][span.start : span.end]
        undo.append((path, Span(span.start, span.start + len(new)), old))
        files[path] = files[path][: span.start] + new + files[path][span.end :]
        document = tree.document(path)
        assert document is not None
        tree = tree.replaced(document.edited(span, new))
        assert_as_from_scratch(tree, files, lowered := lower(tree, lowered))


def _edit(chance: random.Random, files: dict[str, str]) -> tuple[str, Span, str]:
    """One of the edits at a place where its text is."""
    while True:
        path, (old, new) = chance.choice(list(files)), chance.choice(EDITS)
        found = [at for at in range(len(files[path])) if files[path].startswith(old, at)]
        if found:
            start = chance.choice(found)
            return path, Span(start, start + len(old)), new


def in_full(value: object) -> object:
    """A value with all its fields, those included that are no part of its equality."""
    if isinstance(value, tuple):
        return [in_full(item) for item in value]
    if has(type(value)):
        return [type(value).__name__, *(in_full(getattr(value, f.name)) for f in fields(type(value)) if f.eq or f.init)]
    return value


def assert_as_from_scratch(tree: SchemaTree, files: dict[str, str], lowered: Lowered) -> None:
    again = parse_schema(list(files.items()))
    assert (tree.named(), tree.unread, tree.repeated, tree.problems()) == (
        again.named(), again.unread, again.repeated, again.problems(),
    )  # fmt: skip
    fresh = lower(again)
    assert lowered.problems == fresh.problems
    assert lowered.doubtful == fresh.doubtful
    assert in_full(lowered.standing) == in_full(fresh.standing)
    for ours, theirs in (
        (lowered.database.tables, fresh.database.tables),
        (lowered.database.enums, fresh.database.enums),
    ):
        assert list(ours) == list(theirs)
        assert in_full(tuple(ours.values())) == in_full(tuple(theirs.values()))
    assert lowered.database == fresh.database


@pytest.mark.parametrize("provider", ["postgresql", "sqlite", "cockroachdb"])
@pytest.mark.parametrize("seed", range(12))
def test_tables_and_columns_say_where_they_are_written(provider: str, seed: int) -> None:
    tree = parse_schema([("schema.prisma", pair(seed, provider)[1])])
    for table in lower(tree).database.tables.values():
        named = [(table.origin, table.model_name), *((c.origin, c.field_name) for c in table.columns)]
        for origin, name in named if table.model_name else ():
            assert origin is not None
            place = tree.location(origin)
            assert place is not None
            assert tree.documents[0].slice(place.span).startswith(name)
