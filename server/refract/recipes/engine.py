"""Turns a recipe's steps into what is written: the schema of each step, its migrations and the way back.

Nothing of the SQL of a step's edits is said by a recipe: the edits are made, both schemas lowered, the difference
written with the safe forms of the database. So a migration cannot disagree with its schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import count

from attrs import evolve, field, frozen

from refract.config.settings import BackfillForm
from refract.diff import Diff, diff
from refract.diff.traits import differ_traits
from refract.escaping import code_span
from refract.lowering import Lowered, lower
from refract.naming import suggest
from refract.providers import Provider
from refract.recipes._answers import check_names
from refract.recipes._beyond_schema import with_history
from refract.recipes._guards import guard_of, guard_of_fill
from refract.recipes.acts import Decide
from refract.recipes.base import CannotPlan, Fill, Phase, Recipe, Situation, Step, Sync, Trigger
from refract.recipes.dialects import Dialect, dialect
from refract.recipes.dropping import still_hanging_and_built
from refract.recipes.schema_edits import apply_schema_edits
from refract.schema.apply import apply
from refract.schema.changes import AddColumn, Change, CreateIndex, DropColumn, DropTable, tables_of
from refract.schema.key_indexes import with_all_key_indexes
from refract.schema.model import Database, QualifiedName
from refract.sql.rollback import inverse
from refract.sql.safe import MigrationPart, SafeWriter, safe_writer
from refract.sql.safe.base import closed
from refract.syntax import SchemaTree
from refract.wording import listed


@frozen
class StepMigration:
    """A migration of a step: its name without the time, and its SQL."""

    name: str
    sql: str


Tables = frozenset[QualifiedName]


@frozen(eq=False)
class PlannedStep:
    """A step with all that it writes. `undo` are the migrations that undo it, in the order in which they run; `scripts`
    are run by you, next to the migrations; `check` is a query that returns 0 when the step is done.
    """

    step: Step
    migrations: tuple[StepMigration, ...]
    scripts: tuple[StepMigration, ...]
    undo: tuple[StepMigration, ...]
    check: str
    tree: SchemaTree = field(repr=False)
    database: Database = field(repr=False)


@frozen(eq=False)
class _State:
    """The schema at one moment of a plan, and the database that it describes, with what the history knows beside it."""

    tree: SchemaTree
    lowered: Lowered
    history: Database | None

    @cached_property
    def database(self) -> Database:
        return with_history(self.lowered.database, self.history)

    @property
    def built(self) -> Database:
        """The database with what the server adds to it of its own accord."""
        makes_indexes = differ_traits(self.database.provider).foreign_keys_make_indexes
        return with_all_key_indexes(self.database) if makes_indexes else self.database


def plan_steps(recipe: Recipe, situation: Situation) -> tuple[PlannedStep, ...]:
    """The steps of a recipe, with all that each writes. Raises CannotPlan."""
    written = recipe.steps(situation)
    check_names(recipe, situation)
    steps = tuple(_Engine(situation).run(written))
    return steps if situation.history is None else _with_notes(steps, situation.history, situation.provider)


def _with_notes(steps: Sequence[PlannedStep], built: Database, provider: Provider) -> tuple[PlannedStep, ...]:
    """The steps with what to do before them about the user's own views, triggers and indexes on what they drop."""
    noted = list(steps)
    for number, step in enumerate(steps):
        hanging, built = still_hanging_and_built(step.migrations, built, provider)
        for found in hanging:
            noted[number] = _noted(noted[number], f"Before this step, {found.advice}")
            switch = next((n for n in range(number) if steps[n].step.phase is Phase.SWITCH), None)
            if switch is not None and found.has_trigger:
                about = f"Before this step, let {found.things} also handle what replaces {code_span(found.subject)}."
                noted[switch] = _noted(noted[switch], about)
    return tuple(noted)


def _noted(step: PlannedStep, note: str) -> PlannedStep:
    return evolve(step, step=evolve(step.step, note=" ".join(filter(None, (step.step.note, note)))))


