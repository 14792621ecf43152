"""Where an object was written is no part of its equality: a schema that moves is the same database."""

from __future__ import annotations

import pytest

from refract.lowering import lower
from refract.syntax import parse_schema

SCHEMA = """\
datasource db {
  provider = "postgresql"
}

enum Role {
  USER
  ADMIN
}

model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  role  Role   @default(USER)
  posts Post[]

  @@index([role])
}

model Post {
  id       Int  @id
  author   User @relation(fields: [authorId], references: [id])
  authorId Int
}
"""


@pytest.mark.parametrize(
    "moved", [f"// a comment\n\n{SCHEMA}", SCHEMA.replace("\nmodel", "\n\n\nmodel"), SCHEMA.replace("\n  ", "\n     ")]
)
def test_a_schema_that_moves_is_the_same_database(moved: str) -> None:
    def database(text: str) -> object:
        return lower(parse_schema([("schema.prisma", text)])).database

    assert database(moved) == database(SCHEMA)
