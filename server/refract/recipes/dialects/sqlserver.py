"""SQL Server: rows are filled in a loop, each batch in a separate transaction."""

from __future__ import annotations

from refract.config.settings import PlanSettings
from refract.recipes.base import Fill
from refract.recipes.dialects.base import TEXTS, Dialect, key_of
from refract.schema.model import ColumnType

_EXACT = "Latin1_General_BIN2"


class SqlserverDialect(Dialect):
    """The SQL of SQL Server."""

    numbers_each_table = True
    refuses_second_cascade = True

    def differs(self, one: str, other: str) -> str:
        return f"EXISTS (SELECT {one} EXCEPT SELECT {other})"

    def folds(self, type_: ColumnType) -> bool:
        return type_.name in TEXTS - {"TEXT"}

    def texts_differ(self, one: str, other: str) -> str:
        return self.differs(f"{one} COLLATE {_EXACT}", f"{other} COLLATE {_EXACT}")

    def fill_note(self, fill: Fill) -> str:
        if len(key_of(fill.table)) > 1:
            return "One statement, since the table's key has several columns. If the table is large, first run it for parts of the rows."
        return super().fill_note(fill)

    def fill(self, fill: Fill, pace: PlanSettings) -> tuple[str, ...]:
        keys = key_of(fill.table)
        if len(keys) > 1:
            return (self.fill_batch(fill, ""),)
        name, table = self.quote(keys[0].name), self.table(fill.table.name)
        type_ = self.provider.render_type(keys[0].type)
        batch = self.fill_batch(fill, f"{name} >= @low AND {name} <= @high")
        return (
            f"""\
DECLARE @begun DATETIME2, @took INT, @until DATETIME2;
DECLARE @low {type_} = (SELECT MIN({name}) FROM {table}), @high {type_}, @last {type_} = (SELECT MAX({name}) FROM {table});
WHILE @low <= @last
BEGIN
  SELECT @high = MAX({name}) FROM (SELECT TOP ({pace.batch}) {name} FROM {table} WHERE {name} >= @low ORDER BY {name}) AS batch;
  SET @begun = SYSUTCDATETIME();
  {batch};
  SET @took = DATEDIFF(millisecond, @begun, SYSUTCDATETIME());
  SET @took = CASE WHEN @took < {pace.pause} THEN {pace.pause} WHEN @took > {pace.longest} THEN {pace.longest} ELSE @took END;
  SET @until = DATEADD(millisecond, @took, SYSUTCDATETIME());
  WHILE SYSUTCDATETIME() < @until WAITFOR DELAY '00:00:00.010';
  SET @low = (SELECT MIN({name}) FROM {table} WHERE {name} > @high);
END""",
        )
