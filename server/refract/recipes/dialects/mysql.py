"""MySQL and MariaDB: two triggers, one for INSERT and one for UPDATE, and a procedure that fills batch by batch."""

from __future__ import annotations

from refract.recipes.base import Fill, Sync
from refract.recipes.dialects.base import BATCH, PAUSE, Dialect, walk


class MysqlDialect(Dialect):
    """The SQL of both."""

    syncs = True
    transactional = False
    assignment = "SET NEW.{} = {};"

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
        by, table = walk(fill.table, self.quote), self.table(fill.table.name)
        procedure = self.quote(self.provider.sync_name(fill.table.name.name, "backfill"))
        declared = "".join(
            f"  DECLARE low_{n}, high_{n}, last_{n} {self.provider.render_type(k.type)};\n"
            for n, k in enumerate(by.keys, 1)
        )
        gone = " ".join(f"SET low_{n} = NULL;" for n in range(1, len(by.keys) + 1))
        return (
            f"DROP PROCEDURE IF EXISTS {procedure}",
            f"""\
CREATE PROCEDURE {procedure}()
BEGIN
{declared}  DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN {gone} END;
  SELECT {by.names} INTO {by.lasts} FROM {table} ORDER BY {by.descending} LIMIT 1;
  SELECT {by.names} INTO {by.lows} FROM {table} ORDER BY {by.names} LIMIT 1;
  WHILE {by.to_do} DO
    SELECT {by.names} INTO {by.highs} FROM (
      SELECT {by.names} FROM {table} WHERE {by.from_low} ORDER BY {by.names} LIMIT {BATCH}
    ) AS batch ORDER BY {by.descending} LIMIT 1;
    {self.fill_batch(fill, by.inside)};
    COMMIT;
    DO SLEEP({PAUSE / 1000});
    SELECT {by.names} INTO {by.lows} FROM {table} WHERE {by.past_high} ORDER BY {by.names} LIMIT 1;
  END WHILE;
END""",
            f"CALL {procedure}()",
            f"DROP PROCEDURE {procedure}",
        )

    def _name(self, sync: Sync, suffix: str) -> str:
        return self.quote(f"{sync.name}_{suffix}")

    def _insert(self, sync: Sync) -> str:
        forward, backward = self.assigned(sync.forward), self.assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        return f"  IF {self.told(sync)} THEN {backward}\n  ELSE {forward}\n  END IF;"

    def _update(self, sync: Sync) -> str:
        forward, backward = self.assigned(sync.forward), self.assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        return (
            f"  IF {self.changed(sync.forward)} THEN {backward}\n"
            f"  ELSEIF {self.changed(sync.backward)} OR ({self.unset(sync.forward)}) THEN {forward}\n  END IF;"
        )
