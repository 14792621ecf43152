"""Where code creates rows of a model."""

from __future__ import annotations

import pytest

from refract.source import creates_rows


@pytest.mark.parametrize(
    ("text", "creates"),
    [
        ("prisma.user.create({ data })", True),
        ("prisma.user\n  .createMany({ data })", True),
        ("prisma['user'].createManyAndReturn({ data })", True),
        ("prisma.user!.upsert({ where, create, update })", True),
        ("prisma.user.create<Args>({ data })", True),
        ("{ user: { create: { name } } }", True),
        ("{ user: { connectOrCreate: { where, create } } }", True),
        ("{ user: { connect: { id } } }", False),
        ("prisma.user.findMany({ where: { created: true } })", False),
        ("prisma.user.update({ data: { create: true } })", False),
        ("type A = Prisma.user", False),
    ],
)
def test_rows_are_created(text: str, creates: bool) -> None:
    assert creates_rows(text, text.index("user") + len("user")) is creates
