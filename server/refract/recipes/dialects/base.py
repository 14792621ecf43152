"""What all databases share, and what each writes differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from refract.config.settings import PlanSettings
from refract.providers import provider
from refract.recipes._expressions import RESERVED
from refract.recipes.base import CannotPlan, Fill, Sync
from refract.schema.model import Column, ColumnType, QualifiedName, Table

TEXTS = frozenset(
    {"TEXT", "VARCHAR", "CHAR", "CITEXT", "LONGTEXT", "MEDIUMTEXT", "TINYTEXT", "NVARCHAR", "NCHAR", "STRING", "BPCHAR"}
)
"""The types of texts."""

GUARD_NOTE = (
    "Stops the deploy here, before anything is dropped, if a row would lose its value. `plans.guards` turns it off."
)
GUARD_HINT = "Complete the earlier steps of the plan. Then mark this migration as rolled back, and deploy again."
"""What a guard has for the person who reads the file, and for the one whose deploy it stops."""


class Dialect:
    """The SQL of one database. Statements have no closing semicolon.

    `syncs`: it has triggers that can keep columns in sync. `transactional`: these can share one transaction with a
    column.
    `assignment`: how a trigger gives a column of the row its value.
    `syncs_tables`: triggers can keep two tables in sync; `shares_sequences`: these can take their numbers from one
    sequence, and if `numbers_each_table`, only from separate ones. `has_writable_views`: a renamed table can keep its
    old name as a view.
    `repeats_constraints`: checks and indexes of a column can be repeated for the one that replaces it, while the table is
    in use. `matches_patterns`: a text can be matched against a regular expression. `refuses_second_cascade`: Prisma refuses two
    relations by which a deletion could reach a table.
    `has_zones`: its types of times differ in whether they have a time zone; `times` are the first and the last time of
    types that do not hold all.
    `any_text` is the type to which any value can be cast as a text; `keyword_of_copy` ends a statement that copies rows
    which a trigger may copy, too; columns of the types `without_default` have none.
    """

    syncs = False
    transactional = True
    assignment = "NEW.{} := {};"
    syncs_tables = False
    shares_sequences = False
    repeats_constraints = False
    numbers_each_table = False
    has_writable_views = False
    matches_patterns = True
    refuses_second_cascade = False
    has_zones = False
    times: Mapping[str, tuple[str, str]] = {}
    any_text = "TEXT"
    keyword_of_copy = ""
    without_default: frozenset[str] = frozenset()

    def __init__(self, name: str) -> None:
        self.provider = provider(name)

    def quote(self, name: str) -> str:
        """An identifier."""
        return self.provider.quote(name)

    def table(self, name: QualifiedName) -> str:
        """A table, with its schema if that is not the default one."""
        return self.provider.quote_name(name)

    def differs(self, one: str, other: str) -> str:
        """Whether two values are not the same, NULLs being equal."""
        return f"{one} IS DISTINCT FROM {other}"

    def folds(self, type_: ColumnType) -> bool:
        """Whether values of a type may compare as equal that are not the same."""
        return False

    def texts_differ(self, one: str, other: str) -> str:
        """Whether two values of such a type are not the same."""
        return self.differs(one, other)

    def here(self, expression: str, table: QualifiedName) -> str:
        """An expression about `{row}`, for the rows of a table."""
        return expression.replace("{row}", self.quote(table.name))

    def cast(self, value: str, type_: str) -> str:
        """A value as another type."""
        return f"CAST({value} AS {type_})"

    def between_zones(self, value: str) -> str:
        """A time without a zone as one that has one, or the reverse."""
        return value

    def widened(self, value: str, type_: str) -> str:
        """A number as a type that holds more of them."""
        return self.cast(value, type_)

    def constant(self, text: str, type_: str) -> str:
        """A literal as a value of a type."""
        return self.cast(text, type_)

    def comparable(self, value: str) -> str:
        """A value of a type that may have no equality, as one that has."""
        return value

    def matches(self, value: str, pattern: str) -> str:
        """Whether a text matches a regular expression."""
        return f"{value} ~ '{pattern}'"

    def split_at_space(self, text: str) -> tuple[str, str]:
        """The part of a text before the first space, and the part after it. Raises CannotPlan."""
        raise CannotPlan(
            f"Refract cannot split texts on {self.provider.name}. Pass `forward` and `backward` as SQL expressions."
        )

    def joined_with_space(self, parts: Sequence[str]) -> str:
        """Texts with a space between; empty ones leave none. Raises CannotPlan."""
        raise CannotPlan(
            f"Refract cannot join texts on {self.provider.name}. Pass `forward` and `backward` as SQL expressions."
        )

    def begin_sync(self, sync: Sync) -> tuple[str, ...]:
        """Starts keeping columns in sync."""
        raise CannotPlan(f"{self.provider.name} has no triggers that could keep {sync.table.name} in sync.")

    def end_sync(self, sync: Sync) -> tuple[str, ...]:
        """What ends that."""
        raise CannotPlan(f"{self.provider.name} has no triggers that could keep {sync.table.name} in sync.")

    def guard(self, table: QualifiedName, where: str, message: str) -> tuple[str, ...]:
        """Statements that fail with a message if a table has such rows, and otherwise leave nothing. None if it has no Sync."""
        return ()

    def without_check(self, table: QualifiedName, column: str) -> tuple[str, ...]:
        """What removes the check by which a column becomes required, if that has failed and left it."""
        return ()

    def sets_new_column(self, sync: Sync) -> str:
        """Whether an INSERT by the app sets one of the new columns."""
        silent = dict(sync.silent)
        return " OR ".join(self._sets(sync, c, silent.get(c)) for c, _ in sync.forward)

    def changed(self, sync: Sync, columns: Sequence[tuple[str, str]]) -> str:
        """Whether an UPDATE by the app changes one of these columns."""
        return " OR ".join(self._changed(sync, column) for column, _ in columns)

    def independent(self, sync: Sync, columns: Sequence[tuple[str, str]]) -> str:
        """Whether one of these columns holds something else than follows from the other side. What only follows from it
        must never be written back: a conversion and its reverse need not give the same value.
        """
        return " OR ".join(self._differ(sync, column, f"({self._of_new(e)})") for column, e in columns)

    def unset(self, columns: Sequence[tuple[str, str]]) -> str:
        """Whether the row that is written has none of these columns."""
        return " AND ".join(f"NEW.{self.quote(c)} IS NULL" for c, _ in columns)

    def writes_new(self, sync: Sync, written: str) -> str:
        """Whether the old columns have to follow the new ones, if `written` says that the app wrote these."""
        return f"({written}) AND ({self.independent(sync, sync.forward)})"

    def writes_old(self, sync: Sync) -> str:
        """Whether the new columns have to follow the old ones after an UPDATE."""
        written = f"{self.changed(sync, sync.backward)} OR ({self.unset(sync.forward)})"
        return f"({written}) AND ({self.independent(sync, sync.backward)})"

    def assigned(self, columns: Sequence[tuple[str, str]]) -> str:
        """The assignments of columns in a trigger."""
        return " ".join(self.assignment.format(self.quote(c), self._of_new(e)) for c, e in columns)

    def table_rights(self, old: QualifiedName, new: QualifiedName) -> tuple[str, ...]:
        """What gives a new table the rights of the old one, if the database has rights on single tables that are usual."""
        return ()

    def column_rights(self, table: QualifiedName, olds: Sequence[str], new: str) -> tuple[str, ...]:
        """What gives a new column the rights of the old ones."""
        return ()

    def fill(self, fill: Fill, pace: PlanSettings) -> tuple[str, ...]:
        """Fills rows, with the batch size and pace of the settings."""
        return (self.fill_batch(fill, ""),)

    def fill_note(self, fill: Fill) -> str:
        """How it does."""
        return "Runs in batches, each committed separately."

    def fill_batch(self, fill: Fill, batch: str) -> str:
        """Fills the rows of one batch; all rows if `batch` is empty."""
        if fill.statement:
            return fill.statement.replace("{batch}", batch or "1 = 1")
        table = fill.table.name
        sets = ", ".join(f"{self.quote(c)} = {self.here(e, table)}" for c, e in fill.sets)
        where = " AND ".join(filter(None, (batch, f"({self.here(fill.where, table)})")))
        return f"UPDATE {self.table(table)} SET {sets} WHERE {where}"

    def remaining(self, fill: Fill) -> str:
        """The query that counts the rows still to be filled."""
        return f"SELECT count(*) FROM {self.table(fill.table.name)} WHERE {self.here(fill.where, fill.table.name)}"

    def _of_new(self, expression: str) -> str:
        return expression.replace("{row}", "NEW")

    def _changed(self, sync: Sync, column: str) -> str:
        return self._differ(sync, column, f"OLD.{self.quote(column)}")

    def _sets(self, sync: Sync, column: str, silent: str | None) -> str:
        """A column with a default is NULL only if the app wrote NULL."""
        return f"NEW.{self.quote(column)} IS NOT NULL" if silent is None else self._differ(sync, column, silent)

    def _differ(self, sync: Sync, column: str, other: str) -> str:
        differ = self.texts_differ if column in sync.folding else self.differs
        return differ(f"NEW.{self.quote(column)}", other)


@frozen
class Walk:
    """The texts of a loop over a table in the order of its key: `refract_low_1, …` and `refract_high_1, …`
    are the ends of a batch.

    `refract_last_1, …` are the last key when the loop begins: rows after it are written by app instances that already fill
    them, and a loop that waited for them would never end on a busy table.
    """

    keys: tuple[Column, ...]
    names: str
    lows: str
    highs: str
    lasts: str
    descending: str
    from_low: str
    past_high: str
    inside: str
    to_do: str


def walk(table: Table, quote: Callable[[str], str]) -> Walk:
    """How to loop over a table. Raises CannotPlan if it has no key for that."""
    keys = key_of(table)
    names = ", ".join(quote(k.name) for k in keys)
    words = (f"{RESERVED}low", f"{RESERVED}high", f"{RESERVED}last")
    lows, highs, lasts = (", ".join(f"{word}_{n}" for n in range(1, len(keys) + 1)) for word in words)
    key, low, high, last = (f"({part})" if len(keys) > 1 else part for part in (names, lows, highs, lasts))
    return Walk(
        keys,
        names,
        lows,
        highs,
        lasts,
        descending=", ".join(f"{quote(k.name)} DESC" for k in keys),
        from_low=f"{key} >= {low}",
        past_high=f"{key} > {high}",
        inside=f"{key} >= {low} AND {key} <= {high}",
        to_do=f"{low} <= {last}",
    )


def concatenated(parts: Sequence[str]) -> str:
    """Texts with a space between, if the database has CONCAT_WS; NULL only if all are."""
    filled = ", ".join(f"NULLIF({part}, '')" for part in parts[1:])
    return f"CASE WHEN COALESCE({', '.join(parts)}) IS NOT NULL THEN concat_ws(' ', {parts[0]}, {filled}) END"


def in_utc(value: str) -> str:
    """A time without a zone as the time in UTC, or a time as UTC has it, whatever the zone of the session is."""
    return f"{value} AT TIME ZONE 'UTC'"


def parted(text: str) -> tuple[str, str]:
    """The parts of a text before and after its first space, if the database has SPLIT_PART."""
    return (
        f"split_part({text}, ' ', 1)",
        f"CASE WHEN position(' ' in {text}) > 0 THEN substr({text}, position(' ' in {text}) + 1) "
        f"WHEN {text} IS NOT NULL THEN '' END",
    )


def key_of(table: Table) -> tuple[Column, ...]:
    """The columns by which rows can be taken batch by batch. Raises CannotPlan if there is no such key."""
    if table.primary_key is not None:
        return _columns(table, [part.name for part in table.primary_key.columns])
    for index in table.indexes:
        names = [part.name for part in index.columns]
        found = _columns(table, names)
        if index.unique and index.where is None and len(found) == len(names) and not any(c.nullable for c in found):
            return found
    raise CannotPlan(f"{table.name.name} has no key that could select its rows in batches.")


def _columns(table: Table, names: Sequence[str]) -> tuple[Column, ...]:
    return tuple(column for name in names if (column := table.column(name)) is not None)
