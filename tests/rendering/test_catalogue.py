"""Every effect and action that a rule can state has a sentence, and the sentences keep to the style."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import Formatter

import pytest

from refract.providers.operation import Blocks, Duration, Operation, Work
from refract.rendering.advice import ADVICE, action_sentence
from refract.rendering.effects import EFFECTS, harm_sentence
from refract.rendering.locks import blocking_sentence
from refract.rules.kit.advice import Action, Do
from refract.rules.kit.harm import Effect, Harm

MOST_WORDS = 20
SAMPLE = "`Order`"


def facts_of(template: str) -> tuple[tuple[str, str], ...]:
    names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name)
    return tuple((name, SAMPLE) for name in names)


def words(sentence: str) -> int:
    """How many words a reader meets: code in backticks counts as one."""
    return len(re.sub(r"`[^`]*`", "x", sentence).split())


def sentences(text: str) -> Iterable[str]:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", text)


def test_everything_has_a_sentence() -> None:
    assert set(EFFECTS) == set(Effect)
    assert set(ADVICE) == set(Do)


def test_names_in_json_are_unique() -> None:
    assert len({effect.slug for effect in Effect}) == len(Effect)
    assert len({do.slug for do in Do}) == len(Do)


@pytest.mark.parametrize("effect", Effect, ids=lambda e: e.slug)
def test_an_effect_reads_well(effect: Effect) -> None:
    text = harm_sentence(Harm(effect, facts_of(EFFECTS[effect])))
    assert text.endswith(".")
    assert max(map(words, sentences(text))) <= MOST_WORDS, text


@pytest.mark.parametrize("do", Do, ids=lambda d: d.slug)
def test_an_action_reads_well(do: Do) -> None:
    text = action_sentence(Action(do, facts_of(ADVICE[do])))
    assert text.endswith(".")
    assert text[0].isupper()
    assert max(map(words, sentences(text))) <= MOST_WORDS, text


@pytest.mark.parametrize("work", Work)
@pytest.mark.parametrize("blocks", [Blocks.WRITES, Blocks.EVERYTHING, Blocks.DATABASE])
@pytest.mark.parametrize("duration", Duration)
def test_a_wait_reads_well(work: Work, blocks: Blocks, duration: Duration) -> None:
    operation = Operation(blocks, "ACCESS EXCLUSIVE", work, duration=duration)
    assert words(blocking_sentence(operation, ("`Order`", "`Customer`"))) <= MOST_WORDS
