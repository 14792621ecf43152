"""`python -m bench`: all measures, as Markdown tables.

    python -m bench [--sizes S,M,L,XL] [--only analysis,start,command,server,editor,migrations] [--peer]

Workloads are written to `bench/out/`. `--peer` also times `@prisma/language-server` from npm in the same run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import analysis, editor, start

OUT = Path(__file__).parent / "out"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="S,M,L,XL")
    parser.add_argument("--only", default=",".join(MEASURES))
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    roots = {size: workload(size) for size in options.sizes.split(",")}
    for name in options.only.split(","):
        title, measure = MEASURES[name]
        print(f"\n## {title}\n", flush=True)
        measure(roots, options.peer)


def workload(size: str) -> Path:
    """The folder of a workload, written on the first call."""
    root = OUT / size
    if not (root / "prisma" / "schema.prisma").exists():
        write_workload("--size", size, "--out", str(root))
    return root


def write_workload(*arguments: str) -> None:
    script = Path(__file__).parent / "make_schema.py"
    subprocess.run([sys.executable, str(script), *arguments], check=True, stdout=subprocess.DEVNULL)


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Prints a Markdown table."""
    columns = list(header)
    print("| " + " | ".join(columns) + " |")
    print("|" + " --- |" * len(columns))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)


def _analysis(roots: dict[str, Path], _: bool) -> None:
    kinds = list(analysis.EDITS)
    rows = ([size, *analysis.cells(root, kinds)] for size, root in roots.items())
    table(["size", *kinds], rows)


def _migrations(_: dict[str, Path], __: bool) -> None:
    rows = []
    for count in (50, 200, 800):
        root = OUT / f"migrations-{count}"
        if not root.exists():
            write_workload("--models", "100", "--lines", "3600", "--migrations", str(count), "--out", str(root))
        rows.append([count, *analysis.cells(root, ["field"])])
    table(["migrations", "field edited"], rows)


def _start(roots: dict[str, Path], _: bool) -> None:
    rows = ([size, *start.analysis_start(root)] for size, root in roots.items())
    table(["size", "cold, nothing in the cache", "warm"], rows)


def _command(roots: dict[str, Path], _: bool) -> None:
    rows = ([size, *start.whole_command(root)] for size, root in roots.items())
    table(["size", "`refract check`, cold", "warm", "`refract --version`"], rows)


def _editor(roots: dict[str, Path], peer: bool) -> None:
    servers = editor.servers(peer)
    rows = ([size, *(editor.cell(root, command) for command in servers.values())] for size, root in roots.items())
    table(["size", *servers], rows)


def _server(roots: dict[str, Path], peer: bool) -> None:
    servers = editor.servers(peer)
    rows = ([size, *editor.start_cells(root, list(servers.values()))] for size, root in roots.items())
    table(["size", *servers], rows)


def _actions(roots: dict[str, Path], _: bool) -> None:
    command = editor.servers(peer=False)["refract"]
    rows = ([size, *editor.action_cells(root, command)] for size, root in roots.items())
    table(["size", "code actions listed", "the edit of a split"], rows)


MEASURES: dict[str, tuple[str, Callable[[dict[str, Path], bool], None]]] = {
    "analysis": ("One changed block to its analysis, milliseconds: median / p95", _analysis),
    "migrations": ("The same edit by number of migrations (100 models), milliseconds: median / p95", _migrations),
    "start": ("First analysis in a new process, without starting Python, milliseconds: median of 5", _start),
    "command": ("Whole command, milliseconds: median of 5", _command),
    "actions": ("Code actions for a new required field over the protocol, milliseconds: median / p95", _actions),
    "server": ("Process start to `initialize` / to the first diagnostics, milliseconds: medians of 9", _server),
    "editor": ("Keystroke to diagnostics over the protocol, milliseconds: median / p95", _editor),
}


if __name__ == "__main__":
    main()
