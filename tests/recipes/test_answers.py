"""Values and SQL expressions in answers: a bare word is a value, and an answer that must fail is refused."""

from __future__ import annotations

import pytest

from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.base import UNANSWERED, CannotPlan, Situation, all_recipes
from refract.recipes.engine import plan_steps
from refract.syntax import parse_schema

SCHEMA = """\
datasource db {
  provider = "%s"
}

enum Role {
  MEMBER
}

model Gym {
  id   Int    @id
  city String
  old  String?
}
"""


def planned(recipe: str, database: str = "postgresql", **answers: str) -> str:
    tree = parse_schema([("schema.prisma", SCHEMA % database)])
    given = all_recipes()[recipe].complete({"model": "Gym", **answers})
    steps = plan_steps(all_recipes()[recipe], Situation(tree, provider(database), default_versions(database), given))
    return "\n".join(migration.sql for step in steps for migration in step.migrations)


@pytest.mark.parametrize("database", ["postgresql", "mysql"])
@pytest.mark.parametrize(
    ("type_", "value", "sql"),
    [
        ("String", "NL", "'NL'"),
        ("String", " NL ", "'NL'"),
        ("String", "'NL'", "'NL'"),
        ("String", "city", "city"),
        ("String", "upper(city)", "upper(city)"),
        ("String", "concat('a; -- b', city)", "concat('a; -- b', city)"),
        ("String", "'costs $$'", "'costs $$'"),
        ("Role", "MEMBER", "'MEMBER'"),
        ("Int", "1 + length(city)", "1 + length(city)"),
        ("DateTime", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
        ("String", UNANSWERED, UNANSWERED),
    ],
)
def test_a_value_or_an_expression_fills_the_rows(database: str, type_: str, value: str, sql: str) -> None:
    quote = provider(database).quote("country")
    assert f"{quote} = {sql}" in planned("add-required-field", database, field="country", type=type_, value=value)


@pytest.mark.parametrize(
    ("type_", "value", "reason"),
    [
        ("Int", "NL", "neither a value of type `Int` nor a column of `Gym`"),
        ("String", "upper(city", "its brackets do not match"),
        ("String", "upper)city(", "its brackets do not match"),
        ("String", "'NL", "a quote in it is not closed"),
        ("String", "'NL'; DROP TABLE x", "it has a semicolon"),
        ("String", "'NL' -- the country", "it has a comment"),
        ("String", "'NL' /* the country */", "it has a comment"),
        ("String", 'upper("town")', "names `town`, which is not a column of `Gym`"),
    ],
)
def test_what_must_fail_is_refused(type_: str, value: str, reason: str) -> None:
    with pytest.raises(CannotPlan, match=reason):
        planned("add-required-field", field="country", type=type_, value=value)


def test_null_is_replaced_by_a_bare_word() -> None:
    assert "\"old\" = 'none'" in planned("make-field-required", field="old", value="none")
