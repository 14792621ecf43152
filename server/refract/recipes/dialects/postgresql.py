"""PostgreSQL: one trigger for both directions, and a loop that commits batch by batch."""

from __future__ import annotations

from collections.abc import Sequence

from refract.config.settings import PlanSettings
from refract.escaping import dollar_quoted, sql_comment
from refract.providers.base import quote_string
from refract.recipes.base import Fill, Sync, Trigger
from refract.recipes.dialects.base import GUARD_HINT, GUARD_NOTE, Dialect, concatenated, in_utc, parted, walk
from refract.recipes.dialects.postgresql_backfill import paced_loop
from refract.recipes.dialects.postgresql_rights import column_rights, runs_as_owner, table_rights
from refract.schema.model import ColumnType, QualifiedName

_FIRES_LAST = "~"
"""Sorts after every letter, digit and `_`."""


_COMPARED_AS_TEXT = frozenset({"CITEXT", "JSON", "XML"})  # of which the last two have no equality


class PostgresqlDialect(Dialect):
    """The SQL of PostgreSQL."""

    syncs = True
    has_zones = True
    syncs_tables = True
    shares_sequences = True
    repeats_constraints = True
    has_writable_views = True
    keyword_of_copy = " FOR UPDATE ON CONFLICT DO NOTHING"

    def comparable(self, value: str) -> str:
        return f"CAST({value} AS TEXT)"

    def between_zones(self, value: str) -> str:
        return in_utc(value)

    def split_at_space(self, text: str) -> tuple[str, str]:
        return parted(text)

    def joined_with_space(self, parts: Sequence[str]) -> str:
        return concatenated(parts)

    def differs(self, one: str, other: str) -> str:
        return f"{one} IS DISTINCT FROM {other}"

    def folds(self, type_: ColumnType) -> bool:
        return type_.name in _COMPARED_AS_TEXT

    def texts_differ(self, one: str, other: str) -> str:
        return self.differs(f"({one})::text", f"({other})::text")

    def begin_sync(self, sync: Sync) -> tuple[str, ...]:
        return self._syncing(sync).create

    def end_sync(self, sync: Sync) -> tuple[str, ...]:
        return self._syncing(sync).drop

    def guard(self, table: QualifiedName, where: str, message: str) -> tuple[str, ...]:
        block = f"""\
BEGIN
  IF EXISTS (SELECT 1 FROM {self.table(table)} WHERE {where}) THEN
    RAISE EXCEPTION USING MESSAGE = {quote_string(f"{message}, so nothing was dropped")},
      HINT = {quote_string(GUARD_HINT)};
  END IF;
END"""
        return (f"{sql_comment(GUARD_NOTE)}DO {dollar_quoted(block)}",)

    def trigger(self, table: QualifiedName, name: str, when: str, body: str, about: str) -> Trigger:
        """A trigger, `when` it fires, and the function of its name that it calls: `body`, with a comment on what it is for.
        It may read and write other tables than the one that it is on.
        """
        return self._trigger(table, name, when, body, about, (runs_as_owner(self._function(table, name)),))

    def table_rights(self, old: QualifiedName, new: QualifiedName) -> tuple[str, ...]:
        return (table_rights(self.table(old), self.table(new), (old, new)),)

    def column_rights(self, table: QualifiedName, olds: Sequence[str], new: str) -> tuple[str, ...]:
        return (column_rights(self.table(table), olds, new, (" and ".join(olds), new)),)

    def _function(self, table: QualifiedName, name: str) -> str:
        return self.table(QualifiedName(table.schema, name))

    def _trigger(
        self, table: QualifiedName, name: str, when: str, body: str, about: str, rights: tuple[str, ...]
    ) -> Trigger:
        """Triggers fire in the order of their names. One that sets columns of the row fires last, so that it sees what the
        user's own triggers have set.
        """
        function, on = self._function(table, name), self.table(table)
        quoted = self.quote(self.provider.kept_name(f"{_FIRES_LAST}{name}") if when.startswith("BEFORE") else name)
        block = f"BEGIN\n{body}\nEND"
        return Trigger(
            table,
            (
                f"{sql_comment(about)}CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {dollar_quoted(block)}",
                *rights,
                f"CREATE TRIGGER {quoted} {when} ON {on}\n  FOR EACH ROW EXECUTE FUNCTION {function}()",
            ),
            (f"DROP TRIGGER {quoted} ON {on}", f"DROP FUNCTION {function}()"),
        )

    def fill(self, fill: Fill, pace: PlanSettings) -> tuple[str, ...]:
        """One block, which must be the only statement of its file: COMMIT is refused inside a transaction.

        A batch that meets a row locked by the app releases its rows, and begins again. So no query waits for it longer
        than for any other migration, and it cannot be part of a deadlock.
        """
        by, table = walk(fill.table, self.quote), self.table(fill.table.name)
        quoted = tuple(self.quote(key.name) for key in by.keys)
        guard = f"""\
  IF row_security_active({quote_string(table)}) THEN
    RAISE EXCEPTION 'row level security hides rows of {table.replace("'", "''").replace("%", "%%")} from this role: deploy as a role with BYPASSRLS';
  END IF;
"""
        block = paced_loop(by, table, quoted, guard, self.fill_batch(fill, by.inside), pace)
        return (f"DO {dollar_quoted(block)}",)

    def without_check(self, table: QualifiedName, column: str) -> tuple[str, ...]:
        check = self.quote(self.provider.not_null_name(table.name, column))
        return (f"ALTER TABLE {self.table(table)} DROP CONSTRAINT IF EXISTS {check}",)

    def _syncing(self, sync: Sync) -> Trigger:
        about = "Keeps old and new columns in sync, even if app instances write only one."
        body = f"{self._body(sync)}\n  RETURN NEW;"
        looks_up = any("SELECT" in expression for _, expression in (*sync.forward, *sync.backward))
        rights = (runs_as_owner(self._function(sync.table, sync.name)),) if looks_up else ()
        return self._trigger(sync.table, sync.name, "BEFORE INSERT OR UPDATE", body, about, rights)

    def _body(self, sync: Sync) -> str:
        forward, backward = self.assigned(sync.forward), self.assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        return f"""\
  IF TG_OP = 'INSERT' THEN
    IF {self.writes_new(sync, self.sets_new_column(sync))} THEN
      {backward}
    ELSE
      {forward}
    END IF;
  ELSIF {self.writes_new(sync, self.changed(sync, sync.forward))} THEN
    {backward}
  ELSIF {self.writes_old(sync)} THEN
    {forward}
  END IF;"""