class _Engine:
    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._dialect: Dialect = dialect(situation.provider.name, situation.versions.flavour)
        self._writer: SafeWriter = safe_writer(situation.provider.name, situation.versions)

    def run(self, steps: Sequence[Step]) -> Iterator[PlannedStep]:
        state = _State(self._situation.tree, self._situation.lowered, self._situation.history)
        for step in steps:
            after = self._after(state, step)
            up = [*self._migrations(step, state, after)]
            fills = [*self._fills(step)]
            down = () if step.point_of_no_return else self._undo(step, state, after)
            by_people = self._situation.settings.backfill is BackfillForm.SCRIPT
            up, scripts = (up, fills) if by_people else ([*up, *fills], [])
            noted = evolve(step, note=" ".join(filter(None, (step.note, *self._notes(step, state, after)))))
            yield PlannedStep(
                noted, tuple(up), tuple(scripts), tuple(down), self._check(step), after.tree, after.database
            )
            state = after

    def _notes(self, step: Step, before: _State, after: _State) -> Iterator[str]:
        """What the step cannot spare the app, or needs, because of what the history knows of its tables."""
        partitioned = {table.name for table in before.database.tables.values() if table.is_partitioned}
        for change in _changes(step, before.built, after.database) if partitioned else ():
            if isinstance(change, CreateIndex) and change.table in partitioned:
                yield (
                    f"Writes to {code_span(change.table.name)} wait while its index is built: "
                    "PostgreSQL cannot build the index of a partitioned table concurrently."
                )
        for fill in step.fills:
            built = self._situation.table_built(fill.table.name)
            if built.row_security and built.forces_row_security:
                yield (
                    f"{code_span(built.name.name)} has FORCE ROW LEVEL SECURITY. "
                    "Deploy this step as a role with BYPASSRLS, which sees every row."
                )

    def _after(self, state: _State, step: Step) -> _State:
        if not step.edits:
            return state
        try:
            tree = apply_schema_edits(state.tree, step.edits)
        except LookupError as error:
            raise CannotPlan(f"Step “{step.title}” does not fit the schema: {error.args[0]}.") from error
        lowered = lower(tree, state.lowered, self._situation.versions.prisma)
        known = {problem.message for problem in (*state.tree.problems(), *state.lowered.problems)}
        new = [p.message for p in (*tree.problems(), *lowered.problems) if p.message not in known]
        if new:
            raise CannotPlan(f"Step “{step.title}” would make the schema invalid. {new[0]}")
        return _State(tree, lowered, state.history)

    def _migrations(self, step: Step, before: _State, after: _State) -> Iterator[StepMigration]:
        changes = _changes(step, before.built, after.database)
        _loses_nothing_silently(step, changes)
        parts = self._parts(changes, before.built, after.database)
        yield from self._with_statements(step, parts, before.database, self._guards(step, changes, before.database))

    def _guards(self, step: Step, changes: Sequence[Change], before: Database) -> tuple[str, ...]:
        """What stops a step that ends a Sync and drops its old columns, or other copies, while rows are not copied."""
        if not self._situation.settings.guards:
            return ()
        syncs = (t for t in step.ends if isinstance(t, Sync) and _loses_old_values(t, changes))
        ended = ((sync, before.tables.get(sync.table)) for sync in syncs)
        guards = (
            *(guard_of(sync, table, self._dialect) for sync, table in ended if table is not None),
            *(guard_of_fill(fill, self._dialect) for fill in step.copied),
        )
        return tuple(s for guard in guards for s in self._dialect.guard(guard.table, guard.where, guard.message))

    def _fills(self, step: Step) -> Iterator[StepMigration]:
        return (StepMigration(_name_of_fill(fill, step.fills), self._fill(fill)) for fill in step.fills)

    def _parts(self, changes: Sequence[Change], before: Database, after: Database) -> list[MigrationPart]:
        """The migrations of changes, without those that the database does not notice."""
        return [part for part in self._writer.parts(changes, before, after) if part.statements]

    def _with_statements(
        self, step: Step, parts: Sequence[MigrationPart], known: Database, guards: Sequence[str] = ()
    ) -> Iterator[StepMigration]:
        """The parts with what the step adds to them: triggers end in the one that makes them useless, and begin in the
        one that makes them possible, in the same transaction.
        """
        if not self._dialect.transactional:
            before = (*step.first, *self._end_statements(step.ends))
            behind = (*self._begin_statements(step.begins), *step.last)
            yield from self._guard(step, guards)
            yield from self._one_by_one(step, parts, before, behind, known)
            return
        ends, begins = _by_part(step.ends, parts, _ending), _by_part(step.begins, parts, _beginning)
        first, last = _ending(parts, _tables(step.ends)), _beginning(parts, _tables(step.begins))
        if first:  # others run before it, such as those that drop indexes
            yield from self._guard(step, guards)
            guards = ()
        if first is None and (step.first or step.ends):
            yield _guarded(self._alone(step, step.ends, (*step.first, *self._end_statements(step.ends)), known), guards)
        for number, part in enumerate(parts):
            ended, begun = ends.get(number, ()), begins.get(number, ())
            begin = (*(step.first if number == first else ()), *self._end_statements(ended))
            end = (*self._begin_statements(begun), *(step.last if number == last else ()))
            tables = (thing.table for thing in (*ended, *begun) if thing.table in _known(part))
            locked = tuple(dict.fromkeys((*_views(ended), *part.locks, *tables)))
            text = self._writer.text(evolve(part, locks=locked), begin, end)
            yield _guarded(StepMigration(self._name(part, step), text), guards if number == first else ())
        if last is None and (step.last or step.begins):
            yield self._alone(step, step.begins, (*self._begin_statements(step.begins), *step.last), known)

    def _guard(self, step: Step, guards: Sequence[str]) -> Iterator[StepMigration]:
        if guards:
            yield StepMigration(f"guard_{self._about(step.ends)}", closed(guards))

    def _alone(
        self, step: Step, things: Sequence[Sync | Trigger], statements: Sequence[str], known: Database
    ) -> StepMigration:
        """The statements in a separate migration: the step has no other that could hold them."""
        views = _views(step.ends) if things is step.ends else ()
        return StepMigration(
            f"{_plain(step.id)}_{self._about(things)}", self._statements(things, statements, known, views)
        )

    def _one_by_one(
        self, step: Step, parts: Sequence[MigrationPart], first: Sequence[str], last: Sequence[str], known: Database
    ) -> Iterator[StepMigration]:
        """Each statement in a separate migration, if every one is committed by itself: what fails can run again."""
        names = (f"{_plain(step.id)}_{self._about(step.begins or step.ends)}_{n}" for n in count(1))
        yield from (StepMigration(next(names), self._statements(step.ends, (s,), known)) for s in first)
        yield from (StepMigration(self._name(part, step), self._writer.text(part)) for part in parts)
        yield from (StepMigration(next(names), self._statements(step.begins, (s,), known)) for s in last)

    def _statements(
        self,
        things: Sequence[Sync | Trigger],
        statements: Sequence[str],
        known: Database,
        views: Sequence[QualifiedName] = (),
    ) -> str:
        tables = (t.table for t in things if t.table in known.tables)
        part = MigrationPart((), (), locks=tuple(dict.fromkeys((*views, *tables))))
        return self._writer.text(part, statements)

    def _undo(self, step: Step, before: _State, after: _State) -> Iterator[StepMigration]:
        if step.undo:
            yield from self._undo_steps(step, before, after)
            return
        back = diff(after.built, before.database).changes if step.edits else ()
        if step.changes:
            back = _inverse_of(step, before.built, after.built)
        parts = self._parts(back, after.built, before.database)
        reverse = Step(
            id=step.id,
            phase=step.phase,
            title=step.title,
            begins=step.ends,
            ends=step.begins,
            first=step.undo_first,
            last=step.undo_last,
        )
        yield from self._with_statements(reverse, parts, after.database)

    def _undo_steps(self, step: Step, before: _State, after: _State) -> Iterator[StepMigration]:
        state = after
        for back in step.undo:
            following = self._after(state, back)
            yield from self._migrations(back, state, following)
            yield from self._fills(back)
            state = following
        left = diff(state.built, before.database).changes
        for part in self._parts(left, state.built, before.database):
            yield StepMigration(self._name(part, step), self._writer.text(part))

    def _begin_statements(self, things: Sequence[Sync | Trigger]) -> tuple[str, ...]:
        return tuple(statement for thing in things for statement in self._begin(thing))

    def _end_statements(self, things: Sequence[Sync | Trigger]) -> tuple[str, ...]:
        return tuple(statement for thing in things for statement in self._end(thing))

    def _begin(self, thing: Sync | Trigger) -> tuple[str, ...]:
        return self._dialect.begin_sync(thing) if isinstance(thing, Sync) else thing.create

    def _end(self, thing: Sync | Trigger) -> tuple[str, ...]:
        return self._dialect.end_sync(thing) if isinstance(thing, Sync) else thing.drop

    def _fill(self, fill: Fill) -> str:
        return f"-- {self._dialect.fill_note(fill)} You can stop and rerun it at any time.\n" + closed(
            self._dialect.fill(fill, self._situation.settings)
        )

    def _check(self, step: Step) -> str:
        decided = next((act.query for act in step.acts if isinstance(act, Decide)), "")
        return step.check or decided or "\n".join(f"{self._dialect.remaining(fill)};" for fill in step.fills)

    def _name(self, part: MigrationPart, step: Step) -> str:
        if part.name or part.before is None or part.after is None:
            return part.name or _plain(step.id)
        found = suggest(Diff(part.changes), part.before, part.after)
        tables = [table.name for change in part.changes for table in tables_of(change)]
        return next(iter(found), "_".join(map(_plain, (step.id, *tables[:1]))))

    def _about(self, things: Sequence[Sync | Trigger]) -> str:
        return _plain(things[0].table.name) if things else "rows"


