"""Findings about what an open plan is changing: they name the plan, for a colleague who has never heard of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from refract.escaping import code_span
from refract.plans import Plan, Progress
from refract.plans.territory import territory
from refract.recipes.schema_edits import AddField
from refract.rules.kit.advice import AnyAction, Do, FollowRecipe, action
from refract.rules.kit.finding import Finding, Judged, PlaceRole, Related
from refract.schema.changes import (
    AddColumn,
    AlterColumn,
    AlterEnum,
    Change,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropEnum,
    DropIndex,
    DropTable,
    RecreateColumn,
    RenameColumn,
    RenameEnum,
    RenameTable,
)
from refract.syntax import SchemaTree
from refract.text import Origin, Span

_MAP = re.compile(r'@map\(\s*(?:name:\s*)?"([^"]*)"')
_Names = Mapping[str, frozenset[str]]
"""The fields and columns that a plan is about, by the table; "" stands for the whole table."""


def with_plans_named(findings: Iterable[Finding], plans: Iterable[Progress], tree: SchemaTree) -> tuple[Finding, ...]:
    """The findings; those about something under an open plan begin with its name."""
    found = tuple(findings)
    if not found:
        return ()
    held = [(progress.plan, _names(progress.plan, tree)) for progress in plans if progress.is_open]
    return tuple(_named(finding, held) for finding in found) if held else found


def _named(finding: Finding, held: Iterable[tuple[Plan, _Names]]) -> Finding:
    if finding.judged not in (Judged.SCHEMA, Judged.MIGRATION) or finding.change is None:
        return finding
    subjects = [*_subjects(finding.change)]
    for plan, names in held:
        for table, member in subjects:
            known = names.get(table, frozenset())
            if known and (member in known or "" in known or not member):
                return _under(finding, plan, ".".join(filter(None, (table, member))))
    return finding


def _under(finding: Finding, plan: Plan, subject: str) -> Finding:
    """A second plan for the same would be refused, so none is offered."""
    first = action(Do.SHOW_PLAN, plan=plan.name, object=code_span(subject))
    rest: tuple[AnyAction, ...] = tuple(found for found in finding.now if not isinstance(found, FollowRecipe))
    place = Related(Origin(plan.path, "", Span(0, 0)), PlaceRole.PLAN, f"Plan {code_span(plan.name)}")
    return evolve(finding, now=(first, *rest), related=(place, *finding.related))


def _names(plan: Plan, tree: SchemaTree) -> _Names:
    names: dict[str, set[str]] = {}
    for block, member in territory(plan, tree):
        for table in {block, plan.tables.get(block, block)}:
            names.setdefault(table, set()).add(member)
    for edit in (e for step in plan.steps for e in (*step.schema, *step.back) if isinstance(e, AddField)):
        mapped = {found[1] for attribute in edit.attributes for found in _MAP.finditer(attribute)}
        for table in {edit.model, plan.tables.get(edit.model, edit.model)}:
            names.setdefault(table, set()).update(mapped)
    return {table: frozenset(members) for table, members in names.items()}


def _subjects(change: Change) -> Iterator[tuple[str, str]]:
    """The tables and columns (or enums) that a change is about."""
    match change:
        case AddColumn(table=table, column=column) | DropColumn(table=table, column=column):
            yield table.name, column.field_name or column.name
        case AlterColumn(table=table) | RecreateColumn(table=table) | RenameColumn(table=table):
            yield from ((table.name, column.name) for column in (change.before, change.after))
        case CreateIndex(table=table, index=index) | DropIndex(table=table, index=index):
            yield from ((table.name, part.name) for part in index.columns)
        case CreateTable(table=made) | DropTable(table=made) | RenameTable(before=made):
            yield made.name.name, ""
        case AlterEnum(before=enum) | RenameEnum(before=enum) | DropEnum(enum=enum):
            yield enum.name.name, ""
        case _:
            return
