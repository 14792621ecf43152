"""`python -m corpus FOLDER` from `tests/`: measure Refract on every checkout in a folder, of projects that it has never seen.

    python -m corpus FOLDER [--names FILE] [--only check,catalogue,pending,states] [--states N] [--out FOLDER]

Each checkout is a git repository with its history. Four measures, a line of JSON for each result in `--out`, and a
table at the end:

check      `refract check` at HEAD: exit code, findings, last lines, time, memory
pending    what Refract says is pending, beside Prisma's own engine on the real database that the migrations build
catalogue  what the replay of the migrations has built, beside the catalogue of a real server
states     the same as pending at commits that added a migration, and beside the migration of the commit

Nothing of a checkout is run or changed; its SQL is run on servers that are made for this and thrown away.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from corpus.catalogued import compare_catalogue
from corpus.checking import check
from corpus.databases import Server
from corpus.pending import compare_pending
from corpus.servers import servers
from corpus.states import moments
from refract.workspace import ProjectFiles, find_projects


def main() -> int:
    parser = argparse.ArgumentParser(prog="corpus", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--names", type=Path, help="a file whose lines begin with the names of the checkouts to measure"
    )
    parser.add_argument("--only", default="check,catalogue,pending,states")
    parser.add_argument("--states", type=int, default=6, help="most states of one project")
    parser.add_argument("--out", type=Path, default=Path("corpus-results"))
    options = parser.parse_args()
    checkouts = sorted(chosen(options.folder.resolve(), options.names))
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = options.only.split(",")
    if "check" in wanted:
        report("check", options.out, checked(checkouts))
    if {"catalogue", "pending", "states"} & set(wanted):
        with tempfile.TemporaryDirectory() as folder, servers(Path(folder)) as running:
            if "catalogue" in wanted:
                report("catalogue", options.out, catalogued(checkouts, running))
            if "pending" in wanted:
                report("pending", options.out, pending(checkouts, running))
            if "states" in wanted:
                report("states", options.out, of_states(checkouts, running, options.states))
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
