"""Text from the project stays where it is put: in a code span, in a fence, in one argument of a shell command."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refract.escaping import code_span, fence, shell
from refract.wording import listed

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)


@pytest.mark.parametrize(("text", "expected"), [
    ("User", "`User`"),
    ("a`b", "``a`b``"),
    ("`User`", "`` `User` ``"),
    ("a``b`c", "```a``b`c```"),
    ("a\n# title", "`a # title`"),
    ("a\x1b[2Jb", "`a\N{REPLACEMENT CHARACTER}[2Jb`"),
])  # fmt: skip
def test_code_span(text: str, expected: str) -> None:
    assert code_span(text) == expected


def test_listed() -> None:
    assert listed(["a", "b`c"]) == "`a` and ``b`c``"


@pytest.mark.parametrize(("text", "expected"), [
    ("SELECT 1;", "```sql\nSELECT 1;\n```"),
    ("SELECT '\n```\n![x](https://example.org/p.png)';", "````sql\nSELECT '\n```\n![x](https://example.org/p.png)';\n````"),
    ("a\x07", "```sql\na\N{REPLACEMENT CHARACTER}\n```"),
])  # fmt: skip
def test_fence(text: str, expected: str) -> None:
    assert fence(text, "sql") == expected


@given(NAMES)
def test_no_line_closes_a_fence_and_no_run_a_span(text: str) -> None:
    first, *inner, last = fence(text).split("\n")
    assert first == last
    assert all(last not in line for line in inner)
    assert len(code_span(text).splitlines()) == 1


def test_a_shell_reads_each_argument_back() -> None:
    hostile = ["plain", "two words", "a'b", "$(touch x)", "`touch x`", "a\n b\t", "\x1b[2J", "ü\x85", "a\\nb\n"]
    command = f"printf '%s\\0' {' '.join(map(shell, hostile))}"
    printed = subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout.decode()
    assert printed.split("\0")[:-1] == hostile
    assert all(shell(argument).isprintable() for argument in hostile)
