"""What old app instances use decides whether a drop breaks them: the schema that they were built from says so."""

from __future__ import annotations

import pytest

from refract.lowering import lower
from refract.rules.expand_and_contract_in_one_deploy import check
from refract.schema.model import Database
from rules.markdown import Team, history_in, schema_tree

TABLE = 'CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));'
ADD = 'ALTER TABLE "User" ADD COLUMN "title" TEXT;\nUPDATE "User" SET "title" = "name";'
DROP = 'ALTER TABLE "User" DROP COLUMN "name";'
TEAM = Team({"20250101000000_init": TABLE}, {"20250201000000_add": ADD, "20250202000000_drop": DROP}, {})


def deployed(fields: str) -> Database:
    return lower(schema_tree("schema.prisma", f"model User {{\n  id Int @id\n  {fields}\n}}\n", "postgresql")).database


@pytest.mark.parametrize(
    ("fields", "is_found"),
    [("name String?", True), ("name String? @ignore", False), ("title String?", False)],
    ids=["used", "ignored", "never known"],
)
def test_only_what_the_deployed_schema_uses_breaks_old_code(fields: str, is_found: bool) -> None:
    context = history_in(TEAM, "postgresql", lambda: deployed(fields))
    assert bool(list(check.check(context))) is is_found


def test_without_a_deployed_schema_the_column_counts_as_used() -> None:
    assert list(check.check(history_in(TEAM, "postgresql", lambda: None)))
