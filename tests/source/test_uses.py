"""Runs `uses.md`: code, and what it uses of `schema.prisma`. `make accept IN=tests/source` writes it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from refract.positions import PlainText
from refract.source import Client, Target, Use, client_of, find_uses, needles
from refract.syntax import parse_schema

HERE = Path(__file__).parent
PAGE = HERE / "uses.md"
_CASE = re.compile(
    r"^## (?P<title>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<code>.*?)^```\n\n```uses (?P<targets>[^\n]*)\n(?P<uses>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Case(NamedTuple):
    title: str
    path: str
    code: str
    targets: tuple[Target, ...]
    uses: str


def client() -> Client:
    return client_of(parse_schema([("schema.prisma", (HERE / "schema.prisma").read_text())]))


def cases() -> list[Case]:
    return [_case(match) for match in _CASE.finditer(PAGE.read_text(encoding="utf-8"))]


def _case(match: re.Match[str]) -> Case:
    targets = tuple(Target(*name.split(".")) for name in match["targets"].split())
    return Case(match["title"], f"code.{match['kind']}", match["code"], targets, match["uses"])


def shown(case: Case) -> str:
    return "".join(_line(use, case.code) for use in find_uses(case.code, case.path, client(), case.targets))


def _line(use: Use, code: str) -> str:
    line, column = PlainText("", code).position(use.span.start)
    around = code[use.span.start - min(column, 16) : use.span.end].lstrip()
    return f"{line + 1}:{column + 1} {'' if use.sure else 'perhaps '}{use.target} in `{around}`\n"


if "UPDATE_EXPECT" in os.environ:

    def _rewritten(match: re.Match[str]) -> str:
        return match[0].removesuffix(match["uses"] + "```") + shown(_case(match)) + "```"

    PAGE.write_text(_CASE.sub(_rewritten, PAGE.read_text(encoding="utf-8")), encoding="utf-8")

EACH = pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)


@pytest.mark.expected
@EACH
def test_uses(case: Case) -> None:
    assert shown(case) == case.uses


@EACH
def test_a_file_with_a_use_is_worth_reading(case: Case) -> None:
    used = {use.target for use in find_uses(case.code, case.path, client(), case.targets)}
    assert used <= {needle.target for needle in needles(client(), case.targets) if needle.is_in(case.code.encode())}


@EACH
def test_line_ends_change_nothing(case: Case) -> None:
    windows = case._replace(code=case.code.replace("\n", "\r\n"))
    assert [line.split(" ")[0] for line in shown(windows).splitlines() if line[:1].isdigit()] == [
        line.split(" ")[0] for line in case.uses.splitlines() if line[:1].isdigit()
    ]


@pytest.mark.parametrize("kind", ["vue", "svelte"])
def test_scripts_in_components(kind: str) -> None:
    script = 'const users = await prisma.user.findMany({ where: { name: "a" } });'
    code = f"<template><p>it's {{{{ user.name }}}}</p></template>\n<script setup lang='ts'>\n{script}\n</script>\n"
    (use,) = find_uses(code, f"a.{kind}", client(), [Target("User", "name")])
    assert code[: use.span.start].endswith("where: { ")
