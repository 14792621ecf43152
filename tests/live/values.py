"""What plans do to values, statement by statement: existing rows, writes of app instances, and what is read afterwards.

SQL quotes names as PostgreSQL does; MariaDB's are written from that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from recipes.plans import Case, plan_of, situation
from refract.diff import diff
from refract.providers import provider
from refract.recipes.acts import Review
from refract.recipes.engine import PlannedStep
from refract.schema.model import Database
from refract.sql.writer import write_script

Rows = list[tuple[object, ...]]


@frozen
class Writing:
    """`rows` are there when the plan begins; `writes` are what programs write when it has come to the step `reached`,
    before the step `reached` itself is taken back if `back`; `held` is what `read` then returns.
    """

    title: str
    plan: str
    schema: str
    rows: str
    reached: str
    read: str
    held: Rows
    writes: Sequence[str] = ()

    def __str__(self) -> str:
        return self.title

    @property
    def case(self) -> Case:
        """As a fixture of recipes has it."""
        recipe, *answers = self.plan.split("|")
        pairs = (answer.partition("=") for answer in answers)
        return Case(self.title, recipe, tuple((name, value) for name, _, value in pairs), "", self.schema, "")

    def steps(self, database: str, flavour: str = "") -> tuple[PlannedStep, ...]:
        """The steps of the plan until the one that is reached."""
        steps = plan_of(self.case, database, flavour)
        at = next(n for n, step in enumerate(steps, 1) if step.step.id == self.reached)
        return steps[:at]

    def counting(self, database: str, flavour: str = "") -> str:
        """The query of the first step, which counts the rows that would change."""
        (act,) = self.steps(database, flavour)[0].step.after
        assert isinstance(act, Review), act
        return act.query

    def statements(self, database: str, flavour: str = "") -> Iterator[str]:
        """The tables, the rows and the migrations, in the order in which they run."""
        asked, empty = (
            situation(self.case, database, flavour).database,
            Database(database, provider(database).default_schema),
        )
        yield write_script(diff(empty, asked), empty, asked)
        yield in_words_of(database, self.rows)
        for step in self.steps(database, flavour):
            yield from (migration.sql for migration in step.migrations)


def in_words_of(database: str, sql: str) -> str:
    """SQL with the quotes of a database."""
    return sql.replace('"', "`") if database == "mysql" else sql


def _user(fields: str) -> str:
    return f"model User {{\n  id Int @id @default(autoincrement())\n  note String?\n{fields}\n}}\n"


def _type(field: str, type_: str, *more: str) -> str:
    return "|".join(("change-type", "model=User", f"field={field}", f"type={type_}", "how=trigger", *more))


DERIVED = (
    Writing(
        "a text that becomes a number",
        _type("phone", "Int"),
        _user("  phone String"),
        """INSERT INTO "User" (phone) VALUES ('0049'), (' 12 ')""",
        "backfill",
        'SELECT phone, phone_v2 FROM "User" ORDER BY id',
        [("0049", 49), (" 12 ", 12)],
    ),
    Writing(
        "a text that is cut",
        _type("name", "String @db.VarChar(5)"),
        _user("  name String"),
        """INSERT INTO "User" (name) VALUES ('Mary  Ann Lee')""",
        "backfill",
        'SELECT name, name_v2 FROM "User"',
        [("Mary  Ann Lee", "Mary ")],
    ),
    Writing(
        "a fraction that becomes a number",
        _type("price", "Int"),
        _user("  price Float"),
        'INSERT INTO "User" (price) VALUES (1.7)',
        "backfill",
        'SELECT price, price_v2 FROM "User"',
        [(1.7, 2)],
    ),
    Writing(
        "a fraction that loses digits",
        _type("price", "Decimal @db.Decimal(20, 6)"),
        _user("  price Float"),
        'INSERT INTO "User" (price) VALUES (32.285714285714285)',
        "backfill",
        'SELECT TRIM(CAST(price AS CHAR(20))), TRIM(CAST(price_v2 AS CHAR(20))) FROM "User"',
        [("32.285714285714285", "32.285714")],
    ),
    Writing(
        "two names that become one",
        "merge-fields|model=User|fields=first,last|to=whole|how=trigger",
        _user("  first String\n  last String"),
        """INSERT INTO "User" (first, last) VALUES ('Mary Ann', 'Lee')""",
        "backfill",
        'SELECT first, last, whole FROM "User"',
        [("Mary Ann", "Lee", "Mary Ann Lee")],
    ),
    Writing(
        "a program that writes something else afterwards",
        _type("phone", "Int"),
        _user("  phone String"),
        """INSERT INTO "User" (phone) VALUES ('0049')""",
        "backfill",
        'SELECT phone, phone_v2, note FROM "User"',
        [("0049", 49, "seen")],
        ("""UPDATE "User" SET note = 'seen'""", 'UPDATE "User" SET phone_v2 = 49'),
    ),
    Writing(
        "a new program that writes another value",
        _type("phone", "Int"),
        _user("  phone String"),
        """INSERT INTO "User" (phone) VALUES ('0049')""",
        "backfill",
        'SELECT phone, phone_v2 FROM "User" ORDER BY id',
        [("50", 50), ("7", 7)],
        ('UPDATE "User" SET phone_v2 = 50', 'INSERT INTO "User" (phone_v2) VALUES (7)'),
    ),
    Writing(
        "a row that is copied with both values",
        _type("phone", "Int"),
        _user("  phone String"),
        "SELECT 1",
        "backfill",
        'SELECT phone, phone_v2 FROM "User" ORDER BY id',
        [("0049", 49)],
        ("""INSERT INTO "User" (phone, phone_v2) VALUES ('0049', 49)""",),
    ),
    Writing(
        "an expression that the column rounds",
        _type("price", "Decimal @db.Decimal(8, 2)", "forward={row}.price * 1.111", "backward={row}.price_v2 / 1.111"),
        _user("  price Decimal @db.Decimal(10, 4)"),
        'INSERT INTO "User" (price) VALUES (1.2345)',
        "backfill",
        'SELECT CAST(price AS CHAR(6)), CAST(price_v2 AS CHAR(4)) FROM "User"',
        [("1.2345", "1.37")],
    ),
)
ABSENT = (
    Writing(
        "parts of which the first is missing",
        "merge-fields|model=User|fields=a,b|to=ab|how=trigger",
        _user("  a String?\n  b String?"),
        """INSERT INTO "User" (a, b) VALUES ('only a', NULL), (NULL, 'only b'), (NULL, NULL), ('', 'b')""",
        "backfill",
        'SELECT a, b, ab FROM "User" ORDER BY id',
        [("only a", None, "only a"), (None, "only b", "only b"), (None, None, None), ("", "b", " b")],
    ),
    Writing(
        "NULL where the old column has a default",
        _type("nick", "String @db.VarChar(191)"),
        _user('  nick String? @default("anon") @db.VarChar(100)'),
        "SELECT 1",
        "switch",
        'SELECT nick, nick_v2 FROM "User" ORDER BY id',
        [(None, None), ("anon", "anon"), ("x", "x"), ("y", "y"), (None, None), ("anon", "anon")],
        (
            'INSERT INTO "User" (nick_v2) VALUES (NULL)',
            'INSERT INTO "User" (note) VALUES (NULL)',
            """INSERT INTO "User" (nick_v2) VALUES ('x')""",
            """INSERT INTO "User" (nick) VALUES ('y')""",
            'INSERT INTO "User" (nick) VALUES (NULL)',
            """INSERT INTO "User" (nick_v2) VALUES ('anon')""",
        ),
    ),
    Writing(
        "NULL where the old column has the time as default",
        _type("at", "DateTime @db.Timestamp(0)"),
        _user("  at DateTime? @default(now())"),
        "SELECT 1",
        "switch",
        'SELECT at IS NULL, at_v2 IS NULL FROM "User" ORDER BY id',
        [(True, True), (False, False), (True, True), (False, False)],
        (
            'INSERT INTO "User" (at_v2) VALUES (NULL)',
            'INSERT INTO "User" (note) VALUES (NULL)',
            'INSERT INTO "User" (at) VALUES (NULL)',
            """INSERT INTO "User" (at_v2) VALUES ('2024-01-01 12:00:00')""",
        ),
    ),
    Writing(
        "NULL where a renamed column has the time as default",
        "rename-field|model=User|field=at|to=since|how=trigger",
        _user("  at DateTime? @default(now())"),
        "SELECT 1",
        "switch",
        'SELECT at IS NULL, since IS NULL FROM "User" ORDER BY id',
        [(True, True), (False, False), (True, True), (False, False)],
        (
            'INSERT INTO "User" (since) VALUES (NULL)',
            'INSERT INTO "User" (note) VALUES (NULL)',
            'INSERT INTO "User" (at) VALUES (NULL)',
            """INSERT INTO "User" (since) VALUES ('2024-01-01 12:00:00')""",
        ),
    ),
)
ZONES = (
    Writing(
        "a time without a zone that gets one",
        _type("at", "DateTime @db.Timestamptz(3)"),
        _user("  at DateTime"),
        """INSERT INTO "User" (at) VALUES ('2024-07-01 12:00'), ('2024-01-01 12:00'), ('2024-10-27 00:30'), ('2024-10-27 01:30')""",
        "switch",
        """SELECT at::text, (at_v2 AT TIME ZONE 'UTC')::text FROM "User" ORDER BY id""",
        [
            ("2024-07-01 12:00:00", "2024-07-01 12:00:00"),
            ("2024-01-01 12:00:00", "2024-01-01 12:00:00"),
            ("2024-10-27 00:30:00", "2024-10-27 00:30:00"),
            ("2024-10-27 01:30:00", "2024-10-27 01:30:00"),
            ("2024-07-01 10:00:00", "2024-07-01 10:00:00"),
            ("2024-07-01 11:00:00", "2024-07-01 11:00:00"),
        ],
        (
            """INSERT INTO "User" (at_v2) VALUES ('2024-07-01T10:00:00Z')""",
            """INSERT INTO "User" (at) VALUES ('2024-07-01 11:00')""",
        ),
    ),
    Writing(
        "a time with a zone that loses it",
        _type("at", "DateTime @db.Timestamp(3)"),
        _user("  at DateTime @db.Timestamptz(3)"),
        """INSERT INTO "User" (at) VALUES ('2024-07-01T12:00:00Z')""",
        "switch",
        """SELECT (at AT TIME ZONE 'UTC')::text, at_v2::text FROM "User" ORDER BY id""",
        [
            ("2024-07-01 12:00:00", "2024-07-01 12:00:00"),
            ("2024-07-01 10:00:00", "2024-07-01 10:00:00"),
        ],
        ("""INSERT INTO "User" (at_v2) VALUES ('2024-07-01 10:00')""",),
    ),
)
_TAKEN = """INSERT INTO "User" (value) VALUES {}"""


def _converted(title: str, type_: str, becomes: str, values: str, held: Rows, changed: int) -> tuple[Writing, int]:
    """Values of one type as another, and how many of them do not come back."""
    plan = _type("value", becomes)
    read = 'SELECT TRIM(CAST(value_v2 AS CHAR(12))) FROM "User" ORDER BY id'
    return Writing(title, plan, _user(f"  value {type_}"), _TAKEN.format(values), "backfill", read, held), changed


CONVERTED = (
    _converted(
        "texts as numbers", "String?", "Int", "('0049'), ('7'), ('9999999999'), ('x'), (NULL)",
        [("49",), ("7",), (None,), (None,), (None,)], 3,
    ),
    _converted(
        "fractions that are too large", "Float?", "Decimal @db.Decimal(5, 2)", "(999.996), (999.99), (-1000), (12345), (1.5)",
        [(None,), ("999.99",), (None,), (None,), ("1.50",)], 3,
    ),
    _converted(
        "texts as fractions that are too large", "String?", "Decimal @db.Decimal(5, 2)", "('999.99'), ('1000'), ('1.5'), ('1.555')",
        [("999.99",), (None,), ("1.50",), (None,)], 3,
    ),
    _converted("large numbers as smaller ones", "BigInt?", "Int", "(3000000000), (5)", [("2147483647",), ("5",)], 1),
    _converted("fractions beyond whole numbers", "Float?", "BigInt", "(1e300), (9223372036854775807), (2.6)", [(None,), (None,), ("3",)], 3),
    _converted("times that lose digits", "DateTime?", "DateTime @db.Timestamp(0)", "('2024-01-01 12:00:00.600'), ('2024-01-01 12:00:00')", [("2024-01-01 1",), ("2024-01-01 1",)], 1),
)  # fmt: skip
