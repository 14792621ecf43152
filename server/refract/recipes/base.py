"""What a recipe is, what it reads and what it yields.

A recipe is one module in this package: a docstring with fixed headings and one function under `@recipe`. It reads a
`Situation` and yields a `Step` for each release: edits of the schema, and what no comparison of two schemas can know
(what keeps two columns in sync, what fills rows, what you deploy). The engine turns the edits into migrations in the
safe forms of each database, such as `CREATE INDEX CONCURRENTLY`, and makes the undo.
Modules whose names begin with `_` are shared by recipes. Many changes need only edits: `add_index.py` is the shortest.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache, cached_property
from types import ModuleType

from attrs import field, frozen

import refract.recipes as package
from refract.config.settings import PlanSettings
from refract.docstrings import summary
from refract.escaping import code_span
from refract.lowering import Lowered, lower
from refract.lowering.arguments import column_name
from refract.providers import SQL_PROVIDERS, Provider
from refract.providers.versions import Versions
from refract.recipes._expressions import fault_of
from refract.recipes.acts import Act, need_confirmation
from refract.recipes.schema_edits import SchemaEdit
from refract.schema.changes import Change
from refract.schema.model import Column, Database, QualifiedName, Table
from refract.syntax import SchemaTree
from refract.syntax.tree import Block, Field, Keyword
from refract.syntax.written import WrittenField, written_field
from refract.wording import listed

UNANSWERED = "NULL /* TODO: the value of each row */"
"""Placeholder in SQL for an expression that only the user can write."""


class Phase(StrEnum):
    """What a step is for, in the order of a plan."""

    EXPAND = "expand"  # adds what running app instances do not notice
    DUAL_WRITE = "dual write"  # app instances write both the old and the new
    BACKFILL = "backfill"  # existing rows get the values that new rows have
    VALIDATE = "validate"  # the database checks all rows, and enforces the constraint
    SWITCH = "switch"  # app instances use only the new
    CONTRACT = "contract"  # drops the old


class CannotPlan(Exception):
    """No plan is possible for these answers. The message gives the reason and the alternative."""


class AnswerMissing(CannotPlan):
    """A question without a default has no answer. The message names it."""


@frozen
class Sync:
    """Keeps columns of a table in sync while two versions of the app write it.

    `forward` is each new column with its SQL over the old ones (`{row}` is the row: `{row}."name"`), `backward`
    each old column with its SQL over the new ones. Without `backward`, new columns always follow the old ones.
    `silent` are the new columns' defaults, which do not show that the new version wrote the row. `folding` are columns
    whose collation compares different texts as equal, such as `a` and `A`.
    """

    name: str
    table: QualifiedName
    forward: tuple[tuple[str, str], ...]
    backward: tuple[tuple[str, str], ...]
    silent: tuple[tuple[str, str], ...] = ()
    folding: frozenset[str] = frozenset()


@frozen
class Trigger:
    """A trigger that is not a `Sync`: the statements that create it, and those that drop it.

    `views` are the views that it creates: dropping one waits for the queries that read it.
    """

    table: QualifiedName
    create: tuple[str, ...]
    drop: tuple[str, ...]
    views: tuple[QualifiedName, ...] = ()


@frozen
class Fill:
    """Rows that are filled in batches: `sets` are columns with SQL expressions, `where` selects the rows that are left.

    `statement` replaces the UPDATE if rows are copied to another table; `{batch}` in it selects the rows of one batch.
    """

    table: Table
    sets: tuple[tuple[str, str], ...]
    where: str
    statement: str = ""


@frozen(kw_only=True)
class Step:
    """One step: a release. Most steps have `id`, `phase`, `title`, `edits` and `after`.

    - `edits` change the schema. The engine compares both schemas; `changes` replaces changes that a comparison
      misunderstands, such as a rename.
    - `begins` and `ends` are what keeps old and new in sync after this step, or up to it. `fills` fills existing rows.
    - `copied` are fills that may have no row left when the migrations of this step run: it loses what is not copied.
    - `first` and `last` are SQL statements around those of the edits, in the same transaction; `undo_first` and
      `undo_last` are those of the undo.
    - `before` and `after` are what you do around the migrations. A step without migrations has only these. `check` is a
      query that returns 0 when the step is done.
    - `undo` replaces the opposite of the edits if that is not enough. A `point_of_no_return` has no undo, and `loses`
      names the data that it loses.
    - `oldest_version_that_may_return` is the id of the step whose deploy is the oldest version that may run again.
    - `ends_use` are `Model` or `Model.field` that no app instance may use after this step.
    - `note` is a sentence about what no other attribute can express.
    """

    id: str
    phase: Phase
    title: str
    edits: tuple[SchemaEdit, ...] = ()
    changes: tuple[Change, ...] = ()
    begins: tuple[Sync | Trigger, ...] = ()
    ends: tuple[Sync | Trigger, ...] = ()
    fills: tuple[Fill, ...] = ()
    copied: tuple[Fill, ...] = ()
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    undo_first: tuple[str, ...] = ()
    undo_last: tuple[str, ...] = ()
    before: tuple[Act, ...] = ()
    after: tuple[Act, ...] = ()
    check: str = ""
    undo: tuple[Step, ...] = ()
    point_of_no_return: bool = False
    loses: str = ""
    oldest_version_that_may_return: str = ""
    ends_use: tuple[str, ...] = ()
    note: str = ""

    @property
    def acts(self) -> tuple[Act, ...]:
        """What you do around the migrations, in order."""
        return (*self.before, *self.after)

    @property
    def needs_confirmation(self) -> bool:
        """Whether the next step waits until you confirm this one."""
        return need_confirmation(self.acts)


class SubjectKind(StrEnum):
    """What a recipe changes, and how the command line names that: `User`, `User.name`, `Role`, `Role.ADMIN`."""

    MODEL = "model"
    FIELD = "field"
    ENUM = "enum"
    VALUE = "value"


@frozen
class Question:
    """An answer that a recipe needs next to its subject. `text` is the prompt; `default` is None if an answer is
    required.

    `sql`: the answer is an SQL expression, or if `is_list` several that are separated by ` ; `. Refract checks only that
    they are complete.
    """

    name: str
    text: str
    default: str | None = None
    choices: tuple[str, ...] = ()
    sql: bool = False
    is_list: bool = False


@frozen
class ModelField(WrittenField):
    """A field of the schema as written, and its column if it has one."""

    column: Column | None


@frozen(eq=False)
class Situation:
    """All that a recipe may read: the schema before its first step, the database of that schema, and the answers.

    `answers` hold the subject (`model`, `field`, `enum`, `value`) and one answer for each question. `settings` choose
    how rows are filled, and how fast. `previous` is a similar schema that was lowered before: it only saves time.
    `history` is what the migrations have built: what the schema cannot hold hangs on its tables. None if unknown.
    """

    tree: SchemaTree
    provider: Provider
    versions: Versions
    answers: Mapping[str, str]
    settings: PlanSettings = field(factory=PlanSettings)
    previous: Lowered | None = field(default=None, repr=False)
    history: Database | None = field(default=None, repr=False)
    lowered: Lowered = field(init=False, repr=False)

    @lowered.default
    def _lower(self) -> Lowered:
        return lower(self.tree, self.previous, self.versions.prisma)

    @property
    def database(self) -> Database:
        """The database of the schema."""
        return self.lowered.database

    def table_built(self, name: QualifiedName) -> Table:
        """A table as the migrations have built it; as the schema describes it if they have not."""
        found = self.history.tables.get(name) if self.history else None
        return found or self.database.tables.get(name, Table(name, ()))

    def answer(self, name: str) -> str:
        """The answer to a question, or part of the subject. Raises CannotPlan if there is none."""
        if name not in self.answers:
            raise CannotPlan(f"{code_span(name)} is required.")
        return self.answers[name]

    def names(self, question: str) -> list[str]:
        """The answer to a question for names that are separated by commas."""
        return _parts(self.answer(question), ",")

    def expressions(self, question: str) -> list[str]:
        """The answer to a question for SQL expressions, which may have commas: they are separated by ` ; `."""
        return _parts(self.answer(question), " ; ")

    def table(self, model: str) -> Table:
        """The table of a model. Raises CannotPlan if the schema has no such model."""
        found = self._tables.get(model)
        if found is None:
            raise CannotPlan(f"The schema has no model {code_span(model)}{_alike(model, self._tables)}.")
        return found

    def block(self, name: str) -> Block:
        """A model or enum. Raises CannotPlan."""
        found = self.tree.block(name)
        if found is None:
            raise CannotPlan(f"The schema has no {code_span(name)}{_alike(name, self.tree.named())}.")
        return found

    def enum(self, name: str) -> Block:
        """An enum. Raises CannotPlan."""
        found = self.block(name)
        if found.keyword is not Keyword.ENUM:
            raise CannotPlan(f"{code_span(name)} is a {found.keyword}, not an enum.")
        return found

    def fields(self, model: str) -> Iterator[ModelField]:
        """The fields of a model."""
        return (self._field(model, node) for node in self.block(model).fields)

    def field(self, model: str, name: str) -> ModelField:
        """A field. Raises CannotPlan."""
        self.table(model)
        node = self.block(model).field(name)
        if node is None:
            names = (f.name.text for f in self.block(model).fields)
            raise CannotPlan(f"{code_span(model)} has no field {code_span(name)}{_alike(name, names)}.")
        return self._field(model, node)

    def new_name(self, model: str, name: str) -> str:
        """`name`, if a new field of the model can have it. Raises CannotPlan."""
        _valid_name(name, "field")
        if self.block(model).field(name) is not None:
            raise CannotPlan(f"{code_span(model)} already has a field {code_span(name)}.")
        return name

    def new_block_name(self, name: str, kind: Keyword) -> str:
        """`name`, if a new model or enum can have it. Raises CannotPlan."""
        _valid_name(name, kind)
        if self.tree.block(name) is not None:
            raise CannotPlan(f"The schema already has a {code_span(name)}.")
        return name

    def text(self, block: str, start: int, end: int) -> str:
        """The text of a block between two offsets of its tree, such as `*attribute.span`."""
        placed = self.tree.placed(block)
        document = self.tree.document(placed.path) if placed else None
        return document.text[placed.chunk_start + start : placed.chunk_start + end] if placed and document else ""

    def _field(self, model: str, node: Field) -> ModelField:
        table = self._tables.get(model)
        written = written_field(self.tree, model, node)
        column = table.column(column_name(node)) if table else None
        return ModelField(model, written.name, written.type, written.attributes, node, written.chunk, column)

    @cached_property
    def _tables(self) -> Mapping[str, Table]:
        """The tables, by model."""
        return {t.model_name: t for t in self.database.tables.values() if t.model_name}


def _parts(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _valid_name(name: str, kind: str) -> None:
    if not name.isidentifier() or not name.isascii() or name.startswith("_"):
        raise CannotPlan(
            f"{code_span(name)} is not a valid {kind} name. Use letters, digits and `_`, and begin with a letter."
        )


def _alike(name: str, names: Iterable[str]) -> str:
    found = next((n for n in names if n.lower() == name.lower()), None)
    return f" (did you mean {code_span(found)}?)" if found else ""


RecipeFunction = Callable[[Situation], Iterable[Step]]


@frozen
class Recipe:
    """A recipe. `providers` are its databases; `elsewhere` is the reason and the alternative for all others."""

    name: str
    subject: SubjectKind
    questions: tuple[Question, ...]
    providers: frozenset[str]
    elsewhere: str
    doc: str
    plan: RecipeFunction = field(repr=False)

    @property
    def summary(self) -> str:
        """What it does, in one sentence."""
        return summary(self.doc)

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """The steps. Raises CannotPlan if no plan is possible."""
        if situation.provider.name not in self.providers:
            raise CannotPlan(self.elsewhere or f"{code_span(self.name)} is not available on {situation.provider.name}.")
        for question in self.questions:
            given = situation.answers.get(question.name)
            if question.choices and given is not None and given not in question.choices:
                raise CannotPlan(
                    f"{code_span(question.name)} must be one of {', '.join(filter(None, question.choices))}, not {code_span(given)}."
                )
        for question in self.questions:
            _refuse_incomplete(question, situation)
        return tuple(self.plan(situation))

    @property
    def example(self) -> str:
        """The command of the recipe's page."""
        return next((line for line in self.doc.splitlines() if line.startswith("refract plan new ")), "")

    def complete(self, answers: Mapping[str, str]) -> dict[str, str]:
        """The answers, completed with defaults. Raises CannotPlan for an unknown answer, or a missing one that is
        required.
        """
        known = {*(q.name for q in self.questions), *subject_parts(self.subject)}
        unknown = [name for name in answers if name not in known]
        if unknown:
            possible = listed(q.name for q in self.questions) if self.questions else "no answers"
            raise CannotPlan(f"{code_span(self.name)} does not take {code_span(unknown[0])}. It takes {possible}.")
        given = dict(answers)
        for question in self.questions:
            if question.name not in given and question.default is None:
                raise AnswerMissing(f"{code_span(question.name)} is required. {question.text}.")
            if question.name not in given and question.default is not None:
                given[question.name] = question.default
        return given


