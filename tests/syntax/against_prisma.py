"""Measures the parser against Prisma's own, on every version of every schema in the history of git repositories.

    python tests/syntax/against_prisma.py --wasm FOLDER [--generated N] REPOSITORY...

FOLDER/node_modules holds `@prisma/prisma-schema-wasm`. A text whose lines Prisma can all read must be read without
a problem, and the tree must hold all of it: every character outside comments and blank space lies in a name, a
type, an attribute, a value or a property, and printing the tree gives the same words in the same order.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from generated_schemas import random_schema
from printed import printed, words

from refract.syntax import parse_document

LINT = Path(__file__).with_name("prisma_lint.mjs")
SYNTACTIC = re.compile(
    r"This line is (?:invalid|not )|This block is invalid|This field declaration is invalid|Invalid type definition"
    r"|Trailing commas|is missing a value|needs to be assigned a value|Field declarations don't require"
    r"|Fields are required by default|Optional lists are not supported|must not start with a number"
    r"|escape sequence|is not allowed in|crash:|To specify a list"
)


def versions(repository: Path) -> Iterator[tuple[str, str]]:
    """(path, text) of each distinct version of each `.prisma` file in the history."""
    log = _git(repository, "log", "--all", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=", "--", "*.prisma")
    seen = set()
    for line in log.decode("utf-8", "replace").splitlines():
        _, _, _, blob, rest = line.split(" ", 4)
        if blob.strip("0") and blob not in seen:
            seen.add(blob)
            yield rest.partition("\t")[2], _git(repository, "cat-file", "blob", blob).decode("utf-8", "replace")


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True).stdout


class Prisma:
    """Prisma's own parser, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = ["node", str(LINT), str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def unreadable(self, text: str) -> list[str]:
        """What Prisma says about lines that it cannot read; nothing about lines that it reads and finds wrong."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([["schema.prisma", text]]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return [d["text"] for d in answer if not d.get("is_warning") and SYNTACTIC.search(d["text"])]


def differences(text: str) -> list[str]:
    """What is wrong with our reading of a text that Prisma reads."""
    document = parse_document("schema.prisma", text)
    problems = [
        f"{problem.message} [{chunk.text[slice(*problem.span)][:80]!r}]"
        for chunk in document.chunks
        for problem in chunk.problems
    ]
    missing = [] if problems or words(printed(document)) == words(text) else ["the tree does not hold all of the text"]
    return problems + missing


def main() -> int:
    """Prints a line for each repository, and the differences; the exit code says whether there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wasm", type=Path, required=True)
    parser.add_argument("--generated", type=int, default=0)
    parser.add_argument("repositories", type=Path, nargs="*")
    options = parser.parse_args()
    prisma = Prisma(options.wasm)
    failed = 0
    for repository in options.repositories:
        failed += measure(str(repository), versions(repository), prisma)
    if options.generated:
        generated = ((f"seed {n}", random_schema(random.Random(n))) for n in range(options.generated))
        failed += measure("generated", generated, prisma)
    return 1 if failed else 0


def measure(name: str, texts: Iterator[tuple[str, str]], prisma: Prisma) -> int:
    """Compares all `texts`; answers how many differ."""
    total = accepted = clean = both_refuse = 0
    failed = []
    for path, text in texts:
        total += 1
        if prisma.unreadable(text):
            both_refuse += bool(differences(text))
            continue
        accepted += 1
        found = differences(text)
        clean += not found
        failed += [(path, found)] if found else []
    refused = total - accepted
    sys.stdout.write(
        f"{name}: {total} texts; Prisma reads {accepted}, we read {clean} of them; of the {refused} others we refuse {both_refuse}\n"
    )
    for path, found in failed[:20]:
        sys.stdout.write(f"  {path}: {found[:3]}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
