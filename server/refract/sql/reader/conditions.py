"""Decides the conditions and expressions of PL/pgSQL against the model, where they ask for what the model knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from refract.sql.reader.catalogue import Catalogue, Row
from refract.sql.reader.cursor import Cursor, UnreadableStatement, body_text
from refract.sql.reader.joining import Query, Rows, Scope, counted, crossed, elements, matched, only_table, same_in
from refract.sql.reader.tokens import BODY, END, NUMBER, QUOTED, STRING
from refract.sql.reader.values import (
    UNKNOWN,
    Ordered,
    Value,
    among,
    both,
    either,
    equal,
    flip,
    is_value,
    like,
    negated,
    ordered,
    text_of,
)

Expression = Callable[[Scope], Value]
Variables = Mapping[str, Value]

_ENDS = frozenset(
    {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "OFFSET", "FOR", "FETCH", "INTERSECT"}
)


class Evaluator:
    """Reads expressions against a catalogue, with the values of variables."""

    def __init__(self, catalogue: Catalogue, variables: Variables) -> None:
        self._catalogue = catalogue
        self._variables = variables

    def value(self, cursor: Cursor) -> Value:
        """The value of the expression in the tokens; UNKNOWN for one that is not understood."""
        try:
            expression = self._or(cursor)
            return expression({}) if cursor.done else self._perhaps_query(cursor)
        except UnreadableStatement:
            return UNKNOWN

    def query(self, cursor: Cursor) -> Query:
        """The query at the cursor, from SELECT on."""
        return self.items(cursor) if cursor.accept("SELECT") else Query((), None)

    def items(self, cursor: Cursor) -> Query:
        """The query at the cursor, from what follows SELECT or PERFORM on."""
        try:
            found = self._select_items(cursor, {})
        except UnreadableStatement:
            return Query((), None)
        return found if cursor.done else Query((), None)

    def _perhaps_query(self, cursor: Cursor) -> Value:
        """PL/pgSQL takes `count(*) > 0 FROM t WHERE ...` for an expression."""
        cursor.position = 0
        return self._select_items(cursor, {}).scalar

    def _or(self, cursor: Cursor) -> Expression:
        parts = [self._and(cursor)]
        while cursor.accept("OR"):
            parts.append(self._and(cursor))
        return parts[0] if len(parts) == 1 else lambda scope: either([part(scope) for part in parts])

    def _and(self, cursor: Cursor) -> Expression:
        parts = [self._not(cursor)]
        while cursor.accept("AND"):
            parts.append(self._not(cursor))
        return parts[0] if len(parts) == 1 else lambda scope: _all_of(parts, scope)

    def _not(self, cursor: Cursor) -> Expression:
        if cursor.accept("NOT"):
            inner = self._not(cursor)
            return lambda scope: negated(inner(scope))
        return self._comparison(cursor)

    def _comparison(self, cursor: Cursor) -> Expression:
        left = self._sum(cursor)
        while True:
            found = self._compared(left, cursor)
            if found is None:
                return left
            left = found

    def _compared(self, left: Expression, cursor: Cursor) -> Expression | None:
        if cursor.accept("IS"):
            return self._is(left, cursor)
        negative = cursor.key(1) in ("IN", "LIKE", "ILIKE", "BETWEEN", "SIMILAR") and cursor.accept("NOT")
        found = self._tested(left, cursor)
        if found is None or not negative:
            return found
        return lambda scope: negated(found(scope))

    def _tested(self, left: Expression, cursor: Cursor) -> Expression | None:
        if cursor.accept("IN"):
            choices = self._choices(cursor)
            return lambda scope: among(left(scope), choices(scope))
        if (word := cursor.one_of("LIKE", "ILIKE")) is not None:
            pattern = self._sum(cursor)
            return lambda scope: like(left(scope), pattern(scope), word == "ILIKE")
        if cursor.accept("BETWEEN"):
            low = self._sum(cursor)
            cursor.expect("AND")
            high = self._sum(cursor)
            return lambda scope: both([ordered(low(scope), left(scope), "<="), ordered(left(scope), high(scope), "<=")])
        sign = cursor.one_of("=", "<>", "!=", "<", ">", "<=", ">=", "~", "!~")
        return None if sign is None else self._signed(left, sign, cursor)

    def _signed(self, left: Expression, sign: str, cursor: Cursor) -> Expression:
        if cursor.one_of("ANY", "SOME") is not None:
            choices = self._choices(cursor)
            return lambda scope: among(left(scope), choices(scope)) if sign == "=" else UNKNOWN
        if cursor.accept("*"):
            self._sum(cursor)
            return lambda scope: UNKNOWN
        right = self._sum(cursor)
        match sign:
            case "=":
                return lambda scope: equal(left(scope), right(scope))
            case "<>" | "!=":
                return lambda scope: negated(equal(left(scope), right(scope)))
            case "~" | "!~":
                return lambda scope: UNKNOWN
            case _:
                return lambda scope: ordered(left(scope), right(scope), sign)

    def _is(self, left: Expression, cursor: Cursor) -> Expression:
        negative = cursor.accept("NOT")
        word = cursor.one_of("NULL", "TRUE", "FALSE", "DISTINCT")
        if word is None:
            raise UnreadableStatement("IS")
        if word == "DISTINCT":
            cursor.expect("FROM")
            right = self._sum(cursor)
            return lambda scope: flip(equal(left(scope), right(scope)), not negative)
        wanted = {"NULL": None, "TRUE": True, "FALSE": False}[word]
        return lambda scope: flip(is_value(left(scope), wanted), negative)

    def _choices(self, cursor: Cursor) -> Callable[[Scope], list[Value]]:
        """A list, an array or a query in parentheses."""
        group = cursor.group()
        if group.key() == "SELECT":
            return lambda scope: self._column(group, scope)
        items = [self._or(item) for item in group.items()]

        def values(scope: Scope) -> list[Value]:
            found: list[Value] = []
            for item in items:
                value = item(scope)
                found += value.items if isinstance(value, Ordered) else [value]
            return found

        return values

    def _column(self, group: Cursor, scope: Scope) -> list[Value]:
        group.position = 0
        rows = self._select(group, scope).certain
        return [UNKNOWN] if rows is None else [row[0] for row in rows]

    def _sum(self, cursor: Cursor) -> Expression:
        left = self._postfix(cursor)
        while (sign := cursor.one_of("||", "+", "-", "*", "/")) is not None:
            left = _combined(left, sign, self._postfix(cursor))
        return left

    def _postfix(self, cursor: Cursor) -> Expression:
        found = self._primary(cursor)
        while True:
            if cursor.accept("::"):
                found = self._cast(found, _type_name(cursor))
            elif cursor.accept("["):
                self._or(cursor)
                cursor.expect("]")
                found = _constant(UNKNOWN)
            else:
                return found

    def _cast(self, inner: Expression, type_: str) -> Expression:
        return lambda scope: self._catalogue.cast(inner(scope), type_)

    def _primary(self, cursor: Cursor) -> Expression:
        key = cursor.key()
        if key == STRING:
            return _constant(cursor.string())
        if key == BODY:
            text = body_text(cursor.text())
            cursor.position += 1
            return _constant(text)
        if key == NUMBER:
            text = cursor.text()
            cursor.position += 1
            return _constant(int(text) if text.isdigit() and len(text) < 20 else text)
        if key == "(":
            return self._parenthesis(cursor)
        if key in ("TRUE", "FALSE", "NULL"):
            cursor.position += 1
            return _constant({"TRUE": True, "FALSE": False, "NULL": None}[key])
        if cursor.accept("EXISTS"):
            group = cursor.group()
            return lambda scope: self._nested(group, scope).exists
        if key == "ARRAY" and cursor.key(1) in ("[", "("):
            return self._array(cursor)
        if key == "CAST" and cursor.key(1) == "(":
            return self._cast_call(cursor)
        if key in ("CASE", "-", END) or key in _ENDS:
            raise UnreadableStatement("expression")
        return self._name(cursor)

    def _parenthesis(self, cursor: Cursor) -> Expression:
        group = cursor.group()
        if group.key() in ("SELECT", "WITH"):
            return lambda scope: self._nested(group, scope).scalar
        inner = self._or(group)
        return inner if group.done else _constant(UNKNOWN)

    def _nested(self, group: Cursor, scope: Scope) -> Query:
        group.position = 0
        try:
            found = self._select(group, scope)
        except UnreadableStatement:
            return Query((), None)
        return found if group.done else Query((), None)

    def _array(self, cursor: Cursor) -> Expression:
        cursor.position += 1
        if cursor.key() == "(":
            group = cursor.group()
            return lambda scope: Ordered(tuple(self._column(group, scope)))
        cursor.expect("[")
        items = []
        while not cursor.accept("]"):
            items.append(self._or(cursor))
            if not cursor.accept(",") and cursor.key() != "]":
                raise UnreadableStatement("array")
        return lambda scope: Ordered(tuple(item(scope) for item in items))

    def _cast_call(self, cursor: Cursor) -> Expression:
        cursor.position += 1
        group = cursor.group()
        inner = self._or(group)
        group.expect("AS")
        return self._cast(inner, _type_name(group))

    def _name(self, cursor: Cursor) -> Expression:
        if cursor.key() != QUOTED and cursor.key(1) == STRING:  # a type before a literal: date '2026-01-01'
            cursor.position += 2
            return _constant(UNKNOWN)
        parts = cursor.dotted()
        if cursor.key() == "(":
            return self._called(parts[-1], cursor)
        if parts in (["current_schema"], ["current_database"]):
            return self._function(parts[0], [])
        return lambda scope: self._looked_up(parts, scope)

    def _looked_up(self, parts: list[str], scope: Scope) -> Value:
        column = parts[-1]
        if len(parts) > 1:
            row = scope.get(parts[-2])
            known = self._variables.get(f"{parts[-2]}.{column}", UNKNOWN)
            return known if row is None else row.get(column, UNKNOWN)
        for row in scope.values():
            if column in row:
                return row[column]
        return self._variables.get(column, UNKNOWN)

    def _called(self, name: str, cursor: Cursor) -> Expression:
        group = cursor.group()
        if group.key() == "*" or group.accept("DISTINCT"):
            return _constant(UNKNOWN)
        arguments = [self._argument(item) for item in group.items()]
        return self._function(name, arguments)

    def _argument(self, item: Cursor) -> Expression:
        found = self._or(item)
        return found if item.done else _constant(UNKNOWN)

    def _function(self, name: str, arguments: list[Expression]) -> Expression:
        return lambda scope: self._catalogue.call(name, [argument(scope) for argument in arguments])

    def _select(self, cursor: Cursor, outer: Scope) -> Query:
        cursor.expect("SELECT")
        return self._select_items(cursor, outer)

    def _select_items(self, cursor: Cursor, outer: Scope) -> Query:
        cursor.accept("DISTINCT")
        items = []
        while not cursor.done and cursor.key() not in _ENDS:
            items.append(self._item(cursor))
            if not cursor.accept(","):
                break
        rows: Rows = self._from(cursor, outer) if cursor.accept("FROM") else [(outer, True)]
        if cursor.accept("WHERE"):
            condition = self._or(cursor)
            rows = [(scope, both([there, condition(scope)])) for scope, there in rows]
        counts = any(item == "count" for item, _ in items)
        self._skip_order(cursor, counts)
        kept: Rows = [(scope, there) for scope, there in rows if there is True or there is UNKNOWN]
        if counts:
            return counted(items, kept)
        found = tuple((tuple(read(scope) for _, read in items), there) for scope, there in kept)
        if len(items) == 1 and items[0][0] == "unnest":
            found = tuple(((item,), there) for row, there in found for item in elements(row[0]))
        return Query(tuple(name for name, _ in items), found)

    def _skip_order(self, cursor: Cursor, counts: bool) -> None:
        if cursor.accept("ORDER", "BY"):
            while not cursor.done and cursor.key() != "LIMIT":
                cursor.position += 1
        if cursor.accept("LIMIT") and not counts:
            cursor.position += 1

    def _item(self, cursor: Cursor) -> tuple[str, Expression]:
        """One thing that SELECT lists, with its name."""
        if cursor.accept("*"):
            return "*", _constant(1)
        if cursor.at("COUNT", "("):
            cursor.position += 1
            cursor.group()
            rest = self._count_compared(cursor)
            self._alias(cursor)
            return "count", rest
        called = cursor.text().lower() if cursor.key(1) == "(" else ""
        start = cursor.position
        found = self._or(cursor)
        name = called or _last_name(cursor, start)
        return self._alias(cursor) or name, found

    def _count_compared(self, cursor: Cursor) -> Expression:
        sign = cursor.one_of("=", "<>", "!=", "<", ">", "<=", ">=")
        if sign is None:
            return lambda scope: scope["count"]["count"]
        right = self._sum(cursor)
        if sign == "=":
            return lambda scope: equal(scope["count"]["count"], right(scope))
        if sign in ("<>", "!="):
            return lambda scope: negated(equal(scope["count"]["count"], right(scope)))
        return lambda scope: ordered(scope["count"]["count"], right(scope), sign)

    def _alias(self, cursor: Cursor) -> str:
        if cursor.accept("AS"):
            return cursor.identifier()
        if (
            cursor.done
            or cursor.key() in _ENDS
            or cursor.key() in (",", ")", "ON", "JOIN", "LEFT", "INNER", "CROSS", "INTO")
        ):
            return ""
        return cursor.identifier() if cursor.key() == QUOTED or cursor.text().isidentifier() else ""

    def _from(self, cursor: Cursor, outer: Scope) -> Rows:
        table = only_table(cursor, self._variables)
        found: Rows = crossed([(outer, True)], self._source(cursor, outer, table))
        while True:
            if cursor.accept(",") or cursor.accept("CROSS", "JOIN"):
                found = crossed(found, self._source(cursor, outer, table))
            elif cursor.accept("JOIN") or cursor.accept("INNER", "JOIN"):
                source = self._source(cursor, outer, table)
                found = self._joined(matched(found, source, cursor), cursor)
            elif cursor.key() in ("LEFT", "RIGHT", "FULL", "NATURAL"):
                raise UnreadableStatement("outer join")
            else:
                break
        return found

    def _joined(self, rows: Rows, cursor: Cursor) -> Rows:
        if cursor.accept("USING"):
            names = cursor.names()
            return [(s, both([there, *(same_in(s, name) for name in names)])) for s, there in rows]
        cursor.expect("ON")
        condition = self._or(cursor)
        judged = ((scope, both([there, condition(scope)])) for scope, there in rows)
        return [(scope, there) for scope, there in judged if there is True or there is UNKNOWN]

    def _source(self, cursor: Cursor, outer: Scope, table: str | None) -> tuple[str, list[Row]]:
        """A relation of the catalogue, a list of values or a query, with its alias."""
        if cursor.key() == "(":
            group = cursor.group()
            alias = self._alias(cursor)
            if group.accept("VALUES"):
                return alias, self._values(group, cursor)
            query = self._nested(group, outer)
            if query.certain is None:
                raise UnreadableStatement("rows")
            return alias, [dict(zip(query.names, row, strict=False)) for row in query.certain]
        parts = cursor.dotted()
        if cursor.key() == "(":
            return self._unnested(parts[-1], cursor)
        rows = self._catalogue.rows(parts, table)
        if rows is None:
            raise UnreadableStatement("rows of a table")
        return self._alias(cursor) or parts[-1], rows

    def _values(self, group: Cursor, cursor: Cursor) -> list[Row]:
        names = cursor.names() if cursor.key() == "(" else ()
        rows: list[Row] = []
        for item in group.items():
            values = [self._or(part)({}) for part in item.group().items()]
            rows.append(dict(zip(names or [f"column{n + 1}" for n in range(len(values))], values, strict=False)))
        return rows

    def _unnested(self, name: str, cursor: Cursor) -> tuple[str, list[Row]]:
        array = self._or(cursor.group())({})
        if name != "unnest" or not isinstance(array, Ordered):
            raise UnreadableStatement("a function")
        alias = self._alias(cursor) or name
        column = cursor.names()[0] if cursor.key() == "(" else alias
        return alias, [{column: item} for item in array.items]


def _all_of(parts: list[Expression], scope: Scope) -> Value:
    """AND, which asks no further once something is false: most rows differ in what is asked first."""
    values = list[Value]()
    for part in parts:
        values.append(part(scope))
        if values[-1] is False:
            return False
    return both(values)


def _constant(value: Value) -> Expression:
    return lambda _: value


def _last_name(cursor: Cursor, start: int) -> str:
    end = cursor.position
    cursor.position = end - 1
    name = cursor.text().strip('"').lower() if end > start else ""
    cursor.position = end
    return name


def _combined(left: Expression, sign: str, right: Expression) -> Expression:
    def value(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if one is UNKNOWN or other is UNKNOWN:
            return UNKNOWN
        if one is None or other is None:
            return None
        return text_of(one) + text_of(other) if sign == "||" else UNKNOWN

    return value


def _type_name(cursor: Cursor) -> str:
    name = cursor.dotted()[-1]
    if name in {"character", "double"}:
        cursor.one_of("VARYING", "PRECISION")
    if cursor.key() == "(":
        cursor.group()
    while cursor.accept("["):
        cursor.expect("]")
        name = "array"
    return name
