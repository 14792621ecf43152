"""The work of a key follows the change: ten times as many models do not make Refract execute more of its lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from refract.analysis import Analysis, analyse, open_project
from refract.text import Span
from refract.workspace import find_projects
from small_projects import HEAD, LOCK, write

FEW, MANY = 20, 100
ALLOWED = 1.03
"""What may differ, such as the digits of names."""

EDITS = {
    "a letter in a type": ("  name9 String\n", "  name9 Strin\n"),
    "a new field": ("  name9 String\n", "  name9 String\n  more String?\n"),
    "a required field": ("  name9 String\n", "  name9 String\n  more String\n"),
    "a comment": ("  name9 String\n", "  name9 String // comment\n"),
    "a name": ("  name9 String\n", "  nam9 String\n"),
    "a line that cannot be read": ("  name9 String\n", "  name9 String @\n"),
    "a relation": ("  name9 String\n", "  name9 String\n  other Model10?\n"),
    "a default": ("  name9 String\n", "  name9 String @default()\n"),
}


def model(number: int, count: int) -> str:
    after, before = (number + 1) % count, (number - 1) % count
    return f"""
model Model{number} {{
  id Int @id
  name{number} String
  kind Kind{number}
  nextId Int
  next Model{after} @relation("r{number}", fields: [nextId], references: [id])
  last Model{before}[] @relation("r{before}")
}}

enum Kind{number} {{
  A
  B
}}
"""


def sql(number: int, count: int) -> str:
    after = (number + 1) % count
    return f"""
CREATE TYPE "Kind{number}" AS ENUM ('A', 'B');
CREATE TABLE "Model{number}" ("id" INTEGER NOT NULL, "name{number}" TEXT NOT NULL, "kind" "Kind{number}" NOT NULL,
  "nextId" INTEGER NOT NULL, CONSTRAINT "Model{number}_pkey" PRIMARY KEY ("id"));
ALTER TABLE "Model{number}" ADD CONSTRAINT "Model{number}_nextId_fkey" FOREIGN KEY ("nextId")
  REFERENCES "Model{after}"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
"""


def migrations(count: int) -> dict[str, str]:
    return {"prisma/migrations/1_init/migration.sql": "".join(sql(number, count) for number in range(count))}


def one_file(count: int) -> dict[str, str]:
    schema = HEAD + "".join(model(number, count) for number in range(count))
    return {"prisma/schema.prisma": schema, **migrations(count)}


def many_files(count: int) -> dict[str, str]:
    files = {f"prisma/schema/{number}.prisma": model(number, count) for number in range(count)}
    moved = {name.replace("prisma/", "prisma/schema/"): text for name, text in migrations(count).items()}
    return {"prisma/schema/schema.prisma": HEAD, **files, **moved, "prisma/schema/migrations/migration_lock.toml": LOCK}


def with_objects(count: int) -> dict[str, str]:
    """Views, functions and triggers in the history, as many as models."""
    objects = "".join(
        f'CREATE VIEW "view{n}" AS SELECT 1;\n'
        f"CREATE FUNCTION f{n}() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql;\n"
        f'CREATE TRIGGER "t{n}" BEFORE INSERT ON "Model{n}" FOR EACH ROW EXECUTE FUNCTION f{n}();\n'
        for n in range(count)
    )
    return {**one_file(count), "prisma/migrations/2_views/migration.sql": objects}


@pytest.mark.parametrize("layout", [one_file, many_files, with_objects])
@pytest.mark.parametrize("name", EDITS)
def test_a_key_costs_the_same_in_a_larger_schema(
    name: str, layout: Callable[[int], dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    few, many = (lines_of_keys(tmp_path / str(count), layout(count), *EDITS[name]) for count in (FEW, MANY))
    assert many <= few * ALLOWED


def lines_of_keys(root: Path, files: dict[str, str], old: str, new: str) -> int:
    """How many lines of Refract are executed for an edit and its way back, after a first round."""
    write(root, {"prisma/migrations/migration_lock.toml": LOCK, **files})
    analysis = analyse(open_project(find_projects(root)[0]))
    assert not analysis.diff.changes
    lines = 0
    for _ in range(2):
        counted = [*_typed(analysis, old, new)]
        analysis, lines = counted[-1][0], sum(count for _, count in counted)
    return lines


def _typed(analysis: Analysis, old: str, new: str) -> Iterator[tuple[Analysis, int]]:
    path = next(d.path for d in analysis.snapshot.tree.documents if old in d.text)
    for before, after in ((old, new), (new, old)):
        document = analysis.snapshot.tree.document(path)
        assert document is not None
        start = document.text.index(before)
        with Lines() as lines:
            edited = analysis.snapshot.edited(document.edited(Span(start, start + len(before)), after))
            analysis = analyse(edited, analysis)
        yield analysis, lines.count


class Lines:
    """Counts the lines that are executed, each turn of a loop for itself."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Lines:
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        self.count += event == "line"
        return self._trace
