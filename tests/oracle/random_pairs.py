"""Random pairs of schemas through both engines."""

from __future__ import annotations

from attrs import define, field, frozen

from oracle.compare import Comparison, compare, database, left_after
from oracle.deliberate import is_complete, settles
from oracle.engine import Answer, Engine
from oracle.generate import pair


@frozen
class Difference:
    """A pair for which the two migrations are not the same."""

    provider: str
    seed: int
    before: str
    after: str
    comparison: Comparison
    left: tuple[str, ...]
    """What Refract would still change when Prisma's own migrations have run."""

    def report(self) -> str:
        return "\n".join(
            (
                f"=== {self.provider} seed {self.seed}",
                *(f"  only Prisma:  {x}" for x in self.comparison.missing),
                *(f"  only Refract: {x}" for x in self.comparison.surplus),
                *(f"  moved:        {x}" for x in self.comparison.moved),
                *(f"  left:         {' '.join(x.split())}" for x in self.left),
            )
        )


@define
class Result:
    """What came of a run. `refused` pairs hold a schema that Prisma does not accept; `empty` need no migration."""

    compared: int = 0
    refused: int = 0
    empty: int = 0
    panics: int = 0
    differences: list[Difference] = field(factory=list)

    def summary(self) -> str:
        return (
            f"{self.compared} pairs compared, {len(self.differences)} differ "
            f"({self.empty} need no migration, {self.refused} refused by Prisma, {self.panics} panics in Prisma)"
        )


def run(engine: Engine, provider: str, pairs: int, start: int) -> Result:
    """Compares as many pairs as Prisma accepts, from seed `start` on."""
    result, seed = Result(), start
    while result.compared < pairs:
        before, after = pair(seed, provider)
        answers = [engine.diff(provider, old, new) for old, new in ((None, before), (before, after))]
        if any(answer.error for answer in answers):
            result.refused += not any(answer.panic for answer in answers)
            result.panics += any(answer.panic for answer in answers)
        else:
            _add(result, Difference(provider, seed, before, after, *_compared(provider, before, after, answers)))
        seed += 1
    return result


def _compared(provider: str, before: str, after: str, answers: list[Answer]) -> tuple[Comparison, tuple[str, ...]]:
    first, second = (answer.sql for answer in answers)
    old, new = database(before), database(after)
    settled = settles(before, old) and settles(after, new) and is_complete(old, new)
    left = left_after(provider, ((before, first), (after, second))) if settled else ()
    return compare(provider, second, before, after), left


def _add(result: Result, found: Difference) -> None:
    result.compared += 1
    result.empty += "empty migration" in found.comparison.prisma
    if found.left or not found.comparison.same:
        result.differences.append(found)
