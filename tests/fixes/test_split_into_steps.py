"""Findings that are split into steps: the schema after the first step, its migrations, the plan."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from fixes.projects import NOW, analysis_of, edited_schema, make
from refract.actions.fixing import fixes_of
from refract.analysis import Analysis
from refract.fixes import Fix
from refract.lowering.model import lower_model
from refract.recipes.acts import StopAll
from refract.recipes.base import UNANSWERED, CannotPlan, all_recipes, answers_for
from refract.rules.kit.advice import FollowRecipe
from refract.syntax.schema_tree import PlacedBlock
from refract.text import NewFile

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
    """A rule with a finding in the edited schema, and the offered plan: the beginning of its title, and a part of the
    schema after its first step.
    """

    rule: str
    edits: tuple[tuple[str, str], ...]
    title: str
    expected: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.expected}"


CASES = [
    Case("field-rename-as-drop-add", (("name  String ", "title String "),), "Rename in 6 safe steps", "title String?"),
    Case(
        "make-column-required", (("bio   String?", "bio   String"),), "Make required in 3 safe steps", "bio   String?"
    ),
    Case(
        "make-column-required",
        (("userId Int?", "userId Int"), ("User? @", "User @")),
        "Make required in 3 safe steps",
        "user   User? @relation",
    ),
    Case("drop-column", (("  score Int\n", ""),), "Remove in 3 safe steps", "score Int @default(0)"),
    Case("drop-column", (("  bio   String?\n", ""),), "Remove in 2 safe steps", "bio   String? @ignore"),
    Case(
        "change-type-rewrite",
        (("score Int", "score BigInt"),),
        "Change the type in 5 safe steps",
        'scoreV2 BigInt? @map("score_v2")',
    ),
    Case(
        "column-dropped-and-recreated",
        (("score Int", "score Int[]"),),
        "Change the type in 4 safe steps",
        'scoreV2 Int[] @map("score_v2")',
    ),
    Case(
        "add-required-column-without-default",
        (("  role ", "  plan String\n  role "),),
        "Add in 4 safe steps",
        "plan String?",
    ),
    Case(
        "add-unique-on-existing-rows",
        (("bio   String?", "bio   String? @unique"),),
        "Make unique in 2 safe steps",
        "bio   String?",
    ),
    Case(
        "add-unique-on-existing-rows",
        (("  notes ", "  @@unique([bio, score])\n  notes "),),
        "Make unique in 2 safe steps",
        "score Int",
    ),
    Case("remove-enum-value", (("  ADMIN\n", ""),), "Remove in 3 safe steps", "  ADMIN\n"),
    Case("rename-enum-value", (("  LOGIN\n", "  LOG_IN\n"),), "Rename in 5 safe steps", "enum KindV2"),
    Case("enum-value-unknown-to-old-client", (("  ADMIN\n", "  ADMIN\n  OWNER\n"),), "Add in 3 safe steps", "OWNER"),
    Case(
        "enum-rename-as-column-recreate",
        (("kind Kind", "kind Event"), ("enum Kind", "enum Event")),
        "Rename in 5 safe steps",
        "enum Event",
    ),
    Case(
        "model-rename-as-drop-create",
        (("model Audit", "model AuditLog"),),
        "Rename in 3 safe steps",
        '@@map("AuditLog")',
    ),
    Case("drop-table", ((AUDIT, ""),), "Remove in 3 safe steps", "@@ignore"),
    Case(
        "field-moved-as-drop-add",
        (("  bio   String?\n", ""), ("userId Int  @unique", "userId Int  @unique\n  bio String?")),
        "Move in 6 safe steps",
        "bio String?",
    ),
    Case(
        "change-or-drop-default",
        (("level Int     @default(1)", "level Int"),),
        "Remove the default in 2 safe steps",
        "level Int @default(1)",
    ),
    Case(
        "add-foreign-key-on-existing-rows",
        (NO_RELATION, ("  name String\n}", "  name String\n  notes Note[]\n}")),
        "Add the relation in 3 safe steps",
        "@@index([tagId])",
    ),
    Case(
        "referential-action-changed",
        (("references: [id])\n  tagId", "references: [id], onDelete: Cascade)\n  tagId"),),
        "Change the actions in 1 safe step",
        "onDelete: Cascade",
    ),
    Case(
        "change-type-rewrite",
        (("id    Int ", "id    BigInt "), ("userId Int?", "userId BigInt?"), ("userId Int  @", "userId BigInt @")),
        "Change the key's type in 9 safe steps",
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
        "Change the key's type in 10 safe steps",
        'idV2 String? @db.Uuid @map("id_v2")',
    ),
]


def opened(root: Path, schema: str) -> Analysis:
    """The project of BEFORE, committed, with its schema edited."""
    return edited_schema(root, "postgresql", BEFORE, schema)


def _edited(case: Case) -> str:
    schema = BEFORE
    for old, new in case.edits:
        assert old in schema
        schema = schema.replace(old, new, 1)
    return schema


def _offered(analysis: Analysis, case: Case) -> Fix:
    findings = (finding for finding in analysis.findings if finding.rule == case.rule)
    found = [fix for finding in findings for fix in fixes_of(analysis, finding, NOW) if fix.id == "split-into-steps"]
    title = f"{case.title} (no downtime)"
    assert title in [fix.title for fix in found], [f.rule for f in analysis.findings]
    return next(fix for fix in found if fix.title == title)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_first_step_is_taken(tmp_path: Path, case: Case) -> None:
    analysis = opened(tmp_path, _edited(case))
    make(_offered(analysis, case).build())
    assert " ".join(case.expected.split()) in " ".join((tmp_path / "prisma" / "schema.prisma").read_text().split())
    after = analysis_of(tmp_path)
    assert not after.problems
    assert after.diff.changes == (), "the migrations of the first step build what the schema asks for"
    (progress,) = after.plans
    acts = [act for step in progress.plan.steps for act in (*step.before, *step.after)]
    assert not [act for act in acts if isinstance(act, StopAll)], "the title promises no downtime"
    first, steps = progress.plan.steps[0], len(progress.plan.steps)
    assert f" in {steps} safe step" in case.title
    assert progress.number == (0 if first.needs_confirmation else 1 if steps > 1 else None)
    assert case.rule not in {f.rule for f in after.findings}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_command_of_the_finding_starts_the_same_plan(tmp_path: Path, case: Case) -> None:
    analysis = opened(tmp_path, _edited(case))
    commands = [a for f in analysis.findings if f.rule == case.rule for a in f.now if isinstance(a, FollowRecipe)]
    make(_offered(analysis, case).build())
    (progress,) = analysis_of(tmp_path).plans
    for command in commands:
        recipe = all_recipes()[command.recipe]
        answers = answers_for(recipe, command.subject, dict(command.answers))
        given = {name: answer for name, answer in answers.items() if answer}  # the recipe chooses the others
        assert recipe.name == progress.plan.recipe
        assert given.items() <= progress.plan.answers.items()


WITHOUT_GIT = [
    Case("drop-column", (("  score Int\n", ""),), "Remove in 3 safe steps", "score Int @default(0)"),
    Case("drop-column", (("  role  Role\n", ""),), "Remove in 3 safe steps", "role Role @default(MEMBER)"),
    Case(
        "drop-column",
        (("  at   DateTime @default(now())\n", ""),),
        "Remove in 2 safe steps",
        "at DateTime @default(now()) @ignore",
    ),
    Case(
        "field-rename-as-drop-add",
        (("name  String ", "title String "),),
        "Rename in 6 safe steps",
        "name  String  @unique",
    ),
    Case(
        "change-type-rewrite",
        (("score Int", "score BigInt"),),
        "Change the type in 5 safe steps",
        'scoreV2 BigInt? @map("score_v2")',
    ),
]


@pytest.mark.parametrize("case", WITHOUT_GIT, ids=str)
def test_without_git_a_field_is_rebuilt_from_the_migrations(tmp_path: Path, case: Case) -> None:
    opened(tmp_path, _edited(case))
    shutil.rmtree(tmp_path / ".git")
    make(_offered(analysis_of(tmp_path), case).build())
    assert " ".join(case.expected.split()) in " ".join((tmp_path / "prisma" / "schema.prisma").read_text().split())
    after = analysis_of(tmp_path)
    assert after.diff.changes == ()
    assert case.rule not in {f.rule for f in after.findings}


def test_nothing_is_split_where_no_field_makes_the_column_that_was_there(tmp_path: Path) -> None:
    opened(tmp_path, BEFORE.replace("  score Int\n", ""))
    shutil.rmtree(tmp_path / ".git")
    (migration,) = tmp_path.glob("prisma/migrations/*/migration.sql")
    migration.write_text(migration.read_text().replace('"score" INTEGER', '"score" tsrange'))
    analysis = analysis_of(tmp_path)
    finding = next(f for f in analysis.findings if f.rule == "drop-column")
    assert not [f for f in fixes_of(analysis, finding, NOW) if f.id == "split-into-steps"]


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
