"""Each statement of the tables does on MariaDB what its replay says, or is counted as not followed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalogue.cases import Case, cases
from catalogue.mariadb_server import FOLDER, Server, prepared_server

pytestmark = pytest.mark.xdist_group("catalogue-mariadb")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with prepared_server() as running:
        yield running


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.table}-{case.line}") for case in cases(FOLDER)])
def test_a_statement_is_followed_or_counted(case: Case, server: Server) -> None:
    verdict = server.judge(case)
    assert verdict.outcome is case.expected, f"{case.sql}\n{verdict.outcome.name}: {verdict.why}"
