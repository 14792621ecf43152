"""Plans that fixtures make and follow, a word a line: `next` takes the next step, `skip` takes the one after it though that
was not its turn, `done` confirms, `lose` deletes the migration written last, `abandon` ends the plan, `days N` lets time pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from attrs import define, evolve, field

from refract.baseline import Migration
from refract.plans import Confirmation, Plan, built_by, progress_of
from refract.plans.file import plan_text
from refract.plans.making import make_plan
from refract.plans.model import with_step
from refract.plans.territory import triggers_of_plans
from refract.providers import Provider
from refract.providers.versions import default_versions
from refract.recipes.base import Situation, all_recipes, answers_for
from refract.recipes.schema_edits import all_hold, apply_schema_edits
from refract.rules.kit.context import PlansInView
from refract.schema.model import Database
from refract.syntax import SchemaTree

START = date(2026, 1, 1)


class Followed(NamedTuple):
    """A schema, the scripts of plans made from it (by recipe, subject and answers), the schema as it was edited then, and
    the code (as it is, as it was).
    """

    before: str
    scripts: Mapping[str, str]
    after: str
    code: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})


@define
class World:
    """What the plans have made so far."""

    provider: Provider
    tree: SchemaTree
    database: Database
    today: date = START
    plans: dict[str, Plan] = field(factory=dict)
    migrations: dict[str, Migration] = field(factory=dict)

    def seen_beside(self, tree: SchemaTree, database: Database) -> PlansInView:
        """What rules see, with the schema `tree`."""
        found = (self._progress(plan, tree, database) for plan in self.plans.values())
        triggers = triggers_of_plans(self._built(database).objects.values())
        return PlansInView(tuple(p for p in found if p.is_open), tree, self.migrations, self.today, 30, triggers)

    def schema(self, path: str) -> str:
        """The schema as the plans have made it."""
        document = self.tree.document(path)
        assert document is not None
        return document.text

    @property
    def texts(self) -> dict[str, str]:
        """The files of the plans and their migrations, by path."""
        return {
            **{p.path: plan_text(p) for p in self.plans.values()},
            **{m.path: m.sql for m in self.migrations.values()},
        }

    def run(self, name: str, word: str) -> None:
        """One word of a script."""
        match word.split():
            case ["next"]:
                self._take(name, 0)
            case ["skip"]:
                self._take(name, 1)
            case ["done"]:
                self._confirm(name)
            case ["abandon"]:
                self.plans[name] = evolve(self.plans[name], abandoned="no")
            case ["lose"]:
                self.migrations.popitem()
            case ["days", days]:
                self.today += timedelta(days=int(days))
            case _:
                raise AssertionError(f"{word} is no word of a script")

    def _progress(self, plan: Plan, tree: SchemaTree, database: Database):  # type: ignore[no-untyped-def]
        sql = {name: m.sql for name, m in self.migrations.items()}
        return progress_of(plan, built_by(plan, self._built(database), sql, self.provider), tree)

    def _built(self, database: Database) -> Database:
        from refract.sql.reader import read_migration

        for migration in self.migrations.values():
            database = read_migration(migration.sql, migration.path, database, self.provider).database
        return database

    def _take(self, name: str, ahead: int) -> None:
        plan = self.plans[name]
        number = self._progress(plan, self.tree, self.database).number
        assert number is not None
        step = plan.steps[number + ahead]
        if not all_hold(self.tree, step.schema):
            self.tree = apply_schema_edits(self.tree, step.schema)
        written = tuple(evolve(m, folder=self._write(m.name, m.sql)) for m in step.migrations)
        self.plans[name] = with_step(plan, number + ahead, evolve(step, migrations=written))

    def _write(self, name: str, sql: str) -> str:
        folder = f"20260101{len(self.migrations):06}_{name}"
        data = sql.encode()
        path = f"migrations/{folder}/migration.sql"
        self.migrations[folder] = Migration(folder, path, data, sha256(data).hexdigest())
        return folder

    def _confirm(self, name: str) -> None:
        plan = self.plans[name]
        number = self._progress(plan, self.tree, self.database).number
        assert number is not None
        step = evolve(plan.steps[number], confirmed=Confirmation("Ann", self.today.isoformat()))
        self.plans[name] = with_step(plan, number, step)


def follow(tree: SchemaTree, scripts: Mapping[str, str], provider: Provider) -> World:
    """The plans made from a schema, and what their scripts do with it."""
    situations = {asked: _situation(tree, asked, provider) for asked in scripts}
    database = next((s.database for s in situations.values()), Database(provider.name, provider.default_schema))
    world = World(provider, tree, database)
    for asked, situation in situations.items():
        recipe = all_recipes()[asked.split()[0]]
        name = "_".join((recipe.name, *asked.split()[1].lower().split("."))).replace("-", "_")
        plan = make_plan(recipe, situation, name, START.isoformat())
        world.plans[name] = evolve(plan, path=f"plans/{name}.toml")
        for word in scripts[asked].splitlines():
            world.run(name, word)
    return world


def _situation(tree: SchemaTree, asked: str, provider: Provider) -> Situation:
    name, subject, *given = asked.split()
    recipe = all_recipes()[name]
    answers = answers_for(recipe, subject, dict(g.split("=", 1) for g in given))
    return Situation(tree, provider, default_versions(provider.name), answers)
