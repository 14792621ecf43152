"""The cases of Prisma's migrations that the project knows, each against Prisma's own engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from oracle.compare import compare
from oracle.engine import Engine, running_engine

PROVIDERS = ("postgresql", "sqlite", "cockroachdb")


@frozen
class Case:
    name: str
    before: str | None
    after: str
    accepted: tuple[str, ...] = PROVIDERS

    def schemas(self, provider: str) -> tuple[str | None, str]:
        head = f'datasource db {{\n  provider = "{provider}"\n'
        before, after = self.before, self.after
        if provider == "cockroachdb" and "autoincrement()" in f"{before}{after}":
            # There a row id is 64 bits wide, and so is what refers to it.
            before, after = before and before.replace(" Int", " BigInt"), after.replace(" Int", " BigInt")
        return None if before is None else head + before, head + after


def _cases() -> Iterator[Case]:
    text = (Path(__file__).parent / "cases.txt").read_text()
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        both = "".join(f"  {line[2:]}\n" for line in lines if line.startswith("@ "))
        second = "".join(f"  {line[3:]}\n" for line in lines if line.startswith("@@ "))
        accepted = next((tuple(line[2:].split()) for line in lines if line.startswith("= ")), PROVIDERS)
        name, before, after = (line for line in lines if not line.startswith(("@", "=")))
        first = None if before == "-" else f"{both}}}\n{_block_lines(before)}"
        yield Case(name, first, f"{both}{second}}}\n{_block_lines(after)}", accepted)


def _block_lines(text: str) -> str:
    return text.replace("{", "{\n").replace(";", "\n").replace("}", "\n}\n")


CASES = tuple(_cases())


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_writes_what_prisma_writes(engine: Engine, case: Case, provider: str) -> None:
    before, after = case.schemas(provider)
    answer = engine.diff(provider, before, after)
    assert (not answer.error) is (provider in case.accepted), answer.error
    if answer.error:
        return
    found = compare(provider, answer.sql, before, after)
    assert (found.missing, found.surplus) == ((), ())
