"""What hangs on a table or column: the views, policies, triggers, rules and generated columns that use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from attrs import frozen

from refract.schema.column_uses import Use, after_as, column_use, names_table
from refract.schema.expressions import names_column
from refract.schema.model import Column, DatabaseObject, ObjectKind, QualifiedName, Table, View
from refract.text import Origin

_PREFIX = r'(?:(?:"[^"]+"|\w+)\s*\.\s*)?'
_EXECUTE = re.compile(
    rf'\bEXECUTE\s+(?:FUNCTION|PROCEDURE)\s+{_PREFIX}(?:"(?P<quoted>[^"]+)"|(?P<plain>\w+))\s*\(', re.IGNORECASE
)


class DependentKind(StrEnum):
    """What a dependent is, in words."""

    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    POLICY = "policy"
    RULE = "rule"
    TRIGGER = "trigger"
    FUNCTION = "function"
    GENERATED_COLUMN = "generated column"
    FOREIGN_KEY = "foreign key"
    CHECK = "check"
    INDEX = "index"


@frozen
class Dependent:
    """An object that uses a table or column."""

    kind: DependentKind
    name: str
    origin: Origin | None = None


@frozen
class Surroundings:
    """The tables of a database with the objects that may use them."""

    provider: str
    tables: Mapping[QualifiedName, Table]
    views: tuple[View, ...]
    objects: tuple[DatabaseObject, ...]

    def of_column(self, table: Table, column: Column) -> tuple[Dependent, ...]:
        """What the server knows to use the column: not the bodies of functions, which it reads when they run."""
        objects = map(_of_object, self.objects_with(table, column))
        return (*map(_of_view, self.views_with(table, column)), *objects, *self._generated_from(table, column))

    def of_table(self, table: Table) -> tuple[Dependent, ...]:
        """What keeps the table from being dropped: its own policies, triggers and rules are dropped with it."""
        views = (view for view in self.views if self._reads(view, table))
        return (*map(_of_view, views), *map(_of_object, self.objects_on(table)))

    def views_with(self, table: Table, column: Column) -> Iterator[View]:
        """The views that read the column."""
        return (view for view in self.views if self._shows(view, table, column))

    def objects_on(self, table: Table) -> Iterator[DatabaseObject]:
        """The policies and rules of other tables that name the table."""
        return (held for held in self.objects if self._keeps(held, table))

    def objects_with(self, table: Table, column: Column) -> Iterator[DatabaseObject]:
        """The policies, rules and triggers in whose definition the column is."""
        for held in self.objects:
            sql = _own_sql(held)
            if sql and (held.key.table == table.name or table.name in held.uses):
                others = (self.tables[n] for n in held.uses if n != table.name and n in self.tables)
                if column_use(sql, table, column.name, others, self.provider, held.key.table) is not Use.NONE:
                    yield held

    def views_on(self, dependents: Iterable[Dependent]) -> tuple[Dependent, ...]:
        """The views that read from these, at any distance, nearest first."""
        found: dict[QualifiedName, View] = {}
        names = {d.name for d in dependents if d.kind in (DependentKind.VIEW, DependentKind.MATERIALIZED_VIEW)}
        seen = set(names)
        while names:
            above = [v for v in self.views if v.name.name not in seen and any(u.name in names for u in v.uses)]
            found |= {view.name: view for view in above}
            names = {view.name.name for view in above}
            seen |= names
        return tuple(map(_of_view, found.values()))

    def triggers_on(self, table: QualifiedName) -> tuple[DatabaseObject, ...]:
        """The triggers of a table."""
        return tuple(o for o in self.objects if o.key.kind is ObjectKind.TRIGGER and o.key.table == table)

    def foreign_triggers(self, table: Table) -> tuple[Dependent, ...]:
        """The triggers of other tables whose code names the table."""
        triggers = (o for o in self.objects if o.key.kind is ObjectKind.TRIGGER and o.key.table != table.name)
        naming = (o for o in triggers if table.name in o.uses and names_table(_body(o), table, self.provider))
        return tuple(map(_of_object, naming))

    def _shows(self, view: View, table: Table, column: Column) -> bool:
        if table.name not in view.uses or view.definition is None:
            return False
        others = (self.tables[name] for name in view.uses if name != table.name and name in self.tables)
        use = column_use(after_as(view.definition), table, column.name, others, self.provider)
        return use is Use.BY_NAME or (use is Use.BY_STAR and not _is_older(view.origin, column.origin))

    def _generated_from(self, table: Table, column: Column) -> Iterator[Dependent]:
        for other in table.columns:
            rule = other.generated if other.name != column.name else None
            if rule and names_column(rule, column.name, self.provider):
                yield Dependent(DependentKind.GENERATED_COLUMN, other.name, other.origin)

    def _reads(self, view: View, table: Table) -> bool:
        if table.name not in view.uses:
            return False
        if view.definition is None or table.name.name.lower() not in view.definition.lower():
            return True  # written when the table had another name
        return names_table(after_as(view.definition), table, self.provider)

    def _keeps(self, held: DatabaseObject, table: Table) -> bool:
        if held.key.kind not in (ObjectKind.POLICY, ObjectKind.RULE) or held.key.table == table.name:
            return False
        return table.name in held.uses and names_table(_own_sql(held), table, self.provider)


def called_function(trigger: str) -> str:
    """The function that a trigger's definition names; empty if the trigger holds its code itself."""
    found = _EXECUTE.search(trigger)
    return (found["quoted"] or found["plain"].lower()) if found else ""