def _loses_old_values(sync: Sync, changes: Sequence[Change]) -> bool:
    """Whether the changes drop a column that `sync` copies: if they drop none, a row that is not copied loses nothing."""
    dropped = {c.column.name for c in changes if isinstance(c, DropColumn) and c.table == sync.table}
    return not dropped <= {new for new, _ in sync.forward}


def _guarded(migration: StepMigration, guards: Sequence[str]) -> StepMigration:
    """A migration that the guards precede, outside of its transaction: there Prisma shows the message of an error, and
    the table is not locked while they look at its rows.
    """
    return evolve(migration, sql=f"{closed(guards)}\n{migration.sql}") if guards else migration


def _loses_nothing_silently(step: Step, changes: Sequence[Change]) -> None:
    """Raises CannotPlan if a step would drop what no recipe has thought of, such as another model's table."""
    if step.point_of_no_return or step.phase is Phase.CONTRACT:
        return
    tables = [change.table.name for change in changes if isinstance(change, DropTable)]
    columns = [f"{change.table}.{change.column.name}" for change in changes if isinstance(change, DropColumn)]
    if tables or columns:
        raise CannotPlan(f"Step “{step.title}” would drop {listed([*map(str, tables), *columns])}.")


def _changes(step: Step, before: Database, after: Database) -> tuple[Change, ...]:
    """The changes of the database: those that the step states, then the remaining difference."""
    if not step.changes:
        return diff(before, after).changes if step.edits else ()
    stated, _ = apply(before, step.changes)
    return (*step.changes, *diff(stated, after).changes)


