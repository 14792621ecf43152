"""Comments that silence findings: what they reach, and what is said about those that silence nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refract.analysis.suppressions import Commented, Reach, shifted, suppress, suppressions
from refract.rules.kit.finding import Finding, Severity
from refract.text import Location, Origin, Span

KNOWN = frozenset({"drop-column", "drop-table", "unused-suppression"})
SCHEMA = "// above\nmodel A {\n  a Int\n  b Int\n}\n"


def finding(rule: str, start: int) -> tuple[Finding, Location]:
    origin = Origin("f", "", Span(start, start + 1))
    return Finding(rule, Severity.ERROR, "m", origin, (), None, None, f"{rule}:x"), Location("f", origin.span)


def check(text: str, *found: tuple[str, str], complete: bool = True) -> tuple[list[str], list[str]]:
    """The rules that stay and those that are silenced, each finding standing where its word first is."""
    placed = [finding(rule, text.index(word)) for rule, word in found]
    answer = suppress(placed, [Commented("f", suppressions(text, (Span(0, len(text)),)), complete)], lambda: KNOWN)
    return [f.rule for f in answer.findings], [f.rule for f in answer.silenced]


DROP = ("drop-column", "b Int")
STATEMENT = ("drop-column", "ALTER")


@pytest.mark.parametrize(
    ("text", "at", "silenced"),
    [
        ("a\n// refract-ignore: drop-column -- why\nb Int", DROP, True),
        ("a\n  // refract-ignore:drop-column -- why\r\n  b Int\r\n", DROP, True),
        ("a\n// refract-ignore: drop-column -- why\n// more\n/// doc\nb Int", DROP, True),
        ("b Int // refract-ignore: drop-column -- why", DROP, True),
        ("b Int // refract-ignore: drop-table , drop-column -- why", DROP, True),
        ("b Int // refract-ignore: drop-column -- a -- b: c", DROP, True),
        ("a Int // refract-ignore: drop-column -- of a\nb Int", DROP, False),
        ("// refract-ignore: drop-column -- too far\n\nb Int", DROP, False),
        ("// refract-ignore: drop-column -- why\na\nb Int", DROP, False),
        ("// refract-ignore: drop-table -- another\nb Int", DROP, False),
        ("// refract-ignore: drop-column\nb Int", DROP, False),
        ("// refract-ignore: drop-column --\nb Int", DROP, False),
        ("// refract-ignore drop-column: the old form\nb Int", DROP, False),
        ("// refract-ignored: drop-column -- no\nb Int", DROP, False),
        ("// refract-ignore-block: drop-column -- why\na\n\nb Int", DROP, True),
        ("a\nb Int\n// refract-ignore-file: drop-column -- why\n", DROP, True),
        ("-- refract-ignore: drop-column -- why\n-- AlterTable\nALTER TABLE x", STATEMENT, True),
        ("ALTER TABLE x; -- refract-ignore: drop-column -- why", STATEMENT, True),
        ("# refract-ignore: drop-column -- why\nALTER TABLE x", STATEMENT, True),
    ],
)
def test_what_a_comment_reaches(text: str, at: tuple[str, str], silenced: bool) -> None:
    assert check(text, at)[1] == (["drop-column"] if silenced else [])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("// refract-ignore: drop-column -- why\nx", ["unused-suppression"]),
        ("// refract-ignore: drop-column\nx", ["suppression-without-reason"]),
        ("// refract-ignore\nx", ["suppression-without-reason"]),
        ("// refract-ignore: drop-colum -- why\nx", ["unknown-rule-in-suppression"]),
        ("// refract-ignore: drop-colum\nx", ["suppression-without-reason", "unknown-rule-in-suppression"]),
        ("// see refract-ignore in the manual\nx", []),
        ("model RefractIgnore {}", []),
    ],
)
def test_a_comment_that_silences_nothing_is_a_finding(text: str, kept: list[str]) -> None:
    assert check(text)[0] == kept


def test_one_name_of_two_may_be_of_no_use() -> None:
    text = "b Int // refract-ignore: drop-table, drop-column -- why"
    answer = suppress([finding("drop-column", 0)], [Commented("f", suppressions(text))], lambda: KNOWN)
    (unused,) = answer.findings
    assert unused.origin is not None
    assert text[slice(*unused.origin.span)] == "drop-table"


def test_nothing_is_called_unused_while_something_cannot_be_read() -> None:
    assert check("// refract-ignore: drop-column -- why\nx", complete=False) == ([], [])


def test_the_nearest_rule_is_named_and_two_comments_differ() -> None:
    text = "// refract-ignore: drop-colum -- why\nx\n// refract-ignore: drop-colum -- why\nx"
    first, second = suppress([], [Commented("f", suppressions(text))], lambda: KNOWN).findings
    assert ("rule", "drop-column") in first.now[0].facts
    assert first.key != second.key


def test_a_statement_is_a_block_of_sql() -> None:
    text = "SELECT 1;\n-- refract-ignore-block: drop-column -- why\n\nALTER a,\n  DROP b;\nDROP c;\n"
    end = text.index(";\nDROP c") + 1
    (comment,) = suppressions(text, (Span(0, 9), Span(9, end), Span(end, len(text))))
    assert (comment.scope, comment.covers) == (Reach.BLOCK, Span(9, end))


@given(
    st.lists(st.sampled_from(["// refract-ignore", "-block", ": ", "drop-column", ",", " -- ", "\n", "\r", "é", "x"]))
)
def test_any_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    for comment in suppressions(text, (Span(0, len(text)),)):
        assert text[comment.span.start :].startswith("//")
        for name, span in comment.rules:
            assert text[slice(*span)] == name
        assert shifted(shifted(comment, 7), -7) == comment
