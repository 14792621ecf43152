"""What Prisma writes depends on its version: `"public".`, and schemas without tables. Measured with its engines."""

from __future__ import annotations

import pytest

from refract.diff import diff
from refract.lowering import lower
from refract.providers.versions import Version
from refract.schema.model import Database
from refract.sql.writer import write_script
from refract.syntax import parse_schema

ONE = 'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n}\n'
SEVERAL = ONE.replace('"postgresql"', '"postgresql"\n  schemas = ["public", "app", "empty"]').replace(
    "@id\n", '@id\n  @@schema("public")\n'
)
EMPTY = ("app", "empty", "public")


def script(schema: str, prisma: Version) -> str:
    asked = lower(parse_schema([("schema.prisma", schema)]), prisma=prisma).database
    return write_script(diff(Database("postgresql"), asked), Database("postgresql"), asked)


@pytest.mark.parametrize(
    ("prisma", "one", "several", "created"),
    [
        ((5, 22, 0), False, True, EMPTY),
        ((6, 12, 0), False, True, EMPTY),
        ((6, 13, 0), True, True, ("public",)),
        ((6, 15, 0), True, True, ("public",)),
        ((6, 16, 1), False, True, ("public",)),
        ((6, 18, 0), False, True, ("public",)),
        ((6, 19, 0), False, True, ("public",)),
        ((6, 19, 2), False, False, ("public",)),
        ((6,), False, False, ("public",)),
        ((7, 0, 0), False, True, ("public",)),
        ((7, 10, 1), False, False, ("public",)),
        ((7,), False, False, ("public",)),
        ((8, 1, 0), False, False, ("public",)),
    ],
)
def test_the_default_schema(prisma: Version, one: bool, several: bool, created: tuple[str, ...]) -> None:
    assert ('CREATE TABLE "public"."A"' in script(ONE, prisma)) is one
    found = script(SEVERAL, prisma)
    assert ('CREATE TABLE "public"."A"' in found) is several
    assert tuple(line.split('"')[1] for line in found.splitlines() if line.startswith("CREATE SCHEMA")) == created


def test_other_schemas_are_always_written() -> None:
    schema = SEVERAL.replace('@@schema("public")', '@@schema("app")')
    for prisma in ((5,), (6, 19, 2), (7,)):
        assert 'CREATE TABLE "app"."A"' in script(schema, prisma)
