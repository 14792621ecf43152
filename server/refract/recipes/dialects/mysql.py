"""MySQL and MariaDB: two triggers, one for INSERT and one for UPDATE, and a procedure that fills batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refract.config.settings import PlanSettings
from refract.escaping import sql_comment
from refract.recipes._expressions import RESERVED
from refract.recipes.base import Fill, Sync
from refract.recipes.dialects.base import GUARD_HINT, GUARD_NOTE, TEXTS, Dialect, concatenated, walk
from refract.schema.model import ColumnType, QualifiedName

_SUFFIX = 2  # characters that distinguish a Sync's two triggers
ROW_WAIT = 1  # seconds that a batch waits for a row, while it holds others
_RIGHTS = "-- With binary logging, this needs SUPER or log_bin_trust_function_creators = 1 (error 1419).\n"
_CASTS = {"INTEGER": "SIGNED", "INT": "SIGNED", "BIGINT": "SIGNED", "SMALLINT": "SIGNED", "DOUBLE": "DOUBLE"}


class MysqlDialect(Dialect):
    """The SQL of both."""

    syncs = True
    transactional = False
    assignment = "SET NEW.{} = {};"
    times: Mapping[str, tuple[str, str]] = {"TIMESTAMP": ("1970-01-02 00:00:00", "2038-01-18 00:00:00")}
    any_text = "CHAR"
    without_default = frozenset({"TEXT", "LONGTEXT", "JSON", "BLOB", "LONGBLOB"})

    def cast(self, value: str, type_: str) -> str:
        """CAST has separate type names here."""
        upper = type_.upper()
        if upper.startswith(("VARCHAR", "TEXT", "LONGTEXT")):
            return f"CAST({value} AS CHAR)"
        if upper.startswith("TIMESTAMP"):
            return f"CAST({value} AS DATETIME{type_[len('TIMESTAMP') :]})"
        return f"CAST({value} AS {_CASTS.get(upper.split('(')[0], type_)})"

    def widened(self, value: str, type_: str) -> str:
        return value

    def constant(self, text: str, type_: str) -> str:
        return text

    def matches(self, value: str, pattern: str) -> str:
        return f"{value} REGEXP '{pattern}'".replace("\\", "\\\\")

    def split_at_space(self, text: str) -> tuple[str, str]:
        first = f"SUBSTRING_INDEX({text}, ' ', 1)"
        return first, f"SUBSTRING({text}, CHAR_LENGTH({first}) + 2)"

    def joined_with_space(self, parts: Sequence[str]) -> str:
        return concatenated(parts)

    def differs(self, one: str, other: str) -> str:
        return f"NOT ({one} <=> {other})"

    def folds(self, type_: ColumnType) -> bool:
        return type_.name in TEXTS

    def texts_differ(self, one: str, other: str) -> str:
        return self.differs(f"CAST({one} AS BINARY)", f"CAST({other} AS BINARY)")

    def begin_sync(self, sync: Sync) -> tuple[str, ...]:
        table = self.table(sync.table)
        insert, update = self._insert(sync), self._update(sync)
        return (
            f"{_RIGHTS}CREATE TRIGGER {self._name(sync, '_i')} BEFORE INSERT ON {table} FOR EACH ROW\nBEGIN\n{insert}\nEND",
            f"{_RIGHTS}CREATE TRIGGER {self._name(sync, '_u')} BEFORE UPDATE ON {table} FOR EACH ROW\nBEGIN\n{update}\nEND",
        )

    def end_sync(self, sync: Sync) -> tuple[str, ...]:
        return (f"DROP TRIGGER {self._name(sync, '_i')}", f"DROP TRIGGER {self._name(sync, '_u')}")

    def guard(self, table: QualifiedName, where: str, message: str) -> tuple[str, ...]:
        """A required column with the message as its name: NULL in a single row fails in every SQL mode."""
        name = self.quote(message.encode()[: self.provider.identifier_limit].decode(errors="ignore").strip())
        found = f"EXISTS (SELECT 1 FROM {self.table(table)} WHERE {where})"
        return (
            f"{sql_comment(f'{GUARD_NOTE} {GUARD_HINT}')}CREATE TEMPORARY TABLE refract_guard ({name} INT NOT NULL)",
            f"INSERT INTO refract_guard VALUES ((SELECT IF({found}, NULL, 1)))",
            "DROP TABLE refract_guard",
        )

    def fill(self, fill: Fill, pace: PlanSettings) -> tuple[str, ...]:
        """A procedure: a batch that meets a locked row releases its locks, and is tried again. It rests as long as the
        batch took: to see who waits takes a right that few users have.
        """
        by, table = walk(fill.table, self.quote), self.table(fill.table.name)
        procedure = self.quote(self.provider.sync_name(fill.table.name.name, "backfill"))
        declared = "".join(
            f"  DECLARE {RESERVED}low_{n}, {RESERVED}high_{n}, {RESERVED}last_{n} {self._variable(k.type)};\n"
            for n, k in enumerate(by.keys, 1)
        )
        gone = " ".join(f"SET {RESERVED}low_{n} = NULL;" for n in range(1, len(by.keys) + 1))
        return (
            f"DROP PROCEDURE IF EXISTS {procedure}",
            f"""\
