"""Locks that statements above have taken and keep until their transaction ends: reads then wait for the later ones, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeGuard

from attrs import evolve

from refract.providers.costs import costs
from refract.providers.operation import Blocks
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Finding
from refract.rules.kit.harm import AnyHarm, Blocking
from refract.rules.kit.labels import table_label
from refract.schema.changes import Change, RecreateIndex, Statement
from refract.schema.model import QualifiedName
from refract.sql.transactions import is_one_transaction, shared_transactions

_Held = frozenset[QualifiedName]
_NOTHING: _Held = frozenset()


def with_held_locks(context: RuleContext, finding: Finding) -> Finding:
    """The finding; where it would promise that reads continue, with the tables on which they cannot."""
    if finding.change is None or not any(_promises_reads(h) for h in finding.harm):
        return finding
    held = _held_for(context, finding.change) & _locked(context, [finding.change], Blocks.WRITES, Blocks.EVERYTHING)
    if not held:
        return finding
    labels = tuple(sorted(table_label(context, table) for table in held))
    return evolve(finding, harm=tuple(_with_held(h, labels) for h in finding.harm))


def _with_held(harm: AnyHarm, labels: tuple[str, ...]) -> AnyHarm:
    return evolve(harm, held=labels) if _promises_reads(harm) else harm


def _promises_reads(harm: AnyHarm) -> TypeGuard[Blocking]:
    return isinstance(harm, Blocking) and harm.operation.blocks is Blocks.WRITES


def _held_for(context: RuleContext, change: Change) -> _Held:
    if not context.behaviour.message_is_transaction:
        return _NOTHING
    if context.migration is None:
        return _in_schema(context).get(id(change), _NOTHING) if is_one_transaction(context.versions) else _NOTHING
    own = context.statement_of(change)
    return next((held for statement, held in _in_migration(context) if statement is own), _NOTHING)


@lru_cache(maxsize=1)
def _in_schema(context: RuleContext) -> Mapping[int, _Held]:
    """For each change, the tables that those before it keep locked: Prisma writes them into one migration."""
    held, found = _NOTHING, {}
    for change in context.diff.changes:
        found[id(change)] = held | ({change.table} if isinstance(change, RecreateIndex) else set())
        held |= _locked(context, [change], Blocks.EVERYTHING)
    return found


@lru_cache(maxsize=1)
def _in_migration(context: RuleContext) -> tuple[tuple[Statement, _Held], ...]:
    groups = shared_transactions(context.statements, context.versions)
    return tuple(pair for group in groups for pair in _in_transaction(context, group))


def _in_transaction(context: RuleContext, statements: Iterable[Statement]) -> Iterator[tuple[Statement, _Held]]:
    """An ALTER TABLE takes its strongest lock first, so its own count as well."""
    held = _NOTHING
    for statement in statements:
        held |= _locked(context, statement.changes, Blocks.EVERYTHING)
        yield statement, held


def _locked(context: RuleContext, changes: Iterable[Change], *blocks: Blocks) -> _Held:
    found = (cost for change in changes for cost in costs(change, context.before, context.versions, context.fresh))
    return frozenset(
        table for cost in found if cost.operation.blocks in blocks for table in cost.tables if not context.is_new(table)
    )
