"""MySQL and MariaDB: two triggers, one for INSERT and one for UPDATE, and a procedure that fills batch by batch."""

from __future__ import annotations

from refract.recipes.base import Fill, Sync
from refract.recipes.dialects.base import BATCH, PAUSE, Dialect, key_of


class MysqlDialect(Dialect):
    """The SQL of both."""

    syncs = True
    transactional = False

    def differs(self, one: str, other: str) -> str:
        return f"NOT ({one} <=> {other})"

    def begin_sync(self, sync: Sync) -> tuple[str, ...]:
        table = self.table(sync.table)
        insert, update = self._insert(sync), self._update(sync)
        return (
            f"CREATE TRIGGER {self._name(sync, 'i')} BEFORE INSERT ON {table} FOR EACH ROW\nBEGIN\n{insert}\nEND",
            f"CREATE TRIGGER {self._name(sync, 'u')} BEFORE UPDATE ON {table} FOR EACH ROW\nBEGIN\n{update}\nEND",
        )

    def end_sync(self, sync: Sync) -> tuple[str, ...]:
        return (
            f"DROP TRIGGER {self._name(sync, 'i')}",
            f"DROP TRIGGER {self._name(sync, 'u')}",
        )

    def fill(self, fill: Fill) -> tuple[str, ...]:
        keys = key_of(fill.table)
        table = self.table(fill.table.name)
        procedure = self.quote(self.provider.sync_name(fill.table.name.name, "backfill"))
        names = ", ".join(self.quote(k.name) for k in keys)
        lows, highs = (", ".join(f"{w}_{n}" for n in range(1, len(keys) + 1)) for w in ("low", "high"))
        key, low, high = (f"({part})" if len(keys) > 1 else part for part in (names, lows, highs))
        down = ", ".join(f"{self.quote(k.name)} DESC" for k in keys)
        declared = "".join(
            f"  DECLARE low_{n}, high_{n} {self.provider.render_type(k.type)};\n" for n, k in enumerate(keys, 1)
        )
        gone = " ".join(f"SET low_{n} = NULL;" for n in range(1, len(keys) + 1))
        inside = f"{key} >= {low} AND {key} <= {high}"
        return (
            f"DROP PROCEDURE IF EXISTS {procedure}",
            f"""\
CREATE PROCEDURE {procedure}()
BEGIN
{declared}  DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN {gone} END;
  SELECT {names} INTO {lows} FROM {table} ORDER BY {names} LIMIT 1;
  WHILE low_1 IS NOT NULL DO
    SELECT {names} INTO {highs} FROM (
      SELECT {names} FROM {table} WHERE {key} >= {low} ORDER BY {names} LIMIT {BATCH}
    ) AS batch ORDER BY {down} LIMIT 1;
    {self.fill_batch(fill, inside)};
    COMMIT;
    DO SLEEP({PAUSE / 1000});
    SELECT {names} INTO {lows} FROM {table} WHERE {key} > {high} ORDER BY {names} LIMIT 1;
  END WHILE;
END""",
            f"CALL {procedure}()",
            f"DROP PROCEDURE {procedure}",
        )

    def _name(self, sync: Sync, suffix: str) -> str:
        return self.quote(f"{sync.name}_{suffix}")

    def _insert(self, sync: Sync) -> str:
        forward, backward = self._assigned(sync.forward), self._assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        silent = dict(sync.silent)
        told = " OR ".join(self._told(column, silent) for column, _ in sync.forward)
        return f"  IF {told} THEN {backward}\n  ELSE {forward}\n  END IF;"

    def _update(self, sync: Sync) -> str:
        forward, backward = self._assigned(sync.forward), self._assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        empty = " AND ".join(f"NEW.{self.quote(c)} IS NULL" for c, _ in sync.forward)
        return (
            f"  IF {self._changed(sync.forward)} THEN {backward}\n"
            f"  ELSEIF {self._changed(sync.backward)} OR ({empty}) THEN {forward}\n  END IF;"
        )

    def _told(self, column: str, silent: dict[str, str]) -> str:
        value = f"NEW.{self.quote(column)}"
        if column not in silent:
            return f"{value} IS NOT NULL"
        return f"({value} IS NOT NULL AND {self.differs(value, silent[column])})"

    def _changed(self, columns: tuple[tuple[str, str], ...]) -> str:
        names = [self.quote(column) for column, _ in columns]
        return " OR ".join(self.differs(f"NEW.{n}", f"OLD.{n}") for n in names)

    def _assigned(self, columns: tuple[tuple[str, str], ...]) -> str:
        return " ".join(f"SET NEW.{self.quote(c)} = {e.replace('{row}', 'NEW')};" for c, e in columns)
