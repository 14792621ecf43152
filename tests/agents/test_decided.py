"""Edits of settings, of what they extend, of accepted findings and of plans are those of the person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refract.agents.event import Edit, Event, Moment, Replacement, Whole
from refract.agents.judging import judge
from refract.agents.loosened import NOT_OF_FINDINGS, is_loosened, setting_names
from refract.agents.verdict import Decision
from small_projects import HEAD, USER, write

ASKED = {
    "rules": 'drop-column = "off"',
    "migrations": '"db/migrations"',
    "schema": '"db/schema.prisma"',
    "base": '"HEAD"',
    "fail-on": '"never"',
    "exclude": '["apps/*"]',
    "custom-rules": '{ no-money = { on = ["add-column"], types = ["MONEY"], message = "Store cents" } }',
    "owners": '{ User = "@ada" }',
    "rule-packages": '["acme-rules"]',
    "extends": '["shared.toml"]',
    "plans.rest": "90",
    "plans.guards": "false",
    "agents.commands": '"off"',
    "agents.edits": '"warn"',
}
LET_THROUGH = {
    "prisma": '"6.19"',
    "database.version": '"16"',
    "database.flavour": '"mariadb"',
    "plans.backfill": '"script"',
    "plans.batch": "500",
    "plans.pause": "50",
    "plans.longest-pause": "5000",
}
RULES = ASKED | {"rules": '{ drop-column = "off" }'}


def asked(edit: Edit, folder: Path) -> bool:
    verdict = judge(Event(Moment.EDIT, folder, edits=(edit,)))
    assert verdict.decision in (None, Decision.ASK)
    return verdict.decision is Decision.ASK


def test_every_setting_is_classified() -> None:
    assert set(setting_names()) == ASKED.keys() | LET_THROUGH.keys()
    assert LET_THROUGH.keys() == NOT_OF_FINDINGS


@pytest.mark.parametrize("name", [*ASKED, *LET_THROUGH])
@pytest.mark.parametrize("file", ["refract.toml", "pyproject.toml"])
def test_a_setting_is_added_and_removed(name: str, file: str) -> None:
    head = "[tool.refract]\n" if file == "pyproject.toml" else ""
    text = f"{head}{name} = {(RULES | LET_THROUGH)[name]}\n"
    for before, after in ((None, text), (text, None), (text, head), (text, text.replace(name, f"# {name}"))):
        assert is_loosened(before, after, Path(file)) is (name in ASKED)
    assert not is_loosened(text, f"# a comment\n{text}", Path(file))


def test_settings_that_stop_each_analysis_are_asked_about(quiet: Path) -> None:
    for text in ("rules = ", "unknown = 1\n", '[agents]\nedits = "maybe"\n'):
        assert asked(Whole("refract.toml", text), quiet)
    write(quiet, {"refract.toml": "rules = "})
    assert not asked(Whole("refract.toml", ""), quiet)
    assert asked(Whole("refract.toml", '[rules]\ndrop-column = "off"\n'), quiet)


def test_a_file_that_settings_extend_is_one_of_them(quiet: Path) -> None:
    loose = Whole("config/shared.toml", '[rules]\ndrop-column = "off"\n')
    write(quiet, {"config/shared.toml": '[rules]\ndrop-column = "error"\n', "config/other.toml": ""})
    assert not asked(loose, quiet)
    write(quiet, {"refract.toml": 'extends = ["config/shared.toml"]\n'})
    assert asked(loose, quiet)
    assert asked(Whole("config/shared.toml", None), quiet)
    assert not asked(Whole("config/other.toml", '[rules]\ndrop-column = "off"\n'), quiet)
    assert not asked(Replacement("config/shared.toml", "[rules]", "# all of them\n[rules]"), quiet)


def test_a_file_that_settings_of_one_of_several_projects_extend(quiet: Path) -> None:
    write(quiet, {
        "apps/api/prisma/schema.prisma": HEAD + USER,
        "apps/api/refract.toml": 'extends = ["../../shared.toml"]\n',
        "shared.toml": '[rules]\ndrop-column = "error"\n',
    })  # fmt: skip
    assert asked(Whole("shared.toml", '[rules]\ndrop-column = "off"\n'), quiet)


def test_other_toml_files_are_let_through(quiet: Path) -> None:
    for name in (
        "Cargo.toml",
        "netlify.toml",
        "pyproject.toml",
        "docs/plans/next.toml",
        "prisma/migrations/migration_lock.toml",
    ):
        assert not asked(Whole(name, "[package]\nname = 'x'\n"), quiet), name


def test_to_accept_more_is_asked_about_and_to_accept_less_is_not(quiet: Path) -> None:
    def accepted(*keys: str) -> str:
        return json.dumps({"version": 1, "accepted": {"prisma/schema.prisma": list(keys)}})

    write(quiet, {"refract-accepted.json": accepted("a", "b")})
    assert asked(Whole("refract-accepted.json", accepted("a", "b", "c")), quiet)
    assert asked(Whole("refract-accepted.json", "{"), quiet)
    assert not asked(Whole("refract-accepted.json", accepted("a")), quiet)
    assert not asked(Whole("refract-accepted.json", None), quiet)


def test_a_plan_is_not_changed_by_hand(quiet: Path) -> None:
    plan = "prisma/plans/rename.toml"
    assert asked(Whole(plan, "name = 'x'\n"), quiet)
    write(quiet, {plan: "name = 'x'\n"})
    assert asked(Replacement(plan, "x", "y"), quiet)
    assert asked(Whole(plan, None), quiet)


def test_a_comment_that_silences_may_be_removed_and_not_added(quiet: Path) -> None:
    dropped = HEAD + USER.replace("  email String\n", "")
    silenced = dropped.replace("model", "// refract-ignore: drop-column -- not used\nmodel")
    write(quiet, {"prisma/schema.prisma": dropped})
    assert asked(Whole("prisma/schema.prisma", silenced), quiet)
    write(quiet, {"prisma/schema.prisma": silenced})
    assert not asked(Whole("prisma/schema.prisma", dropped), quiet)
