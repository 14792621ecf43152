"""The cases of `tests/recipes/*.md`: a schema, a recipe with its answers, and the outline of the plan.

A fixture is a page of cases:

    ## What the case is about

    `rename-field model=User field=name to=title how=trigger`

    ```prisma
    model User { ... }
    ```

    ```text
    1 expand: Add `title`, synced with `name` by a trigger
      add_title_to_users
    ```

The outline is that of PostgreSQL unless the line with the recipe ends in `on mysql`.
Each case is planned on every database as well, where its recipe serves it.
`make accept IN=tests/recipes` writes the outlines and the pages: read the diff.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

from refract.diff import diff
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.base import CannotPlan, Situation, all_recipes
from refract.recipes.engine import PlannedStep, StepMigration, plan_steps
from refract.rendering.acts import instruction, limits
from refract.schema.model import Database
from refract.sql.writer import write_script
from refract.syntax import parse_schema

FOLDER = Path(__file__).parent
PROVIDERS = ("postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb")
_CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n+`(?P<recipe>[\w-]+) ?(?P<answers>[^`]*?)(?: on (?P<provider>\w+))?`\n+"
    r"```prisma\n(?P<schema>.*?)^```\n+```text\n(?P<outline>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


@frozen
class Case:
    title: str
    recipe: str
    answers: tuple[tuple[str, str], ...]
    provider: str
    schema: str
    outline: str

    def __str__(self) -> str:
        return f"{self.recipe}: {self.title}"


@cache
def cases() -> tuple[Case, ...]:
    if "UPDATE_EXPECT" in os.environ:
        for file in FOLDER.glob("*.md"):
            update(file)
    return tuple(case for file in sorted(FOLDER.glob("*.md")) for case in _cases(file.read_text(encoding="utf-8")))


def _cases(text: str) -> Iterator[Case]:
    for found in _CASE.finditer(text):
        answers = tuple(_pair(word) for word in shlex.split(found["answers"]))
        yield Case(
            found["title"],
            found["recipe"],
            answers,
            found["provider"] or "postgresql",
            found["schema"],
            found["outline"],
        )


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value


def update(file: Path) -> None:
    """Write the outlines of a fixture as they are now."""
    text = file.read_text(encoding="utf-8")
    file.write_text(_CASE.sub(_updated, text), encoding="utf-8")


def _updated(found: re.Match[str]) -> str:
    [case] = _cases(found[0])
    before, _, _ = found[0].rpartition("```text\n")
    return f"{before}```text\n{outline(plan_of(case, case.provider))}```"


def situation(case: Case, database: str, flavour: str = "") -> Situation:
    head = f'datasource db {{\n  provider = "{database}"\n}}\n\n'
    tree = parse_schema([("schema.prisma", head + case.schema)])
    answers = all_recipes()[case.recipe].complete(dict(case.answers))
    versions = default_versions(database, flavour)
    return Situation(tree, provider(database), versions, answers)


def plan_of(case: Case, database: str, flavour: str = "") -> tuple[PlannedStep, ...]:
    return plan_steps(all_recipes()[case.recipe], situation(case, database, flavour))


@cache
def served_on(database: str, flavour: str = "") -> tuple[Case, ...]:
    """The cases whose schema is valid on a database and whose recipe can be followed there."""
    return tuple(case for case in cases() if _is_served(case, database, flavour))


def _is_served(case: Case, database: str, flavour: str) -> bool:
    if situation(case, database, flavour).lowered.problems:
        return False
    try:
        plan_of(case, database, flavour)
    except CannotPlan:
        return False
    return True


def first_migration(start: Situation) -> StepMigration:
    """What builds the database that a plan begins with."""
    nothing = Database(start.provider.name, start.provider.default_schema)
    return StepMigration("init", write_script(diff(nothing, start.database), nothing, start.database))


def outline(steps: tuple[PlannedStep, ...]) -> str:
    """A plan in short: each step with what people do, the names of its migrations, and where it cannot be undone."""
    numbers = {step.step.id: number for number, step in enumerate(steps, 1)}
    return "".join(f"{line}\n" for number, step in enumerate(steps, 1) for line in _lines(number, step, numbers))


def _lines(number: int, planned_step: PlannedStep, numbers: Mapping[str, int]) -> Iterator[str]:
    step = planned_step.step
    yield f"{number} {step.phase}: {step.title}"
    yield from (f"  schema: {edit}" for edit in step.edits)
    yield from (f"  before: {instruction(act)}" for act in step.before)
    yield from (f"  {migration.name}" for migration in planned_step.migrations)
    yield from (f"  after: {instruction(act)}" for act in step.after)
    yield from (f"  careful: {limit}" for limit in limits(step, numbers))
