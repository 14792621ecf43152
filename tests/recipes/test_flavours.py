"""Plans for servers that speak a provider's language and behave in their own way: replay holds for them as well."""

from __future__ import annotations

import pytest

from recipes.plans import Case, cases, plan_of, served_on, situation
from refract.diff import diff
from refract.providers import provider
from refract.recipes.base import CannotPlan
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script

FLAVOURS = (("mysql", "mariadb"), ("mysql", "planetscale"), ("sqlite", "d1"), ("sqlite", "libsql"))


SERVED = tuple((case, *server) for server in FLAVOURS for case in served_on(*server))


@pytest.mark.parametrize(("case", "database", "flavour"), SERVED, ids=[f"{f}: {c}" for c, _, f in SERVED])
def test_replaying_a_step_gives_the_database_of_its_schema(case: Case, database: str, flavour: str) -> None:
    asked, empty = situation(case, database).database, Database(database, provider(database).default_schema)
    current = _replayed(write_script(diff(empty, asked), empty, asked), empty)
    for step in plan_of(case, database, flavour):
        after = current
        for migration in step.migrations:
            after = _replayed(migration.sql, after)
        assert diff(after, step.database).changes == (), step.step.title
        back = after
        for migration in step.undo:
            back = _replayed(migration.sql, back)
        if not step.step.point_of_no_return:
            assert diff(back, current).changes == (), step.step.title
        current = after


def test_planetscale_has_neither_triggers_nor_procedures() -> None:
    for case in cases():
        try:
            steps = plan_of(case, "mysql", "planetscale")
        except CannotPlan:
            continue
        assert not [
            m for step in steps for m in (*step.migrations, *step.undo) if "TRIGGER" in m.sql or "CALL" in m.sql
        ]


def _replayed(sql: str, before: Database) -> Database:
    reading = read_migration(sql, "m/migration.sql", before, provider(before.provider))
    assert not reading.not_followed, sql
    return reading.database
