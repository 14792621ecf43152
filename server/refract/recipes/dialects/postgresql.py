"""PostgreSQL: one trigger for both directions, and a loop that commits batch by batch."""

from __future__ import annotations

from refract.recipes.base import Fill, Sync
from refract.recipes.dialects.base import BATCH, PAUSE, Dialect, key_of
from refract.schema.model import QualifiedName


class PostgresqlDialect(Dialect):
    """The SQL of PostgreSQL."""

    syncs = True

    def differs(self, one: str, other: str) -> str:
        return f"{one} IS DISTINCT FROM {other}"

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

    def fill(self, fill: Fill) -> tuple[str, ...]:
        """One block, which must be the only statement of its file: COMMIT is refused inside a transaction."""
        keys = key_of(fill.table)
        table = self.table(fill.table.name)
        names = ", ".join(self.quote(k.name) for k in keys)
        lows, highs = (", ".join(f"{w}_{n}" for n in range(1, len(keys) + 1)) for w in ("low", "high"))
        key, low, high = (f"({part})" if len(keys) > 1 else part for part in (names, lows, highs))
        down = ", ".join(f"{self.quote(k.name)} DESC" for k in keys)
        declared = "".join(
            f"  low_{n} {table}.{self.quote(k.name)}%TYPE;\n  high_{n} {table}.{self.quote(k.name)}%TYPE;\n"
            for n, k in enumerate(keys, 1)
        )
        inside = f"{key} >= {low} AND {key} <= {high}"
        return (
            f"""\
DO $$
#variable_conflict use_column
DECLARE
{declared}BEGIN
  SELECT {names} INTO {lows} FROM {table} ORDER BY {names} LIMIT 1;
  WHILE low_1 IS NOT NULL LOOP
    SELECT {names} INTO {highs} FROM (
      SELECT {names} FROM {table} WHERE {key} >= {low} ORDER BY {names} LIMIT {BATCH}
    ) AS batch ORDER BY {down} LIMIT 1;
    EXIT WHEN high_1 IS NULL;
    {self.fill_batch(fill, inside)};
    COMMIT;
    PERFORM pg_sleep({PAUSE / 1000});
    SELECT {names} INTO {lows} FROM {table} WHERE {key} > {high} ORDER BY {names} LIMIT 1;
  END LOOP;
END $$""",
        )

    def _function(self, sync: Sync) -> str:
        return self.table(QualifiedName(sync.table.schema, sync.name))

    def _body(self, sync: Sync) -> str:
        forward, backward = self._assigned(sync.forward), self._assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        silent = dict(sync.silent)
        new = [f"NEW.{self.quote(c)}" for c, _ in sync.forward]
        told = (self._told(column, silent) for column, _ in sync.forward)
        return f"""\
  IF TG_OP = 'INSERT' THEN
    IF {" OR ".join(told)} THEN
      {backward}
    ELSE
      {forward}
    END IF;
  ELSIF {self._changed(sync.forward)} THEN
    {backward}
  ELSIF {self._changed(sync.backward)} OR ({" AND ".join(f"{n} IS NULL" for n in new)}) THEN
    {forward}
  END IF;"""

    def _told(self, column: str, silent: dict[str, str]) -> str:
        """Whether a program has written a new column."""
        value = f"NEW.{self.quote(column)}"
        if column not in silent:
            return f"{value} IS NOT NULL"
        return f"({value} IS NOT NULL AND {self.differs(value, silent[column])})"

    def _changed(self, columns: tuple[tuple[str, str], ...]) -> str:
        names = [self.quote(column) for column, _ in columns]
        return " OR ".join(self.differs(f"NEW.{n}", f"OLD.{n}") for n in names)

    def _assigned(self, columns: tuple[tuple[str, str], ...]) -> str:
        return " ".join(f"NEW.{self.quote(c)} := {e.replace('{row}', 'NEW')};" for c, e in columns)
