"""`refract check --accept`: today's findings are lived with, later ones are reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from small_projects import HEAD, USER, write

Refract = Callable[..., Result]

DROPPED = HEAD + USER.replace("  email String\n", "")
BOTH = DROPPED.replace("@id\n", "@id\n  age   Int\n")


def test_accepted_findings_are_counted_and_only_new_ones_reported(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": DROPPED})
    result = refract("check", "--accept")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Accepted 1 finding of prisma/schema.prisma in refract-accepted.json.\n"
    kept = json.loads((project / "refract-accepted.json").read_text())
    assert kept["version"] == 1
    (key,) = kept["accepted"]["prisma/schema.prisma"]
    assert key.startswith("drop-column:")
    result = refract("check")
    assert (result.exit_code, result.stdout.split(" in ")[0]) == (0, "No findings (1 accepted)")
    write(project, {"prisma/schema.prisma": BOTH})
    result = refract("check")
    assert result.exit_code == 1
    assert "add-required-column" in result.stdout
    assert ": error drop-column" not in result.stdout


def test_a_removed_finding_is_reported_and_forgotten(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": DROPPED})
    refract("check", "--accept")
    write(project, {"prisma/schema.prisma": HEAD + USER})
    result = refract("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 accepted finding no longer occurs. Run `refract check --accept` to remove it." in result.stdout
    assert "Removed 1 that no longer exists." in refract("check", "--accept").stdout
    assert not (project / "refract-accepted.json").exists()


def test_projects_with_one_root_keep_their_own(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": DROPPED, "package.json": "{}"})
    refract("check", "prisma", "--accept")
    write(project, {"other/schema.prisma": HEAD + USER})
    refract("check", "other", "--accept")
    assert list(json.loads((project / "refract-accepted.json").read_text())["accepted"]) == ["prisma/schema.prisma"]


def test_nothing_is_forgotten_while_something_cannot_be_read(project: Path, refract: Refract) -> None:
    write(project, {"prisma/schema.prisma": DROPPED})
    refract("check", "--accept")
    before = (project / "refract-accepted.json").read_text()
    write(project, {"prisma/schema.prisma": HEAD + USER + "model Broken {\n  id Int @@@\n}\n"})
    assert refract("check", "--accept").exit_code == 2
    assert (project / "refract-accepted.json").read_text() == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "accepted": 3}', '{"version": 9}', b"\xff"])
def test_a_file_that_is_none_is_one_clear_message(project: Path, refract: Refract, text: str | bytes) -> None:
    write(project, {"refract-accepted.json": text})
    for arguments in ((), ("--accept",)):
        result = refract("check", *arguments)
        assert result.exit_code == 2
        assert "refract-accepted.json" in result.stderr
