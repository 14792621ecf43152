"""Any text is read; an edited document is the document of the edited text."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from refract.syntax import parse_document
from refract.text import Span

PIECES = [
    "model User {\n", "model A{", "enum Role {\n", "type T {\n", "view V {\n", "datasource db {\n", "generator g {\n",
    "}\n", "}", "} // end\n", "} model B {\n", " }\n", "\n", "\r\n", "\r", " ", "\t", "\ufeff", "\0", "  id Int @id\n",
    "  name String? @db.VarChar(10) /// doc\n", "  posts Post[]\n", "  @@index([a, b(sort: Desc)], map: \"x\")\n",
    "  ADMIN @map(\"a}\")\n", "  provider = \"postgresql\"\n", "/// doc\n", "// note {\n", "/* open", "*/", "/* one */",
    "\"", "\\", "\\\"", "@", "@@", "(", ")", "[", "]", "{", "=", ":", ",", "?", "!", "$", "/", "model", "enum", "x", "-1.5e3",
    "<<<<<<< HEAD\n", "=======\n", ">>>>>>> x\n", "foo {\n", "type X = Int\n", "enum E { A B }\n", "@@index([\n",
    "Unsupported(\"x\")", "  where: { a: 1 }", "é名", "\u2028", "\x0b", "\x1f",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60)


@settings(max_examples=400, deadline=None)
@given(texts)
def test_any_text_is_read_and_kept(text: str) -> None:
    document = parse_document("a.prisma", text)
    assert document.text == text
    for chunk in document.chunks:
        for problem in chunk.problems:
            assert 0 <= problem.span.start <= problem.span.end <= len(chunk.text)


@settings(max_examples=600, deadline=None)
@given(texts, st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), texts), max_size=5))
def test_edited_equals_read_again(text: str, edits: list[tuple[float, float, str]]) -> None:
    document = parse_document("a.prisma", text)
    for start, length, new_text in edits:
        begin = round(start * len(text))
        end = begin + round(length * length * (len(text) - begin))
        text = text[:begin] + new_text + text[end:]
        document = document.edited(Span(begin, end), new_text)
        anew = parse_document("a.prisma", text)
        assert document.chunks == anew.chunks
        assert (document.starts, document.lines) == (anew.starts, anew.lines)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_lines_and_columns_round_trip(text: str) -> None:
    document = parse_document("a.prisma", text)
    for offset in range(len(text) + 1):
        line, column = document.position(offset)
        assert line == text.count("\n", 0, offset)
        assert column == offset - (text.rfind("\n", 0, offset) + 1)
        if not text[:offset].endswith("\r") or text[offset : offset + 1] != "\n":
            assert document.offset(line, column) == offset


@settings(max_examples=50, deadline=None)
@given(texts)
def test_documents_survive_pickling(text: str) -> None:
    document = parse_document("a.prisma", text)
    assert pickle.loads(pickle.dumps(document)).chunks == document.chunks
