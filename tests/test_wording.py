"""The texts that a user meets keep the rules of docs/style.md as far as these can be measured."""

from __future__ import annotations

import pytest

from wording import headline_problems, is_instruction, problems, sentences, words

BAD_AND_GOOD = (
    (
        "Stop every instance that knows `name`, run the migration, start the version that knows `title`: "
        "until then whichever does not match fails.",
        "1. Stop every instance of the app. 2. Run the migration. 3. Start the version that uses `title`. "
        "Instances left running will fail.",
    ),
    (
        "Where it has been applied, Prisma takes no way back: put this SQL into a new migration, and deploy that.",
        "If the migration was applied, Prisma cannot roll it back. Copy this SQL into a new migration and deploy that.",
    ),
    ("Where the migration has failed, run this:", "If the migration failed, run this:"),
    (
        "No transaction has been open for 5 seconds: the migration would wait for it, and everybody else behind that.",
        "Check for transactions open longer than 5 s. "
        "The migration would wait for them and block everything queued behind it.",
    ),
    (
        "What undoes it is not written yet: write it now with `refract rollback`.",
        "No `down.sql` yet. Create it now: `refract rollback`.",
    ),
    (
        "not understood: look up for yourself what it locks, and for how long.",
        "Not analysed: check by hand what it locks and for how long.",
    ),
    (
        "Go on when no instance of the old one is left, and no sooner than you are sure to stay.",
        "Continue when no old instance is running and you will not need to roll back.",
    ),
    (
        "Its foreign key is made anew, ON DELETE RESTRICT instead of SET NULL.",
        "Its foreign key is recreated with ON DELETE RESTRICT (was SET NULL).",
    ),
    (
        "`a` comes and `b` goes in one migration.",
        "This migration adds `a` and drops `b`, so old and new code cannot both work during the deploy.",
    ),
    ("The query answers 0.", "The query returns 0."),
    ("The fields of the index in order, parted by commas", "Fields, in order, separated by commas"),
    ("`a.sql` is there already, and is not written over.", "`a.sql` already exists and was not overwritten."),
    ("The text has moved on: “Fix” is not to be had any more.", "The file changed; “Fix” is no longer available."),
    ("`Str` is no type of postgresql.", "Unknown type `Str` (field skipped)"),
    ("There is no table `t` beside the rows that are there.", "There is no table `t` next to the existing rows."),
    (
        "The steps that were taken stay as they are: nothing keeps watch over them any more.",
        "Steps already taken stay in place; Refract no longer tracks them.",
    ),
    ("it fails: a: b", "If it fails: `a: b: c`"),
    ("It fails when it runs.", "It fails."),
)


@pytest.mark.parametrize(("bad", "good"), BAD_AND_GOOD)
def test_a_faulty_text_is_found_and_its_replacement_is_not(bad: str, good: str) -> None:
    assert problems(bad)
    assert problems(good) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    (
        ("Run `npx a. B`. Then check, e.g. the log.", ["Run CODE.", "Then check, e.g. the log."]),
        ("1. Stop it. 2. Run it.", ["Stop it.", "Run it."]),
        ("Version 7.1 is read. [Why](a.md)?", ["Version 7.1 is read.", "Why?"]),
        ("- one\n- two", ["one", "two"]),
    ),
)
def test_a_text_is_split_into_sentences(text: str, parts: list[str]) -> None:
    assert list(sentences(text)) == parts


@pytest.mark.parametrize(
    ("sentence", "expected"),
    (
        ("Run the migration.", True),
        ("If it fails, run this again.", True),
        ("Then deploy.", True),
        ("The migration fails.", False),
        ("Locks `T`.", False),
    ),
)
def test_an_instruction_begins_with_an_imperative(sentence: str, expected: bool) -> None:
    assert is_instruction(sentence) is expected


def test_sentences_and_headlines_have_a_limit() -> None:
    assert words("Drops `a b c` now") == 3
    assert problems(f"Run {'very ' * 18}fast.") == []
    assert problems(f"Run {'very ' * 19}fast.")
    assert headline_problems("one two three four five six seven eight nine ten eleven twelve") == []
    assert headline_problems("one two three four five six seven eight nine ten eleven twelve thirteen")
