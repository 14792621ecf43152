"""What a rule is, how one is declared and found, and how all of them are run.

A rule is one module in `refract.rules`: a docstring with fixed headings and one function under `@rule`.
It reads changes, never text or SQL, and yields a `Risk` for each risky one. Every module of the package is loaded:
to add a rule, add its module.

The same rule judges the changes of an edited schema and those of a migration's SQL, unless it declares with `judges`
that it is only for one of them.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import ModuleType

from attrs import evolve, field, frozen

import refract.rules as package
from refract.diff import Diff
from refract.docstrings import summary
from refract.providers import SQL_PROVIDERS
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Finding, Judged, Risk, Severity
from refract.rules.kit.held_locks import with_held_locks
from refract.text import Origin, Span

RuleFunction = Callable[[RuleContext], Iterable[Risk]]


@frozen
class Rule:
    """A rule, with the arguments of its decorator and the docstring of its module."""

    name: str
    severity: Severity
    providers: frozenset[str]
    judges: frozenset[Judged]
    on_by_default: bool
    unchanged: bool
    doc: str
    check: RuleFunction = field(repr=False)

    @property
    def summary(self) -> str:
        """What the rule is about, in one sentence."""
        return summary(self.doc)

    def judges_in(self, context: RuleContext) -> bool:
        """Whether the rule is for this provider and for what is judged."""
        return context.judged in self.judges and context.provider.name in self.providers

    def findings(self, context: RuleContext) -> Iterator[Finding]:
        """What the rule finds; nothing if the rule is not for this provider or does not judge this."""
        if self.judges_in(context):
            yield from (self._finding(risk, context) for risk in self.check(context))

    def _finding(self, risk: Risk, context: RuleContext) -> Finding:
        return Finding(
            rule=self.name,
            severity=risk.severity or self.severity,
            what=risk.what,
            harm=risk.harm,
            now=risk.now,
            origin=_origin(risk, context),
            related=risk.related,
            change=risk.change,
            rename=risk.rename,
            key=f"{self.name}:{risk.key}"
            if context.migration is None
            else f"{self.name}:{context.migration.name}:{risk.key}",
            judged=context.judged,
        )


def _origin(risk: Risk, context: RuleContext) -> Origin | None:
    """The place of a risk: the one that the rule gives, but in a migration never outside its file."""
    asked = risk.change.origin if risk.change else None
    if context.migration is None:
        return risk.origin or asked
    inside = (o for o in (risk.origin, asked) if o is not None and o.path == context.migration.path)
    return next(inside, Origin(context.migration.path, "", Span(0, 0)))


SQL = SQL_PROVIDERS
EVERY_PROVIDER = SQL | {"mongodb"}


CHANGES = frozenset({Judged.SCHEMA, Judged.MIGRATION})
SCHEMA_ONLY = frozenset({Judged.SCHEMA})
MIGRATION_ONLY = frozenset({Judged.MIGRATION})
HISTORY_ONLY = frozenset({Judged.HISTORY})
PLANS_ONLY = frozenset({Judged.PLANS})


def rule(
    severity: Severity,
    providers: frozenset[str] = EVERY_PROVIDER,
    judges: frozenset[Judged] = CHANGES,
    *,
    on_by_default: bool = True,
    unchanged: bool = False,
) -> Callable[[RuleFunction], Rule]:
    """Make a rule of the decorated function. Its name is the module's: `drop_column.py` is `drop-column`.

    `severity` counts unless a risk has another. `providers` are the databases that the rule is for: `SQL`,
    `EVERY_PROVIDER`, or names as in `frozenset({"postgresql", "mysql"})`. `judges` is `CHANGES` (the edited schema and the
    SQL of new migrations), or one of the sets above. With `on_by_default=False`, only settings turn the rule on.
    With `unchanged=True`, it also judges a schema of which only Prisma Client changes: no SQL would run.
    """

    def declare(check: RuleFunction) -> Rule:
        module = sys.modules[check.__module__]
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        return Rule(name, severity, providers, judges, on_by_default, unchanged, (module.__doc__ or "").strip(), check)

    return declare


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in this package, by name."""
    names = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg and not m.name.startswith("_")]
    modules = (importlib.import_module(f"{package.__name__}.{name}") for name in names)
    return tuple(sorted(rules_in(modules), key=lambda r: r.name))


def rules_in(modules: Iterable[ModuleType]) -> Iterator[Rule]:
    """The rules that modules declare."""
    for module in modules:
        yield from (value for value in vars(module).values() if isinstance(value, Rule))


def check_all(
    context: RuleContext,
    wanted: Callable[[Rule], bool] = lambda rule: rule.on_by_default,
    custom: Iterable[Rule] = (),
) -> tuple[Finding, ...]:
    """What the `wanted` rules (default: those that are on) and the project's `custom` ones find, in their order.

    Between databases of two providers everything differs, so only the rules that need no diff find something.
    """
    switched = context.before.provider != context.after.provider
    still = context.judged is Judged.SCHEMA and not switched and not context.diff.changes
    context = evolve(context, diff=Diff(())) if switched else context
    judged = (r for r in (*all_rules(), *custom) if r.judges_in(context) and (r.unchanged or not still) and wanted(r))
    return _with_distinct_keys(with_held_locks(context, f) for r in judged for f in r.findings(context))


def _with_distinct_keys(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Two findings about the same object are distinguished by their number."""
    counts: dict[str, int] = {}
    distinct: list[Finding] = []
    for finding in findings:
        count = counts[finding.key] = counts.get(finding.key, 0) + 1
        distinct.append(finding if count == 1 else evolve(finding, key=f"{finding.key}#{count}"))
    return tuple(distinct)
