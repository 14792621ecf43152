"""What a plan needs of its server, and what is said where that is too old."""

from __future__ import annotations

import pytest
from attrs import evolve

from refract.providers import provider
from refract.providers.versions import Version, default_versions
from refract.recipes.base import CannotPlan, Situation, all_recipes
from refract.syntax import parse_schema

SCHEMA = """\
datasource db {
  provider   = "postgresql"
  extensions = [%s]
}

model Ticket {
  id Int @id @default(autoincrement())
}
"""


def _steps(server: Version, extensions: str) -> int:
    versions = evolve(default_versions("postgresql"), server=server)
    tree = parse_schema([("schema.prisma", SCHEMA % extensions)])
    recipe = all_recipes()["primary-key-to-uuid"]
    return len(recipe.steps(Situation(tree, provider("postgresql"), versions, {"model": "Ticket"})))


@pytest.mark.parametrize(
    ("server", "extensions"),
    [((13,), ""), ((13, 4), ""), ((18,), "citext"), ((12,), "pgcrypto"), ((9, 6), 'citext, pgcrypto(version: "1.3")')],
)
def test_uuids_are_made_by_the_server_or_by_pgcrypto(server: Version, extensions: str) -> None:
    assert _steps(server, extensions) == 7


@pytest.mark.parametrize("server", [(12,), (12, 22), (9, 6)])
@pytest.mark.parametrize("extensions", ["", "citext"])
def test_an_older_server_needs_pgcrypto(server: Version, extensions: str) -> None:
    with pytest.raises(CannotPlan, match=r"extensions = \[pgcrypto\].*`version` under `\[database\]`"):
        _steps(server, extensions)
