"""What is given as an SQL expression stands where a recipe puts it, or is refused before anything is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.plans import Case, plan_of
from refract.recipes._expressions import fault_of
from refract.recipes.base import CannotPlan
from refract.sql.reader.tokens import statements

FINE = {
    "postgresql": (
        "'free'", "'it''s; -- \\ %s'", "'costs $$'", "$q$it's$q$", "E'a\\'b'", "upper({row}.\"name\")", "(1 + 2) * 3", "''",
        "CASE WHEN {row}.a[1] IS NULL THEN 'x' END", "CAST(1 AS numeric(8, 2))", "\"low_1\"::text", "'/* no comment */'", "'a'''",
    ),
    "mysql": ("'it\\'s'", "`name`", '"text"', "CONCAT(`a`, '#')"),
    "sqlite": ("[name]", '"name"', "'a'"),
    "sqlserver": ("[na]]me]", "'a'"),
}  # fmt: skip
WRONG = {
    "postgresql": {
        "'it''": "a quote in it is not closed",
        "'": "a quote in it is not closed",
        '"name': "a quote in it is not closed",
        "$q$text": "a quote in it is not closed",
        "1 -- the first": "it has a comment",
        "1 /* one */": "it has a comment",
        "(1": "its brackets do not match",
        "1)": "its brackets do not match",
        "(a[1)]": "its brackets do not match",
        "CASE WHEN true THEN 1": "its brackets do not match",
        "1; DROP TABLE x": "it has a semicolon",
        "refract_low_1::text": "names that begin with refract_ are Refract's",
        "  ": "it is empty",
    },
    "mysql": {
        "1 # one": "it has a comment",
        "'it\\'": "a quote in it is not closed",
        "`a": "a quote in it is not closed",
    },
    "sqlite": {"[name": "a quote in it is not closed"},
    "sqlserver": {"[na]]": "a quote in it is not closed"},
}


@pytest.mark.parametrize(("database", "text"), [(d, text) for d, texts in FINE.items() for text in texts])
def test_it_is_fine(database: str, text: str) -> None:
    assert fault_of(text, database) == ""


@pytest.mark.parametrize(
    ("database", "text", "fault"), [(d, text, fault) for d, faults in WRONG.items() for text, fault in faults.items()]
)
def test_it_is_not(database: str, text: str, fault: str) -> None:
    assert fault_of(text, database) == fault


@given(st.text("'\"`[]()$;-/*#\\ aE1\n", max_size=12), st.sampled_from(sorted(FINE)))
def test_what_is_fine_stays_one_statement(text: str, database: str) -> None:
    if fault_of(text, database) == "":
        around = f"SELECT ({text}\n) AS one; SELECT 2"
        assert len(list(statements(around, database))) == 2


def test_an_answer_with_a_fault_is_refused() -> None:
    schema = "model User {\n  id Int @id\n}\n"
    answers = (("model", "User"), ("field", "plan"), ("type", "String"), ("value", "'free"))
    with pytest.raises(CannotPlan, match="`value` is not an SQL expression: a quote in it is not closed"):
        plan_of(Case("", "add-required-field", answers, "postgresql", schema, ""), "postgresql")


def test_each_of_several_is_looked_at() -> None:
    schema = "model User {\n  id Int @id\n  full String\n}\n"
    answers = (("model", "User"), ("field", "full"), ("into", "a,b"), ("forward", "lower({row}.full) ; (1"))
    with pytest.raises(CannotPlan, match="`forward` is not an SQL expression: its brackets do not match"):
        plan_of(Case("", "split-field", answers, "postgresql", schema, ""), "postgresql")
