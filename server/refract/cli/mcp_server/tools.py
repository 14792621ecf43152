"""The tools: each is one command, and its result has the fields of that command's JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from refract import clock
from refract.actions import pending_migration
from refract.actions.fixing import new_migrations
from refract.analysis import Analysis
from refract.analysis.proposed import judge_sql
from refract.cli.chosen_project import chosen_analysis
from refract.cli.mcp_server.running import Ran, Refused, inside
from refract.cli.places import Places
from refract.cli.shapes import VERSION, finding_as_json
from refract.cli.terminal import CannotRun
from refract.positions import PlainText
from refract.rules.kit.finding import Severity

Json = dict[str, Any]
Tool = Callable[..., Json]
_FAILED = 2  # the exit code of a command that could not run
_PROPOSED = "proposed_migration"
_ABOUT_FILES = frozenset({"migration-name-uninformative", "off-style-migration-name", "missing-rollback"})


@frozen
class Tools:
    """The tools, with the commands that they run."""

    run: Callable[..., Ran]
    checked: Callable[[str], Json]

    @property
    def readers(self) -> tuple[Tool, ...]:
        """The tools that write nothing."""
        return (
            self.check_schema,
            self.check_sql,
            self.preview_migration,
            self.suggest_names,
            self.list_recipes,
            self.plan_status,
            self.runbook,
            self.explain_rule,
        )

    @property
    def writers(self) -> tuple[Tool, ...]:
        """The tools that write files of the project."""
        return (self.apply_fix, self.create_migration, self.plan_new, self.plan_next, self.plan_back, self.rollback)

    def check_schema(self, project: str = ".") -> Json:
        """Judge the edited schema and the new migrations, without a database.

        Run this after each edit of a schema or a migration, and before any `prisma migrate` or `prisma db push`.
        Fix each finding of severity `error` first. `now` and `message` tell what to do.
        """
        return self.checked(inside(project))

    def check_sql(self, sql: str, project: str = ".") -> Json:
        """Judge SQL that is not on disk, as the next migration of the project. Nothing is written or run."""
        analysis = _analysis(project)
        path = new_migrations(analysis, clock.now())(_PROPOSED)
        found = [f for f in judge_sql(analysis.snapshot, path, sql) if f.rule not in _ABOUT_FILES]
        places = Places([*analysis.snapshot.tree.documents, PlainText(path, sql)])
        shapes = [finding_as_json(finding, analysis, places) for finding in found]
        counts = {str(severity): sum(f.severity is severity for f in found) for severity in Severity}
        return {"version": VERSION, "findings": shapes, "summary": counts}

    def preview_migration(self, project: str = ".") -> Json:
        """The SQL of the pending migration with names for it. Nothing is written. Check the schema first."""
        analysis = _analysis(project)
        parts = pending_migration.pending_parts(analysis)
        shapes = [{"names": list(part.names), "sql": part.sql} for part in parts]
        return {
            "version": VERSION,
            "migrations": shapes,
            "problems": [problem.message for problem in analysis.problems],
        }

    def create_migration(self, name: str = "", project: str = ".") -> Json:
        """Write the pending migration, as `prisma migrate dev --create-only` does, without a database."""
        done = self.run("create", *_project(project), *(("--", name) if name else ()))
        if done.code:
            raise Refused(done.notes or done.out)
        lines = done.out.splitlines()
        files = [line for line in lines if line.endswith((".sql", ".toml"))]
        return {"version": VERSION, "files": files, "message": "\n".join(line for line in lines if line not in files)}

    def suggest_names(self, project: str = ".") -> Json:
        """Names for the pending migration, best first, in the style of those before."""
        return {"version": VERSION, "names": list(pending_migration.names(_analysis(project)))}

    def list_recipes(self) -> Json:
        """The recipes that split a risky change into safe steps, each with its questions."""
        return self.run("plan", "recipes", "--format=json").json

    def plan_new(self, recipe: str, subject: str, answers: Mapping[str, str] | None = None, project: str = ".") -> Json:
        """Write a plan of safe steps for a model (`User`), a field (`User.name`), an enum or a value (`Role.ADMIN`).

        Undo the risky edit of the schema first: the steps make it.
        """
        pairs = [f"{name}={value}" for name, value in (answers or {}).items()]
        return self.run("plan", "new", "--format=json", *_project(project), "--", recipe, subject, *pairs).json

    def plan_next(self, name: str = "", project: str = ".") -> Json:
        """Take the next step of a plan: write its edits of the schema and its migrations. No database is changed.

        If `files` is empty, no step was taken: `message` is the reason, and `to_do` is what the user must do first.
        """
        return self.run("plan", "next", "--format=json", *_project(project), *_named(name)).json

    def plan_status(self, name: str = "", project: str = ".") -> Json:
        """The status of all plans, or all steps of one plan."""
        if not name:
            return self.run("plan", "list", "--format=json", *_project(project)).json
        return self.run("plan", "show", "--format=json", *_project(project), *_named(name)).json

    def plan_back(self, name: str = "", project: str = ".") -> Json:
        """Undo the last step of a plan with a new migration, and reverse its edits of the schema."""
        return self.run("plan", "back", "--format=json", *_project(project), *_named(name)).json

    def apply_fix(self, finding: str, fix: str, answers: Mapping[str, str] | None = None, project: str = ".") -> Json:
        """Apply a fix of a finding, by the finding's `key` and the `id` in its `fixes`. The fix is tried before it is written."""
        pairs = [f"{name}={value}" for name, value in (answers or {}).items()]
        done = self.run("fix", f"--finding={finding}", f"--with={fix}", *_project(project), "--", *pairs)
        if done.code == _FAILED:
            raise Refused(done.notes or done.out)
        return {"version": VERSION, "message": done.out.strip()}

    def rollback(self, migration: str = "", project: str = ".") -> Json:
        """Write the down.sql that undoes a migration (default: the newest), and list what cannot be restored."""
        return self.run("rollback", "--format=json", *_project(project), *_named(migration)).json

    def runbook(self, migrations: Sequence[str] = (), project: str = ".") -> Json:
        """The checklist for the next deploy, in Markdown: checks before it, backups, monitoring, rollback."""
        return {"version": VERSION, "markdown": self.run("runbook", *_project(project), "--", *migrations).out}

    def explain_rule(self, rule: str) -> Json:
        """The page of a rule: what it finds, why that is risky, and a safer way."""
        return {"version": VERSION, "rule": rule, "markdown": self.run("explain", "--", rule).out}


def _project(path: str) -> tuple[str, ...]:
    return () if path == "." else (f"--project={inside(path)}",)


def _named(name: str) -> tuple[str, ...]:
    return ("--", name) if name else ()


def _analysis(project: str) -> Analysis:
    try:
        return chosen_analysis(None if project == "." else inside(project))
    except CannotRun as error:
        raise Refused(error.format_message()) from error
