"""A runbook as values: what you do, check and must be able to undo when migrations are deployed.

`refract.actions.runbook` fills it in, `refract.rendering.runbook` prints it.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from attrs import frozen

from refract.plans import Plan, PlanStep
from refract.providers.costs import Cost
from refract.providers.versions import Version
from refract.recipes.acts import Act
from refract.rules.kit.harm import Harm
from refract.schema.changes import Statement
from refract.schema.model import QualifiedName
from refract.sql.rollback import Loss

NO_ROWS = "no rows"
TRUE = "t"
"""The results of a check that do not count anything; `t` is how PostgreSQL prints it."""


class Check(Enum):
    """What a query is about."""

    TABLE_EMPTY = "table-empty"
    NO_NULLS = "no-nulls"
    NO_DUPLICATES = "no-duplicates"
    NO_ORPHANS = "no-orphans"
    CONSTRAINT_HOLDS = "constraint-holds"
    VALUES_UNUSED = "values-unused"
    COLUMNS_EXIST = "columns-exist"
    INDEX_VALID = "index-valid"
    CONSTRAINT_VALIDATED = "constraint-validated"
    STEP_COMPLETE = "step-complete"
    LONG_TRANSACTIONS = "long-transactions"
    LONG_TRANSACTIONS_AHEAD_OF_RETRIES = (
        "long-transactions-ahead-of-retries"  # the migration gives up its place in between
    )
    RUNNING_TRANSACTIONS = "running-transactions"  # the server cannot filter them by age
    BLOCKED_QUERIES = "blocked-queries"
    RUNNING_JOBS = "running-jobs"
    CANCEL = "cancel"  # stops the migration that runs
    CANCEL_STATEMENT = "cancel-statement"  # returns the statement that does


@frozen
class Query:
    """A query and the result that it must have; `expected` is empty if the result is only to be read.

    `table`, `names` and `other` are what it is about: columns, values, an index, a constraint; a referenced table.
    """

    check: Check
    sql: str
    expected: str = "0"
    table: str = ""
    names: tuple[str, ...] = ()
    other: str = ""


class BackupScope(Enum):
    """How much a backup holds if the tables alone cannot be saved."""

    TABLES = "tables"
    DUMPED_TABLES = "dumped-tables"  # by pg_dump, which refuses the arguments of Prisma's URL
    FILE = "file"
    DATABASE = "database"
    SERVER_DATABASE = "server-database"  # of SQL Server, which Azure backs up automatically
    BRANCH = "branch"


@frozen
class Backup:
    """The command (or SQL) that saves tables, its language, and how much it saves."""

    command: str
    language: str
    scope: BackupScope = BackupScope.TABLES


class AppError(Enum):
    """An error that an app gets from the database: what is wrong, and the code of Prisma Client (empty if it has none)."""

    COLUMN_MISSING = ("column-missing", "P2022")
    TABLE_MISSING = ("table-missing", "P2021")
    VALUE_LEFT_OUT = ("value-left-out", "P2011")  # by instances that do not know a required column
    UNKNOWN_TYPE = ("unknown-type", "P2023")
    UNKNOWN_ENUM_VALUE = ("unknown-enum-value", "P2023")
    DUPLICATE = ("duplicate", "P2002")
    BAD_REFERENCE = ("bad-reference", "P2003")
    NULL_VALUE = ("null-value", "P2011")
    CHECK_VIOLATED = ("check-violated", "")

    @property
    def code(self) -> str:
        """The code of Prisma Client."""
        return self.value[1]


@frozen
class Watched:
    """An error to look for; `name` is that of a constraint."""

    error: AppError
    name: str = ""


class Period(StrEnum):
    """How long to watch."""

    OLD_INSTANCES = "old-instances"  # until none is running
    A_DAY = "a-day"


@frozen
class WatchErrors:
    """Look for errors in the log of the app."""

    errors: tuple[Watched, ...]
    period: Period


@frozen
class WatchQueries:
    """Look at the slowest queries on tables whose indexes changed."""

    tables: tuple[QualifiedName, ...]


@frozen
class WatchDisk:
    """Look at the free disk space while rows of tables are written, and at replicas if the database has any."""

    tables: tuple[QualifiedName, ...]
    has_replicas: bool


@frozen
class Rehearse:
    """Follow the runbook on staging; note the duration if it grows with the tables."""

    is_slow: bool


@frozen
class PendingMigrations:
    """Check that exactly these migrations are not applied yet."""

    command: str
    migrations: tuple[str, ...]


@frozen
class NothingPending:
    """Check that all migrations are applied."""

    command: str


@frozen
class FinishStep:
    """Finish an earlier step of a plan before `migration` is deployed (empty: before a step without any)."""

    step: StepOfPlan
    migration: str


@frozen
class WriteRollback:
    """Have a rollback at hand; `command` writes it, and is empty if Refract cannot."""

    migration: str
    command: str


@frozen
class StopUsing:
    """Check that no running app instance uses what the migrations drop or rename."""

    names: tuple[str, ...]


@frozen
class BackUpTables:
    """Save tables before they lose something."""

    backup: Backup
    tables: tuple[QualifiedName, ...]


@frozen
class DoAct:
    """A manual act in a step of a plan; `commands` run its scripts."""

    act: Act
    commands: tuple[str, ...] = ()


@frozen
class Run:
    """Run a command."""

    command: str


Task = (
    Rehearse
    | PendingMigrations
    | NothingPending
    | FinishStep
    | WriteRollback
    | StopUsing
    | Query
    | BackUpTables
    | DoAct
    | Run
    | WatchErrors
    | WatchQueries
    | WatchDisk
)


@frozen
class ReleaseStatement:
    """One statement: its SQL, and the locks and time it costs. `is_not_followed`: Refract does not know what it does."""

    sql: str
    statement: Statement
    costs: tuple[Cost, ...]
    is_not_followed: bool


@frozen
class StepOfPlan:
    """A step, with the plan that it belongs to."""

    plan: Plan
    step: PlanStep

    @property
    def number(self) -> int:
        """The number of the step, from 1."""
        return self.plan.steps.index(self.step) + 1


@frozen
class Migration:
    """A migration that is deployed, statement by statement; `step` is that of the plan that wrote it."""

    name: str
    statements: tuple[ReleaseStatement, ...]
    step: StepOfPlan | None


@frozen
class ColumnHarm:
    """What happens to the values of a column."""

    table: str
    column: str
    harm: Harm


@frozen
class NoReturn:
    """What cannot be undone: the step of a plan sets limits, or a migration loses something."""

    migration: str
    step: StepOfPlan | None
    losses: tuple[Loss | ColumnHarm, ...] = ()


class Remains(Enum):
    """What a failed migration leaves in the database."""

    NOTHING = "nothing"
    INVALID_INDEX = "invalid-index"
    FILLED_ROWS = "filled-rows"
    STATEMENTS = "statements"  # those before the one that failed


@frozen
class Failure:
    """What to do if a migration fails: `cleanup` is SQL, `down` are files to look into, `resolve` is a command."""

    migration: str
    remains: Remains
    cleanup: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    resolve: str = ""


@frozen
class UndoStep:
    """Undo a step of a plan: `back` writes the migrations, which `deploy` applies if there are any.

    `stops_all` and `replaces_app` are what the step did with app instances: these return to the version before it.
    """

    step: StepOfPlan
    back: str
    deploy: tuple[str, ...]
    stops_all: bool
    replaces_app: bool
    lost: tuple[Loss, ...] = ()


@frozen
class UndoMigration:
    """Undo a migration with the `commands` that use its rollback: none if you have to write that."""

    migration: str
    commands: tuple[str, ...] = ()
    lost: tuple[Loss, ...] = ()


@frozen
class NothingToUndo:
    """A migration that changes no table."""

    migration: str


WayBack = UndoStep | UndoMigration | NothingToUndo


@frozen
class Environment:
    """Where the runbook applies. A version that no file of the project states is assumed; a flavour has none."""

    server: str
    server_version: Version
    is_server_assumed: bool
    prisma: Version
    is_prisma_assumed: bool
    folder: str


@frozen
class Runbook:
    """All of a runbook, in reading order. `steps` are the current ones if there are no migrations to deploy."""

    environment: Environment
    migrations: tuple[Migration, ...]
    steps: tuple[StepOfPlan, ...]
    no_return: tuple[NoReturn, ...]
    before: tuple[Task, ...]
    deploy: tuple[Task, ...]
    failures: tuple[Failure, ...]
    after: tuple[Task, ...]
    ways_back: tuple[WayBack, ...]
