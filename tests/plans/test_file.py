"""The files of plans: what is written is read again, older formats are read, and errors name the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from refract.plans import PlanStep
from refract.plans.file import NotAPlan, act_values, plan_text, read_plan, with_changes
from refract.plans.model import FORMAT, Confirmation, with_step
from refract.plans.model import Plan as PlanOfFile
from refract.recipes.acts import (
    OLD_INSTANCES_STOPPED,
    Act,
    BackUp,
    Decide,
    Deploy,
    FillIn,
    Instruction,
    RestartPooled,
    Review,
    RunScripts,
    Start,
    StopAll,
    Trouble,
    Until,
    Wait,
)
from refract.recipes.base import Phase

HEAD = """\
format = 1
recipe = "rename-field"
provider = "postgresql"
title = "rename-field User.name"
created = "2026-11-24"

[[steps]]
id = "rename"
phase = "switch"
title = "Rename the column"
"""
STOP = "Stop every instance that knows `name`, run the migration, start the version that knows `title`."
DEPLOY = "Deploy the version that uses `title`. It may run beside the old one."


def read_step(text: str) -> PlanStep:
    (step,) = read_plan(text, "plan").steps
    return step


FORMAT_1 = {
    "a deploy comes after the migrations": (
        {"deploy": DEPLOY},
        PlanStep("", Phase.SWITCH, "", after=(Instruction(DEPLOY),)),
    ),
    "a stop comes before them": ({"deploy": STOP}, PlanStep("", Phase.SWITCH, "", before=(Instruction(STOP),))),
    "lost data is a point of no return": (
        {"loses": "the rows."},
        PlanStep("", Phase.SWITCH, "", point_of_no_return=True, loses="the rows."),
    ),
    "what loses nothing is one without a loss": (
        {"loses": "nothing; but PostgreSQL keeps the value."},
        PlanStep("", Phase.SWITCH, "", point_of_no_return=True, note="PostgreSQL keeps the value."),
    ),
    "a step of the database has no acts": ({}, PlanStep("", Phase.SWITCH, "")),
}


@pytest.mark.parametrize(("values", "expected"), FORMAT_1.values(), ids=FORMAT_1)
def test_format_1_is_read(values: Mapping[str, str], expected: PlanStep) -> None:
    step = read_step(HEAD + "".join(f'{key} = "{value}"\n' for key, value in values.items()))
    parts = ("before", "after", "point_of_no_return", "loses", "note", "needs_confirmation")
    assert [getattr(step, part) for part in parts] == [getattr(expected, part) for part in parts]


def test_format_1_stays_in_its_file_when_a_step_is_confirmed() -> None:
    text = f'{HEAD}deploy = "{DEPLOY}"\n'
    plan = read_plan(text, "plan")
    assert plan.format == FORMAT
    step = PlanStep("rename", Phase.SWITCH, "Rename the column", confirmed=Confirmation("Ann", "2026-11-25"))
    changed = with_changes(text, with_step(plan, 0, step))
    assert changed == text + 'confirmed = {by = "Ann", on = "2026-11-25"}\n'
    assert read_step(changed).after == (Instruction(DEPLOY),)


ACTS: tuple[tuple[Act, dict[str, Any]], ...] = (
    (StopAll(), {"act": "stop-all"}),
    (Start(("title",)), {"act": "start", "uses": ("title",)}),
    (
        Deploy(uses=("title",), instead_of=("name",), handles=("40P01",)),
        {"act": "deploy", "uses": ("title",), "instead_of": ("name",), "handles": ("40P01",)},
    ),
    (Deploy(uses=("score",), as_type="BigInt"), {"act": "deploy", "uses": ("score",), "as_type": "BigInt"}),
    (OLD_INSTANCES_STOPPED, {"act": "wait", "until": "old-instances-stopped"}),
    (Wait(Until.QUIET_HOURS, "Role"), {"act": "wait", "until": "quiet-hours", "subject": "Role"}),
    (
        Decide(Trouble.ORPHANS, "SELECT 0", "Note", ("userId",), "User"),
        {
            "act": "decide",
            "trouble": "orphans",
            "query": "SELECT 0",
            "model": "Note",
            "fields": ("userId",),
            "other": "User",
        },
    ),
    (
        Review("SELECT 0", "Note", ("text",), "texts are cut after 5 characters"),
        {
            "act": "review",
            "query": "SELECT 0",
            "model": "Note",
            "fields": ("text",),
            "changes": "texts are cut after 5 characters",
        },
    ),
    (FillIn(("backfill_user",), "NULL"), {"act": "fill-in", "files": ("backfill_user",), "placeholder": "NULL"}),
    (RunScripts(("a", "b")), {"act": "run-scripts", "scripts": ("a", "b")}),
    (BackUp(("User.name",)), {"act": "back-up", "data": ("User.name",)}),
    (RestartPooled("Role", "0A000"), {"act": "restart-pooled", "enum": "Role", "code": "0A000"}),
    (Instruction("Ask Bo."), {"act": "instruction", "text": "Ask Bo."}),
)


@pytest.mark.parametrize(("act", "values"), ACTS, ids=[values["act"] for _, values in ACTS])
def test_an_act_is_read_as_it_was_written(act: Act, values: dict[str, Any]) -> None:
    assert {key: tuple(v) if isinstance(v, list) else v for key, v in act_values(act).items()} == values
    step = PlanStep("switch", Phase.SWITCH, "Switch", before=(act,), after=(StopAll(), act))
    plan = PlanOfFile("rename-field", "postgresql", "rename-field User.name", "2026-11-24", (step,))
    assert read_plan(plan_text(plan), "") == plan


def test_acts_read_well() -> None:
    step = PlanStep("rename", Phase.SWITCH, "Rename", before=(StopAll(),), after=(Start(("title",)),))
    plan = PlanOfFile("rename-field", "postgresql", "rename-field User.name", "2026-11-24", (step,))
    assert plan_text(plan).endswith(
        """\
[[steps]]
id = "rename"
phase = "switch"
title = "Rename"
before = [
    {act = "stop-all"},
]
after = [
    {act = "start", uses = ["title"]},
]
"""
    )


WRONG = {
    'after = [{act = "deplo"}]': "steps[0].after[0]: expected `act` to be one of stop-all, start, deploy",
    'after = [{act = "wait", until = "noon"}]': "steps[0].after[0].until: expected one of old-instances-stopped",
    'after = [{act = "deploy", use = ["x"]}]': "steps[0].after[0]: unknown `use`",
    'after = [{act = "deploy", uses = [1]}]': "steps[0].after[0].uses[0]: expected a text",
    'after = [{act = "deploy", uses = "title"}]': "steps[0].after[0].uses: expected a list",
    "after = 3": "steps[0].after: expected a list",
    'point_of_no_return = "yes"': "steps[0].point_of_no_return: expected true or false",
    'deploy = "Deploy."': "steps[0]: unknown `deploy`",
}


@pytest.mark.parametrize(("line", "message"), WRONG.items())
def test_what_is_wrong_is_reported_with_its_place(line: str, message: str) -> None:
    with pytest.raises(NotAPlan) as error:
        read_plan(HEAD.replace("format = 1", f"format = {FORMAT}") + line + "\n", "plan")
    assert str(error.value).startswith(message)
