"""PostgreSQL: one trigger for both directions, and a loop that commits batch by batch."""

from __future__ import annotations

from refract.config.settings import PlanSettings
from refract.recipes.base import Fill, Sync
from refract.recipes.dialects.base import Dialect, walk
from refract.schema.model import ColumnType, QualifiedName
from refract.sql.safe.postgresql import LOCK_TRIES, LOCK_WAIT


class PostgresqlDialect(Dialect):
    """The SQL of PostgreSQL."""

    syncs = True

    def differs(self, one: str, other: str) -> str:
        return f"{one} IS DISTINCT FROM {other}"

    def folds(self, type_: ColumnType) -> bool:
        return type_.name == "CITEXT"

    def texts_differ(self, one: str, other: str) -> str:
        return self.differs(f"({one})::text", f"({other})::text")

    def begin_sync(self, sync: Sync) -> tuple[str, ...]:
        function = self._function(sync)
        return (
            f"-- Keeps old and new columns in step, whichever a program writes.\n"
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            f"BEGIN\n{self._body(sync)}\n  RETURN NEW;\nEND $$",
            f"CREATE TRIGGER {self.quote(sync.name)} BEFORE INSERT OR UPDATE ON {self.table(sync.table)}\n"
            f"  FOR EACH ROW EXECUTE FUNCTION {function}()",
        )

    def end_sync(self, sync: Sync) -> tuple[str, ...]:
        return (
            f"DROP TRIGGER {self.quote(sync.name)} ON {self.table(sync.table)}",
            f"DROP FUNCTION {self._function(sync)}()",
        )

    def fill(self, fill: Fill, pace: PlanSettings) -> tuple[str, ...]:
        """One block, which must be the only statement of its file: COMMIT is refused inside a transaction.

        A batch that comes to a row which a program keeps gives up the rows that it has, and begins again: nobody waits for
        it for longer than for any other migration, and it is no part of a deadlock.
        """
        by, table = walk(fill.table, self.quote), self.table(fill.table.name)
        declared = "".join(
            f"  {word}_{n} {table}.{self.quote(k.name)}%TYPE;\n"
            for n, k in enumerate(by.keys, 1)
            for word in ("low", "high", "last")
        )
        return (
            f"""\
DO $$
#variable_conflict use_column
DECLARE
{declared}BEGIN
  SELECT {by.names} INTO {by.lasts} FROM {table} ORDER BY {by.descending} LIMIT 1;
  SELECT {by.names} INTO {by.lows} FROM {table} ORDER BY {by.names} LIMIT 1;
  WHILE {by.to_do} LOOP
    SELECT {by.names} INTO {by.highs} FROM (
      SELECT {by.names} FROM {table} WHERE {by.from_low} ORDER BY {by.names} LIMIT {pace.batch}
    ) AS batch ORDER BY {by.descending} LIMIT 1;
    EXIT WHEN high_1 IS NULL;
    FOR attempt IN 1..{LOCK_TRIES} LOOP
      BEGIN
        SET LOCAL lock_timeout = '{LOCK_WAIT}ms';
        {self.fill_batch(fill, by.inside)};
        EXIT;
      EXCEPTION WHEN lock_not_available THEN
        IF attempt = {LOCK_TRIES} THEN RAISE; END IF;
        PERFORM pg_sleep(random());
      END;
    END LOOP;
    COMMIT;
    PERFORM pg_sleep({pace.pause / 1000});
    SELECT {by.names} INTO {by.lows} FROM {table} WHERE {by.past_high} ORDER BY {by.names} LIMIT 1;
  END LOOP;
END $$""",
        )

    def _function(self, sync: Sync) -> str:
        return self.table(QualifiedName(sync.table.schema, sync.name))

    def _body(self, sync: Sync) -> str:
        forward, backward = self.assigned(sync.forward), self.assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        return f"""\
  IF TG_OP = 'INSERT' THEN
    IF {self.told(sync)} THEN
      {backward}
    ELSE
      {forward}
    END IF;
  ELSIF {self.changed(sync, sync.forward)} THEN
    {backward}
  ELSIF {self.changed(sync, sync.backward)} OR ({self.unset(sync.forward)}) THEN
    {forward}
  END IF;"""
