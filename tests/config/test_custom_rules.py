"""The declarations of custom rules: what is read, and the message if something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from refract.config import SettingsError, load_settings
from refract.config.custom_rules import CustomRule
from refract.workspace.project_settings import settings_from, settings_of
from small_projects import write

NO_MONEY = '[custom-rules.no-money]\non = "add-column"\nmessage = "Store cents"\n'

BAD = {
    "no change": ('[custom-rules.a]\nmessage = "m"\n', "custom-rules must set a.on"),
    "no message": ('[custom-rules.a]\non = ["add-column"]\n', "custom-rules must set a.message"),
    "an empty message": ('[custom-rules.a]\non = ["add-column"]\nmessage = " "\n', "must set a.message to one line"),
    "two lines": ('[custom-rules.a]\non = ["add-column"]\nmessage = "a\\nb"\n', "must set a.message to one line"),
    "an unknown setting": (NO_MONEY + "column = 1\n", "must not set no-money.column (known: on, tables, names, types"),
    "an unknown severity": (
        NO_MONEY + 'severity = "off"\n',
        "must set no-money.severity to one of error, warning, info",
    ),
    "a number": (NO_MONEY + "types = [1]\n", "must set no-money.types to a list of texts"),
    "a path as a name": ('[custom-rules."../x"]\non = "a"\nmessage = "m"\n', "must name a rule in lower-case words"),
    "no table": ("custom-rules = 1\n", "custom-rules must be a table of rules"),
    "no rule": ('[custom-rules]\na = "b"\n', "custom-rules must set a to a table"),
    "an unknown change": (
        NO_MONEY.replace("add-column", "add-colum"),
        "unknown change add-colum, did you mean add-column?",
    ),
    "a name of ours": (NO_MONEY.replace("no-money", "drop-column"), "drop-column is the name of two rules"),
    "a package that is not installed": (
        'rule-packages = ["nowhere"]\n',
        "rule-packages has nowhere, which is not installed",
    ),
    "a package without rules": (
        'rule-packages = ["attrs"]\n',
        "rule-packages has attrs, which has no entry point refract.rules",
    ),
}


def test_a_declaration(tmp_path: Path) -> None:
    write(tmp_path, {"refract.toml": NO_MONEY + 'types = ["MONEY", "FLOAT*"]\nhelp = "Use Int."\nseverity = "error"\n'})
    expected = CustomRule(("add-column",), "Store cents", "Use Int.", "error", types=("MONEY", "FLOAT*"))
    assert settings_of(tmp_path).custom_rules == {"no-money": expected}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_declaration(tmp_path: Path, name: str) -> None:
    text, message = BAD[name]
    write(tmp_path, {"refract.toml": text})
    with pytest.raises(SettingsError) as error:
        settings_of(tmp_path)
    assert message in str(error.value)
    assert str(tmp_path / "refract.toml") in str(error.value)


@pytest.mark.parametrize("name", ["custom-rules", "rule-packages", "extends"])
def test_an_editor_adds_no_rules(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^the editor: {name} belongs into refract.toml"):
        settings_from({name: []}, "the editor")


def test_a_file_overrides_those_that_it_extends(tmp_path: Path) -> None:
    write(tmp_path, {
        "shared/refract.toml": 'extends = ["base.toml"]\nfail-on = "warning"\n' + NO_MONEY,
        "shared/base.toml": 'prisma = "5"\nfail-on = "never"\n[rules]\ndrop-column = "info"\ndrop-table = "info"\n',
        "app/refract.toml": 'extends = ["../shared/refract.toml"]\nprisma = "6"\n[rules]\ndrop-column = "error"\n',
    })  # fmt: skip
    settings = load_settings(tmp_path / "app")
    assert (settings.prisma, settings.fail_on, set(settings.custom_rules)) == ((6,), "warning", {"no-money"})
    assert settings.rules == {"drop-column": "error", "drop-table": "info"}
    assert settings.file == tmp_path / "app/refract.toml"
    assert settings.extended == (tmp_path / "shared/base.toml", tmp_path / "shared/refract.toml")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"refract.toml": 'extends = ["gone.toml"]\n'}, "gone.toml, which is not a TOML file that exists"),
        ({"refract.toml": 'extends = ["notes.txt"]\n', "notes.txt": ""}, "notes.txt, which is not a TOML file"),
        ({"refract.toml": 'extends = ["refract.toml"]\n'}, "extends leads back to"),
        ({"refract.toml": 'extends = ["a.toml"]\n', "a.toml": 'extends = ["refract.toml"]\n'}, "extends leads back to"),
        ({"refract.toml": 'extends = ["a.toml"]\n', "a.toml": 'schema = "x"\n'}, "a.toml must not set schema"),
        ({"refract.toml": 'extends = ["a.toml"]\n', "a.toml": "x = 1\n"}, "a.toml: unknown setting x"),
        ({"refract.toml": 'extends = ["a.toml"]\n', "a.toml": "x =\n"}, "a.toml is not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_extended(tmp_path: Path, files: dict[str, str | bytes], message: str) -> None:
    write(tmp_path, files)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path)
    assert message in str(error.value)
