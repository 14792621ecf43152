"""A finding that is split into steps: the schema with the first of them, its migrations, the plan; and the end of it."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from refract.actions.fixing import fixes_of
from refract.analysis import Analysis, analyse, open_project
from refract.diff import diff
from refract.fixes import Fix
from refract.lowering import lower
from refract.lowering.model import lower_model
from refract.recipes.base import UNANSWERED, CannotPlan
from refract.schema.model import Database
from refract.sql.writer import write_script
from refract.syntax import parse_schema
from refract.syntax.schema_tree import PlacedBlock
from refract.text import FileEdits, NewFile, apply_edits
from refract.workspace import find_projects

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.org")
HEAD = 'datasource db {\n  provider = "postgresql"\n}\n\n'
BEFORE = """\
model User {
  id    Int     @id @default(autoincrement())
  name  String  @unique
  bio   String?
  score Int
  level Int     @default(1)
  role  Role

  notes   Note[]
  profile Profile?
}

model Note {
  id     Int   @id
  userId Int?
  user   User? @relation(fields: [userId], references: [id])
  tagId  Int
}

model Profile {
  id     Int  @id
  userId Int  @unique
  user   User @relation(fields: [userId], references: [id])
}

model Tag {
  id   Int    @id
  name String
}

model Audit {
  id   Int      @id
  kind Kind
  at   DateTime @default(now())
}

enum Role {
  MEMBER
  ADMIN
}

