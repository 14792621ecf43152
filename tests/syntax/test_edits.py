"""Edits of the tree as text edits: tables of what each writes, and that nothing else changes."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refract.syntax import Document, edits, parse_document
from refract.text import TextEdit, apply_edits

SCHEMA = """\
datasource db {
  provider = "postgresql"
}

/// Who signs in.
model User {
  id        Int      @id
  /// Where letters go.
  /// Never empty.
  email     String   @unique // keep
  bio       String?
  createdAt DateTime @default(now())
  posts     Post[]

  @@index([email, createdAt(sort: Desc)])
}

model Post {
  id Int @id
  author User @relation(fields: [authorId], references: [id])
  authorId Int
  state State @default(DRAFT)
}

enum State {
  DRAFT
  /// Seen by all.
  PUBLIC @map("public")
}
"""

CASES: list[tuple[str, Callable[[Document], list[TextEdit]], list[str], list[str]]] = [
    ("add", lambda d: edits.add_field(d, "User", "age", "Int?"), [], ["  age       Int?"]),
    (
        "add in columns",
        lambda d: edits.add_field(d, "User", "nick", "String", ['@map("n")'], after="email"),
        [],
        ['  nick      String   @map("n")'],
    ),
    (
        "add above, and above its comments",
        lambda d: edits.add_field(d, "User", "nick", "String", before="email"),
        [],
        ["  nick      String"],
    ),
    ("add unaligned", lambda d: edits.add_field(d, "Post", "x", "Int", after="id"), [], ["  x  Int"]),
    (
        "remove with its comments",
        lambda d: edits.remove_field(d, "User", "email"),
        ["  /// Where letters go.", "  /// Never empty.", "  email     String   @unique // keep"],
        [],
    ),
    (
        "rename keeps the columns",
        lambda d: edits.rename_field(d, "User", "email", "mail"),
        ["  email     String   @unique // keep", "  @@index([email, createdAt(sort: Desc)])"],
        ["  mail      String   @unique // keep", "  @@index([mail, createdAt(sort: Desc)])"],
    ),
    (
        "rename what relations refer to",
        lambda d: edits.rename_field(d, "User", "id", "key"),
        ["  id        Int      @id", "  author User @relation(fields: [authorId], references: [id])"],
        ["  key       Int      @id", "  author User @relation(fields: [authorId], references: [key])"],
    ),
    (
        "rename a relation's own field",
        lambda d: edits.rename_field(d, "Post", "authorId", "byId"),
        ["  author User @relation(fields: [authorId], references: [id])", "  authorId Int"],
        ["  author User @relation(fields: [byId], references: [id])", "  byId Int"],
    ),
    (
        "retype",
        lambda d: edits.retype_field(d, "User", "id", "BigInt"),
        ["  id        Int      @id"],
        ["  id        BigInt   @id"],
    ),
    (
        "retype without attributes",
        lambda d: edits.retype_field(d, "User", "bio", "String"),
        ["  bio       String?"],
        ["  bio       String"],
    ),
    (
        "add an attribute in its column",
        lambda d: edits.add_attribute(d, "User", "bio", "@db.Text"),
        ["  bio       String?"],
        ["  bio       String?  @db.Text"],
    ),
    (
        "add a second attribute",
        lambda d: edits.add_attribute(d, "User", "email", '@map("e")'),
        ["  email     String   @unique // keep"],
        ['  email     String   @unique @map("e") // keep'],
    ),
    (
        "remove an attribute",
        lambda d: edits.remove_attribute(d, "State", "PUBLIC", "map"),
        ['  PUBLIC @map("public")'],
        ["  PUBLIC"],
    ),
    ("first block attribute", lambda d: edits.add_block_attribute(d, "Post", '@@map("p")'), [], ["", '  @@map("p")']),
    ("next block attribute", lambda d: edits.add_block_attribute(d, "User", '@@map("u")'), [], ['  @@map("u")']),
    (
        "remove the only block attribute, with the blank line above",
        lambda d: edits.remove_written_attribute(d, "User", "@@index([email, createdAt(sort: Desc)])"),
        ["", "  @@index([email, createdAt(sort: Desc)])"],
        [],
    ),
    ("add a value", lambda d: edits.add_enum_value(d, "State", "OLD"), [], ["  OLD"]),
    (
        "remove a value",
        lambda d: edits.remove_enum_value(d, "State", "PUBLIC"),
        ["  /// Seen by all.", '  PUBLIC @map("public")'],
        [],
    ),
    (
        "rename a value",
        lambda d: edits.rename_enum_value(d, "State", "DRAFT", "NEW"),
        ["  state State @default(DRAFT)", "  DRAFT"],
        ["  state State @default(NEW)", "  NEW"],
    ),
    (
        "rename a model",
        lambda d: edits.rename_block(d, "Post", "Text"),
        ["  posts     Post[]", "model Post {"],
        ["  posts     Text[]", "model Text {"],
    ),
    ("add a block", lambda d: edits.add_block(d, "enum E {\n  A\n}"), [], ["", "enum E {", "  A", "}"]),
    (
        "add a block after",
        lambda d: edits.add_block(d, "enum E {\n  A\n}", after="User"),
        [],
        ["", "enum E {", "  A", "}"],
    ),
    (
        "remove a block",
        lambda d: edits.remove_block(d, "State"),
        ["", "enum State {", "  DRAFT", "  /// Seen by all.", '  PUBLIC @map("public")', "}"],
        [],
    ),
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(("change", "gone", "come"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_edit(change: Callable[[Document], list[TextEdit]], gone: list[str], come: list[str], line_end: str) -> None:
    text = SCHEMA.replace("\n", line_end)
    document = parse_document("a.prisma", text)
    result = apply_edits(text, change(document))
    before, after = SCHEMA.split("\n"), result.split(line_end)
    assert "\n" not in result.replace(line_end, "")
    assert Counter(before) - Counter(after) == Counter(gone)
    assert Counter(after) - Counter(before) == Counter(come)
    assert [x for x in before if x not in gone + come] == [x for x in after if x not in gone + come]
    assert not [p for c in parse_document("a.prisma", result).chunks for p in c.problems]


ONE_LINERS = [
    ("model A { id Int @id }", lambda d: edits.add_field(d, "A", "b", "Int"), {"id", "b"}),
    ("model A { id Int @id }", lambda d: edits.add_field(d, "A", "b", "Int", before="id"), {"id", "b"}),
    ("model A {\n}", lambda d: edits.add_field(d, "A", "b", "Int"), {"b"}),
    ("model A {}", lambda d: edits.add_field(d, "A", "b", "Int"), {"b"}),
    ("model A { id Int @id }", lambda d: edits.remove_field(d, "A", "id"), set()),
]


@pytest.mark.parametrize(("text", "change", "names"), ONE_LINERS)
def test_edit_of_unusual_blocks(text: str, change: Callable[[Document], list[TextEdit]], names: set[str]) -> None:
    result = apply_edits(text, change(parse_document("a.prisma", text)))
    (chunk,) = parse_document("a.prisma", result).chunks
    assert chunk.block is not None
    assert {f.name.text for f in chunk.block.fields} == names
    assert not chunk.problems


def test_what_is_not_there_is_a_lookup_error() -> None:
    document = parse_document("a.prisma", SCHEMA)
    with pytest.raises(LookupError, match="no block Nobody"):
        edits.remove_block(document, "Nobody")
    with pytest.raises(LookupError, match="no field nothing"):
        edits.remove_field(document, "User", "nothing")


names = st.from_regex(r"[a-z][a-zA-Z0-9_]{0,14}", fullmatch=True)


@settings(max_examples=200, deadline=None)
@given(st.lists(names, min_size=1, max_size=6, unique=True), st.integers(1, 4), names, st.data())
def test_rename_changes_the_name_only(fields: list[str], gap: int, new: str, data: st.DataObject) -> None:
    lines = [f'  {name}{" " * gap}String @map("{name}") // about {name}' for name in fields]
    text = "\n".join(["// top", "model A {", *lines, "}", "// end", ""])
    old = data.draw(st.sampled_from(fields))
    result = apply_edits(text, edits.rename_field(parse_document("a.prisma", text), "A", old, new))
    after = parse_document("a.prisma", result).chunks[0].block
    assert after is not None
    assert [f.name.text for f in after.fields] == [new if f == old else f for f in fields]
    number = fields.index(old) + 2
    expected = text.split("\n")
    assert [line for i, line in enumerate(result.split("\n")) if i != number] == [
        line for i, line in enumerate(expected) if i != number
    ]
    assert result.split("\n")[number].split() == [new, *expected[number].split()[1:]]
