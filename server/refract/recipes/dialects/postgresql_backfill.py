"""A backfill on PostgreSQL that paces itself: a loop that commits batch by batch.

A batch grows while no query waits for its rows, and shrinks if one does. After such a batch the loop rests for as
long as the batch took. Rows that are locked by the app are waited for only shortly, without keeping those of the batch.
"""

from __future__ import annotations

from refract.config.settings import PlanSettings
from refract.recipes._expressions import RESERVED
from refract.recipes.dialects.base import Walk
from refract.sql.safe.postgresql import LOCK_TRIES

ROW_WAIT = 100  # milliseconds that a batch waits for a row while it holds others
GROWTH = 10  # how many times larger, or smaller, than the settings say a batch becomes
LONG = 0.1  # seconds: a batch that takes longer is not made larger
TOO_LONG = 0.2  # seconds: a batch that takes longer is made smaller


def paced_loop(by: Walk, table: str, quoted: tuple[str, ...], guard: str, batch: str, pace: PlanSettings) -> str:
    """The block around the statement that fills a `batch`; `quoted` are the columns of the key, `guard` stops it first if rows
    are hidden from it.
    """
    keys = "".join(
        f"  {RESERVED}{word}_{n} {table}.{name}%TYPE;\n"
        for n, name in enumerate(quoted, 1)
        for word in ("low", "high", "last")
    )
    fewest = max(pace.batch // GROWTH, 1)
    floor, ceiling = pace.pause / 1000, pace.longest / 1000
    return f"""\
#variable_conflict use_column
DECLARE
{keys}  {RESERVED}batch_rows INTEGER := {pace.batch};
  {RESERVED}attempt INTEGER := 1;
  {RESERVED}begun TIMESTAMPTZ;
  {RESERVED}took DOUBLE PRECISION;
  {RESERVED}a_query_waits BOOLEAN;
BEGIN
{guard}  SELECT {by.names} INTO {by.lasts} FROM {table} ORDER BY {by.descending} LIMIT 1;
  SELECT {by.names} INTO {by.lows} FROM {table} ORDER BY {by.names} LIMIT 1;
  WHILE {by.to_do} LOOP
    SELECT {by.names} INTO {by.highs} FROM (
      SELECT {by.names} FROM {table} WHERE {by.from_low} ORDER BY {by.names} LIMIT {RESERVED}batch_rows
    ) AS batch ORDER BY {by.descending} LIMIT 1;
    EXIT WHEN {RESERVED}high_1 IS NULL;
    -- What a crash could lose is filled again.
    SET LOCAL synchronous_commit = off;
    SET LOCAL lock_timeout = '{ROW_WAIT}ms';
    {RESERVED}begun := clock_timestamp();
    BEGIN
      {batch};
    EXCEPTION WHEN lock_not_available THEN
      IF {RESERVED}attempt = {LOCK_TRIES} THEN RAISE; END IF;
      {RESERVED}attempt := {RESERVED}attempt + 1;
      {RESERVED}batch_rows := greatest({RESERVED}batch_rows / 2, {fewest});
      PERFORM pg_sleep(random());
      CONTINUE;
    END;
    {RESERVED}attempt := 1;
    {RESERVED}a_query_waits := EXISTS (
      SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
    );
    COMMIT;
    {RESERVED}took := extract(epoch FROM clock_timestamp() - {RESERVED}begun);
    IF {RESERVED}a_query_waits OR {RESERVED}took > {TOO_LONG} THEN
      {RESERVED}batch_rows := greatest({RESERVED}batch_rows / 2, {fewest});
    ELSIF {RESERVED}took < {LONG} THEN
      {RESERVED}batch_rows := least({RESERVED}batch_rows * 2, {pace.batch * GROWTH});
    END IF;
    PERFORM pg_sleep(CASE WHEN {RESERVED}a_query_waits THEN least(greatest({RESERVED}took, {floor}), {ceiling}) ELSE {floor} END);
    SELECT {by.names} INTO {by.lows} FROM {table} WHERE {by.past_high} ORDER BY {by.names} LIMIT 1;
  END LOOP;
END"""
