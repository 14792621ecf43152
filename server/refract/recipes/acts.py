"""What people do in a step, as values: the words for them are in `refract.rendering.acts`.

A step lists its acts in the order in which they are done, those before its migrations run and those after.
Names in an act are those of the schema: fields, models, enums, values.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar

from attrs import frozen


class Until(StrEnum):
    """What you wait for."""

    OLD_INSTANCES_STOPPED = "old-instances-stopped"
    SURE_TO_STAY = "sure-to-stay"  # returning to the version before is not wanted
    NOBODY_MISSES_IT = "nobody-misses-it"
    QUIET_HOURS = "quiet-hours"


class Trouble(StrEnum):
    """Rows that would make the next step fail, or lose a value."""

    DUPLICATES = "duplicates"  # several rows with the same values in `fields`
    ORPHANS = "orphans"  # `fields` point to no row of `other`
    NO_COUNTERPART = "no-counterpart"  # a row of `model` holds a value and has no row of `other`
    EMPTY = "empty"  # `fields` are NULL
    UNCONVERTED = "unconverted"  # `fields` cannot be converted to `other`


@frozen
class StopAll:
    """Stop every instance of the application: neither the old version nor the new one works while migrations run."""

    needs_confirmation: ClassVar[bool] = True


@frozen
class Start:
    """Start the version that `uses` these, after every instance was stopped."""

    needs_confirmation: ClassVar[bool] = True
    uses: tuple[str, ...] = ()


@frozen
class Deploy:
    """Deploy a version of the application, instance by instance: it runs alongside the old one.

    `uses` (in place of `instead_of`, with the type `as_type`) and `without` are what its code names and no longer names.
    `reads` and `writes` are given separately if they differ, `reads_only` are values that it never writes; `upserts` are
    the models that get the same rows as `writes`, after it and in its transaction.
    `always_sets` are fields that no insert leaves out, `never_null` those that never get NULL, `accepts_null` those that
    may be NULL when it reads, `never_null_but_optional` those that no row has NULL in, although their type is optional;
    `connects` are relations that a `create` sets by `connect` if it connects others, too.
    `generates` are fields whose value it makes itself instead of Prisma Client. `no_duplicates` and `no_orphans` fields in which it writes
    neither. In `convertible` it writes only values that can be converted to `convertible_to`, a type or fields: if it `uses`
    these already, until the plan ends.
    `handles` are error codes that it must be ready for.
    """

    needs_confirmation: ClassVar[bool] = True
    uses: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    as_type: str = ""
    without: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    reads_only: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    upserts: tuple[str, ...] = ()
    always_sets: tuple[str, ...] = ()
    never_null: tuple[str, ...] = ()
    accepts_null: tuple[str, ...] = ()
    never_null_but_optional: tuple[str, ...] = ()
    generates: tuple[str, ...] = ()
    connects: tuple[str, ...] = ()
    no_duplicates: tuple[str, ...] = ()
    no_orphans: tuple[str, ...] = ()
    convertible: tuple[str, ...] = ()
    convertible_to: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


@frozen
class Wait:
    """Wait. `subject` is what the wait is about, if any."""

    needs_confirmation: ClassVar[bool] = True
    until: Until
    subject: str = ""


@frozen
class Decide:
    """Decide about rows, one by one, until `query` returns `expected`."""

    needs_confirmation: ClassVar[bool] = True
    trouble: Trouble
    query: str
    model: str
    fields: tuple[str, ...] = ()
    other: str = ""
    expected: str = "0"


@frozen
class Review:
    """Count the rows of `model` whose `fields` the plan changes in the end, with `query`. Fix these rows, or accept that
    they change: `changes` describes how.
    """

    needs_confirmation: ClassVar[bool] = True
    query: str
    model: str
    fields: tuple[str, ...]
    changes: str


@frozen
class FillIn:
    """Put an SQL expression in the place of `placeholder` in these files (without `.sql`)."""

    needs_confirmation: ClassVar[bool] = False
    files: tuple[str, ...]
    placeholder: str


@frozen
class RunScripts:
    """Run the scripts (without `.sql`) of the plan's folder, in this order."""

    needs_confirmation: ClassVar[bool] = True
    scripts: tuple[str, ...]


@frozen
class BackUp:
    """Back up what the migrations drop, if it may be needed later."""

    needs_confirmation: ClassVar[bool] = False
    data: tuple[str, ...]


@frozen
class RestartPooled:
    """Restart instances and poolers that keep prepared statements on columns of `enum`: before the restart these fail
    with `code`.
    """

    needs_confirmation: ClassVar[bool] = True
    enum: str
    code: str


@frozen
class Instruction:
    """A free-text instruction from a plan of format 1."""

    needs_confirmation: ClassVar[bool] = True
    text: str


Act = StopAll | Start | Deploy | Wait | Decide | Review | FillIn | RunScripts | BackUp | RestartPooled | Instruction

OLD_INSTANCES_STOPPED = Wait(Until.OLD_INSTANCES_STOPPED)
SURE_TO_STAY = Wait(Until.SURE_TO_STAY)


def need_confirmation(acts: Iterable[Act]) -> bool:
    """Whether you have to confirm that these are done: no migration shows it."""
    return any(act.needs_confirmation for act in acts)


def error_codes(acts: Iterable[Act]) -> frozenset[str]:
    """The codes of the errors that running versions may get in the step."""
    deployed = (code for act in acts if isinstance(act, Deploy) for code in act.handles)
    pooled = (act.code for act in acts if isinstance(act, RestartPooled))
    return frozenset((*deployed, *pooled))
