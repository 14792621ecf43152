"""A finding that is split into steps: the schema with the first of them, its migrations, the plan; and the end of it."""

from __future__ import annotations

import importlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from refract.lowering.model import lower_model
from refract.project import Analysis, analyse, find_projects, open_project
from refract.project.fixing import fixes_of
from refract.recipes.base import UNANSWERED, CannotPlan
from refract.syntax.schema_tree import PlacedBlock
from refract.text import FileEdits, NewFile, apply_edits

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.org")
HEAD = 'datasource db {\n  provider = "postgresql"\n}\n\n'
BEFORE = """\
model User {
  id    Int     @id
  name  String  @unique
  bio   String?
  score Int
  role  Role
}

enum Role {
  MEMBER
  ADMIN
}
"""
INIT = """\
CREATE TYPE "Role" AS ENUM ('MEMBER', 'ADMIN');
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT NOT NULL, "bio" TEXT, "score" INTEGER NOT NULL,
  "role" "Role" NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");
"""
CASES = [
    ("field-rename-as-drop-add", ("name  String ", "title String "), 6, "title String? "),
    ("make-column-required", ("bio   String?", "bio   String"), 3, "bio   String?"),
    ("drop-column", ("  score Int\n", ""), 3, "score Int @default(0)"),
    ("change-type-rewrite", ("score Int", "score BigInt"), 5, 'scoreV2 BigInt? @map("score_v2")'),
    ("add-required-column-without-default", ("  role ", "  plan String\n  role "), 4, "plan String?"),
    ("add-unique-on-existing-rows", ("bio   String?", "bio   String? @unique"), 2, "bio   String?"),
    ("remove-enum-value", ("  ADMIN\n", ""), 3, "  ADMIN\n"),
]


def opened(root: Path, schema: str) -> Analysis:
    """The project of BEFORE, committed, with its schema edited."""
    prisma = root / "prisma"
    (prisma / "migrations" / "20260101000000_init").mkdir(parents=True)
    (prisma / "migrations" / "20260101000000_init" / "migration.sql").write_text(INIT)
    (prisma / "migrations" / "migration_lock.toml").write_text('provider = "postgresql"\n')
    (prisma / "schema.prisma").write_text(HEAD + BEFORE)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "start"]):
        subprocess.run([*GIT, *command], cwd=root, check=True)
    (prisma / "schema.prisma").write_text(HEAD + schema)
    return again(root)


def again(root: Path) -> Analysis:
    return analyse(open_project(find_projects(root)[0]))


@pytest.mark.parametrize(("rule", "edit", "steps", "expected"), CASES, ids=[case[0] for case in CASES])
def test_the_first_step_is_taken(tmp_path: Path, rule: str, edit: tuple[str, str], steps: int, expected: str) -> None:
    assert edit[0] in BEFORE
    analysis = opened(tmp_path, BEFORE.replace(*edit))
    finding = next(f for f in analysis.findings if f.rule == rule)
    fix = next(f for f in fixes_of(analysis, finding, NOW) if f.title.startswith("Split into"))
    assert fix.title.startswith(f"Split into {steps} safe steps: ")
    for change in fix.build():
        if isinstance(change, FileEdits):
            path = Path(change.path)
            path.write_text(apply_edits(path.read_text(), change.edits))
        elif isinstance(change, NewFile):
            Path(change.path).parent.mkdir(parents=True, exist_ok=True)
            Path(change.path).write_text(change.text)
    assert " ".join(expected.split()) in " ".join((tmp_path / "prisma" / "schema.prisma").read_text().split())
    after = again(tmp_path)
    assert not after.problems
    assert after.diff.changes == (), "the migrations of the first step build what the schema asks for"
    (progress,) = after.plans
    first = progress.plan.steps[0]
    assert len(progress.plan.steps) == steps
    assert progress.number == (0 if first.deploy else 1)
    assert rule not in {f.rule for f in after.findings}


def test_nothing_is_split_where_nobody_knows_what_was_there(tmp_path: Path) -> None:
    analysis = opened(tmp_path, BEFORE.replace("  score Int\n", ""))
    subprocess.run(["rm", "-rf", str(tmp_path / ".git")], check=True)
    analysis = again(tmp_path)
    finding = next(f for f in analysis.findings if f.rule == "drop-column")
    assert not [f for f in fixes_of(analysis, finding, NOW) if f.title.startswith("Split")]


def test_what_a_person_answers_goes_into_the_steps(tmp_path: Path) -> None:
    analysis = opened(tmp_path, BEFORE.replace("  role ", "  plan String\n  role "))
    finding = next(f for f in analysis.findings if f.rule == "add-required-column-without-default")
    asked = next(f.asked for f in fixes_of(analysis, finding, NOW) if f.asked)
    assert (asked.recipe, asked.subject) == ("add-required-field", "User")
    assert [question.name for question in asked.questions] == ["value"]
    given = "".join(change.text for change in asked.build({"value": "'free'"}) if isinstance(change, NewFile))
    assert "= 'free'" in given
    assert UNANSWERED not in given
    assert UNANSWERED in "".join(change.text for change in asked.build({}) if isinstance(change, NewFile))


@pytest.mark.parametrize("answers", [{"how": "nonsense"}, {"unknown": "x"}])
def test_answers_that_will_not_do_are_refused(tmp_path: Path, answers: dict[str, str]) -> None:
    analysis = opened(tmp_path, BEFORE.replace("  role ", "  plan String\n  role "))
    finding = next(f for f in analysis.findings if f.rule == "add-required-column-without-default")
    asked = next(f.asked for f in fixes_of(analysis, finding, NOW) if f.asked)
    with pytest.raises(CannotPlan):
        asked.build(answers)


def test_only_the_tables_of_the_plan_are_lowered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = "".join(f"model Other{number} {{\n  id Int @id\n}}\n\n" for number in range(50))
    analysis = opened(tmp_path, others + BEFORE.replace("  role ", "  plan String\n  role "))
    finding = next(f for f in analysis.findings if f.rule == "add-required-column-without-default")
    lowered: list[str] = []

    def counted(placed: PlacedBlock, *rest: Any) -> Any:
        lowered.append(placed.block.name.text)
        return lower_model(placed, *rest)

    monkeypatch.setattr(importlib.import_module("refract.lowering.lower"), "lower_model", counted)
    fix = next(f for f in fixes_of(analysis, finding, NOW) if f.asked)
    assert fix.build()
    assert set(lowered) == {"User"}