def _inverse_of(step: Step, before: Database, after: Database) -> tuple[Change, ...]:
    """The undo of a step that states changes: its renames reversed, then the remaining difference."""
    return inverse(_changes(step, before, after), before, after)


def _by_part(
    things: Sequence[Sync | Trigger],
    parts: Sequence[MigrationPart],
    home: Callable[[Sequence[MigrationPart], Tables], int | None],
) -> dict[int | None, tuple[Sync | Trigger, ...]]:
    """The triggers that each part makes or removes."""
    found: dict[int | None, tuple[Sync | Trigger, ...]] = {}
    for thing in things:
        number = home(parts, frozenset({thing.table}))
        found[number] = (*found.get(number, ()), thing)
    return found


def _tables(things: Sequence[Sync | Trigger]) -> Tables:
    return frozenset(thing.table for thing in things)


def _beginning(parts: Sequence[MigrationPart], tables: Tables) -> int | None:
    """The part that creates triggers: the one that adds their columns, else the last that shares a transaction."""
    for number, part in enumerate(parts):
        added = (c.table for c in part.changes if isinstance(c, AddColumn))
        if not part.alone and any(table in tables for table in added):
            return number
    return next((n for n in reversed(range(len(parts))) if not parts[n].alone), None)


def _ending(parts: Sequence[MigrationPart], tables: Tables) -> int | None:
    """The part that drops triggers: the one that drops their columns, else the first that shares a transaction."""
    for number, part in enumerate(parts):
        dropped = (c.table for c in part.changes if isinstance(c, DropColumn))
        if not part.alone and any(table in tables for table in dropped):
            return number
    return next((n for n in range(len(parts)) if not parts[n].alone), None)


def _name_of_fill(fill: Fill, fills: Sequence[Fill]) -> str:
    """Named by the table, and by the columns if that is filled more than once."""
    others = [other for other in fills if other.table.name == fill.table.name]
    columns = (column for column, _ in fill.sets if len(others) > 1)
    return "_".join(map(_plain, ("backfill", fill.table.name.name, *columns)))


def _known(part: MigrationPart) -> frozenset[QualifiedName]:
    return frozenset(part.before.tables) if part.before else frozenset()


def _views(things: Sequence[Sync | Trigger]) -> tuple[QualifiedName, ...]:
    """The views that are dropped with triggers. They are locked first, as a query that reads through one does."""
    return tuple(view for thing in things if isinstance(thing, Trigger) for view in thing.views)


def _plain(name: str) -> str:
    return "".join(ch if ch.isalnum() else "_" for ch in name).lower()
