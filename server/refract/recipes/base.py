"""What a recipe is, what it is given and what it says.

A recipe is one module in this package: a docstring with fixed headings and one function under `@recipe`. It looks at a
`Situation` and yields `Step`s: edits of the schema, and what no comparison of two schemas can know (what keeps two
columns in step, what fills rows, what has to be deployed). The engine makes migrations of them.
Names that begin with `_` are not recipes.
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
from refract.recipes.acts import Act, need_confirmation
from refract.recipes.schema_edits import SchemaEdit
from refract.schema.changes import Change
from refract.schema.model import Column, Database, QualifiedName, Table
from refract.syntax import SchemaTree
from refract.syntax.tree import Block, Field, Keyword
from refract.syntax.written import WrittenField, written_field
from refract.wording import listed

UNANSWERED = "NULL /* TODO: the value of each row */"
"""What stands in SQL for an expression that only a person can give, until one does."""


class Phase(StrEnum):
    """What a step is for, in the order in which phases come."""

    EXPAND = "expand"  # something is added that running programs do not notice
    DUAL_WRITE = "dual write"  # programs write both the old and the new
    BACKFILL = "backfill"  # rows that are there get what new rows have
    VALIDATE = "validate"  # the database proves it, and holds it from then on
    SWITCH = "switch"  # programs use the new only
    CONTRACT = "contract"  # the old goes


class CannotPlan(Exception):
    """There is no plan for what was asked. The message says why, and what else can be done."""


@frozen
class Sync:
    """What keeps columns of a table in step while two versions of a program write it.

    `forward` gives the new columns from the old (`{row}` stands for the row: `{row}."name"`), `backward` the old ones
    from the new; with no `backward`, only what is written to the old columns counts. `silent` are values of new columns
    that say nothing about who wrote: their defaults. `folding` are columns in which values that are not the same may
    compare as equal: texts of a collation that takes `a` for `A`.
    """

    name: str
    table: QualifiedName
    forward: tuple[tuple[str, str], ...]
    backward: tuple[tuple[str, str], ...]
    silent: tuple[tuple[str, str], ...] = ()
    folding: frozenset[str] = frozenset()


@frozen
class Trigger:
    """What a recipe needs of triggers that is no `Sync`: the statements that make it, and those that remove it.

    `views` are those that it makes: removing one waits for whoever reads through it.
    """

    table: QualifiedName
    create: tuple[str, ...]
    drop: tuple[str, ...]
    views: tuple[QualifiedName, ...] = ()


@frozen
class Fill:
    """Rows to be filled in batches: `sets` are columns with SQL expressions, `where` which rows are still to do.

    `statement` stands for UPDATE where rows go to another table; `{batch}` is the condition for the rows of one batch.
    """

    table: Table
    sets: tuple[tuple[str, str], ...]
    where: str
    statement: str = ""


@frozen(kw_only=True)
class Step:
    """One step. `begins` and `ends` are what keeps old and new in step from here on, or until here.

    `changes` are told where a comparison would misunderstand the edits (a rename). `first` and `last` are statements
    around those of the edits, in the same transaction; `undo_first` and `undo_last` in the undo.
    `before` and `after` are what people do around the migrations; a step that has only these is theirs alone. `check`
    is a query that returns 0 when the step is done. `undo` are the steps back where the opposite of the edits is not
    enough; after a `point_of_no_return` there are none, and `loses` names the data that is lost, if any is.
    `oldest_version_that_may_return` is the id of a step: from here on, no version older than the one deployed in it may
    run again. `ends_use` are fields, `Model.field` or `Model`, that no program may use from this step on. `note` is a
    sentence about what none of these can hold.
    """

    id: str
    phase: Phase
    title: str
    edits: tuple[SchemaEdit, ...] = ()
    changes: tuple[Change, ...] = ()
    begins: tuple[Sync | Trigger, ...] = ()
    ends: tuple[Sync | Trigger, ...] = ()
    fills: tuple[Fill, ...] = ()
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
        """What people do, in order."""
        return (*self.before, *self.after)

    @property
    def needs_confirmation(self) -> bool:
        """Whether the next step waits until a person confirms this one."""
        return need_confirmation(self.acts)


class SubjectKind(StrEnum):
    """What a recipe is about, and so how it is named: `User`, `User.name`, `Role`, `Role.ADMIN`."""

    MODEL = "model"
    FIELD = "field"
    ENUM = "enum"
    VALUE = "value"


@frozen
class Question:
    """What a recipe has to be told. `text` asks for it; `default` is the answer when none is given (None: it must be).

    `sql`: the answer is an SQL expression, which the person has to vouch for.
    """

    name: str
    text: str
    default: str | None = None
    choices: tuple[str, ...] = ()
    sql: bool = False


@frozen
class ModelField(WrittenField):
    """A field of the schema as written, and its column if it has one."""

    column: Column | None


@frozen(eq=False)
class Situation:
    """All that a recipe may look at: the schema before its first step, the database that this asks for, the answers.

    `settings` say in which form rows are filled, and how fast. `previous` is a schema much like it, if one is known.
    """

    tree: SchemaTree
    provider: Provider
    versions: Versions
    answers: Mapping[str, str]
    settings: PlanSettings = field(factory=PlanSettings)
    previous: Lowered | None = field(default=None, repr=False)
    lowered: Lowered = field(init=False, repr=False)

    @lowered.default
    def _lower(self) -> Lowered:
        return lower(self.tree, self.previous, self.versions.prisma)

    @property
    def database(self) -> Database:
        """What the schema asks for."""
        return self.lowered.database

    def answer(self, name: str) -> str:
        """The answer to a question. Raises CannotPlan where there is none."""
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
        """The table of a model. Raises CannotPlan for a model that is not there, or is no table."""
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
        """What stands in a block, by the offsets of its tree."""
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
        """The tables of the models, by these."""
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
    """A recipe. `providers` is where it can be followed, `elsewhere` why not on the others and what to do there."""

    name: str
    subject: SubjectKind
    questions: tuple[Question, ...]
    providers: frozenset[str]
    elsewhere: str
    doc: str
    plan: RecipeFunction = field(repr=False)

    @property
    def summary(self) -> str:
        """What it is for, in one sentence."""
        return summary(self.doc)

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """The steps. Raises CannotPlan where there is no plan."""
        if situation.provider.name not in self.providers:
            raise CannotPlan(self.elsewhere or f"{code_span(self.name)} is not available on {situation.provider.name}.")
        for question in self.questions:
            given = situation.answers.get(question.name)
            if question.choices and given is not None and given not in question.choices:
                raise CannotPlan(
                    f"{code_span(question.name)} must be one of {', '.join(filter(None, question.choices))}, not {code_span(given)}."
                )
        return tuple(self.plan(situation))

    def complete(self, answers: Mapping[str, str]) -> dict[str, str]:
        """The answers, with defaults for what is not answered. Raises CannotPlan for one that must be, or is unknown."""
        known = {*(q.name for q in self.questions), *subject_parts(self.subject)}
        unknown = [name for name in answers if name not in known]
        if unknown:
            possible = listed(q.name for q in self.questions) if self.questions else "no answers"
            raise CannotPlan(f"{code_span(self.name)} does not take {code_span(unknown[0])}. It takes {possible}.")
        given = dict(answers)
        for question in self.questions:
            if question.name not in given and question.default is None:
                raise CannotPlan(f"{code_span(question.name)} is required. {question.text}.")
            if question.name not in given and question.default is not None:
                given[question.name] = question.default
        return given


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
    """Make a recipe of the decorated function. Its name is the module's: `rename_field.py` is `rename-field`."""

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


_PARTS = frozenset({"acts", "base", "engine", "schema_edits", "dialects"})


def _recipes_in(modules: Iterable[ModuleType]) -> Iterator[Recipe]:
    for module in modules:
        yield from (value for value in vars(module).values() if isinstance(value, Recipe))
