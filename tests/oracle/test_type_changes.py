"""Every type that a column can have, changed into every other, against Prisma's own engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oracle.compare import compare
from oracle.engine import Engine, running_engine
from oracle.vocabulary import NATIVE_TYPES, SCALARS


def types_of(provider: str) -> list[str]:
    """The types of a provider as a field has them: `String`, `String @db.VarChar(255)`."""
    natives = NATIVE_TYPES[provider]
    return [name + native for name in SCALARS for native in ("", *(f" @db.{n}" for n in natives.get(name, ())))]


CASES = [(provider, before) for provider in NATIVE_TYPES for before in types_of(provider)]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


@pytest.mark.parametrize(("provider", "before"), CASES)
@pytest.mark.parametrize("optional", ["", "?"], ids=["required", "optional"])
def test_one_type_into_all_others(engine: Engine, provider: str, before: str, optional: str) -> None:
    after = types_of(provider)
    schemas = [model(provider, types, optional) for types in ([before] * len(after), after)]
    answer = engine.diff(provider, *schemas)
    assert not answer.error
    found = compare(provider, answer.sql, *schemas)
    assert (found.missing, found.surplus) == ((), ())


def model(provider: str, types: list[str], optional: str) -> str:
    fields = "".join(
        f"  f{number} {name.partition(' ')[0]}{optional}{name.removeprefix(name.partition(' ')[0])}\n"
        for number, name in enumerate(types)
    )
    return f'datasource db {{\n  provider = "{provider}"\n}}\nmodel A {{\n  id Int @id\n{fields}}}\n'
