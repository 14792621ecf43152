"""`python -m bench.soak [--root DIR] [--minutes 60]`: random typing without pauses, file events, switches of branches.

A driver types into a schema: words and random text letter by letter, lines taken out and put back, blocks pasted,
undone. Now and then it asks for diagnostics, lenses and hovers, a migration changes on disk, or git switches to
another branch and back. It passes when the server never failed, its memory stayed flat, and its last diagnostics are
those of a fresh server for the same text. It works on a copy of the folder.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORDS = (
    "String",
    "Int?",
    "@unique",
    "@default(now())",
    "@relation(",
    "model X {",
    "}",
    "// note",
    '"',
    "@@index([id])",
    "é",
    "\n",
)
PARTS = (*WORDS, *'()[]{}@?.,:="\\/ #$&a0', "model ", "enum ", "map: ", "[] ", "-1.5", "'", "\U0001f600")
"""What random text is made of: lines of forms that nobody has typed before."""

CHECKS = 12
WARM = 1 / 6
"""The part of the run after which memory must be flat: ten minutes of an hour."""

GROWTH = 10.0  # MB from then on


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).parent / "out" / "M")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = repository(options.root, Path(folder) / "project")
        passed = soak(root, options.minutes * 60, random.Random(options.seed))
    sys.exit(0 if passed else 1)


def soak(root: Path, seconds: float, chance: random.Random) -> bool:
    """Whether the server passed."""
    schema = root / "prisma" / "schema.prisma"
    with tempfile.TemporaryFile() as errors:
        typist = Typist(Server(root, errors), schema, chance)
        disk = Disk(typist.server, root, chance)
        begin, edits, memory = time.monotonic(), 0, list[float]()
        while (passed := time.monotonic() - begin) < seconds:
            edits += 1
            typist.key()
            if edits % 200 == 0:
                typist.look_around()
                disk.change()
            if passed > seconds / CHECKS * len(memory):
                memory.append(typist.server.memory())
                print(f"{edits:7} edits, {passed:6.1f} s, {memory[-1]:6.1f} MB", flush=True)
        disk.restore()
        typist.come_to_an_end()
        last = typist.diagnostics()
        memory.append(typist.server.memory())
        typist.server.close()
        errors.seek(0)
        said = errors.read().decode()
    fresh = Typist(Server(root, subprocess.DEVNULL), schema, random.Random(0), typist.text)
    same = fresh.diagnostics() == last
    fresh.server.close()
    growth = memory[-1] - max(memory[: max(2, int(CHECKS * WARM) + 1)])
    print(
        f"{len(last)} diagnostics, {'the same as' if same else 'NOT those of'} a fresh server; "
        f"{growth:+.1f} MB after the first {WARM * seconds / 60:.1f} minutes; stderr: {said[-2000:] or 'empty'}"
    )
    return same and not said and growth < GROWTH


def repository(source: Path, root: Path) -> Path:
    """A copy of a project, as a repository with the branches `main` and `feature`, which has one migration more."""
    shutil.copytree(source, root, ignore=shutil.ignore_patterns(".git"))
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "all")
    git(root, "checkout", "-qb", "feature")
    new = root / "prisma/migrations/29990101000000_soak/migration.sql"
    new.parent.mkdir(parents=True)
    new.write_text('CREATE TABLE "Soak" ("id" INTEGER NOT NULL, CONSTRAINT "Soak_pkey" PRIMARY KEY ("id"));\n')
    git(root, "add", ".")
    git(root, "commit", "-qm", "soak")
    return root


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


class Disk:
    """What changes below the open file: migrations that are edited, branches that are switched."""

    def __init__(self, server: Server, root: Path, chance: random.Random) -> None:
        self._server, self._root, self._chance = server, root, chance

    def change(self) -> None:
        """One change, and its event."""
        if self._chance.random() < 0.3:
            self._switch(self._chance.choice(("main", "feature")))
        else:
            path = self._chance.choice(sorted(self._root.glob("prisma/migrations/*/migration.sql")))
            path.write_text(path.read_text() + f"-- {self._chance.randrange(10**6)}\n")
            self._tell(path)

    def restore(self) -> None:
        """The branch and the files of the beginning."""
        self._switch("feature")

    def _switch(self, branch: str) -> None:
        git(self._root, "checkout", "-qf", branch)
        self._tell(*self._root.glob("prisma/migrations/*/migration.sql"), self._root / "prisma/schema.prisma")

    def _tell(self, *paths: Path) -> None:
        changes = [{"uri": path.as_uri(), "type": 2} for path in paths]
        self._server.notify("workspace/didChangeWatchedFiles", {"changes": changes})


class Typist:
    """Someone who types at random into one file."""

    def __init__(self, server: Server, schema: Path, chance: random.Random, text: str | None = None) -> None:
        self.server, self.uri, self.chance = server, schema.as_uri(), chance
        self.text = schema.read_text() if text is None else text
        self._start, self._version = self.text, 1
        self._plan: Iterator[tuple[int, int, str]] = iter(())
        document = {"uri": self.uri, "languageId": "prisma", "version": 1, "text": self.text}
        server.notify("textDocument/didOpen", {"textDocument": document})
        self.diagnostics()

    def key(self) -> None:
        """The next edit."""
        edit = next(self._plan, None)
        while edit is None:
            self._plan = self._next_plan()
            edit = next(self._plan, None)
        self._edit(*edit)

    def come_to_an_end(self) -> None:
        """Leaves a schema that can be read: of a half-typed block a fresh server does not know the last good form."""
        self._edit(0, len(self.text), self._start)
        for _ in range(5):
            line = self.chance.choice([at for at in range(len(self.text)) if self.text.startswith("\n  ", at)])
            self._edit(line, line, f"\n  typed{self.chance.randrange(10**6)} Int?")

    def look_around(self) -> None:
        """What an editor asks while someone types."""
        place = {"line": self.chance.randrange(self.text.count("\n") + 1), "character": 3}
        identifier = {"textDocument": {"uri": self.uri}}
        self.server.ask("textDocument/hover", {**identifier, "position": place})
        self.server.ask("textDocument/codeLens", identifier)
        context = {"diagnostics": []}
        self.server.ask(
            "textDocument/codeAction", {**identifier, "range": {"start": place, "end": place}, "context": context}
        )

    def diagnostics(self) -> list[tuple[Any, ...]]:
        answer = self.server.ask("textDocument/diagnostic", {"textDocument": {"uri": self.uri}})
        return sorted((json.dumps(d["range"]), d["code"], d["message"]) for d in answer["items"])

    def _next_plan(self) -> Iterator[tuple[int, int, str]]:
        """A few edits that belong together, each as (start, end, new text)."""
        kind = self.chance.random()
        at = self.chance.randrange(len(self.text) + 1)
        if kind < 0.6:
            word = self.chance.choice(WORDS) if kind < 0.5 else "".join(self.chance.choices(PARTS, k=8))
            yield from ((at + i, at + i, letter) for i, letter in enumerate(word))
            if self.chance.random() < 0.7:
                yield from ((at + i - 1, at + i, "") for i in range(len(word), 0, -1))
        elif kind < 0.85:
            start = self.text.rfind("\n", 0, at) + 1
            end = self.text.find("\n", at) + 1 or len(self.text)
            line = self.text[start:end]
            yield start, end, ""
            yield start, start, line
        elif kind < 0.97:
            block = f"\nmodel Pasted{self.chance.randrange(10**6)} {{\n  id Int @id\n  a String?\n}}\n"
            yield len(self.text), len(self.text), block
            yield len(self.text) - len(block), len(self.text), ""
        else:
            yield 0, len(self.text), self._start  # revert the file

    def _edit(self, start: int, end: int, new: str) -> None:
        start, end = min(start, len(self.text)), min(end, len(self.text))
        self._version += 1
        range_ = {"start": self._position(start), "end": self._position(end)}
        self.text = self.text[:start] + new + self.text[end:]
        identifier = {"uri": self.uri, "version": self._version}
        change = {"textDocument": identifier, "contentChanges": [{"range": range_, "text": new}]}
        self.server.notify("textDocument/didChange", change)
        if self._version % 20 == 0:
            self.diagnostics()

    def _position(self, offset: int) -> dict[str, int]:
        line = self.text.count("\n", 0, offset)
        return {"line": line, "character": offset - (self.text.rfind("\n", 0, offset) + 1)}


class Server:
    """The server in a process of its own, for a client that asks for diagnostics and counts in code points."""

    def __init__(self, root: Path, errors: Any) -> None:
        command = [sys.executable, "-m", "refract", "server"]
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
        self._number = 0
        capabilities = {"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"diagnostic": {}}}
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities})
        self.notify("initialized", {})

    def memory(self) -> float:
        """Resident memory, in MB (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self._number += 1
        self._write({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def close(self) -> None:
        self.ask("shutdown", {})
        self.notify("exit", {})
        self._process.wait(20)

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise ConnectionError("the server has gone")
        found: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return found


if __name__ == "__main__":
    main()
