"""The fixes of a finding in the documented shape: what each changes, and the command that applies it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from refract.actions.file_writing import CannotWrite, check_places
from refract.actions.fixing import fix_command, fixes_of
from refract.analysis import Analysis
from refract.cli.places import Places
from refract.cli.terminal import shown_path
from refract.fixes import Fix
from refract.fixes.base import Asked, Changes, changes_of
from refract.recipes.base import CannotPlan
from refract.rendering.advice import recipe_command
from refract.rules.kit.advice import FollowRecipe
from refract.rules.kit.finding import Finding
from refract.text import FileChange, FileEdits, Location, TextEdit

_CHANGES = {
    Changes.SCHEMA: "schema",
    Changes.MIGRATIONS: "migrations",
    Changes.PLAN: "plan",
    Changes.SETTINGS: "settings",
}


def plan_command(asked: Asked) -> str:
    """The command that writes the plan which a fix follows."""
    return recipe_command(FollowRecipe(asked.recipe, asked.subject, tuple(asked.answers.items())))


def plan_of(fixes: Sequence[Fix]) -> Asked | None:
    """The recipe that fits a finding with these fixes."""
    return next((fix.asked for fix in fixes if fix.asked), None)


def fixes_as_json(finding: Finding, analysis: Analysis, places: Places) -> dict[str, Any]:
    """The fixes of a finding, best first, and the plan that fits it."""
    fixes = fixes_of(analysis, finding)
    plan = plan_of(fixes)
    return {
        "fixes": [_fix(finding, fix, analysis, places) for fix in fixes],
        "plan": {
            "recipe": plan.recipe,
            "subject": plan.subject,
            "answers": dict(plan.answers),
            "questions": [question.name for question in plan.questions],
            "command": plan_command(plan),
        }
        if plan
        else None,
    }


def _fix(finding: Finding, fix: Fix, analysis: Analysis, places: Places) -> dict[str, Any]:
    changed = changes_of(fix)
    return {
        "id": fix.id,
        "title": fix.title,
        "note": fix.note or None,
        "preferred": fix.preferred,
        "safe": fix.safe,
        "changes": _CHANGES[changed],
        "command": fix_command(finding, fix),
        "edits": None if changed is Changes.PLAN else _edits(fix, analysis, places),
    }


def _edits(fix: Fix, analysis: Analysis, places: Places) -> list[dict[str, Any]] | None:
    """The edits; None if they can no longer be made. Those of a plan are many: its command makes them."""
    try:
        changes = fix.build()
        check_places(changes, analysis.snapshot.files.home)
    except (LookupError, CannotPlan, CannotWrite):
        return None
    return [shape for change in changes for shape in _change(change, places)]


def _change(change: FileChange, places: Places) -> list[dict[str, Any]]:
    if isinstance(change, FileEdits):
        return [_edit(change.path, edit, places) for edit in change.edits]
    return [{"path": shown_path(change.path), "new_file": True, "new_text": change.text}]


def _edit(path: str, edit: TextEdit, places: Places) -> dict[str, Any]:
    return {**places.find(Location(path, edit.span)).as_json(), "new_file": False, "new_text": edit.new_text}
