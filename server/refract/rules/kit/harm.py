"""What a change does to data, to a migration, to running queries and to code: the harm of a risk, as values.

A rule states effects and their facts; `refract.rendering.effects` has the sentence of each.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from attrs import frozen

from refract.providers.behaviour import Blocks, Operation


class HarmKind(StrEnum):
    """What kind of harm an effect is."""

    DATA_LOST = "data-lost"
    DATA_CHANGED = "data-changed"  # values or rows differ from what users expect, and nothing fails
    MIGRATION_FAILS = "migration-fails"
    BLOCKS = "blocks"  # queries wait
    CODE_BREAKS = "code-breaks"  # app instances, scripts or queries fail or read the wrong thing
    HISTORY_BREAKS = "history-breaks"  # databases and migrations no longer agree
    COSTS = "costs"  # space, time or money
    NOT_CHECKED = "not-checked"  # Refract, or the database, cannot vouch for it


class Effect(Enum):
    """One effect. Its value is its kind and the name that JSON gives it."""

    # data-lost
    VALUES_LOST = HarmKind.DATA_LOST, "values-lost"
    VALUES_LOST_UNLESS_COPIED = HarmKind.DATA_LOST, "values-lost-unless-copied"
    DROPPED_AND_ADDED_EMPTY = HarmKind.DATA_LOST, "dropped-and-added-empty"
    INDEX_DROPPED_WITH_COLUMN = HarmKind.DATA_LOST, "index-dropped-with-column"

    # data-changed
    DOCUMENTS_KEEP_OLD_NAME = HarmKind.DATA_CHANGED, "documents-keep-old-name"
    ROWS_GET_IMPLICIT_VALUE = HarmKind.DATA_CHANGED, "rows-get-implicit-value"

    # migration-fails
    FAILS_ON_ROWS = HarmKind.MIGRATION_FAILS, "fails-on-rows"
    FAILS_ON_DUPLICATES = HarmKind.MIGRATION_FAILS, "fails-on-duplicates"

    # code-breaks
    OLD_READS_FAIL = HarmKind.CODE_BREAKS, "old-reads-fail"
    OLD_INSERTS_FAIL = HarmKind.CODE_BREAKS, "old-inserts-fail"
    STILL_USED_IN_CODE = HarmKind.CODE_BREAKS, "still-used-in-code"

    # blocks
    QUEUES_BEHIND_LOCK_REQUEST = HarmKind.BLOCKS, "queues-behind-lock-request"

    # costs

    # not-checked
    SILENCES_NOTHING = HarmKind.NOT_CHECKED, "silences-nothing"

    @property
    def kind(self) -> HarmKind:
        """The kind of harm."""
        return self.value[0]

    @property
    def slug(self) -> str:
        """The name in JSON."""
        return self.value[1]


Fact = tuple[str, str | int]
"""The name of a fact and its value: a label of an object, a vendor's code, a number."""


@frozen
class Harm:
    """One effect with its facts, by the names that its sentence uses."""

    effect: Effect
    facts: tuple[Fact, ...] = ()

    @property
    def kind(self) -> HarmKind:
        """The kind of harm."""
        return self.effect.kind


@frozen
class Blocking:
    """A lock on `tables` (labels) that queries wait for, while the operation does its work."""

    operation: Operation
    tables: tuple[str, ...]

    @property
    def kind(self) -> HarmKind:
        """Always `BLOCKS`."""
        return HarmKind.BLOCKS


AnyHarm = Harm | Blocking


def harm(effect: Effect, **facts: str | int) -> Harm:
    """An effect with its facts."""
    return Harm(effect, tuple(facts.items()))


def blocking(operation: Operation, *tables: str) -> tuple[Blocking, ...]:
    """The wait that an operation causes; nothing where nobody waits."""
    return () if operation.blocks is Blocks.NOTHING else (Blocking(operation, tables),)
