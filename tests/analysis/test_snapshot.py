"""A snapshot never changes: an analysis in a thread and the next keystroke read the same values."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from refract.analysis import Snapshot, analyse, open_project
from refract.analysis.with_code import analyse_with_code
from refract.cli.main import cli
from refract.frozen_map import FrozenMap
from refract.workspace import find_projects
from small_projects import HEAD, INIT, LOCK, USER, commit, write

CONSTANTS = (str, bytes, int, float, type(None), type, PurePath, Enum, date)
DERIVED = {
    ("Block", "_fields_by_name"),
    ("SchemaTree", "_index"),
    ("Table", "_columns_by_name"),
}
"""Private indexes: made with their object from its other fields, and never changed after that."""

ON_DEMAND = {("Branch", "deployed"), ("Snapshot", "open_branches")}
"""What git has, read when it is first wanted, and the same from then on."""


@pytest.fixture
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """A project with all that there can be: settings, a branch, a plan, code, accepted findings."""
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
        "src/users.ts": "export const names = await prisma.user.findMany({ select: { email: true } });\n",
        "refract.toml": '[rules]\ndrop-column = "warning"\n',
    })  # fmt: skip
    commit(tmp_path)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(cli, ["plan", "new", "rename-field", "User.email", "to=mail", "how=trigger"]).exit_code == 0
    assert run(cli, ["plan", "next"]).exit_code == 0
    write(tmp_path, {"prisma/schema.prisma": (HEAD + USER).replace("  email String\n", "")})
    assert run(cli, ["check", "--accept"]).exit_code == 0
    (files,) = find_projects(tmp_path)
    found = analyse_with_code(open_project(files)).snapshot
    assert all((found.branch, found.plans.open, found.code.known, found.accepted, found.settings.rules))
    return found


def test_nothing_mutable_is_reachable(snapshot: Snapshot) -> None:
    assert sorted(set(mutable(snapshot))) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(a=2),
        lambda m: m.pop("a"),
        lambda m: m.clear(),
        lambda m: m.setdefault("b", 2),
        lambda m: m.popitem(),
        lambda m: m.__setitem__("a", 2),
        lambda m: m.__delitem__("a"),
        lambda m: m.__ior__({"a": 2}),
    ],
)
def test_a_frozen_map_refuses_every_change(change: Callable[[Any], object]) -> None:
    mapping = FrozenMap(a=1)
    with pytest.raises(TypeError):
        change(mapping)
    assert mapping == {"a": 1}
    assert hash(mapping) == hash(FrozenMap(a=1))
    assert type(pickle.loads(pickle.dumps(mapping))) is FrozenMap


def test_plans_and_settings_can_be_keys(snapshot: Snapshot) -> None:
    assert {snapshot.plans.open[0].plan, snapshot.settings}


def test_a_plan_becomes_overdue_with_the_day(snapshot: Snapshot) -> None:
    def rules(on: Snapshot) -> list[str]:
        return [finding.rule for finding in analyse(on).findings if finding.rule == "plan-overdue"]

    later = snapshot.dated(snapshot.today + timedelta(days=60))
    assert (rules(snapshot), rules(later)) == ([], ["plan-overdue"])
    assert snapshot.dated(snapshot.today) is snapshot


def mutable(root: object) -> Iterator[str]:
    """The places from which something can be reached that can be changed."""
    seen, ahead = set[int](), [("Snapshot", root)]
    while ahead:
        place, value = ahead.pop()
        if id(value) in seen or isinstance(value, CONSTANTS):
            continue
        seen.add(id(value))
        if not isinstance(value, tuple | frozenset | FrozenMap) and not _is_frozen(value):
            yield f"{place} is a {type(value).__name__}"
        ahead += _parts(place, value)


def _is_frozen(value: object) -> bool:
    return attrs.has(type(value)) and type(value).__setattr__ is not object.__setattr__


def _parts(place: str, value: Any) -> Iterator[tuple[str, object]]:
    if isinstance(value, FrozenMap):
        yield from ((f"a key of {place}", key) for key in value)
        yield from ((f"a value of {place}", held) for held in value.values())
    elif isinstance(value, tuple | frozenset | list | set):
        yield from ((f"an item of {place}", held) for held in value)
    if attrs.has(type(value)):
        owner = type(value).__name__
        names = {field.name for field in attrs.fields(type(value))} | set(getattr(value, "__dict__", ()))
        known = {name for where, name in DERIVED | ON_DEMAND if where == owner}
        yield from ((f"{owner}.{name}", getattr(value, name)) for name in names - known)
