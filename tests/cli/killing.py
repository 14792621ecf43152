"""Runs a command of `refract` again and again, killed at each moment at which it is about to touch the project and at moments
that chance chooses, and says what was not as it must be afterwards.

A process of its own, which imports everything once and forks a child for each run: `python killing.py TEMPLATE WORK` with
commands as JSON on standard input. The last of them is the one that is killed.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from refract.cli.main import cli
from refract.fixes import load_fixes

_TOUCHING = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link"})
_STAMP = re.compile(r"\d{14}")
_MOST = 300
_BY_CHANCE = 5


class Project:
    """A folder in which the command runs, and what files of it may look like: as before, or as after a whole run."""

    def __init__(self, template: Path, work: Path, commands: list[list[str]]) -> None:
        self.work, self.last = work, commands[-1]
        self.before = self._made(template, "before", commands[:-1])
        began = time.perf_counter()
        self.whole = self._made(self.before, "after", commands[-1:])
        self.seconds = time.perf_counter() - began
        self.old, self.new = files(self.before), files(self.whole)

    def fresh(self) -> Path:
        """The project as it was before the command."""
        root = self.work / "killed"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.before, root)
        return root

    def _made(self, start: Path, name: str, commands: list[list[str]]) -> Path:
        root = self.work / name
        shutil.copytree(start, root)
        for command in commands:
            code = run(root, command)
            assert code == 0, f"{command} ends with {code}"
        return root


def main(template: Path, work: Path, commands: list[list[str]]) -> dict[str, Any]:
    """How often the command was killed, and each thing that was wrong then."""
    load_fixes()
    project = Project(template, work, commands)
    wrong: list[str] = []
    moments = 0
    while moments < _MOST and _killed(root := project.fresh(), project.last, partial(_arm, moments)):
        wrong += [f"moment {moments}: {what}" for what in seen_after(project, root)]
        moments += 1
    chance = random.Random(7)
    killed = 0
    for _ in range(_BY_CHANCE):
        delay = chance.uniform(0, project.seconds / 2)
        if _killed(root := project.fresh(), project.last, partial(_soon, delay)):
            killed += 1
            wrong += [f"after {delay:.3f} s: {what}" for what in seen_after(project, root)]
    changed = sorted(name for name, data in project.new.items() if project.old.get(name) != data)
    return {"moments": moments, "by chance": killed, "wrong": wrong, "changed": changed}


def _killed(root: Path, command: list[str], armed: Callable[[], None]) -> bool:
    return run(root, command, armed) == -signal.SIGKILL


def seen_after(project: Project, root: Path) -> list[str]:
    """What is wrong after a kill, and after the command was run again."""
    found = [
        f"{name} is neither the old nor the new one"
        for name, data in files(root).items()
        if data not in (project.old.get(name), project.new.get(name))
    ]
    migrations = [folder for folder in (root / "prisma" / "migrations").glob("*") if folder.is_dir()]
    found += [f"{folder.name} has no SQL" for folder in migrations if not (folder / "migration.sql").exists()]
    found += [f"{name} is gone" for name in project.old if name not in files(root)]
    if files(root) == project.new:  # it was done: to run it again is another wish
        return found
    code = run(root, project.last)
    if code:
        return [*found, f"the command does not work again: it ends with {code}"]
    again = files(root)
    different = sorted(name for name in {*again, *project.new} if again.get(name) != project.new.get(name))
    return [*found, *(f"{name} is another one after the command was run again" for name in different)]


def run(root: Path, command: list[str], armed: Callable[[], None] = lambda: None) -> int:
    """Run a command in a child; its exit code, or the negative number of the signal that ended it."""
    child = os.fork()
    if child == 0:
        os.chdir(root)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        armed()
        try:
            cli.main(command, standalone_mode=True)
        except SystemExit as ended:
            os._exit(int(ended.code or 0))
        finally:
            os._exit(70)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def files(root: Path) -> dict[str, bytes]:
    """The files of a project that anybody looks at, without the times that migrations are named after."""
    return {
        _STAMP.sub("TIME", path.relative_to(root).as_posix()): _STAMP.sub("TIME", path.read_text()).encode()
        for path in root.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    }


def _arm(moment: int) -> None:
    """Kill this process when it is about to touch its folder for that time."""
    here, seen = str(Path.cwd()), 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        writes = event == "open" and (set(arguments[1] or "") & set("wax+") or arguments[2] & os.O_CREAT)
        if (not writes and event not in _TOUCHING) or isinstance(arguments[0], int):
            return
        if str(Path.cwd() / os.fsdecode(arguments[0])).startswith(here):
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    sys.addaudithook(hook)


def _soon(delay: float) -> None:
    threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), json.load(sys.stdin))))
