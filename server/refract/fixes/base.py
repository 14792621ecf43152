"""What a fix is, what it may look at, and how it is found.

A fix is one function under `@fixes("rule", ...)` in a module of this package that `_MODULES` names.
It looks at a finding and offers `Fix`es, best first: titles at once, edits only when one is chosen.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from attrs import field, frozen

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


@frozen
class Asked:
    """What a person may be asked before a fix is made: the recipe that it follows, what that is about, the answers that
    are known and the questions that are not. `build` makes the edits with the answers; it raises LookupError as a fix
    does, and CannotPlan where an answer will not do.
    """

    recipe: str
    subject: str
    answers: Mapping[str, str]
    questions: tuple[Question, ...]
    build: Callable[[Mapping[str, str]], tuple[FileChange, ...]] = field(repr=False)


@frozen
class Fix:
    """A way out of a finding. `title` is what an editor offers, `note` what the edit does beyond its title.

    `build` makes the edits; it raises LookupError when what it would edit is gone.
    `preferred` marks the one that a senior engineer would take without asking. `safe`: it changes nothing in any
    database and no meaning of the schema, so that it may be made for all findings at once.
    `asked` is there where the fix follows a recipe: who cannot ask takes `build`, which keeps to the defaults.
    """

    title: str
    build: Callable[[], tuple[FileChange, ...]] = field(repr=False)
    preferred: bool = False
    safe: bool = False
    note: str = ""
    asked: Asked | None = None


@frozen(eq=False)
class FixContext:
    """A finding and all that a fix of it may need.

    `place` is where the finding is shown. `before`, `after` and `diff` are those that it was found in.
    `lowered` is the schema as it was analysed: one much like it is lowered faster with it.
    `file` is the text in which it is shown: the schema file's, or the migration's, whose `statements` are given then.
    `settings` is the file of the project's settings, which may not exist, and its text.
    `plans` says how plans are followed.
    `deployed` reads the schema that running code was built from, where that is known.
    `new_migration` gives the path of the migration.sql of a migration made now under a name: later calls
    give folders that sort after earlier ones. `new_plan` makes the plan of a recipe; it has a path.
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


Offer = Callable[[FixContext], Iterable[Fix]]

_offers: dict[str, list[Offer]] = defaultdict(list)


def fixes(*rules: str) -> Callable[[Offer], Offer]:
    """Offer the decorated function's fixes for the findings of `rules`."""

    def declare(offer: Offer) -> Offer:
        for rule in rules:
            _offers[rule].append(offer)
        return offer

    return declare


def fixes_for(context: FixContext) -> tuple[Fix, ...]:
    """What can be done about a finding: fixes of its own rule first, then those for any finding."""
    load_fixes()
    return tuple(_offered(context))


def _offered(context: FixContext) -> Iterator[Fix]:
    for offer in (*_offers.get(context.finding.rule, ()), *_offers[EVERY_RULE]):
        yield from offer(context)


_MODULES = (
    "keep_database_name",
    "split_into_steps",
    "rename_in_database",
    "put_back",
    "loosen",
    "give_default",
    "split_migration",
    "indexes",
    "rewrite_statement",
    "silence",
)
"""In the order in which their fixes are offered."""


@cache
def load_fixes() -> None:
    """Import what fixes need, the recipes and the files of plans among it: a tenth of a second that can be spent before."""
    all_recipes()
    importlib.import_module("refract.plans.file")
    for module in _MODULES:
        importlib.import_module(f"{__package__}.{module}")
