"""What people do in a step, in words: every kind of act has some, and all texts of all recipes keep the measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from plans.test_file import ACTS
from recipes.plans import PROVIDERS, plan_of, served_on
from refract.plans import PlanStep
from refract.recipes.acts import Act, Decide, Deploy, Instruction, Review, Start, StopAll, Trouble, Until, Wait
from refract.recipes.base import Phase
from refract.rendering.acts import instruction, limits, to_do
from wording import problems

_OTHERS: tuple[Act, ...] = (
    *(Wait(until, "Role") for until in Until),
    *(Decide(trouble, "SELECT 0", "Note", ("userId",), "User") for trouble in Trouble),
    Deploy(),
)
SAMPLES = (*(act for act, _ in ACTS), *_OTHERS)


def test_every_kind_of_act_has_a_sample() -> None:
    assert {type(act) for act in SAMPLES} == set(get_args(Act))


@pytest.mark.parametrize("act", [act for act in SAMPLES if not isinstance(act, Instruction)], ids=str)
def test_an_instruction_keeps_the_measures(act: Act) -> None:
    assert problems(instruction(act)) == []


def _texts_of_recipes() -> Iterator[str]:
    for database in PROVIDERS:
        for case in served_on(database):
            steps = plan_of(case, database)
            numbers = {planned.step.id: number for number, planned in enumerate(steps, 1)}
            for planned in steps:
                yield planned.step.title
                yield from map(instruction, planned.step.acts)
                yield from limits(planned.step, numbers)


def test_all_texts_of_the_recipes_keep_the_measures() -> None:
    found = {text: wrong for text in set(_texts_of_recipes()) if (wrong := problems(text))}
    assert found == {}


def test_a_title_is_a_short_imperative() -> None:
    verbs = {
        "Add", "Build", "Change", "Copy", "Count", "Deploy", "Drop", "Fill", "Fix", "Give", "Make", "Park", "Remove", "Rename", "Stop",
    }  # fmt: skip
    titles = {p.step.title for database in PROVIDERS for c in served_on(database) for p in plan_of(c, database)}
    assert {title.split()[0] for title in titles} <= verbs


def test_everything_to_do_is_in_order() -> None:
    step = PlanStep("rename", Phase.SWITCH, "", before=(StopAll(),), after=(Start(("title",)),), check="SELECT\n  0")
    assert to_do(step, ("npx prisma migrate deploy",)) == (
        "Stop every instance of the app. Any that keeps running will fail.",
        "npx prisma migrate deploy",
        "Start the version that uses `title`.",
        "This must return 0: SELECT 0",
    )


def test_a_query_that_only_counts_follows_its_act() -> None:
    act = Review("SELECT\n  count(*)", "User", ("phone",), "other texts become NULL")
    assert to_do(PlanStep("review", Phase.EXPAND, "", after=(act,)), ()) == (
        "Count the `User` rows whose `phone` the last step will change: other texts become NULL. "
        "Fix these rows, or accept the change.",
        "Count them: SELECT count(*)",
    )


def test_what_cannot_be_undone_is_stated() -> None:
    drop = PlanStep("drop", Phase.CONTRACT, "", point_of_no_return=True, loses="the rows of `Note`")
    keep = PlanStep("add", Phase.EXPAND, "", point_of_no_return=True, note="An unused `X` is harmless.")
    switch = PlanStep("switch", Phase.SWITCH, "", oldest_version_that_may_return="read")
    stated = [list(limits(step, {"read": 2})) for step in (drop, keep, switch)]
    assert stated == [
        ["This step cannot be undone. It loses the rows of `Note`."],
        ["This step cannot be undone.", "An unused `X` is harmless."],
        ["After this step, do not roll the app back to a version older than that of step 2."],
    ]
