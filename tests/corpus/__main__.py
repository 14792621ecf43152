"""`python -m corpus FOLDER` from `tests/`: measure Refract on every checkout in a folder, of projects that it has never seen.

    python -m corpus FOLDER [--names FILE] [--only check,catalogue,pending,states] [--states N] [--out FOLDER]
    python -m corpus FOLDER --only rollbacks,plans --draw N --skip N [--providers postgresql,mysql,sqlite]

Each checkout is a git repository with its history. A line of JSON for each result in `--out`, and a
table at the end:

check      `refract check` at HEAD: exit code, findings, last lines, time, memory
pending    what Refract says is pending, beside Prisma's own engine on the real database that the migrations build
catalogue  what the replay of the migrations has built, beside the catalogue of a real server
states     the same as pending at commits that added a migration, and beside the migration of the commit
rollbacks  a draw of migrations for each provider: up and down on tables with rows, and what differs afterwards
plans      recipes on one project after another: each step up, back and up on tables with rows

Nothing of a checkout is run or changed; its SQL is run on servers that are made for this and thrown away.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from corpus.catalogued import compare_catalogue
from corpus.checking import check
from corpus.databases import Server
from corpus.pending import compare_pending
from corpus.planned import chosen_subject, follow
from corpus.rolled_back import draw, rolled_back
from corpus.servers import servers
from corpus.states import moments
from refract.analysis import Analysis, analyse, open_project
from refract.workspace import CannotAnalyse, ProjectFiles, find_projects


def main() -> int:
    parser = argparse.ArgumentParser(prog="corpus", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--names", type=Path, help="a file whose lines begin with the names of the checkouts to measure"
    )
    parser.add_argument("--only", default="check,catalogue,pending,states")
    parser.add_argument("--states", type=int, default=6, help="most states of one project")
    parser.add_argument("--out", type=Path, default=Path("corpus-results"))
    parser.add_argument("--providers", default="postgresql,mysql,sqlite")
    parser.add_argument(
        "--draw", type=int, default=60, help="migrations to roll back and plans to follow, for each provider"
    )
    parser.add_argument("--skip", type=int, default=0, help="the first of the draw, which an earlier run has measured")
    options = parser.parse_args()
    checkouts = sorted(chosen(options.folder.resolve(), options.names))
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = options.only.split(",")
    if "check" in wanted:
        report("check", options.out, checked(checkouts))
    if {"catalogue", "pending", "states", "rollbacks", "plans"} & set(wanted):
        with tempfile.TemporaryDirectory() as folder, servers(Path(folder)) as running:
            if "catalogue" in wanted:
                report("catalogue", options.out, catalogued(checkouts, running))
            if "pending" in wanted:
                report("pending", options.out, pending(checkouts, running))
            if "states" in wanted:
                report("states", options.out, of_states(checkouts, running, options.states))
            some = {provider: running[provider] for provider in options.providers.split(",")}
            drawn = range(options.skip, options.skip + options.draw)
            if "rollbacks" in wanted:
                report("rollbacks", options.out, rollbacks(checkouts, some, drawn))
            if "plans" in wanted:
                report("plans", options.out, plans(checkouts, some, drawn))
    return 0


def chosen(folder: Path, names: Path | None) -> Iterator[Path]:
    """The checkouts; in `names` a slash is written as in owner/name, in the folder as a plus sign."""
    if names is None:
        yield from (path for path in folder.iterdir() if (path / ".git").exists())
        return
    for line in names.read_text().splitlines():
        if line.strip():
            yield folder / line.split()[0].replace("/", "+")


def checked(checkouts: list[Path]) -> Iterator[dict[str, Any]]:
    for checkout in checkouts:
        run = check(checkout)
        kind = "traceback" if run.traceback else f"exit {run.exit_code}"
        yield {"checkout": checkout.name, "kind": kind, **attrs.asdict(run)}


def pending(checkouts: list[Path], running: dict[str, Server]) -> Iterator[dict[str, Any]]:
    for checkout, files in projects(checkouts):
        compared = compare_pending(files, running)
        yield {**named(checkout, files), "kind": compared.verdict, **attrs.asdict(compared)}


def catalogued(checkouts: list[Path], running: dict[str, Server]) -> Iterator[dict[str, Any]]:
    for checkout, files in projects(checkouts):
        compared = compare_catalogue(files, running)
        yield {**named(checkout, files), "kind": compared.verdict, **attrs.asdict(compared)}


def of_states(checkouts: list[Path], running: dict[str, Server], most: int) -> Iterator[dict[str, Any]]:
    for checkout, files in projects(checkouts):
        for moment in moments(checkout, files, running, most):
            verdict = f"{moment.compared.verdict}, {moment.beside.partition(':')[0]}"
            state = {
                "commit": moment.state.commit,
                "migration": moment.state.migration,
                "committed": moment.committed,
                "beside": moment.beside,
            }
            yield {**named(checkout, files), "kind": verdict, **state, **attrs.asdict(moment.compared)}


def rollbacks(checkouts: list[Path], running: dict[str, Server], places: range) -> Iterator[dict[str, Any]]:
    """Of the migrations that are drawn for each provider, those at these places of the draw."""
    for provider, analysed in by_provider(checkouts, running).items():
        of_projects = {
            "{checkout} {schema}".format(**named(checkout, found.snapshot.files)): found for checkout, found in analysed
        }
        counts = {name: found.snapshot.migrations for name, found in of_projects.items()}
        chosen: dict[str, list[int]] = defaultdict(list)
        for name, number in islice(draw(counts), places.start, places.stop):
            chosen[name].append(number)
        for name, numbers in chosen.items():
            for migration, result in rolled_back(of_projects[name], numbers, running[provider]):
                said = {"project": name, "provider": provider, "migration": migration}
                yield {**said, **attrs.asdict(result), "kind": f"{provider}: {result.kind}"}


def plans(checkouts: list[Path], running: dict[str, Server], places: range) -> Iterator[dict[str, Any]]:
    """Plans with these numbers, on one project of a provider after another whose schema has nothing pending."""
    for provider, analysed in by_provider(checkouts, running).items():
        clean = [(checkout, found) for checkout, found in analysed if not found.diff.changes and not found.problems]
        random.Random(15).shuffle(clean)
        for number in places:
            checkout, found = clean[number % len(clean)]
            subject = chosen_subject(found, number + number // len(clean))
            if subject is not None:
                result = follow(checkout, found.snapshot.files, subject, running)
                said = {**named(checkout, found.snapshot.files), "provider": provider, "plan": str(subject)}
                yield {**said, **attrs.asdict(result), "kind": f"{provider}: {result.kind}"}


def by_provider(checkouts: list[Path], running: dict[str, Server]) -> dict[str, list[tuple[Path, Analysis]]]:
    """The analysed projects with migrations, by those providers for which a server is running."""
    found: dict[str, list[tuple[Path, Analysis]]] = defaultdict(list)
    for checkout, files in projects(checkouts):
        with suppress(CannotAnalyse):
            analysis = analyse(open_project(files))
            if analysis.snapshot.baseline.kind == "migrations" and analysis.lowered.provider.name in running:
                found[analysis.lowered.provider.name].append((checkout, analysis))
    return found


def projects(checkouts: list[Path]) -> Iterator[tuple[Path, ProjectFiles]]:
    for checkout in checkouts:
        yield from ((checkout, files) for files in find_projects(checkout))


def named(checkout: Path, files: ProjectFiles) -> dict[str, str]:
    return {"checkout": checkout.name, "schema": files.schema.relative_to(checkout).as_posix()}


def report(measure: str, out: Path, results: Iterator[dict[str, Any]]) -> None:
    """Writes each result as it comes, and the table of their kinds."""
    kinds: Counter[str] = Counter()
    with (out / f"{measure}.jsonl").open("w") as file:
        for result in results:
            file.write(json.dumps(result, ensure_ascii=False) + "\n")
            file.flush()
            kinds[result["kind"]] += 1
    sys.stdout.write(f"\n| {measure} | |\n| --- | --- |\n")
    for kind, count in kinds.most_common():
        sys.stdout.write(f"| {kind} | {count} |\n")


if __name__ == "__main__":
    sys.exit(main())