CREATE PROCEDURE {procedure}()
BEGIN
{declared}  DECLARE {RESERVED}filled BOOLEAN;
  DECLARE {RESERVED}begun DATETIME(6);
  DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN {gone} END;
  SET SESSION innodb_lock_wait_timeout = {ROW_WAIT};
  SELECT {by.names} INTO {by.lasts} FROM {table} ORDER BY {by.descending} LIMIT 1;
  SELECT {by.names} INTO {by.lows} FROM {table} ORDER BY {by.names} LIMIT 1;
  WHILE {by.to_do} DO
    SELECT {by.names} INTO {by.highs} FROM (
      SELECT {by.names} FROM {table} WHERE {by.from_low} ORDER BY {by.names} LIMIT {pace.batch}
    ) AS batch ORDER BY {by.descending} LIMIT 1;
    SET {RESERVED}filled = FALSE;
    WHILE NOT {RESERVED}filled DO
      SET {RESERVED}begun = SYSDATE(6);
      BEGIN
        DECLARE EXIT HANDLER FOR 1205, 1213 ROLLBACK;
        {self.fill_batch(fill, by.inside)};
        COMMIT;
        SET {RESERVED}filled = TRUE;
      END;
      DO SLEEP(LEAST(GREATEST(TIMESTAMPDIFF(MICROSECOND, {RESERVED}begun, SYSDATE(6)) / 1000000, {pace.pause / 1000}), {pace.longest / 1000}));
    END WHILE;
    SELECT {by.names} INTO {by.lows} FROM {table} WHERE {by.past_high} ORDER BY {by.names} LIMIT 1;
  END WHILE;
END""",
            f"CALL {procedure}()",
            f"DROP PROCEDURE {procedure}",
        )

    def _variable(self, type_: ColumnType) -> str:
        """The type of a variable that is compared with a column: with the collation of Prisma's tables, not the database's."""
        text = self.provider.render_type(type_)
        return f"{text} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci" if type_.name in TEXTS else text

    def _name(self, sync: Sync, suffix: str) -> str:
        limit = self.provider.identifier_limit or len(sync.name) + _SUFFIX
        return self.quote(sync.name[: limit - _SUFFIX] + suffix)

    def _insert(self, sync: Sync) -> str:
        forward, backward = self.assigned(sync.forward), self.assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        return f"  IF {self.writes_new(sync, self.sets_new_column(sync))} THEN {backward}\n  ELSE {forward}\n  END IF;"

    def _update(self, sync: Sync) -> str:
        forward, backward = self.assigned(sync.forward), self.assigned(sync.backward)
        if not sync.backward:
            return f"  {forward}"
        return (
            f"  IF {self.writes_new(sync, self.changed(sync, sync.forward))} THEN {backward}\n"
            f"  ELSEIF {self.writes_old(sync)} THEN {forward}\n  END IF;"
        )


class PlanetscaleDialect(MysqlDialect):
    """PlanetScale, which has neither triggers nor procedures."""

    syncs = False

    def fill(self, fill: Fill, pace: PlanSettings) -> tuple[str, ...]:
        return (self.fill_batch(fill, ""),)

    def fill_note(self, fill: Fill) -> str:
        return (
            "One statement, since there are no procedures here. If the table is large,\n"
            "-- first run it with LIMIT 1000 from a script until no row changes."
        )