def _refuse_incomplete(question: Question, situation: Situation) -> None:
    """Raises CannotPlan for an SQL expression that could not stand among other SQL."""
    answer = situation.answers.get(question.name, "")
    if not question.sql or not answer or answer == UNANSWERED:
        return
    for expression in situation.expressions(question.name) if question.is_list else [answer]:
        if fault := fault_of(expression, situation.provider.name):
            raise CannotPlan(f"{code_span(question.name)} is not an SQL expression: {fault}.")


def subject_parts(subject: SubjectKind) -> tuple[str, ...]:
    """The answers that name the subject."""
    match subject:
        case SubjectKind.MODEL:
            return ("model",)
        case SubjectKind.FIELD:
            return ("model", "field")
        case SubjectKind.ENUM:
            return ("enum",)
        case SubjectKind.VALUE:
            return ("enum", "value")


def answers_for(recipe: Recipe, subject: str, given: Mapping[str, str]) -> dict[str, str]:
    """All answers, `subject` being `User`, `User.name`, `Role` or `Role.ADMIN`. Raises CannotPlan."""
    parts, words = subject_parts(recipe.subject), subject.split(".")
    if len(parts) != len(words) or not all(words):
        wanted = {"model": "Model", "field": "field", "enum": "Enum", "value": "VALUE"}
        raise CannotPlan(
            f"{code_span(recipe.name)} takes {code_span('.'.join(wanted[p] for p in parts))}, not {code_span(subject)}."
        )
    return recipe.complete({**dict(zip(parts, words, strict=True)), **given})


SQL = SQL_PROVIDERS


def recipe(
    subject: SubjectKind, *questions: Question, providers: frozenset[str] = SQL, elsewhere: str = ""
) -> Callable[[RecipeFunction], Recipe]:
    """Make a recipe of the decorated function. Its name is the module's: `rename_field.py` is `rename-field`.

    `subject` is what the recipe changes. Its parts are answers, as those to `questions` are: `s.answer("model")`.
    """

    def declare(plan: RecipeFunction) -> Recipe:
        module = sys.modules[plan.__module__]
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        return Recipe(name, subject, questions, providers, elsewhere, (module.__doc__ or "").strip(), plan)

    return declare


@cache
def all_recipes() -> Mapping[str, Recipe]:
    """Every recipe in this package, by name."""
    names = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")]
    modules = (importlib.import_module(f"{package.__name__}.{name}") for name in names if name not in _PARTS)
    return {found.name: found for found in sorted(_recipes_in(modules), key=lambda r: r.name)}


_PARTS = frozenset({"acts", "base", "dropping", "engine", "schema_edits", "dialects"})


def _recipes_in(modules: Iterable[ModuleType]) -> Iterator[Recipe]:
    for module in modules:
        yield from (value for value in vars(module).values() if isinstance(value, Recipe))
