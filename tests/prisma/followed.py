"""A plan that is followed: which versions of the application run at each moment, and what rows then hold.

A version is the client of a step's schema, and a program that knows what the plan has told it so far. Rows are known by
column: a version calls a column by another name, or has another type for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import define, evolve, field, frozen

from recipes.plans import Case, plan_of, situation
from refract.recipes.acts import Deploy, Start
from refract.recipes.base import Step, Sync
from refract.recipes.engine import PlannedStep
from refract.schema.model import Column, Database, Table
from refract.syntax import SchemaTree
from refract.syntax.tree import Arity, Field


@frozen
class Story:
    """A plan to follow with programs at work.

    `case` is the title of a fixture, `models` what the model is called, before and after. `values` are what columns hold in the
    row of number `{n}`; several are the same to the plan, and a version takes the first that it may use. `since` says from
    which step on a value may be used. `twins` are new columns, and those that they take the place of.
    """

    case: str
    models: tuple[str, ...] = ("User",)
    values: Mapping[str, tuple[str, ...]] = field(factory=dict)
    since: Mapping[str, str] = field(factory=dict)
    twins: Mapping[str, str] = field(factory=dict)


@frozen
class Known:
    """A field that a version's program uses."""

    node: Field
    column: Column

    @property
    def name(self) -> str:
        return self.node.name.text


@frozen(eq=False)
class Version:
    """The application as it is built from the schema of step `number`; 0 is before the plan.

    `in_code` are the fields that its code names if that was last changed where the plan asked for it.
    """

    number: int
    schema: SchemaTree
    model: str
    fields: tuple[Known, ...]
    relations: tuple[str, ...]
    unused: frozenset[str]
    in_code: frozenset[str]

    @property
    def key(self) -> tuple[str, ...]:
        """The fields of the primary key."""
        single = tuple(f.name for f in self.fields if f.node.attribute("id"))
        return single or tuple(f.name for f in self.fields if f.name in ("row", "number"))

    @property
    def unique(self) -> tuple[Known, ...]:
        """Other fields by which a row can be found."""
        return tuple(f for f in self.fields if f.node.attribute("unique"))


@define
class Row:
    """A row: the number by which each column was last written. None: there is a value, but nobody said which."""

    id: int
    columns: dict[str, int | None] = field(factory=dict)


def versions(story: Story, case: Case) -> list[Version]:
    """The application before the plan, and as built from the schema of each step."""
    start = situation(case, "postgresql")
    unused: set[str] = set()
    found = [_version(story, 0, start.tree, start.database, unused)]
    for number, planned in enumerate(plan_of(case, "postgresql"), 1):
        unused |= {*planned.step.ends_use, *(v for v, step in story.since.items() if step == planned.step.id)}
        made = _version(story, number, planned.tree, planned.database, unused)
        found.append(made if changes_code(planned.step) else evolve(made, in_code=found[-1].in_code))
    return found


def changes_code(step: Step) -> bool:
    """Whether people change the application's code in a step."""
    return any(isinstance(act, Deploy | Start) for act in step.acts)


def alive(steps: Sequence[PlannedStep], number: int) -> range:
    """The versions that run once step `number` has been taken: people deploy what a step asks for, and then retire what is older.

    What was deployed last runs until that is confirmed; any later schema may have been released in the meantime.
    """
    confirmed = (n for n, planned in enumerate(steps[: max(number - 1, 0)], 1) if planned.step.needs_confirmation)
    return range(max(confirmed, default=0), number + 1)


def writes_least(steps: Sequence[PlannedStep], version: Version) -> bool:
    """Whether a version may leave out what its schema lets it: it is older than what the plan first asks for."""
    return all(n > version.number for n, planned in enumerate(steps, 1) if planned.step.needs_confirmation)


def _version(story: Story, number: int, tree: SchemaTree, database: Database, unused: set[str]) -> Version:
    table = next(t for name in story.models for t in database.tables.values() if t.model_name == name)
    block = tree.block(table.model_name or "")
    assert block is not None
    fields = tuple(_fields(table, block.fields))
    relations = tuple(f.name.text for f in block.fields if tree.block(f.type.name.text) and not _column(table, f))
    return Version(
        number, tree, block.name.text, fields, relations, frozenset(unused), frozenset(f.name for f in fields)
    )


def _fields(table: Table, nodes: Sequence[Field]) -> Iterator[Known]:
    for node in nodes:
        column = _column(table, node)
        if column is not None and not column.ignored:
            yield Known(node, column)


def _column(table: Table, node: Field) -> Column | None:
    return next((c for c in table.columns if c.field_name == node.name.text), None)


def value(story: Story, version: Version, known: Known, number: int) -> object:
    """What a version writes for a field of the row `number`."""
    texts = story.values.get(known.column.name, ())
    words = [w for w in readable(version, known) if w not in story.since or w in version.unused]
    if words:
        return next(t for t in (*texts, *words) if t in words)
    name = known.node.type.name.text
    text = texts[0].format(n=number) if texts else str(number)
    if name in ("Int", "BigInt"):
        return number
    if name == "DateTime":
        return f"2024-01-01T00:{number // 60:02}:{number % 60:02}.000Z"
    return [text] if known.node.type.arity is Arity.LIST else text


def readable(version: Version, known: Known) -> list[str]:
    """The values of an enum that a version still knows of."""
    name = known.node.type.name.text
    enum = version.schema.block(name)
    return [v.name.text for v in enum.values if f"{name}.{v.name.text}" not in version.unused] if enum else []


def same(story: Story, known: Known, written: object, read: object) -> bool:
    """Whether what was read is what was written, or is the same to the plan."""
    texts = story.values.get(known.column.name, ())
    return read == written or (len(texts) > 1 and read in texts)


def note_write(row: Row, columns: Sequence[str], number: int, syncs: Sequence[Sync]) -> None:
    """A version has written columns; what keeps others in step has written these."""
    row.columns |= dict.fromkeys(columns, number)
    for sync in syncs:
        kept = {c for c, _ in (*sync.forward, *sync.backward)}
        if kept & set(columns):
            row.columns |= dict.fromkeys(kept, number)


def note_fill(story: Story, row: Row, planned: PlannedStep) -> None:
    """A step has filled columns of a row."""
    for fill in planned.step.fills:
        for column, _ in fill.sets:
            source = story.twins.get(column, column)
            if row.columns.get(column) is None and (source == column or source in row.columns):
                row.columns[column] = row.columns.get(source)
