"""What is read from which text: blocks, broken lines, and the problems that say what is wrong."""

import time
import tracemalloc

import pytest

from refract.syntax import parse_document, parse_schema
from refract.syntax.tree import Arity, Array, Call, Constant, NumberLiteral, Object, StringLiteral
from refract.text import Origin, Span

READ = [
    ("model A {\n id Int @id\n}", "A(id)"),
    ("model A { id Int @id }", "A(id)"),
    ("enum E { A B @map(\"b\") C }", "E(A B C)"),
    ("  model\tA{\n\tid\tInt@id@unique\n  }", "A(id)"),
    ("\ufeffmodel A {\r\n id Int @id\r\n\r\n}\r\n", "A(id)"),
    ("model A {\r id Int @id\r}\r", "A(id)"),
    ("model A { // }\n id Int @id // }\n}\nenum E {\n A\n}", "A(id) E(A)"),
    ("model A {\n id Int @id\n} model B {\n id Int\n}", "A(id) B(id)"),
    ("model A {\n id String @default(\"}\")\n /*\n b Int\n }\n */\n c Int\n}", "A(id c)"),
    ("/*\nmodel X {\n}\n*/ model A {\n /* x */ id Int /* y\n z */\n}", "A(id)"),
    ("model A {\n @@index([\n  a,\n  b // x\n ], map: \"m\")\n id Int\n}", "A(id @@index)"),
    ("model model {\n model Int\n type type[]\n enum view?\n @@id([type])\n}", "model(model type enum @@id)"),
    ("model A {\n naïve Int\n 名前 String\n a-b Int\n}", "A(naïve 名前 a-b)"),
    ("view V {\n id Int\n}\ntype T {\n a Int\n}", "V(id) T(a)"),
    ("datasource db {\n provider = \"x\" // a\n schemas = [\"a\", \"b\"]\n}", "db(provider schemas)"),
    ("model typeX {\n id Int\n}\nenum modelA{\n A\n}\nmodelmodelB {\n id Int\n}", "typeX(id) modelA(A) modelB(id)"),
    ("", ""),
    ("// only a comment", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "summary"), READ)
def test_text_that_can_be_read(text: str, summary: str) -> None:
    assert _summary(text) == (summary, [])


