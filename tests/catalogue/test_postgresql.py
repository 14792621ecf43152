"""Each statement of the tables does on PostgreSQL what its replay says, or is counted as not followed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalogue.cases import Case, base, cases, differences
from catalogue.postgresql_facts import model_facts, server_facts
from catalogue.postgresql_server import FOLDER, Server, prepared_server

pytestmark = pytest.mark.xdist_group("catalogue-postgresql")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with prepared_server() as running:
        yield running


def test_the_base_is_read(server: Server) -> None:
    with server.based.transaction(force_rollback=True):
        facts = server_facts(server.based)
    assert len(facts) > base(FOLDER).count(";")
    assert not differences(facts, model_facts(server.before, "", server.empty))


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.table}-{case.line}") for case in cases(FOLDER)])
def test_a_statement_is_followed_or_counted(case: Case, server: Server) -> None:
    verdict = server.judge(case)
    assert verdict.outcome is case.expected, f"{case.sql}\n{verdict.outcome.name}: {verdict.why}"
