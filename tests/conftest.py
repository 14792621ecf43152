"""Marks each test with the real parts it needs, and leaves out those whose part is missing. In CI these fail."""

from __future__ import annotations

import os
from functools import cache

import pytest

from parts import PARTS, Part, in_ci, parts_of, reason, use_own_programs
from refract.agents import markers
from refract.ci import TARGETS, VARIABLES

RERUNS = 2
"""How often a test that waits for another process may run again: it can be late on a busy machine."""


def pytest_configure(config: pytest.Config) -> None:
    use_own_programs()
    for name in (*TARGETS, *markers.VARIABLES):  # the job that runs the tests is not the one that they are about
        os.environ.pop(name, None)
    config.addinivalue_line("markers", "real: needs a real part of tests/parts.py")
    for part in PARTS:
        config.addinivalue_line("markers", f"{part.name}: needs {part.what}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parts = _parts_of(item)
        names = [part.name for part in parts] + ["real"] * bool(parts)
        for name in names:
            item.add_marker(name)
        if any(part.timed for part in parts):
            item.add_marker(pytest.mark.flaky(reruns=RERUNS))


@pytest.fixture(autouse=True)
def _outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test expects of a project does not depend on where the test runs. Those about CI set their own variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for part in _parts_of(item):
        if why := _reason(part):
            (pytest.fail if in_ci() else pytest.skip)(f"{part.name} is missing: {why}")


_parts = cache(parts_of)
_reason = cache(reason)


def _parts_of(item: pytest.Item) -> tuple[Part, ...]:
    return _parts(item.path)
