"""Runs the Markdown fixtures beside this file: a schema, and the database that Prisma would build of it.

A case is a `##` heading with a `prisma` block and one or more `database PROVIDER...` blocks. A schema without a
datasource gets one for each provider; `PROVIDER/prisma5` is what that version of Prisma builds. `make accept IN=tests/lowering` writes the blocks: read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from lowering.describe import describe
from refract.lowering import lower
from refract.syntax import parse_schema

HERE = Path(__file__).parent
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Case(NamedTuple):
    path: Path
    title: str
    schema: str
    providers: tuple[str, ...]
    expected: str


def cases() -> list[Case]:
    found = []
    for path in sorted(HERE.glob("*.md")):
        for section in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            blocks = [(m["info"].strip(), m["text"]) for m in FENCE.finditer(section)]
            schema = next(text for info, text in blocks if info == "prisma")
            title = section.partition("\n")[0]
            found += [
                Case(path, title, schema, tuple(info.split()[1:]), text) for info, text in blocks if info != "prisma"
            ]
    return found


def built(schema: str, target: str) -> str:
    provider, _, version = target.partition("/prisma")
    files = [("schema.prisma", schema)]
    if "datasource " not in schema:
        files.append(("datasource.prisma", f'datasource db {{\n  provider = "{provider}"\n}}\n'))
    tree = parse_schema(files)
    lowered = lower(tree, prisma=(int(version),) if version else None)
    assert tree.problems() == () and lowered.problems == (), (tree.problems(), lowered.problems)
    return describe(lowered.database)


@pytest.mark.expected
@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c.path.stem}: {c.title} ({' '.join(c.providers)})")
def test_fixture(case: Case) -> None:
    for provider in case.providers:
        found = built(case.schema, provider)
        if os.environ.get("UPDATE_EXPECT") and provider == case.providers[0]:
            text = case.path.read_text(encoding="utf-8")
            info = f"```database {' '.join(case.providers)}\n"
            start = text.index(info, text.index(f"## {case.title}\n")) + len(info)
            case.path.write_text(text[:start] + found + text[start + len(case.expected) :], encoding="utf-8")
            continue
        assert found == case.expected, provider
