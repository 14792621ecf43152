"""The rules of installed packages that the settings name. A package offers modules of rules as entry points of `refract.rules`.

Only packages next to Refract's own are looked at, never files of the project: what is checked cannot run code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution
from types import ModuleType

from attrs import evolve

from refract.config import SettingsError
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.rule import Rule, RuleFunction, rules_in

GROUP = "refract.rules"


@cache
def installed_rules(package: str) -> tuple[Rule, ...]:
    """The rules of a package. Raises SettingsError if it is not installed, offers none, or cannot be loaded."""
    points = _distribution(package).entry_points.select(group=GROUP)
    rules = tuple(rules_in(_loaded(package, point) for point in points))
    if not rules:
        raise SettingsError(f"rule-packages has {package}, which has no entry point {GROUP}, so no rules")
    return tuple(evolve(rule, check=_guarded(rule.name, rule.check)) for rule in rules)


def _distribution(package: str) -> Distribution:
    try:
        return distribution(package)
    except (PackageNotFoundError, ValueError) as error:
        raise SettingsError(
            f"rule-packages has {package}, which is not installed. Install it in the environment of Refract"
        ) from error


def _loaded(package: str, point: EntryPoint) -> ModuleType:
    try:
        module = point.load()
    except Exception as error:  # whatever the code of another package raises
        raise SettingsError(f"rule-packages has {package}, whose {point.value} cannot be loaded: {error!r}") from error
    if not isinstance(module, ModuleType):
        raise SettingsError(f"rule-packages has {package}, whose {point.value} is not a module")
    return module


def _guarded(name: str, check: RuleFunction) -> Callable[[RuleContext], Iterable[Risk]]:
    """A check that ends with a risk about itself if it fails: the other rules still judge the change."""

    def guarded(context: RuleContext) -> Iterator[Risk]:
        try:
            yield from check(context)
        except Exception as error:  # as above
            yield Risk(
                key="failed",
                what=f"The rule {name} failed, so the change was not fully checked",
                harm=(harm(Effect.RULE_FAILED, error=repr(error)),),
                change=None,
                severity=Severity.WARNING,
            )

    return guarded
