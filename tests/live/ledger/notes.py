"""What the cases of the recipes' fixtures say about values that their plans do not: tests/recipes/ledger.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from live.ledger.meaning import Notes, Place
from recipes.plans import FOLDER, Case


def notes(case: Case) -> Notes:
    """What is said about a case, or about all cases of its recipe."""
    said = _said(case)
    return Notes(
        {_place(place): _place(other) for place, other in said.get("same", {}).items()},
        said.get("words", {}),
        {_place(place): value for place, value in said.get("filled", {}).items()},
    )


def beyond(case: Case, database: str) -> str:
    """Why the ledger cannot follow a plan on a database, or has something against it; empty if it can."""
    return str(_said(case).get("beyond", {}).get(database, ""))


def followed(cases: Iterable[Case], database: str) -> list[ParameterSet]:
    """Cases as parameters of a test: what the ledger cannot follow yet is expected to fail."""
    return [pytest.param(case, id=str(case), marks=_marks(beyond(case, database))) for case in cases]


def _marks(reason: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=reason)] if reason else []


def _said(case: Case) -> dict[str, Any]:
    return _all().get(str(case)) or _all().get(case.recipe) or {}


@cache
def _all() -> dict[str, dict[str, Any]]:
    return tomllib.loads((FOLDER / "ledger.toml").read_text(encoding="utf-8"))


def _place(text: str) -> Place:
    table, _, column = text.partition(".")
    return (table, column)
