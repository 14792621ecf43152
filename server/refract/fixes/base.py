"""What a fix is, what it may read, and how it is found.

A fix is a module that `_MODULES` names: `make_optional.py` is the fix `make-optional`, its docstring is its documentation.
Each function under `@fixes("rule", ...)` in it reads a finding and offers `Fix`es: their titles right away, their edits
only for the one that is chosen.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache

from attrs import evolve, field, frozen

from refract.config.settings import PlanSettings
from refract.diff import Diff
from refract.lowering import Lowered
from refract.plans import Plan
from refract.providers import Provider
from refract.providers.versions import Versions
from refract.recipes.base import Question, Recipe, Situation, all_recipes
from refract.rules.kit.finding import Finding
from refract.schema.changes import Statement
from refract.schema.model import Database
from refract.syntax import SchemaTree
from refract.text import FileChange, Location

EVERY_RULE = "*"


class Changes(StrEnum):
    """What a fix changes."""

    SCHEMA = "the schema"
    MIGRATIONS = "migrations"
    PLAN = "the schema and migrations, by a plan"
    SETTINGS = "a comment or the settings"


@frozen
class Asked:
    """What the user may be asked before a fix is built: the recipe that it follows, its subject, the known answers and
    the open questions. `build` makes the edits with the answers; it raises LookupError as a fix does, and CannotPlan for
    an answer that is not valid.
    """

    recipe: str
    subject: str
    answers: Mapping[str, str]
    questions: tuple[Question, ...]
    build: Callable[[Mapping[str, str]], tuple[FileChange, ...]] = field(repr=False)


@frozen
class Fix:
    """A way to resolve a finding. `title` is what an editor offers, `note` what the edit does beyond its title.

    `build` makes the edits; it raises LookupError if the text to edit no longer exists.
    `preferred` marks the one that a senior engineer would take without asking. `safe`: it changes nothing in any
    database and no meaning of the schema, so that it may be applied to all findings together.
    `asked` is set if the fix follows a recipe: a client that cannot ask takes `build`, which uses the defaults.
    `id` names the fix among those of its finding, for editors and the command line; `fixes_for` sets it.
    """

    title: str
    build: Callable[[], tuple[FileChange, ...]] = field(repr=False)
    preferred: bool = False
    safe: bool = False
    note: str = ""
    asked: Asked | None = None
    id: str = ""


@frozen
class Documented:
    """A kind of fix: its id, its docstring, the rules that it is offered for (EVERY_RULE for all), and what it changes."""

    id: str
    doc: str
    rules: tuple[str, ...]
    changes: Changes


@frozen(eq=False)
class FixContext:
    """A finding and all that a fix may need.

    `place` is where the finding is shown. `before`, `after` and `diff` are those of its analysis.
    `lowered` is the analysed schema: a similar one is lowered faster with it.
    `file` is the text of the file at `place`: a schema file, or a migration, whose `statements` are then given.
    `settings` is the path and the text of the project's settings; the text is None if there is no such file.
    `plans` is the part of the settings about plans.
    `deployed` reads the schema that the running code was built from; None if it is unknown.
    `new_migration` returns the path of the migration.sql of a new migration of a name; each call returns a folder that
    sorts after all earlier ones. `new_plan` makes the plan of a recipe; it has a path.
    `undone` returns the context as it would be if the newest migration, which the finding is about, were not written:
    its changes are pending then. None if that migration cannot be undone.
    """

    finding: Finding
    place: Location | None
    tree: SchemaTree
    lowered: Lowered
    before: Database
    after: Database
    diff: Diff
    provider: Provider
    versions: Versions
    file: str
    statements: tuple[Statement, ...]
    settings: tuple[str, str | None]
    plans: PlanSettings
    deployed: Callable[[], SchemaTree | None]
    new_migration: Callable[[str], str]
    new_plan: Callable[[Recipe, Situation], Plan]
    undone: Callable[[], FixContext | None]


Offer = Callable[[FixContext], Iterable[Fix]]

_offers: dict[str, list[tuple[str, Offer]]] = defaultdict(list)


def fixes(*rules: str) -> Callable[[Offer], Offer]:
    """Offer the decorated function's fixes for the findings of `rules`."""

    def declare(offer: Offer) -> Offer:
        for rule in rules:
            _offers[rule].append((_id(offer.__module__.rpartition(".")[2]), offer))
        return offer

    return declare


def fixes_for(context: FixContext) -> tuple[Fix, ...]:
    """The fixes for a finding, best first: those of its rule, then those for any finding."""
    load_fixes()
    offered = tuple(_offered(context))
    # That of a part comes last, and makes the fix of the whole needless: an index that is not needed is not built.
    preferred = next((fix for fix in reversed(offered) if fix.preferred), None)
    return tuple(evolve(fix, preferred=fix is preferred) for fix in offered)


def documented_fixes() -> tuple[Documented, ...]:
    """Every kind of fix, in the order in which fixes are offered."""
    load_fixes()
    modules = {name: importlib.import_module(f"refract.fixes.{name}") for name in _MODULES}
    return tuple(
        Documented(_id(name), module.__doc__ or "", _rules_of(_id(name)), _MODULES[name])
        for name, module in modules.items()
    )


def changes_of(fix: Fix) -> Changes:
    """What a fix that was offered changes."""
    return _MODULES[fix.id.replace("-", "_")]


def _rules_of(fix: str) -> tuple[str, ...]:
    return tuple(sorted(rule for rule, offers in _offers.items() if fix in dict(offers)))


def _offered(context: FixContext) -> Iterator[Fix]:
    rules = (context.finding.rule, *context.finding.parts)
    own = dict.fromkeys(offer for rule in rules for offer in _offers.get(rule, ()))
    for name, offer in (*own, *_offers[EVERY_RULE]):
        yield from (evolve(fix, id=name) for fix in offer(context))


def _id(module: str) -> str:
    return module.replace("_", "-")


_MODULES: Mapping[str, Changes] = {
    "keep_database_name": Changes.SCHEMA,
    "split_into_steps": Changes.PLAN,
    "rename_in_database": Changes.MIGRATIONS,
    "rename_in_migration": Changes.MIGRATIONS,
    "undo_and_split": Changes.PLAN,
    "restore_with_ignore": Changes.SCHEMA,
    "restore_enum_values": Changes.SCHEMA,
    "make_optional": Changes.SCHEMA,
    "keep_type": Changes.SCHEMA,
    "add_default": Changes.SCHEMA,
    "generate_in_database": Changes.SCHEMA,
    "index_concurrently": Changes.MIGRATIONS,
    "validate_separately": Changes.MIGRATIONS,
    "set_not_null_by_check": Changes.MIGRATIONS,
    "index_foreign_key": Changes.SCHEMA,
    "remove_redundant_index": Changes.SCHEMA,
    "set_lock_timeout": Changes.MIGRATIONS,
    "move_to_separate_migration": Changes.MIGRATIONS,
    "remove_cascade": Changes.MIGRATIONS,
    "recreate_views": Changes.MIGRATIONS,
    "ignore_on_line": Changes.SETTINGS,
    "ignore_in_project": Changes.SETTINGS,
}
"""In the order in which fixes are offered, each with what it changes."""


@cache
def load_fixes() -> None:
    """Import all fixes and what they need, recipes and plan files included. It takes a tenth of a second."""
    all_recipes()
    importlib.import_module("refract.plans.file")
    for module in _MODULES:
        importlib.import_module(f"refract.fixes.{module}")
