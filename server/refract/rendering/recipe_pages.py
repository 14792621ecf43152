"""The pages of the recipes: their docstrings, and the plan of each example with its SQL on PostgreSQL.

Write them with `python -m refract.rendering.recipe_pages DIRECTORY`.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import indent

from attrs import frozen

from refract.docstrings import body, fences, index, section, shown, write_pages
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.acts import Review
from refract.recipes.base import Question, Recipe, Situation, all_recipes, answers_for
from refract.recipes.engine import PlannedStep, StepMigration, plan_steps
from refract.rendering.acts import instruction, limits
from refract.syntax import parse_schema

SCHEMA = "schema.prisma"
COMMAND = "refract plan new "
_PROVIDER = "postgresql"
_BELOW_STEPS = "## Going back\n"
_RETRIED_LOCK = re.compile(r"^DO \$\$\nBEGIN\n  FOR attempt .*?^END \$\$;", re.MULTILINE | re.DOTALL)

_COPIED_RIGHTS = re.compile(
    r"\nDO \$\$\nDECLARE\n(?:  old CONSTANT regclass| *found record).*?^END \$\$;", re.MULTILINE | re.DOTALL
)


@frozen
class Example:
    """The Example of a docstring: the schema before the plan, the command that makes it, the schema in the end."""

    before: str
    command: str
    after: str


def page(recipe: Recipe) -> str:
    """The Markdown page of one recipe."""
    above, below = shown(body(recipe.doc)).split(_BELOW_STEPS)
    plan = plan_of_example(recipe)
    numbers = {planned_step.step.id: number for number, planned_step in enumerate(plan, 1)}
    steps = "\n\n".join(_step(number, step, numbers) for number, step in enumerate(plan, 1))
    return (
        f"# {recipe.name}\n\n{recipe.summary}\n\n{above}## Steps\n"
        "The plan of the example, with its SQL for PostgreSQL.\n"
        f"The loops that retry locks and copy rights are left out.\n\n{steps}\n\n"
        f"{_BELOW_STEPS}{below}\n\n## Answers\n{_answers(recipe.questions)}"
    )


def pages() -> Mapping[str, str]:
    """File name -> text: a page for each recipe, and `README.md` that lists them."""
    recipes = all_recipes().values()
    rows = ((recipe.name, recipe.subject, recipe.summary) for recipe in recipes)
    listing = index("Recipes", ("recipe", "about a", "does"), rows)
    return {"README.md": listing, **{f"{recipe.name}.md": page(recipe) for recipe in recipes}}


def example_of(recipe: Recipe) -> Example:
    """The Example of a recipe."""
    found = dict(fences(section(recipe.doc, "Example")))
    return Example(found["prisma before"], found["console"].strip(), found["prisma after"])


def plan_of_example(recipe: Recipe) -> tuple[PlannedStep, ...]:
    """The plan that the command of a recipe's Example makes."""
    example = example_of(recipe)
    _, subject, *given = shlex.split(example.command.removeprefix(COMMAND))
    datasource = f'datasource db {{\n  provider = "{_PROVIDER}"\n}}\n'
    tree = parse_schema([("datasource.prisma", datasource), (SCHEMA, example.before)])
    answers = answers_for(recipe, subject, dict(answer.split("=", 1) for answer in given))
    return plan_steps(recipe, Situation(tree, provider(_PROVIDER), default_versions(_PROVIDER), answers))


def _step(number: int, planned_step: PlannedStep, numbers: Mapping[str, int]) -> str:
    """A step as an item of a numbered list."""
    marker = f"{number}. "
    text = "\n\n".join([f"**{planned_step.step.title}**", *_parts(planned_step, numbers)])
    return marker + indent(text, " " * len(marker), lambda line: bool(line.strip()))[len(marker) :]


def _parts(planned_step: PlannedStep, numbers: Mapping[str, int]) -> Iterator[str]:
    step = planned_step.step
    if step.edits:
        yield "In the schema:\n" + "\n".join(f"- {edit}" for edit in step.edits)
    yield from limits(step, numbers)
    yield from map(instruction, step.before)
    if planned_step.migrations:
        yield _sql(planned_step.migrations)
    yield from map(instruction, step.after)
    for act in step.after:
        if isinstance(act, Review):
            yield f"This query counts them:\n\n```sql\n{act.query}\n```"
    if planned_step.check:
        yield f"This query must return 0:\n\n```sql\n{planned_step.check.strip()}\n```"
    if planned_step.undo:
        yield f"<details><summary>Undo</summary>\n\n{_sql(planned_step.undo)}\n\n</details>"


def _sql(migrations: Sequence[StepMigration]) -> str:
    return "\n\n".join(f"Migration `{m.name}`:\n\n```sql\n{_shortened(m.sql)}\n```" for m in migrations)


def _shortened(sql: str) -> str:
    """The SQL without loops that are the same in every migration: only the lock inside, and the comment on copied rights."""
    locked = _RETRIED_LOCK.sub(lambda loop: "\n".join(re.findall(r"LOCK TABLE .*;", loop[0])), sql.strip())
    return _COPIED_RIGHTS.sub("", locked)


def _answers(questions: Sequence[Question]) -> str:
    if not questions:
        return "None.\n"
    rows = "".join(f"| `{q.name}` | {_meaning(q)} | {_default(q)} |\n" for q in questions)
    return f"\n| name | meaning | default |\n| --- | --- | --- |\n{rows}"


def _meaning(question: Question) -> str:
    choices = ", ".join(f"`{choice}`" for choice in question.choices if choice)
    return f"{question.text}: {choices}" if choices else question.text


def _default(question: Question) -> str:
    if question.default is None:
        return "required"
    return question.default and f"`{question.default}`"


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), pages())
