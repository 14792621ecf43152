"""What Prisma's own parser says of schemas."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import oracle.engine
from npm import installed

_LINT = Path(__file__).parent.parent / "syntax" / "prisma_lint.mjs"
File = tuple[str, str]


def errors(schemas: Iterable[Sequence[File]]) -> list[set[str]]:
    """The errors in each schema, given as its files: path and text."""
    command = ["node", str(_LINT), str(installed("oracle", oracle.engine.HERE))]
    lines = "".join(f"{json.dumps([list(file) for file in schema])}\n" for schema in schemas)
    ran = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    return [{found["text"] for found in answer if not found["is_warning"]} for answer in answers]
