"""Replays the migrations of real projects and compares what they build with the schema beside them.

    python bench/replay.py PROJECT...     each a project, a repository, or MIGRATIONS=SCHEMA

Prints for each: migrations, statements, those not understood, and every change that the schema still asks for.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from refract.baseline import load_migrations, replay
from refract.diff import diff
from refract.lowering import lower
from refract.schema.changes import Change
from refract.syntax import parse_schema
from refract.workspace.projects import find_projects


def pairs(argument: str) -> Iterator[tuple[Path, list[Path]]]:
    """The migrations folders and schema files that an argument names."""
    migrations, separator, schema = argument.partition("=")
    if separator:
        path = Path(schema)
        yield Path(migrations), sorted(path.rglob("*.prisma")) if path.is_dir() else [path]
        return
    for files in find_projects(Path(argument)):
        yield files.migrations, list(files.schema_files)


def told(change: Change) -> str:
    """A change on one line."""
    held = ("table", "column", "index", "foreign_key", "primary_key", "enum", "before", "after")
    parts = (f"{name}={getattr(change, name)}" for name in held if hasattr(change, name))
    return f"    {change.kind} {' '.join(parts)}"[:600]


def measure(migrations: Path, schema: list[Path]) -> None:
    lowered = lower(parse_schema((str(path), path.read_text(encoding="utf-8")) for path in schema))
    started = time.perf_counter()
    baseline = replay(load_migrations(migrations), lowered.provider)
    seconds = time.perf_counter() - started
    changes = diff(baseline.database, lowered.database).changes
    print(
        f"{migrations}: {baseline.detail.split(' in ')[0]}, {baseline.statements} statements, "
        f"{len(baseline.not_followed)} not followed, {len(baseline.problems)} problems, {seconds * 1000:.0f} ms; "
        f"{len(changes)} changes to the schema"
    )
    for statement in baseline.not_followed:
        print(f"    not followed: {statement.summary} ({statement.origin.path if statement.origin else ''})")
    for problem in (*baseline.problems, *lowered.problems):
        print(f"    problem: {problem.message}")
    for change in changes:
        print(told(change))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        for migrations, schema in pairs(argument):
            measure(migrations, schema)