enum Kind {
  LOGIN
  LOGOUT
}
"""
AUDIT = BEFORE[BEFORE.index("model Audit") : BEFORE.index("enum Role")]
NO_RELATION = "  tagId  Int\n}", "  tagId  Int\n  tag    Tag @relation(fields: [tagId], references: [id])\n}"


@frozen
class Case:
    """A rule that finds something in the edited schema, and the plan that is offered: its title, and a part of the schema
    when its first step is taken. `title` is a number of steps, or that of the only one.
    """

    rule: str
    edits: tuple[tuple[str, str], ...]
    title: int | str
    expected: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.expected}"


CASES = [
    Case("field-rename-as-drop-add", (("name  String ", "title String "),), 6, "title String?"),
    Case("make-column-required", (("bio   String?", "bio   String"),), 3, "bio   String?"),
    Case("make-column-required", (("userId Int?", "userId Int"), ("User? @", "User @")), 3, "user   User? @relation"),
    Case("drop-column", (("  score Int\n", ""),), 3, "score Int @default(0)"),
    Case("drop-column", (("  bio   String?\n", ""),), 2, "bio   String? @ignore"),
    Case("change-type-rewrite", (("score Int", "score BigInt"),), 5, 'scoreV2 BigInt? @map("score_v2")'),
    Case("column-dropped-and-recreated", (("score Int", "score Int[]"),), 4, 'scoreV2 Int[] @map("score_v2")'),
    Case("add-required-column-without-default", (("  role ", "  plan String\n  role "),), 4, "plan String?"),
    Case("add-unique-on-existing-rows", (("bio   String?", "bio   String? @unique"),), 2, "bio   String?"),
    Case("add-unique-on-existing-rows", (("  notes ", "  @@unique([bio, score])\n  notes "),), 2, "score Int"),
    Case("remove-enum-value", (("  ADMIN\n", ""),), 3, "  ADMIN\n"),
    Case("rename-enum-value", (("  LOGIN\n", "  LOG_IN\n"),), 5, "enum KindV2"),
    Case("enum-value-unknown-to-old-client", (("  ADMIN\n", "  ADMIN\n  OWNER\n"),), 3, "OWNER"),
    Case("enum-rename-as-column-recreate", (("kind Kind", "kind Event"), ("enum Kind", "enum Event")), 5, "enum Event"),
    Case("model-rename-as-drop-create", (("model Audit", "model AuditLog"),), 3, "model AuditLog"),
    Case("drop-table", ((AUDIT, ""),), 3, "@@ignore"),
    Case(
        "field-moved-as-drop-add",
        (("  bio   String?\n", ""), ("userId Int  @unique", "userId Int  @unique\n  bio String?")),
        6,
        "bio String?",
    ),
    Case("change-or-drop-default", (("level Int     @default(1)", "level Int"),), 2, "level Int @default(1)"),
    Case(
        "add-foreign-key-on-existing-rows",
        (NO_RELATION, ("  name String\n}", "  name String\n  notes Note[]\n}")),
        3,
        "@@index([tagId])",
    ),
    Case(
        "referential-action-changed",
        (("references: [id])\n  tagId", "references: [id], onDelete: Cascade)\n  tagId"),),
        "Give the foreign key of `user` its new actions",
        "onDelete: Cascade",
    ),
    Case(
        "change-type-rewrite",
        (("id    Int ", "id    BigInt "), ("userId Int?", "userId BigInt?"), ("userId Int  @", "userId BigInt @")),
        9,
        'idV2 BigInt? @map("id_v2")',
    ),
    Case(
        "column-dropped-and-recreated",
        (
            (
                "id    Int     @id @default(autoincrement())",
                'id String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid',
            ),
            ("userId Int?", "userId String? @db.Uuid"),
            ("userId Int  @", "userId String @db.Uuid @"),
        ),
        10,
        'idV2 String? @db.Uuid @map("id_v2")',
    ),
]


def opened(root: Path, schema: str) -> Analysis:
    """The project of BEFORE, committed, with its schema edited."""
    prisma = root / "prisma"
    (prisma / "migrations" / "20260101000000_init").mkdir(parents=True)
    (prisma / "migrations" / "20260101000000_init" / "migration.sql").write_text(_init())
    (prisma / "migrations" / "migration_lock.toml").write_text('provider = "postgresql"\n')
    (prisma / "schema.prisma").write_text(HEAD + BEFORE)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "start"]):
        subprocess.run([*GIT, *command], cwd=root, check=True)
    (prisma / "schema.prisma").write_text(HEAD + schema)
    return again(root)


def again(root: Path) -> Analysis:
    return analyse(open_project(find_projects(root)[0]))


def _init() -> str:
    """The migration that builds BEFORE."""
    asked = lower(parse_schema([("schema.prisma", HEAD + BEFORE)])).database
    nothing = Database(asked.provider, asked.default_schema)
    return write_script(diff(nothing, asked), nothing, asked)


def _edited(case: Case) -> str:
    schema = BEFORE
    for old, new in case.edits:
        assert old in schema
        schema = schema.replace(old, new, 1)
    return schema


def _offered(analysis: Analysis, case: Case) -> Fix:
    wanted = (
        f"Split into {case.title} safe steps: "
        if isinstance(case.title, int)
        else f"Do it in safe migrations: {case.title}"
    )
    found = [
        fix
        for finding in analysis.findings
        if finding.rule == case.rule
        for fix in fixes_of(analysis, finding, NOW)
        if fix.title.startswith(("Split into", "Do it in safe"))
    ]
    assert [fix.title for fix in found if fix.title.startswith(wanted)], ([f.rule for f in analysis.findings], found)
    return next(fix for fix in found if fix.title.startswith(wanted))


def _apply(fix: Fix) -> None:
    for change in fix.build():
        if isinstance(change, FileEdits):
            path = Path(change.path)
            path.write_text(apply_edits(path.read_text(), change.edits))
        elif isinstance(change, NewFile):
            Path(change.path).parent.mkdir(parents=True, exist_ok=True)
            Path(change.path).write_text(change.text)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_first_step_is_taken(tmp_path: Path, case: Case) -> None:
    analysis = opened(tmp_path, _edited(case))
    _apply(_offered(analysis, case))
    assert " ".join(case.expected.split()) in " ".join((tmp_path / "prisma" / "schema.prisma").read_text().split())
    after = again(tmp_path)
    assert not after.problems
    assert after.diff.changes == (), "the migrations of the first step build what the schema asks for"
    (progress,) = after.plans
    first, steps = progress.plan.steps[0], 1 if isinstance(case.title, str) else case.title
    assert len(progress.plan.steps) == steps
    assert progress.number == (0 if first.needs_confirmation else 1 if steps > 1 else None)
    assert case.rule not in {f.rule for f in after.findings}


WITHOUT_GIT = [
    Case("drop-column", (("  score Int\n", ""),), 3, "score Int @default(0)"),
    Case("drop-column", (("  role  Role\n", ""),), 3, "role Role @default(MEMBER)"),
    Case("drop-column", (("  at   DateTime @default(now())\n", ""),), 2, "at DateTime @default(now()) @ignore"),
    Case("field-rename-as-drop-add", (("name  String ", "title String "),), 6, "name  String  @unique"),
    Case("change-type-rewrite", (("score Int", "score BigInt"),), 5, 'scoreV2 BigInt? @map("score_v2")'),
]


@pytest.mark.parametrize("case", WITHOUT_GIT, ids=str)
def test_without_git_a_field_is_rebuilt_from_the_migrations(tmp_path: Path, case: Case) -> None:
    opened(tmp_path, _edited(case))
    shutil.rmtree(tmp_path / ".git")
    _apply(_offered(again(tmp_path), case))
    assert " ".join(case.expected.split()) in " ".join((tmp_path / "prisma" / "schema.prisma").read_text().split())
    after = again(tmp_path)
    assert after.diff.changes == ()
    assert case.rule not in {f.rule for f in after.findings}


def test_nothing_is_split_where_no_field_makes_the_column_that_was_there(tmp_path: Path) -> None:
    opened(tmp_path, BEFORE.replace("  score Int\n", ""))
    shutil.rmtree(tmp_path / ".git")
    (migration,) = tmp_path.glob("prisma/migrations/*/migration.sql")
    migration.write_text(migration.read_text().replace('"score" INTEGER', '"score" tsrange'))
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


def test_only_the_tables_of_the_plan_and_those_related_are_lowered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    assert "User" in lowered
    assert not [name for name in lowered if name.startswith("Other")]
