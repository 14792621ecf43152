"""Runs every plan of the fixtures on every version of PostgreSQL for longer than the tests do, and prints what it saw.

`make prove` writes docs/proof-under-load.md; `make prove PROVE="--versions 12 18 --hold 2"` is another run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from attrs import frozen

from live.embedded import VERSIONS, programs
from live.ledger.notes import beyond
from live.ledger.run import Outcome
from live.ledger.runs import run_case
from live.ledger.verdict import MARGIN, complaints, unannounced
from live.ledger.workers import Load
from live.postgresql import running_server
from recipes.plans import served_on
from refract.sql.safe.postgresql import LOCK_WAIT

PAGE = Path(__file__).parents[3] / "docs" / "proof-under-load.md"
LIMIT = LOCK_WAIT / 1000 + MARGIN


@frozen
class Line:
    """What the cases of one recipe have shown on one version."""

    recipe: str
    version: str
    cases: int
    operations: int
    errors: int
    announced: int
    rows: int
    wrong: int
    worst: float
    stalls: int
    undone: int
    inexact: int

    def __str__(self) -> str:
        numbers = (
            f"{self.cases} | {self.operations:,} | {self.errors} | {self.announced} | {self.rows:,} | {self.wrong}"
        )
        exact = "-" if not self.undone else f"{self.undone - self.inexact} of {self.undone}"
        return f"| {self.recipe} | {self.version} | {numbers} | {self.worst * 1000:.0f} | {self.stalls} | {exact} |"


def main(arguments: Sequence[str]) -> int:
    """Runs what is asked for, prints and writes the table. 1 if a plan does not hold what it says."""
    asked = _asked(arguments)
    load = Load(asked.rows, asked.hold, asked.workers, report=0.45, rest=2.0)
    begun = time.monotonic()
    with ProcessPoolExecutor(asked.jobs) as pool:
        proofs = list(pool.map(partial(_proved, load=load), asked.versions))
    lines = sorted((line for found, _ in proofs for line in found), key=lambda line: (line.recipe, int(line.version)))
    page = _page(lines, load, asked.versions, time.monotonic() - begun)
    print(page)
    Path(asked.page).write_text(page, encoding="utf-8")
    against = [complaint for _, found in proofs for complaint in found]
    print("\n".join(against), file=sys.stderr)
    return 1 if against else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--versions", nargs="+", default=list(VERSIONS), choices=list(VERSIONS))
    parser.add_argument("--rows", type=int, default=5_000, help="rows of each table at the start")
    parser.add_argument(
        "--hold", type=float, default=0.5, help="seconds that versions live beside each other in a step"
    )
    parser.add_argument("--workers", type=int, default=4, help="threads that write and read")
    parser.add_argument("--jobs", type=int, default=2, help="versions of PostgreSQL at the same time")
    parser.add_argument("--page", default=str(PAGE), help="the file that is written")
    return parser.parse_args(arguments)


def _proved(version: str, load: Load) -> tuple[list[Line], list[str]]:
    """All plans on one version: a line for each recipe, and what there is against them."""
    outcomes: dict[str, list[Outcome]] = {}
    against = []
    with running_server(programs(version)) as server:
        for number, case in enumerate(case for case in served_on("postgresql") if not beyond(case, "postgresql")):
            outcome = run_case(server, f"ledger{number}", case, load)
            outcomes.setdefault(case.recipe, []).append(outcome)
            against += [f"PostgreSQL {version}, {case}: {text}" for text in complaints(outcome, LOCK_WAIT / 1000)]
    return [_line(recipe, version, found) for recipe, found in outcomes.items()], against


def _line(recipe: str, version: str, outcomes: Sequence[Outcome]) -> Line:
    errors = sum(sum(unannounced(outcome).values()) + bool(outcome.failed) for outcome in outcomes)
    return Line(
        recipe,
        version,
        cases=len(outcomes),
        operations=sum(o.tally.operations for o in outcomes),
        errors=errors,
        announced=sum(o.tally.errors.total() for o in outcomes) - errors,
        rows=sum(o.rows_checked for o in outcomes),
        wrong=sum(len(o.tally.wrong) for o in outcomes),
        worst=max(o.tally.slowest.seconds for o in outcomes),
        stalls=sum(slow.seconds > LIMIT for o in outcomes for slow in o.tally.slow),
        undone=sum(o.undone for o in outcomes),
        inexact=sum(len(o.inexact) for o in outcomes),
    )


def _page(lines: Sequence[Line], load: Load, versions: Sequence[str], seconds: float) -> str:
    return "\n".join(_text(lines, load, versions, seconds)) + "\n"


def _text(lines: Sequence[Line], load: Load, versions: Sequence[str], seconds: float) -> Iterator[str]:
    total = sum(line.operations for line in lines)
    yield "# Plans under load\n"
    yield "`make prove` writes this page. Every plan of `tests/recipes/*.md` runs on a real PostgreSQL while apps use its tables."
    yield "The tests do the same for a shorter time, on the oldest and the newest version.\n"
    yield "The plan sets which versions of the app run in which step."
    yield "Each version is built from the schema of its step, uses every column of that schema, and runs alongside the version before."
    yield "Steps that can be undone are taken, undone one by one, and taken again."
    yield f"{load.workers} threads insert, update, read and delete their rows through a random version, with prepared statements, from {load.rows:,} rows a table."
    yield f"Another thread keeps a reading transaction open for {load.report} s at a time."
    yield "A ledger has the last value written to each row. Each read is compared with the ledger, and after each step all rows are.\n"
    yield "- errors: errors whose code the step does not announce"
    yield "- announced: errors whose code the step announces"
    yield "- wrong: rows that are lost, restored after a delete, or have another value than was written"
    yield f"- stalls: operations above {LIMIT * 1000:.0f} ms ({LOCK_WAIT} ms that a migration waits for a lock, and {MARGIN * 1000:.0f} ms for a machine with few cores)"
    yield "- undone: undone steps after which the catalog was exactly the same as before\n"
    yield from _left_out()
    yield f"This run: PostgreSQL {', '.join(versions)}, {platform.system()} on {os.cpu_count()} cores, {seconds / 60:.0f} minutes, {total:,} operations.\n"
    yield "| recipe | PostgreSQL | plans | operations | errors | announced | rows checked | wrong | worst ms | stalls | undone |"
    yield "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |"
    yield from map(str, lines)


def _left_out() -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for case in served_on("postgresql"):
        if reason := beyond(case, "postgresql"):
            reasons.setdefault(reason, []).append(f"“{case}”")
    if reasons:
        yield "Plans that are not in this table:\n"
        yield from (f"- {', '.join(names)} ({reason})" for reason, names in reasons.items())
        yield ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
