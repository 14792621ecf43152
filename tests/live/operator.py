"""Follows printed runbooks from top to bottom on a real PostgreSQL, while old and new versions of an application run.

An item that the operator does not know fails the test: nothing of a page is skipped but what no test can do.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from attrs import define, field
from click.testing import CliRunner

from live.checklist import Item, items
from live.deployer import Deployer
from live.ledger.postgresql import PostgresqlStore
from live.ledger.run import Course
from live.ledger.schedule import Live, Stage
from live.ledger.speech import Application
from refract.cli.main import cli
from refract.recipes.acts import OLD_INSTANCES_STOPPED, StopAll
from refract.rendering.acts import instruction

_ONLY_FOR_PEOPLE = re.compile(
    r"Follow this runbook on staging|Watch |Wait until you are sure|Wait for quiet hours|Check that no running app instance"
    r"|Back up .* if you may need the data"
)
_PENDING = re.compile(r"It must list only (.*) as not yet applied\.")


def refract(*words: str) -> str:
    """A command of Refract in the current folder; what it prints."""
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == 0, f"{words}: {result.output}"
    return result.stdout


@define(eq=False)
class Operator:
    """A person with a runbook. `course` is the application with its rows, `deployer` does what a shell would.

    `done` are the items that were followed, in order.
    """

    course: Course
    deployer: Deployer
    store: PostgresqlStore
    environment: dict[str, str]
    done: list[str] = field(factory=list)
    _deploy: Future[None] | None = None
    _pool: ThreadPoolExecutor = field(factory=lambda: ThreadPoolExecutor(1))

    def follow(self, page: str, stage: Stage) -> None:
        """All boxes of a page, for a step of a plan."""
        tasks = [item for item in items(page) if item.is_task]
        if not any("migrate deploy" in item.text for item in tasks):
            self._arrive(stage)
        for item, later in zip(tasks, [*tasks[1:], None], strict=True):
            self._follow(item, stage)
            if later is None or later.section != item.section:
                self._wait_for_the_deploy(stage)
        self._only(self._newest, stage)
        self._verify(stage)

    def go_back(self, page: str, stage: Stage, old: Application) -> None:
        """The numbered items under `To roll back`; `old` is the version that ran before the step."""
        for item in items(page):
            if item.section != "To roll back" or not re.fullmatch(r"\d+\.", item.mark):
                continue
            if item.text.startswith("Deploy the version that ran before"):
                self._live((self._newest, old), stage)
            elif item.text.startswith("Wait until no newer instance"):
                self._only(old, stage)
            elif item.text.startswith("Start the version that ran before"):
                self._wait_for_the_deploy(stage)
                self._only(old, stage)
            else:
                self._follow(item, stage)
                self._wait_for_the_deploy(stage)
        if self.course.database is not stage.database:
            self._arrive(stage)  # nothing was deployed
        self._verify(stage)

    def _follow(self, item: Item, stage: Stage) -> None:
        self.done.append(item.text)
        if item.command:
            self._run(item.command, item, stage)
        elif item.block and item.language == "sql":
            self._query(item)
        elif item.block:
            self._shell(item.block)
        elif item.text.startswith(instruction(StopAll())):
            self._live((), stage)
        elif item.text.startswith("Start the version"):
            self._live((stage.after[-1][0],), stage)
        elif item.text.startswith("Deploy "):
            self._live((*self.course.workers.scene.live, stage.after[-1][0]), stage)
        elif item.text.startswith(instruction(OLD_INSTANCES_STOPPED)):
            self._only(stage.after[-1][0], stage)
        elif item.text.startswith("Restart app instances"):
            live = self.course.workers.scene.live
            self._live((), stage)
            self._live(live, stage)
        else:
            assert _ONLY_FOR_PEOPLE.match(item.text), f"what is an operator to do? {item.text}"

    def _run(self, command: str, item: Item, stage: Stage) -> None:
        words = shlex.split(command)
        if words[0] == "refract":
            refract(*words[1:])
        elif words[2:] == ["migrate", "status"]:
            names = _PENDING.search(item.text)
            assert self.deployer.pending == (re.findall(r"`([^`]+)`", names[1]) if names else [])
        elif words[2:] == ["migrate", "deploy"]:
            self.course.let_migrate(stage, self.course.workers.scene.live)
            self._deploy = self._pool.submit(self.deployer.run, command)
        else:
            self.deployer.run(command)

    def _query(self, item: Item) -> None:
        """Each query returns what the page promises; where it promises nothing, it can be run."""
        expected = re.search(r"(?:This|Each query) must return (.+):$", item.text)
        session = self.store.session("the operator")
        for query in filter(str.strip, item.block.split(";")):
            rows = session.rows(query)
            if expected is not None:
                returned = "no rows" if not rows else ", ".join(map(_shown, rows[0]))
                assert returned == expected[1].strip("`"), f"{item.text}\n{query}\n{rows}"
        session.close()

    def _shell(self, commands: str) -> None:
        environment = {**os.environ, **self.environment}
        subprocess.run(["sh", "-ec", commands], check=True, cwd=self.deployer.root, env=environment)

    def _wait_for_the_deploy(self, stage: Stage) -> None:
        if self._deploy is not None:
            self._deploy.result()
            self._deploy = None
            self._arrive(stage)

    def _arrive(self, stage: Stage) -> None:
        with self.course.workers.held():
            self.course.arrive(stage)

    def _verify(self, stage: Stage) -> None:
        with self.course.workers.held():
            self.course.verify(stage.title)

    @property
    def _newest(self) -> Application:
        return self.course.workers.scene.live[-1]

    def _only(self, version: Application, stage: Stage) -> None:
        self._live((version,), stage)

    def _live(self, versions: Iterable[Application], stage: Stage) -> None:
        live: Live = tuple(dict.fromkeys(versions))
        if live != self.course.workers.scene.live:
            self.course.let_live(live, stage.title)


def _shown(value: object) -> str:
    return {True: "t", False: "f"}.get(value, str(value)) if isinstance(value, bool) else str(value)
