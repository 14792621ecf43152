"""Random pairs of schemas through both engines."""

from __future__ import annotations

from attrs import define, field, frozen

from oracle.compare import Comparison, compare
from oracle.engine import Engine
from oracle.generate import pair


@frozen
class Difference:
    """A pair for which the two migrations are not the same."""

    provider: str
    seed: int
    before: str
    after: str
    comparison: Comparison

    def report(self) -> str:
        return "\n".join(
            (
                f"=== {self.provider} seed {self.seed}",
                *(f"  only Prisma:  {x}" for x in self.comparison.missing),
                *(f"  only Refract: {x}" for x in self.comparison.surplus),
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
        answer = engine.diff(provider, before, after)
        if answer.error:
            result.refused += not answer.panic
            result.panics += answer.panic
        else:
            result.compared += 1
            result.empty += "empty migration" in answer.sql
            comparison = compare(provider, answer.sql, before, after)
            if not comparison.same:
                result.differences.append(Difference(provider, seed, before, after, comparison))
        seed += 1
    return result
