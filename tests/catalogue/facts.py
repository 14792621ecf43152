"""The facts of MariaDB and SQLite, as tuples: a kind, the names of an object, and what is known of it.

Facts are compared as they are, except for the words of expressions: servers write these in their own way.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from catalogue.cases import Case, Facts, Outcome, Verdict, differences, is_counted
from refract.schema.model import Database, Default, DefaultKind, ObjectKind
from refract.sql.reader.state import Reading

Fact = tuple[object, ...]


def verdict(case: Case, refusal: str, server: Facts, reading: Reading, model: Facts) -> Verdict:
    """The replay of a case against the server, which may have refused it."""
    found = "\n".join(differences(server, model))
    counted = is_counted(reading)
    if refusal and counted and not found:
        return Verdict(Outcome.REFUSED, refusal)
    if refusal and case.expected is Outcome.REPLAYED_AS_WRITTEN:
        return Verdict(Outcome.REPLAYED_AS_WRITTEN, refusal)
    if counted:
        why = f"{refusal}\n{[str(x.misfit or x.reason) for x in reading.not_followed]}"
        return Verdict(Outcome.MISREAD if refusal else Outcome.NOT_FOLLOWED, f"{why}\n{found}")
    return Verdict(Outcome.MISREAD if found or refusal else Outcome.FOLLOWED, f"{refusal}\n{found}")


def plain(expression: str | None) -> str | None:
    """An expression without what servers change in it: quotes of names, white space, parentheses, case."""
    if expression is None:
        return None
    return re.sub(r"[\s`\"()\[\]]|_utf8mb4(?=')", "", expression).lower()


def default_fact(default: Default | None) -> Fact | None:
    """A default; of an expression only its plain form."""
    if default is None:
        return None
    text = plain(default.text) if default.kind is DefaultKind.EXPRESSION else default.text
    return (default.kind.value, text)


def table_facts(database: Database) -> Iterator[Fact]:
    """The facts that are held in the same way on each server: keys, checks, views."""
    for name, table in database.tables.items():
        yield "table", name.name
        for key in table.foreign_keys:
            actions = key.on_delete.value, key.on_update.value
            referenced = key.referenced_table.name, key.referenced_columns
            yield "foreign key", name.name, key.name, key.columns, *referenced, *actions
        for check in table.checks:
            yield "check", name.name, re.sub(r"_chk_\d+$", "_chk", check.name), plain(check.expression)
        if table.primary_key:
            parts = tuple((part.name, part.length, part.sort.value) for part in table.primary_key.columns)
            yield "primary key", name.name, parts
    for view in database.views:
        yield "view", view.name


def trigger_facts(database: Database) -> Iterator[Fact]:
    """The triggers and their tables."""
    for key in database.objects:
        if key.kind is ObjectKind.TRIGGER and key.table is not None:
            yield "trigger", key.name.name, key.table.name


def as_facts(facts: Iterable[Fact]) -> dict[str, str]:
    """The facts by kind and name. What has no name is listed in one fact."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind, *rest in facts:
        found[f"{kind} {rest[0]}" if len(rest) < 3 else f"{kind} {rest[0]}.{rest[1]}"].append(repr(rest[1:]))
    return {name: " ".join(sorted(values)) for name, values in found.items()}
