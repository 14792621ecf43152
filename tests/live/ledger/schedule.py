"""Which versions of the application live during which part of a plan: all of it is read off the plan.

A step that asks people to deploy brings a version that is built from the step's schema: it lives beside the one before
until that is retired. Where the step stops every instance, none lives while its migrations run.
Steps that can be undone are gone through, undone one by one in reverse (newer versions retired first), and gone through
again; a step that cannot be undone, or whose version is the oldest that may return later, is gone through once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import field, frozen

from live.ledger.speech import Application, application
from refract.recipes.acts import Deploy, StopAll, error_codes
from refract.recipes.base import Fill, Phase, Sync, Trigger
from refract.recipes.engine import PlannedStep, StepMigration
from refract.schema.model import Database

Live = tuple[Application, ...]


@frozen(eq=False)
class Stage:
    """One step, forward or back. `before` and `after` are who lives, one group after the other, around its migrations.

    `fills` are the columns that are filled, `syncs` what keeps columns in step when it is done, `database` what is there then.
    `done` is how many steps are then: whenever it is the same number, the catalog must be the same. `announced` are the
    codes of the errors that the step names.
    """

    title: str
    done: int
    before: tuple[Live, ...]
    during: Live
    after: tuple[Live, ...]
    migrations: tuple[StepMigration, ...]
    fills: tuple[Fill, ...]
    syncs: tuple[Sync | Trigger, ...]
    database: Database = field(repr=False)
    back: bool = False
    announced: frozenset[str] = frozenset()


def schedule(first: Application, plan: Sequence[PlannedStep]) -> tuple[Stage, ...]:
    """The stages of a plan in the order in which they are gone through, with the version that is there before it."""
    return tuple(_Schedule(first, plan).stages())


def first_version(start: Database) -> Application:
    """The version that is there before the plan."""
    return application("the first version", start, first=True)


class _Schedule:
    def __init__(self, first: Application, plan: Sequence[PlannedStep]) -> None:
        self._plan = plan
        self._databases = (first.database, *(step.database for step in plan))
        self._versions = _versions(first, plan)

    def stages(self) -> Iterator[Stage]:
        numbers = range(len(self._plan))
        for lasting, block in groupby(numbers, key=self._lasts):
            steps = tuple(block)
            yield from map(self._forward, steps)
            if not lasting:
                yield from map(self._back, reversed(steps))
                yield from map(self._forward, steps)

    def _lasts(self, number: int) -> bool:
        """Whether a step is not taken back: it cannot be, or an older version than its own may not run later."""
        step = self._plan[number].step
        return step.point_of_no_return or step.id in {s.step.oldest_version_that_may_return for s in self._plan}

    def _forward(self, number: int) -> Stage:
        step = self._plan[number]
        old, new = self._versions[number : number + 2]
        stopped = StopAll() in step.step.before
        return Stage(
            title=f"{number + 1} {step.step.title}",
            done=number + 1,
            before=(),
            during=() if stopped else (old,),
            after=((new,),) if stopped or old is new else ((old, new), (new,)),
            migrations=step.migrations,
            fills=step.step.fills,
            syncs=_active(self._plan[: number + 1]),
            database=self._databases[number + 1],
            announced=error_codes(step.step.acts),
        )

    def _back(self, number: int) -> Stage:
        step = self._plan[number]
        old, new = self._versions[number : number + 2]
        stopped = StopAll() in step.step.before
        return Stage(
            title=f"{number + 1} undone: {step.step.title}",
            done=number,
            before=() if stopped or old is new else ((new, old), (old,)),
            during=() if stopped else (old,),
            after=((old,),),
            migrations=step.undo,
            fills=tuple(fill for undo in step.step.undo for fill in undo.fills),
            syncs=_active(self._plan[:number]),
            database=self._databases[number],
            back=True,
            announced=error_codes(step.step.acts),
        )


def _active(plan: Sequence[PlannedStep]) -> tuple[Sync | Trigger, ...]:
    """What keeps old and new in step when these steps are done."""
    active: list[Sync | Trigger] = []
    for step in plan:
        active = [thing for thing in (*active, *step.step.begins) if thing not in step.step.ends]
    return tuple(active)


def _versions(first: Application, plan: Sequence[PlannedStep]) -> tuple[Application, ...]:
    """The newest version that lives when so many steps are done.

    While the database itself keeps old and new in step, programs leave that to it: they use the new from the switch on.
    """
    found = [first]
    retired: set[tuple[str, str]] = set()
    for number, step in enumerate(plan, 1):
        retired |= {(enum, value) for enum, _, value in (use.partition(".") for use in step.step.ends_use)}
        if not step.step.needs_confirmation:
            found.append(found[-1])
            continue
        switched = step.step.phase is Phase.SWITCH
        new = set() if switched else set(_new_values(first.database, step.database))
        beside = not switched and bool(_active(plan[:number]))
        found.append(
            application(
                f"the version of step {number}",
                step.database,
                first=False,
                unwritten=frozenset(retired | new),
                converts=any(isinstance(act, Deploy) and act.convertible for act in step.step.acts),
                only=first.database if beside else None,
            )
        )
    return tuple(found)


def _new_values(start: Database, database: Database) -> Iterator[tuple[str, str]]:
    """Values that an enum did not have before the plan: programs learn to read them before any writes them."""
    before = {e.enum_name: {v.name for v in e.values} for e in start.enums.values()}
    for enum in database.enums.values():
        known = before.get(enum.enum_name)
        if known is not None:
            yield from ((enum.enum_name, v.value_name or v.name) for v in enum.values if v.name not in known)
