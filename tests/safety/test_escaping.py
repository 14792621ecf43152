"""Text of the project in other languages: whatever it holds, it stays where it was put."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from refract.escaping import code_span, dollar_quoted, fence, in_block_comment, one_line, prose, shell, sql_comment

HOSTILE = (
    "a\nDROP TABLE secrets; --",
    "a\r\nDROP TABLE secrets;",
    "a`![x](https://evil/p.png)`b",
    "``` \n# heading\n```",
    "</code><img src=https://evil/p.png>",
    "\x1b]0;title\x07\x1b[31m",
    "::error::forged",
    'it\'s "quoted"',
    "$(touch x)",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "a*/ DROP TABLE secrets; /*",
    "a$$ DROP TABLE secrets; $$",
    "- [x](https://evil)",
    "\ud800",
    "\x00",
    "\N{LINE SEPARATOR}x\x85y",
    "",
)
anything = st.text() | st.text("`a\n*_[]()!<#~|-1. \\") | st.sampled_from(HOSTILE)


def tokens(markdown: str) -> list[str]:
    """The kinds of all tokens of a Markdown text."""
    found = MarkdownIt("commonmark").parse(markdown.encode("utf-8", "replace").decode())
    return [token.type for outer in found for token in (outer, *(outer.children or ()))]


@given(anything)
def test_a_sql_comment_is_one_line(text: str) -> None:
    comment = sql_comment(text)
    assert comment.startswith("-- ") and comment.splitlines() == [comment.removesuffix("\n")]


@given(anything)
def test_a_block_comment_neither_ends_nor_nests(text: str) -> None:
    inside = in_block_comment(text)
    assert "*/" not in inside and "/*" not in inside and len(inside.splitlines()) <= 1


@given(anything | st.text("$q"))
def test_a_dollar_quoted_body_holds(text: str) -> None:
    quoted = dollar_quoted(text)
    tag = quoted.split("\n", 1)[0]
    assert quoted.count(tag) == 2 or (tag == "$$" == quoted[-2:] and "$$" not in text)


@given(anything)
@example("`")
def test_code_holds(text: str) -> None:
    kinds = tokens(f"before {code_span(text)} after") if text.strip("`\n\r ") else ["code_inline"]
    assert [kind for kind in kinds if kind not in ("paragraph_open", "inline", "text", "paragraph_close")] == [
        "code_inline"
    ]


@given(anything)
def test_a_fence_holds(text: str) -> None:
    assert tokens(fence(text, "sql")) == ["fence"]


@given(anything)
def test_prose_is_a_paragraph_of_text_and_code(text: str) -> None:
    allowed = {"paragraph_open", "inline", "text", "text_special", "code_inline", "paragraph_close", "hardbreak"}
    assert set(tokens(prose(text))) <= allowed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Drop `a_b` and lock_timeout = 5.", "Drop `a_b` and lock_timeout = 5."),
        ("`a`![x](https://evil)`b`", "`a`!\\[x\\](https://evil)`b`"),
        ("# not a heading", "\\# not a heading"),
        ("1. not a list", "1\\. not a list"),
        ("one\ntwo", "one two"),
    ],
)
def test_prose(text: str, expected: str) -> None:
    assert prose(text) == expected


@given(anything)
def test_one_line_is_printable(text: str) -> None:
    assert one_line(text).replace("\t", "").isprintable()


@given(anything)
@example("it's\n$(touch x)")
def test_a_shell_takes_one_argument(text: str) -> None:
    quoted = shell(text)
    assert quoted.isprintable()
    if text.isprintable():
        assert shlex.split(quoted) == [text]
    else:
        assert re.fullmatch(r"\$'(?:[^\\']|\\.)*'", quoted)


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\x00" not in text and "\ud800" not in text])
def test_bash_reads_the_argument_back(text: str) -> None:
    done = subprocess.run(["bash", "-c", f"printf %s {shell(text)}"], capture_output=True, check=True)
    assert done.stdout.decode() == text


ROOT = Path(__file__).parents[2] / "server" / "refract"
OF_REFRACT_ALONE = (
    "agents/references.py",
    "config/reference.py",
    "docstrings.py",
    "fixes/documentation.py",
    "rendering/recipe_pages.py",
    "rules/kit/documentation.py",
    "sql/writer/warnings.py",  # Prisma's own words; `in_block_comment` takes them in
)
"""Modules whose code spans hold no text of a project."""


def spans_by_hand(source: Path) -> Iterator[str]:
    """Code spans that an f-string makes of a value with backticks of its own."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
            yield from (f"{source.name}:{node.lineno}" for span in re.findall("`([^`]*)`", text) if "\0" in span)


def test_code_spans_are_made_by_one_function() -> None:
    sources = [path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).as_posix() not in OF_REFRACT_ALONE]
    assert [place for source in sources for place in spans_by_hand(source)] == []
