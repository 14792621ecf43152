"""The rules of a project: those that its settings declare, and those of the packages that they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import get_args

from attrs import frozen

from refract.config import Settings, SettingsError, nearest
from refract.config.custom_rules import CustomRule
from refract.config.patterns import as_regex
from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.labels import column_label, model_name, table_label
from refract.rules.kit.new import new_columns, new_foreign_keys, new_indexes
from refract.rules.kit.rule import CHANGES, EVERY_PROVIDER, Rule
from refract.schema.changes import Change, NotFollowed, TableChange, objects
from refract.schema.model import Column, QualifiedName
from refract.text import Origin

_KINDS: Mapping[str, type[Change]] = {kind.kind: kind for kind in get_args(Change) if kind is not NotFollowed}
KINDS = tuple(sorted(_KINDS))
"""The kinds of changes that a declared rule can be about."""


@frozen
class _Subject:
    """What a change does something to: the `table`, the object's own `names` and its `type`, for the patterns of a rule."""

    label: str
    key: str
    change: Change
    table: QualifiedName | None = None
    names: tuple[str, ...] = ()
    type: str = ""
    origin: Origin | None = None


def custom_rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules of the packages that the settings name, then one for each declaration. Raises SettingsError."""
    packaged = _packaged(settings.rule_packages) if settings.rule_packages else ()
    return (*packaged, *(_rule(name, custom) for name, custom in settings.custom_rules.items()))


def check_custom_rules(settings: Settings, known: Iterable[str], where: str) -> None:
    """Raise SettingsError if two rules have one name, or if one is about a kind of change that does not exist."""
    try:
        names = [*known, *(rule.name for rule in custom_rules(settings))]
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from error
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice:
        raise SettingsError(f"{where}: {twice} is the name of two rules. Rename yours")
    for name, custom in settings.custom_rules.items():
        for kind in custom.on:
            if not any(_fits((kind,), existing) for existing in KINDS):
                meant = nearest(kind, KINDS)
                hint = f", did you mean {meant}?" if meant else f" (known: {', '.join(KINDS)})"
                raise SettingsError(f"{where}: custom-rules.{name}.on has an unknown change {kind}{hint}")


def _packaged(packages: Iterable[str]) -> tuple[Rule, ...]:
    from refract.rules.kit.installed import installed_rules  # noqa: PLC0415  slow to import, and rarely needed

    return tuple(rule for package in packages for rule in installed_rules(package))


def _rule(name: str, custom: CustomRule) -> Rule:
    return Rule(
        name=name,
        severity=Severity(custom.severity),
        providers=EVERY_PROVIDER,
        judges=CHANGES,
        on_by_default=True,
        unchanged=False,
        doc=custom.message,
        check=lambda context: _risks(context, custom),
    )


def _risks(context: RuleContext, custom: CustomRule) -> Iterator[Risk]:
    now = (action(Do.FOLLOW_PROJECT, text=custom.help),) if custom.help else ()
    for kind in (kind for kind in KINDS if _fits(custom.on, kind)):
        for subject in _subjects(context, kind):
            if _is_meant(custom, subject, context):
                yield Risk(
                    key=subject.key,
                    what=f"{custom.message} ({subject.label})",
                    now=now,
                    change=subject.change,
                    origin=subject.origin,
                )


def _is_meant(custom: CustomRule, subject: _Subject, context: RuleContext) -> bool:
    tables = (subject.table.name, model_name(context, subject.table)) if subject.table else ()
    wanted = ((custom.tables, tables), (custom.names, subject.names), (custom.types, (subject.type,)))
    return all(not patterns or any(_fits(patterns, text) for text in texts) for patterns, texts in wanted)


def _subjects(context: RuleContext, kind: str) -> Iterator[_Subject]:
    """The subjects of all changes of a kind. What a new table holds is new, too."""
    made = _IN_NEW_TABLES.get(kind)
    return made(context) if made else (_subject(context, c) for c in context.changes(_KINDS[kind]))


def _columns(context: RuleContext) -> Iterator[_Subject]:
    for table, column, change in new_columns(context):
        yield _of_column(context, table, column, change)


def _of_column(context: RuleContext, table: QualifiedName, column: Column, change: Change) -> _Subject:
    names = tuple(filter(None, (column.name, column.field_name)))
    type_ = context.provider.render_type(column.type)
    return _Subject(
        column_label(context, table, column), f"{table}.{column.name}", change, table, names, type_, column.origin
    )


def _foreign_keys(context: RuleContext) -> Iterator[_Subject]:
    for table, key, change in new_foreign_keys(context):
        yield _of_part(context, table, key.name or ", ".join(key.columns), change)


def _indexes(context: RuleContext) -> Iterator[_Subject]:
    for table, index, change in new_indexes(context):
        yield _of_part(context, table, index.name or "", change)


def _of_part(context: RuleContext, table: QualifiedName, name: str, change: Change) -> _Subject:
    label = f"{code_span(name)} of {table_label(context, table)}" if name else table_label(context, table)
    return _Subject(label, f"{table}.{name}", change, table, (name,) if name else ())


_IN_NEW_TABLES: Mapping[str, Callable[[RuleContext], Iterator[_Subject]]] = {
    "add-column": _columns,
    "add-foreign-key": _foreign_keys,
    "create-index": _indexes,
}
_PARTS = ("column", "after", "index", "foreign_key", "primary_key", "check", "constraint")
_WHOLES = ("after", "view", "sequence", "extension", "name", "verb")


def _subject(context: RuleContext, change: Change) -> _Subject:
    if not isinstance(change, TableChange):
        return _whole(context, change)
    part = next((value for name in _PARTS if (value := getattr(change, name, None)) is not None), "")
    if isinstance(part, Column):
        return _of_column(context, change.table, part, change)
    return _of_part(context, change.table, _name(part), change)


def _whole(context: RuleContext, change: Change) -> _Subject:
    about = objects(change)
    if about:
        return _Subject(
            table_label(context, about[-1]), str(about[-1]), change, about[-1], tuple(n.name for n in about)
        )
    part = next((value for name in _WHOLES if (value := getattr(change, name, None)) is not None), "")
    return _Subject(code_span(_name(part)), _name(part), change, names=(_name(part),))


def _name(part: object) -> str:
    name = getattr(part, "name", part)
    return name.name if isinstance(name, QualifiedName) else str(name or "")


def _fits(patterns: Iterable[str], text: str) -> bool:
    return any(re.fullmatch(as_regex(p), text, re.IGNORECASE) for p in patterns)
