"""Every effect and action that a rule can state is used, has one sentence, and the sentences keep to the style."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from statistics import median
from string import Formatter

import pytest

import refract
from refract.providers.operation import Blocks, Duration, Operation, Work
from refract.rendering.advice import ADVICE, action_sentence
from refract.rendering.harm import EFFECTS, harm_sentence
from refract.rendering.locks import blocking_sentence
from refract.rendering.losses import loss_sentence
from refract.rules.kit.advice import Action, Do
from refract.rules.kit.harm import Effect, Harm
from refract.sql.rollback import Loss, LossKind
from wording import headline_problems, problems, words

SERVER = Path(refract.__file__).parent
STATED = frozenset(
    found
    for path in SERVER.rglob("*.py")
    if "rendering" not in path.parts
    for found in re.findall(r"\b(?:Effect|Do)\.[A-Z0-9_]+\b", path.read_text(encoding="utf-8"))
)
"""Every effect and action that the sources name, but for their sentences."""

SAMPLE = "`Order`"

HEADLINES = frozenset(
    found
    for page in (SERVER.parents[1] / "tests" / "rules").glob("*.md")
    for block in re.findall(r"^```findings.*?^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for found in re.findall(r"^(?:error|warning|information|hint): (.*)$", block, re.MULTILINE)
)
"""The headlines of the rules' fixtures, as a user sees them."""


def facts_of(template: str) -> tuple[tuple[str, str], ...]:
    names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name)
    return tuple((name, SAMPLE) for name in names)


def test_everything_has_a_sentence() -> None:
    assert set(Effect) - set(EFFECTS) == set(), "add the sentence to server/refract/rendering/harm.py"
    assert set(Do) - set(ADVICE) == set(), "add the sentence to server/refract/rendering/advice.py"


@pytest.mark.parametrize("catalogue", [EFFECTS, ADVICE])
def test_no_two_have_the_same_sentence(catalogue: Mapping[Enum, str]) -> None:
    repeated = {text for text, count in Counter(catalogue.values()).items() if count > 1}
    assert repeated == set(), "use one value for both"


@pytest.mark.parametrize("value", [*Effect, *Do], ids=str)
def test_the_name_in_json_is_that_of_the_value(value: Effect | Do) -> None:
    assert value.slug == value.name.lower().replace("_", "-")


@pytest.mark.parametrize("value", [*Effect, *Do], ids=str)
def test_a_rule_uses_it(value: Effect | Do) -> None:
    assert str(value) in STATED, "delete the value and its sentence"


@pytest.mark.parametrize("effect", Effect, ids=lambda e: e.slug)
def test_an_effect_reads_well(effect: Effect) -> None:
    text = harm_sentence(Harm(effect, facts_of(EFFECTS[effect])))
    assert text.endswith(".")
    assert problems(text) == []


@pytest.mark.parametrize("do", [do for do in Do if do is not Do.FOLLOW_PROJECT], ids=lambda d: d.slug)
def test_an_action_reads_well(do: Do) -> None:
    """Not the one that a project writes itself."""
    text = action_sentence(Action(do, facts_of(ADVICE[do])))
    assert text.endswith(".")
    assert text[0].isupper()
    assert problems(text) == []


@pytest.mark.parametrize("work", Work)
@pytest.mark.parametrize("blocks", [Blocks.WRITES, Blocks.EVERYTHING, Blocks.DATABASE])
@pytest.mark.parametrize("duration", Duration)
def test_a_wait_reads_well(work: Work, blocks: Blocks, duration: Duration) -> None:
    operation = Operation(blocks, "ACCESS EXCLUSIVE", work, duration=duration)
    assert problems(blocking_sentence(operation, ("`Order`", "`Customer`"))) == []


@pytest.mark.parametrize("kind", LossKind)
def test_a_loss_reads_well(kind: LossKind) -> None:
    assert problems(loss_sentence(Loss(kind, SAMPLE))) == []


@pytest.mark.parametrize("headline", sorted(HEADLINES))
def test_a_headline_reads_well(headline: str) -> None:
    assert headline_problems(headline) == []
    assert not headline.endswith(".")


def test_half_of_the_headlines_have_nine_words_at_most() -> None:
    forms = {re.sub(r"`[^`]*`", "`x`", headline) for headline in HEADLINES}
    assert len(forms) > 100
    assert median(map(words, forms)) <= 9
