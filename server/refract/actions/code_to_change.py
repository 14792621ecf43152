"""The places in the code that change with a step of a plan. Reads the code: not for a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from refract.analysis.code_uses import Side
from refract.analysis.result import Analysis
from refract.analysis.with_code import look_up
from refract.plans import Plan, PlanStep, Progress
from refract.plans.subject import block_now, subject_block
from refract.reading import UnreadableFile, read_text
from refract.recipes.acts import Deploy, Start
from refract.source import Target, creates_rows
from refract.syntax import SchemaTree
from refract.text import Origin


@frozen
class CodeToChange:
    """Where code names what the step's version uses otherwise, and where it creates rows that the version fills
    otherwise.
    """

    uses: tuple[Origin, ...] = ()
    creations: tuple[Origin, ...] = ()


def code_to_change(analysis: Analysis, progress: Progress) -> CodeToChange:
    """The places for the current step; none if it asks for no new version."""
    if progress.step is None:
        return CodeToChange()
    plan, tree = progress.plan, analysis.snapshot.tree
    named = frozenset(_named(plan, progress.step, tree))
    filled = frozenset(Target(target.block) for target in _filled(plan, progress.step, tree))
    places = _places(analysis, named | filled)
    uses = tuple(origin for target in sorted(named) for origin in places[target])
    creations = (o for target in sorted(filled) for o in places[target] if _creates_rows(o))
    return CodeToChange(uses, tuple(o for o in creations if o not in uses))


def _places(analysis: Analysis, targets: Iterable[Target]) -> dict[Target, tuple[Origin, ...]]:
    found = look_up(analysis, [(Side.HERE, target) for target in targets]).known
    return {target: uses.sure for (_, target), uses in found.items()}


def _named(plan: Plan, step: PlanStep, tree: SchemaTree) -> Iterator[Target]:
    """What code names where it changes."""
    for act in _versions(step):
        names = act.instead_of + act.without + act.accepts_null if isinstance(act, Deploy) else ()
        retyped = act.uses if isinstance(act, Deploy) and act.as_type else ()
        yield from (_target(plan, name, tree) for name in (*names, *retyped))
    yield from (_target(plan, name, tree) for name in step.ends_use)


def _filled(plan: Plan, step: PlanStep, tree: SchemaTree) -> Iterator[Target]:
    """The fields that code gives a value, or another one than before."""
    for act in _versions(step):
        names = (*act.uses, *act.writes, *act.always_sets, *act.never_null) if isinstance(act, Deploy) else act.uses
        yield from (_target(plan, name, tree) for name in names)


def _versions(step: PlanStep) -> Iterator[Deploy | Start]:
    return (act for act in step.acts if isinstance(act, Deploy | Start))


def _target(plan: Plan, name: str, tree: SchemaTree) -> Target:
    """A name of an act: a model, an enum, `Model.field`, or a field or value of the plan's subject."""
    block, dot, member = name.partition(".")
    if not dot and block not in tree.named() and block not in plan.tables:
        return Target(subject_block(plan, tree), block)
    return Target(block_now(plan, block, tree), member)


def _creates_rows(origin: Origin) -> bool:
    text = read_text(Path(origin.path))
    return not isinstance(text, UnreadableFile) and creates_rows(text, origin.span.end)
