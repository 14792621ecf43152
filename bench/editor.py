"""Keystroke to diagnostics through the protocol, for Refract and for Prisma's own server in the same run.

The keystrokes turn a field's type into one that does not exist and back: both servers say something about that,
so each keystroke is answered by one `publishDiagnostics`.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.analysis import figures

KEYSTROKES = 40
STARTS = 9
PATIENCE = 120.0
"""Seconds after which a server that hangs is ended."""
_PEER_FOLDER = Path(__file__).parent / "out" / "peer"
_PEER = "@prisma/language-server@31.12.10"


def servers(peer: bool) -> dict[str, list[str]]:
    """The commands of the servers to time, by name."""
    found = {"refract": [sys.executable, "-m", "refract", "server"]}
    if peer:
        script = _PEER_FOLDER / "node_modules" / "@prisma" / "language-server" / "dist" / "bin.js"
        if not script.exists():
            _PEER_FOLDER.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                ["npm", "install", "--no-save", "--silent", "--prefix", str(_PEER_FOLDER), _PEER], check=True
            )
        found["@prisma/language-server"] = ["node", str(script), "--stdio"]
    return found


def cell(root: Path, command: list[str]) -> str:
    """median / p95 from a keystroke to the diagnostics it causes."""
    schema = root / "prisma" / "schema.prisma"
    client = _Client(command, root)
    try:
        client.open(schema)
        return figures(list(_keystrokes(client, schema)))
    finally:
        client.close()


def start_cells(root: Path, commands: list[list[str]]) -> list[str]:
    """For each server, in turns: process start to the answer to `initialize`, and to the first diagnostics. Medians."""
    times = [[_start(root, command) for command in commands] for _ in range(STARTS + 1)][1:]  # the first fills caches
    return [
        f"{_median(turn[at][0] for turn in times)} / {_median(turn[at][1] for turn in times)}"
        for at in range(len(commands))
    ]


def _start(root: Path, command: list[str]) -> tuple[float, float]:
    schema = root / "prisma" / "schema.prisma"
    begin = time.perf_counter()
    client = _Client(command, root)
    try:
        answered = time.perf_counter()
        client.open_with_error(schema)
        client.wait_for_diagnostics(schema)
        return (answered - begin) * 1000, (time.perf_counter() - begin) * 1000
    finally:
        client.close()


def _median(times: Iterable[float]) -> str:
    return f"{statistics.median(times):.0f}"


def action_cells(root: Path, command: list[str]) -> list[str]:
    """median / p95 (first) of a list of code actions for a new required field, and of the edit that splits it."""
    schema = root / "prisma" / "schema.prisma"
    client = _Client(command, root, _RESOLVES)
    try:
        client.open(schema)
        lists, edits = zip(*_actions(client, schema), strict=True)
        return [f"{figures(list(times))} (first {times[0]:.0f})" for times in (lists, edits)]
    finally:
        client.close()


_RESOLVES = {"textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}}}


def _actions(client: _Client, schema: Path):  # type: ignore[no-untyped-def]
    lines = schema.read_text().split("\n")
    middle = next(i for i in range(len(lines) // 2, len(lines)) if re.match(r"  \w+ +String\b", lines[i]))
    for number in range(KEYSTROKES):
        client.change(schema, middle, 0, 0, f"  brandNew{number} String\n", number + 2)
        client.wait_for_diagnostics(schema)
        begin = time.perf_counter()
        found = client.actions(schema, middle, 4)
        listed = time.perf_counter()
        (split,) = [action for action in found if "safe steps" in action["title"]]
        made = time.perf_counter()
        assert client.ask("codeAction/resolve", split)["edit"]
        yield (listed - begin) * 1000, (time.perf_counter() - made) * 1000
        client.remove_line(schema, middle, number + 2)
        client.wait_for_diagnostics(schema)


def _keystrokes(client: _Client, schema: Path):  # type: ignore[no-untyped-def]
    lines = schema.read_text().split("\n")
    middle = next(i for i in range(len(lines) // 2, len(lines)) if re.match(r"  \w+ +String\b", lines[i]))
    column = lines[middle].index("String") + len("String")
    for number in range(KEYSTROKES):
        typed, end = ("q", column) if number % 2 == 0 else ("", column + 1)
        begin = time.perf_counter()
        client.change(schema, middle, column, end, typed, number + 2)
        client.wait_for_diagnostics(schema)
        yield (time.perf_counter() - begin) * 1000
        time.sleep(0.02)


class _Client:
    """As much of an editor as it takes."""

    def __init__(self, command: list[str], root: Path, capabilities: dict[str, Any] | None = None) -> None:
        self.process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._watchdog = threading.Timer(PATIENCE, self.process.kill)
        self._watchdog.start()
        self._last = 0
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities or {}})
        self._send("initialized", {})

    def close(self) -> None:
        self._watchdog.cancel()
        self.process.kill()
        self.process.wait()

    def open(self, schema: Path) -> None:
        document = {"uri": schema.as_uri(), "languageId": "prisma", "version": 1, "text": schema.read_text()}
        self._send("textDocument/didOpen", {"textDocument": document})
        self._wait_until_read(schema)
        # A server that has nothing to say about a clean schema is silent: a wrong type makes it speak.
        lines = document["text"].split("\n")
        line = next(number for number, text in enumerate(lines) if " String" in text)
        column = lines[line].index(" String") + 1
        self.change(schema, line, column, column, "q", 1)
        self.wait_for_diagnostics(schema)
        self.change(schema, line, column, column + 1, "", 1)
        self.wait_for_diagnostics(schema)

    def open_with_error(self, schema: Path) -> None:
        """Open the schema with a type that does not exist: every server says something about that."""
        text = schema.read_text().replace(" String", " Stringq", 1)
        document = {"uri": schema.as_uri(), "languageId": "prisma", "version": 1, "text": text}
        self._send("textDocument/didOpen", {"textDocument": document})

    def _wait_until_read(self, schema: Path) -> None:
        """Asks for code actions: no server answers before it has read the project."""
        self.actions(schema, 0, 0)

    def actions(self, schema: Path, line: int, column: int) -> list[dict[str, Any]]:
        """The code actions at a place."""
        start = {"line": line, "character": column}
        place = {"textDocument": {"uri": schema.as_uri()}, "range": {"start": start, "end": start}}
        return self.ask("textDocument/codeAction", {**place, "context": {"diagnostics": []}}) or []

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """The answer to a request."""
        self._last += 1
        self._send(method, params, id=self._last)
        while True:
            message = self._receive()
            if "method" in message and "id" in message:
                self._answer(message)
            elif message.get("id") == self._last:
                return message["result"]

    def change(self, schema: Path, line: int, start: int, end: int, text: str, version: int) -> None:
        self._replace(schema, (line, start), (line, end), text, version)

    def remove_line(self, schema: Path, line: int, version: int) -> None:
        self._replace(schema, (line, 0), (line + 1, 0), "", version)

    def _replace(self, schema: Path, start: tuple[int, int], end: tuple[int, int], text: str, version: int) -> None:
        places = ({"line": line, "character": column} for line, column in (start, end))
        range_ = dict(zip(("start", "end"), places, strict=True))
        identifier = {"uri": schema.as_uri(), "version": version}
        self._send(
            "textDocument/didChange",
            {"textDocument": identifier, "contentChanges": [{"range": range_, "text": text}]},
        )

    def wait_for_diagnostics(self, schema: Path) -> None:
        while True:
            message = self._receive()
            if message.get("method") == "textDocument/publishDiagnostics" and _is_about(message, schema):
                return
            if "id" in message and "method" in message:
                self._answer(message)

    def _answer(self, request: dict[str, Any]) -> None:
        items = request.get("params", {}).get("items", [])
        result = [None] * len(items) if request["method"] == "workspace/configuration" else None
        self._write({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def _send(self, method: str, params: dict[str, Any], **more: Any) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": params, **more})

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise ConnectionError("the server has gone")
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message


def _is_about(message: dict[str, Any], schema: Path) -> bool:
    return bool(message["params"]["uri"] == schema.as_uri())