BROKEN = [
    ("model A {\n id Int\n foo\n b Int\n}", "A(id b)", ["Field `foo` has no type"]),
    ("model A {\n id: Int\n b Int!\n c Int\n}", "A(c)", ["Remove the `:`", "Remove the `!`"]),
    ("model A {\n id Int @default(\"x\n b Int\n}", "A(b)", ["text is not closed"]),
    ("model A {\n @@index([id\n b Int\n}", "A(b)", ["Expected `,` or `]`"]),
    ("model A {\n @@index([id,])\n b Int\n}", "A(b)", ["Remove the `,`"]),
    ("model A {\n id Int\n\nmodel B {\n id Int\n}", "A(id) B(id)", ["`A` is not closed"]),
    ("model A {\n id Int\n", "A(id)", ["`A` is not closed"]),
    ("model A {\n<<<<<<< HEAD\n a Int\n=======\n b Int\n>>>>>>> x\n}", "A(a b)", ["Merge conflict"]),
    ("hello\nworld\nmodel A {\n id Int\n}", "A(id)", ["outside any block"]),
    ("modle A {\n id Int\n}\nmodel B {\n id Int\n}", "B(id)", ["Did you mean `model`"]),
    ("type X = Int @id\nmodel A {\n id Int\n}", "A(id)", ["type aliases"]),
    ("model A\n{\n id Int\n}\nmodel B {\n id Int\n}", "B(id)", ["on one line"]),
    ("model A {\n id Int\n} foo\nmodel B {\n id Int\n}", "A(id) B(id)", ["outside any block"]),
    ("model A {\n id Int\n /* x\n b Int\n}\nmodel B {\n id Int\n}", "A(id) B(id)", ["comment is not closed"]),
    ("generator g {\n provider = \n x = 1\n}", "g(x)", ["Incomplete line"]),
    ("enum E {\n A, \n B\n}", "E(B)", ["Unexpected"]),
    ("\x00\x01\x02ELF", "", ["not a text file"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "summary", "problems"), BROKEN)
def test_a_broken_line_costs_no_other(text: str, summary: str, problems: list[str]) -> None:
    found, messages = _summary(text)
    assert found == summary
    assert len(messages) == len(problems), messages
    for message, part in zip(messages, problems, strict=True):
        assert part in message


def test_everything_a_field_may_say() -> None:
    text = (
        "/// Above.\nmodel A {\n  /// One.\n  /// Two.\n"
        '  a Unsupported("circle")? @default(dbgenerated("x\\n\\u00e9\\"")) @db.VarChar(191) /// End.\n'
        '  b Int[] @relation("n", fields: [x, y(sort: Desc)], map: "m")\n'
        '  @@index([b(ops: raw("o"))], where: { c: { not: null }, d: -1.5e3 })\n}\n'
    )
    block = parse_schema([("a", text)]).block("A")
    assert block is not None
    assert block.doc == "Above."
    a, b = block.fields
    assert (a.doc, a.type.name.text, a.type.arity) == ("One.\nTwo.\nEnd.", "Unsupported", Arity.OPTIONAL)
    assert a.type.unsupported is not None
    assert a.type.unsupported.value == "circle"
    assert [x.name.text for x in a.attributes] == ["default", "db.VarChar"]
    default = a.attributes[0].argument("value", 0)
    assert isinstance(default, Call)
    assert isinstance(default.arguments[0].value, StringLiteral)
    assert default.arguments[0].value.value == 'x\né"'
    relation = b.attributes[0]
    fields = relation.argument("fields")
    assert isinstance(fields, Array)
    assert isinstance(fields.items[0], Constant)
    assert isinstance(fields.items[1], Call)
    where = block.attributes[0].argument("where")
    assert isinstance(where, Object)
    assert [e.name.text for e in where.entries if e.name] == ["c", "d"]
    assert where.entries[1].value == NumberLiteral("-1.5e3", where.entries[1].value.span)
    assert text[slice(*relation.span)] == '@relation("n", fields: [x, y(sort: Desc)], map: "m")'
    assert text[slice(*a.span)].startswith("a Unsupported") and text[slice(*a.span)].endswith("(191)")


def test_two_blocks_of_one_name_in_two_files() -> None:
    schema = parse_schema([("a", "model A {\n id Int\n}\n"), ("b", "// x\nenum A {\n X\n}\n")])
    (problem,) = schema.problems()
    assert "already" in problem.message
    assert problem.origin == Origin("b", "", Span(10, 11))
    assert [b.block.fields[0].name.text for b in schema.blocks()] == ["id"]


HUGE = {
    "20 MB": "model A {\n id Int @id\n}\n" * 900_000,
    "binary": "\x00\x93\u0fff}{\x07\n" * 100_000,
    "million-character line": "model A {\n a Int\n b " + "x" * 1_000_000 + "\n c Int\n}\n",
    "million-character junk": "x" * 1_000_000,
    "million tokens": "model A {\n a Int @x(" + "a, " * 10_000 + "a)\n}\n",
    "deep parentheses": "model A {\n a Int @default(" + "f(" * 10_000 + ")" * 10_000 + ")\n b Int\n}\n",
    "deep brackets": "model A {\n a Int @default(" + "[" * 40_000 + "\n b Int\n}\n",
    "deep braces": "{" * 100_000,
    "open comments": "model A {\n" + "/* \n" * 100_000 + "}\n",
    "open comments outside": "/* \n" * 100_000,
    "open strings": "model A {\n" + 'a Int @default("\n' * 50_000 + "}\n",
    "open blocks": "model A {\n" * 10_000,
    "open brackets": "model A {\n" + "@@index([a,\n" * 20_000 + "}\n",
    "quotes": 'model A { "' + '\\"' * 300_000 + "\n",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_bounded_time_and_memory(text: str) -> None:
    started = time.process_time()
    document = parse_document("a.prisma", text)
    assert time.process_time() - started < 10
    assert document.text == text
    problems = [p for c in document.chunks for p in c.problems]
    assert problems or len(text) < 100_000 or "a, a, a" in text
    tracemalloc.start()
    parse_document("a.prisma", text[:300_000])
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_good_lines_next_to_a_huge_one_are_read() -> None:
    assert _summary(HUGE["million-character line"])[0] == "A(a c)"


def _summary(text: str) -> tuple[str, list[str]]:
    document = parse_document("a.prisma", text)
    assert document.text == text
    blocks = []
    for block in (chunk.block for chunk in document.chunks if chunk.block):
        members = [m.name.text for m in (*block.fields, *block.values, *block.properties)]
        blocks.append(f"{block.name.text}({' '.join([*members, *('@@' + a.name.text for a in block.attributes)])})")
    return " ".join(blocks), [p.message for c in document.chunks for p in c.problems]
