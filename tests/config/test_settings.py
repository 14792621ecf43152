"""Settings: what they mean, and what is said about those that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from refract.config import DatabaseSettings, FailOn, Flavour, Level, Settings, SettingsError, load_settings, merged
from refract.workspace.project_settings import rule_names, settings_from, settings_of


def test_no_file_means_defaults() -> None:
    assert load_settings(Path("/nowhere")) == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("refract.toml", 'migrations = "sql"\n[rules]\ndrop-column = "off"\n'),
        ("pyproject.toml", '[tool.refract]\nmigrations = "sql"\nrules = { drop-column = "off" }\n'),
    ],
)
def test_both_files(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    settings = load_settings(tmp_path)
    assert settings == Settings({"drop-column": Level.OFF}, "sql")
    assert settings.file == tmp_path / name


def test_everything(tmp_path: Path) -> None:
    (tmp_path / "refract.toml").write_text(
        'base = "origin/develop"\nprisma = "6.2.1"\nfail-on = "warning"\nexclude = ["old/*"]\n'
        '[database]\nversion = "10.11"\nflavour = "mariadb"\n'
    )
    assert load_settings(tmp_path) == Settings(
        base="origin/develop",
        prisma=(6, 2, 1),
        fail_on=FailOn.WARNING,
        exclude=("old/*",),
        database=DatabaseSettings((10, 11), Flavour.MARIADB),
    )


def test_the_nearest_file_holds_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "refract.toml").write_text('migrations = "outside"')
    project = tmp_path / "repo/app"
    project.mkdir(parents=True)
    assert load_settings(project).migrations == "outside"
    (tmp_path / "repo/.git").mkdir()
    assert load_settings(project).migrations is None
    (tmp_path / "repo/refract.toml").write_text('migrations = "repo"')
    assert load_settings(project).migrations == "repo"
    (project / "pyproject.toml").write_text("[project]\nname = 'refract-user'\n")
    assert load_settings(project).migrations == "repo"


WRONG = [
    ('rules = { drop-column = "loud" }', "rules must set drop-column to one of error, warning, info, off, not 'loud'"),
    ("rules = 3", "rules must be a table of rules and severities"),
    ('rules = { drop-colum = "off" }', "unknown rule drop-colum, did you mean drop-column?"),
    ('rules = { "zzz-*" = "off" }', "unknown rule zzz-*"),
    ("migrations = 3", "migrations must be text, not 3"),
    ('exclude = "x"', "exclude must be a list of texts, not 'x'"),
    ("migration = 'x'", "unknown setting migration, did you mean migrations?"),
    ("fail_on = 'error'", "unknown setting fail_on, did you mean fail-on?"),
    (
        "zzz = 1",
        "unknown setting zzz (known: rules, migrations, schema, base, prisma, fail-on, exclude, ",
    ),
    ("file = 'x'", "unknown setting file"),
    ("database = 3", "database is not a table"),
    ("[database]\nversions = '14'", "unknown setting database.versions, did you mean version?"),
    ("[database]\nversion = 14", 'must be a version in quotes such as "14" or "8.0.36", not 14'),
    ("[database]\nversion = '14-beta'", "not '14-beta'"),
    ("[database]\nflavour = 'maria'", "database.flavour must be one of mariadb, d1, libsql, planetscale, not 'maria'"),
    ("rules =", "not valid TOML"),
    ("\udcff", "is not UTF-8 text"),
]


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_a_mistake_is_reported_with_the_path(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "refract.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "refract.toml"))
    assert reason in str(caught.value)


def test_a_broken_pyproject_is_not_ours_to_report(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.refract")
    assert load_settings(tmp_path) == Settings()


def test_an_editor_sends_the_same_names_and_none_for_what_is_not_set() -> None:
    sent = {"rules": {"drop-*": "info"}, "migrations": None, "database": {"version": "16", "flavour": None}}
    assert settings_from(sent, "the editor's settings") == Settings(
        {"drop-*": Level.INFO}, database=DatabaseSettings((16,))
    )
    with pytest.raises(SettingsError, match=r"^the editor's settings: unknown setting bse, did you mean base\?"):
        settings_from({"bse": "x"}, "the editor's settings")


def test_the_editor_counts_before_the_file() -> None:
    file = Settings(
        {"a": Level.OFF, "b": Level.OFF},
        "sql",
        base="main",
        database=DatabaseSettings((14,), Flavour.D1),
        file=Path("f"),
    )
    editor = Settings({"b": Level.ERROR}, base="dev", database=DatabaseSettings((16,)))
    both = merged(file, editor)
    assert both == Settings(
        {"a": Level.OFF, "b": Level.ERROR}, "sql", base="dev", database=DatabaseSettings((16,), Flavour.D1)
    )
    assert both.file == Path("f")
    assert merged(file, Settings()) == file


LEVELS = Settings({"*": Level.INFO, "drop-*": Level.OFF, "drop-table": Level.ERROR})


@pytest.mark.parametrize(
    ("rule", "by_default", "level", "on"),
    [
        ("drop-table", True, Level.ERROR, True),
        ("drop-table", False, Level.ERROR, True),
        ("drop-column", True, Level.OFF, False),
        ("add-thing", True, Level.INFO, True),
        ("add-thing", False, Level.INFO, False),
    ],
)
def test_the_most_exact_name_counts(rule: str, by_default: bool, level: Level, on: bool) -> None:
    assert LEVELS.level(rule) is level
    assert LEVELS.is_on(rule, by_default) is on


def test_comments_have_rules_too() -> None:
    assert rule_names() >= {"drop-column", "unused-suppression"}
