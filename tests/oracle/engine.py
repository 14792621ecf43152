"""Prisma's own engine as a peer: installs it from npm once, and asks it what it would write."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from npm import installed

HERE = Path(__file__).parent


@frozen
class Answer:
    """`sql` is the migration; `error` says why there is none (a schema that Prisma refuses)."""

    sql: str = ""
    error: str = ""
    panic: bool = False


class Engine:
    """A running engine. One question at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def diff(self, provider: str, before: str | None, after: str) -> Answer:
        """What Prisma writes to get from one schema to another; `before` is None for nothing at all."""
        question = json.dumps({"provider": provider, "from": before, "to": after})
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the oracle died")
        answer: dict[str, Any] = json.loads(line)
        return Answer(**answer)


@contextmanager
def running_engine() -> Iterator[Engine]:
    """An engine for as long as the block runs."""
    process = subprocess.Popen(
        ["node", "oracle.mjs"], cwd=installed("oracle", HERE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Engine(process)
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()
