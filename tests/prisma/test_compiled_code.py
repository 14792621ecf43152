"""At each step of a plan the code as it stands compiles with the Prisma Client of that step's schema.

The code changes only if a step asks people to deploy.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prisma.client import Clients, clients
from prisma.code import codes, compile_errors
from recipes.plans import Case, served_on


@pytest.fixture(scope="module")
def generated() -> Iterator[Clients]:
    with clients() as made:
        yield made


@pytest.mark.parametrize("case", served_on("postgresql"), ids=str)
def test_the_code_compiles_at_each_step(case: Case, generated: Clients) -> None:
    programs = {(id(code), generated.of(schema)): code for schema, code in codes(case)}
    assert compile_errors([(code, client) for (_, client), code in programs.items()], generated.install) == ""