def trigger_code(trigger: DatabaseObject, objects: Iterable[DatabaseObject]) -> str:
    """The code that a trigger runs: its own, or that of the function that it names; empty if this is not known."""
    function = called_function(trigger.definition)
    if not function:
        return trigger.definition
    held = (o for o in objects if o.key.kind is ObjectKind.FUNCTION and o.key.name.name == function)
    return next((o.definition for o in held), "")


def reads_from_row(code: str, column: str) -> bool:
    """Whether the code of a trigger reads a column as `NEW.column` or `OLD.column`."""
    return re.search(rf"(?i)\b(?:NEW|OLD)\s*\.\s*[\"`]?{re.escape(column)}(?![\w$])", code) is not None


def _of_view(view: View) -> Dependent:
    kind = DependentKind.MATERIALIZED_VIEW if view.stored else DependentKind.VIEW
    return Dependent(kind, view.name.name, view.origin)


def _of_object(held: DatabaseObject) -> Dependent:
    return Dependent(DependentKind(held.key.kind.value), held.key.name.name, held.origin)


def _own_sql(held: DatabaseObject) -> str:
    """The part of a definition whose columns the server keeps track of; empty if it keeps track of none."""
    words = held.definition.upper()
    match held.key.kind:
        case ObjectKind.POLICY:
            starts = [at for word in ("USING", "WITH CHECK") if (at := words.find(word)) >= 0]
            return held.definition[min(starts) :] if starts else ""
        case ObjectKind.RULE:
            return held.definition
        case ObjectKind.TRIGGER:
            return _trigger_sql(held.definition, words)
        case _:
            return ""


def _trigger_sql(definition: str, words: str) -> str:
    """`UPDATE OF columns` and `WHEN (condition)` of a trigger."""
    on = words.find(" ON ")
    listed = words.find(" OF ", 0, on)
    when = words.find("WHEN", on)
    body = words.find("EXECUTE", when)
    columns = f"WHERE {definition[listed + 4 : on]}" if listed >= 0 else ""
    condition = definition[when : body if body >= 0 else len(definition)] if when >= 0 else ""
    return f"{columns} ; {condition}" if columns or condition else ""


def _body(trigger: DatabaseObject) -> str:
    """The statements between BEGIN and END."""
    return re.split(r"\bBEGIN\b", trigger.definition, maxsplit=1, flags=re.IGNORECASE)[-1]


def _is_older(view: Origin | None, column: Origin | None) -> bool:
    """Whether a view was made before a column, so that its `*` does not mean it."""
    if view is None or column is None:
        return False
    return (view.path, view.span) < (column.path, column.span)
