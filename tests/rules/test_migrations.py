"""What a rule finds in a change of the schema, it finds in the SQL that makes the same change."""

from __future__ import annotations

import pytest

from refract.analysis.branch import NewMigration, read_new
from refract.baseline.folder import Migration
from refract.diff import diff
from refract.lowering import lower
from refract.providers import Provider
from refract.providers.versions import Versions, default_versions
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Finding, Judged
from refract.rules.kit.rule import all_rules, check_all
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script
from refract.syntax import parse_schema
from rules.markdown import Sides, find, owned_in, parse_target, with_code
from rules.test_fixtures import ALL, Case

ONLY_THE_SCHEMA_TELLS = {
    "add-required-column-client-default": "SQL does not show why there is no default",
    "mssql-drop-defaulted-column": "the SQL written here drops the default first",
}
TOLD_OTHERWISE = {
    ("add-required-column-without-default", "A default of Prisma Client"): "SQL does not show that there is one",
    ("identifier-too-long", "The example"): "the SQL written here has the name as the database keeps it",
    ("join-columns-swapped", "A field of a self-relation is renamed"): "the SQL of Prisma changes nothing",
    ("rename-enum-value", "A value is renamed"): "on CockroachDB it is one value more, and later one less",
    (
        "create-index-blocking",
        "A renamed field keeps its index",
    ): "the SQL drops it with the column and builds it again",
}
ENUMS_OF_THE_CLIENT = frozenset({"sqlite", "sqlserver"})

JUDGE_SQL = {rule.name for rule in all_rules() if Judged.MIGRATION in rule.judges} - set(ONLY_THE_SCHEMA_TELLS)


def told_by_sql(case: Case, target: str) -> bool:
    provider = parse_target(target)[0]
    about_enums = "enum" in case.path.stem
    return (
        isinstance(case.given, Sides)
        and case.path.stem in JUDGE_SQL
        and (case.path.stem, case.title) not in TOLD_OTHERWISE
        and provider != "mongodb"
        and "datasource" not in case.given.before
        and not (about_enums and provider in ENUMS_OF_THE_CLIENT)
    )


SHARED = [(case, target) for case, target in ALL if told_by_sql(case, target)]


def database(text: str, provider: str) -> tuple[Database, Provider]:
    lowered = lower(parse_schema([("s.prisma", f'datasource db {{\n  provider = "{provider}"\n}}\n{text}')]))
    return lowered.database, lowered.provider


def migrate(name: str, before: Database, after: Database, provider: Provider) -> NewMigration:
    sql = write_script(diff(before, after), before, after)
    return read_new(Migration(name, f"{name}/migration.sql", sql.encode(), ""), before, provider)


def find_in_sql(case: Case, target: str) -> tuple[Finding, ...]:
    name, flavour, server, _ = parse_target(target)
    (before, provider), (after, _) = (database(text, name) for text in case.given[:2])
    built = migrate("1_init", Database(before.provider, before.default_schema), before, provider).after
    assert isinstance(case.given, Sides)
    merged = read_migration(case.given.history, "1_more/migration.sql", built, provider).database
    new = migrate("2_change", merged, after, provider)
    usual = default_versions(name, flavour)
    context = RuleContext(
        new.before,
        new.after,
        provider,
        new.diff,
        judged=Judged.MIGRATION,
        versions=Versions(server or usual.server, flavour, usual.prisma),
        migration=new.judged,
        read_deployed=lambda: before,
        owned=owned_in(case.given, after),
    )
    context = with_code(context, case.given.code, *(parse_schema([("s.prisma", text)]) for text in case.given[:2]))
    return check_all(context, lambda rule: rule.name == case.path.stem)


@pytest.mark.parametrize(
    ("case", "target"), SHARED, ids=[f"{case.path.stem}: {case.title} ({target})" for case, target in SHARED]
)
def test_the_same_rule_speaks(case: Case, target: str) -> None:
    asked = [f for f in find(case.given, target, case.path.stem).findings if f.rule == case.path.stem]
    assert bool(find_in_sql(case, target)) == bool(asked)
