"""Settings files: what they mean, and what is said about those that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from refract.config import Level, Settings, SettingsError, load_settings


def test_none() -> None:
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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('rules = { a = "loud" }', "'loud' is not one of error, warning, info, off at rules['a']"),
        ("rules = 3", "is not of the right kind at rules"),
        ("migrations = 3", "3 is not text at migrations"),
        ("colour = 1", "unknown setting colour (known: rules, migrations)"),
        ("file = 'x'", "unknown setting file"),
        ("rules =", "not valid TOML"),
        ("\udcff", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_the_path(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "refract.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "refract.toml"))
    assert reason in str(caught.value)


def test_a_broken_pyproject_is_not_ours_to_report(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.refract")
    assert load_settings(tmp_path) == Settings()
