"""Which columns of a table the SQL of a view, policy, trigger or rule reads, each name resolved in its own SELECT.

By tokens: any text can be read. A column that is seen only through a subquery counts where the subquery names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from attrs import Factory, define, frozen

from refract.schema.model import QualifiedName, Table

_TOKEN = re.compile(
    r"""
    (?P<skipped>\s+|--[^\n]*|/\*.*?\*/|::\s*(?:"[^"]*"|\w+)(?:\s*\.\s*(?:"[^"]*"|\w+))*
      |[eEnNbBxX]?'(?:[^'\\]|''|\\.)*'?|\$(?P<tag>\w*)\$)
  | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[A-Za-z_][^\]]*\])
  | (?P<word>[^\W\d][\w$]*)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FOLDS_NAMES = frozenset({"postgresql", "cockroachdb"})
_TEXT_IN_DOUBLE_QUOTES = frozenset({"mysql"})
_KEYWORDS = frozenset({
    "ALL", "AND", "ANY", "AS", "ASC", "BETWEEN", "BY", "CASE", "CHECK", "CROSS", "DELETE", "DESC", "DISTINCT", "DO",
    "ELSE", "END", "EXCEPT", "EXISTS", "FETCH", "FILTER", "FOR", "FROM", "FULL", "GROUP", "HAVING", "ILIKE", "IN",
    "INNER", "INSERT", "INTERSECT", "INTO", "IS", "ISNULL", "JOIN", "LATERAL", "LEFT", "LIKE", "LIMIT", "NATURAL",
    "NOT", "NOTNULL", "NULL", "OF", "OFFSET", "ON", "ONLY", "OR", "ORDER", "OUTER", "OVER", "PARTITION", "RETURNING",
    "RIGHT", "SELECT", "SET", "SIMILAR", "TABLE", "THEN", "UNION", "UPDATE", "USING", "VALUES", "WHEN", "WHERE",
    "WINDOW", "WITH",
})  # fmt: skip
_BEFORE_RELATION = frozenset({"FROM", "JOIN", "UPDATE", "INTO"})
_AFTER_RELATIONS = frozenset({"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "SET", "WINDOW", "VALUES", "RETURNING"})
_SIBLING = frozenset({"UNION", "INTERSECT", "EXCEPT", ";"})
_QUERIES = frozenset({"SELECT", "WITH", "VALUES"})
_BEFORE_STAR = frozenset({"SELECT", "DISTINCT", "ALL", ",", "."})
_ROW = frozenset({"NEW", "OLD"})


class Use(Enum):
    """How SQL uses a column."""

    NONE = "none"
    BY_STAR = "by-star"  # `SELECT *`: only columns that the table had then
    BY_NAME = "by-name"


@frozen
class _Token:
    """`key` is a word in capitals or a sign, empty for a quoted name; `name` is the name that it can be."""

    key: str
    name: str = ""


@define
class _Scope:
    """One SELECT: the relations that it names, each with its alias (empty name: not a table)."""

    parent: _Scope | None = None
    relations: list[tuple[str, QualifiedName]] = Factory(list)
    lists_relations: bool = False
    is_query: bool = False


def column_use(
    sql: str, table: Table, column: str, others: Iterable[Table], provider: str, root: QualifiedName | None = None
) -> Use:
    """How `sql` uses a column of `table`. `others` are the other tables that it may name; `root` is the table that it
    belongs to (a policy's, a trigger's), whose columns it names without a FROM.
    """
    resolver = _Resolver(_tokens(sql, provider), provider)
    resolver.read(root)
    return resolver.use(table, column, tuple(others))


def names_table(sql: str, table: Table, provider: str) -> bool:
    """Whether `sql` reads or writes the table."""
    resolver = _Resolver(_tokens(sql, provider), provider)
    resolver.read(None)
    return resolver.names(table)


def after_as(definition: str) -> str:
    """The query of a view, from what follows its name."""
    depth = 0
    for match in _TOKEN.finditer(definition):
        sign = match.group()
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and match.lastgroup == "word" and sign.upper() == "AS":
            return definition[match.end() :]
    return definition


def _tokens(sql: str, provider: str) -> list[_Token]:
    return list(_read_tokens(sql, provider))


def _read_tokens(sql: str, provider: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(sql):
        text = match.group()
        match match.lastgroup:
            case "quoted" if text[0] == '"' and provider in _TEXT_IN_DOUBLE_QUOTES:
                yield _Token("'")
            case "quoted":
                closing = "]" if text[0] == "[" else text[0]
                yield _Token("", text[1:-1].replace(closing * 2, closing))
            case "word":
                yield _Token(text.upper(), text.lower() if provider in _FOLDS_NAMES else text)
            case "sign":
                yield _Token(text)


class _Resolver:
    """Reads tokens once, and then finds columns in them."""

    def __init__(self, tokens: list[_Token], provider: str) -> None:
        self.tokens = tokens
        self.folds = provider in _FOLDS_NAMES
        self.scopes: list[_Scope] = []
        self.taken: set[int] = set()
        """The places of relations and their aliases."""
        self.root = _Scope()

    def read(self, root: QualifiedName | None) -> None:
        """Find the scope of each token, and the relations of each scope."""
        if root is not None:
            self.root.relations.append((root.name, root))
        scope = _Scope(self.root)
        stack: list[tuple[_Scope, bool]] = []
        expects = False
        for at, token in enumerate(self.tokens):
            self.scopes.append(scope)
            if token.key == "(":
                stack.append((scope, expects))
                inside = self._key(at + 1)
                if not expects or inside in _QUERIES:
                    scope, expects = _Scope(scope), False
            elif token.key == ")" and stack:
                scope, was_relation = stack.pop()
                expects = False
                if was_relation:
                    self._name_alias(at + 1, scope, QualifiedName("", ""))
            elif token.key in _SIBLING:
                scope, expects = _Scope(scope.parent), False
            elif self._begins_relation(at, scope):
                expects = scope.lists_relations = True
            elif expects and token.key not in ("ONLY", "LATERAL") and token.name:
                self._bind(at, scope)
                expects = False
            else:
                _note(token, scope)

    def _begins_relation(self, at: int, scope: _Scope) -> bool:
        key = self._key(at)
        if key == "FROM":  # not that of `extract(year FROM x)` and `IS DISTINCT FROM`
            return (scope.is_query or scope.parent is self.root) and self._key(at - 1) != "DISTINCT"
        return key in _BEFORE_RELATION or (key == "," and scope.lists_relations)

    def _bind(self, at: int, scope: _Scope) -> None:
        """Keep the relation at a place of the tokens, with its alias."""
        parts = [self.tokens[at].name]
        self.taken.add(at)
        while self._key(at + 1) == "." and at + 2 < len(self.tokens) and self.tokens[at + 2].name:
            at += 2
            self.taken.add(at)
            parts.append(self.tokens[at].name)
        if self._key(at + 1) == "(" and "INTO" not in (self._key(at - 1), self._key(at - 3)):
            return
        name = QualifiedName(parts[-2] if len(parts) > 1 else "", parts[-1])
        if not self._name_alias(at + 1, scope, name):
            scope.relations.append((name.name, name))

    def _name_alias(self, at: int, scope: _Scope, name: QualifiedName) -> bool:
        at += self._key(at) == "AS"
        token = self.tokens[at] if at < len(self.tokens) else None
        if token is None or not token.name or token.key in _KEYWORDS:
            return False
        self.taken.add(at)
        scope.relations.append((token.name, name))
        return True

    def _key(self, at: int) -> str:
        return self.tokens[at].key if 0 <= at < len(self.tokens) else ""

    def names(self, table: Table) -> bool:
        """Whether a scope has the table among its relations."""
        return any(self._is_table(name, table) for scope in self.scopes for _, name in scope.relations)

    def use(self, table: Table, column: str, others: tuple[Table, ...]) -> Use:
        """How the tokens use the column."""
        star = False
        for at, token in enumerate(self.tokens):
            if token.key == "*" and self._key(at - 1) in _BEFORE_STAR:
                star = star or self._is_star_of(at, table)
            elif self._may_be(at, column) and self._is_of(at, table, column, others):
                return Use.BY_NAME
        return Use.BY_STAR if star else Use.NONE

    def _may_be(self, at: int, column: str) -> bool:
        """Whether the token can be a column of that name: no relation, alias, function or qualifier."""
        token = self.tokens[at]
        if not self._same(token.name, column) or at in self.taken or self._key(at + 1) in ("(", "."):
            return False
        is_query_name = self._key(at + 1) == "AS" and self._key(at + 2) in ("(", "MATERIALIZED", "NOT")
        if is_query_name or self._key(at - 1) == "AS" or self._ends_value(at - 1):
            return False
        return not self._is_in_alias(at)

    def _is_in_alias(self, at: int) -> bool:
        """Whether the token is a column's new name in `AS alias (name, name)` or `) alias (name, name)`."""
        at -= 1
        while at > 0 and (self.tokens[at].key == "," or self.tokens[at].name) and self.tokens[at].key not in _KEYWORDS:
            at -= 1
        is_named = self._key(at) == "(" and at >= 2 and bool(self.tokens[at - 1].name)
        return is_named and self.tokens[at - 1].key not in _KEYWORDS and self._key(at - 2) in ("AS", ")")

    def _ends_value(self, at: int) -> bool:
        """Whether a value ends there, so that a name right after it is an alias."""
        if at < 0:
            return False
        token = self.tokens[at]
        if token.key == ")":
            return not self._ends_distinct_on(at)
        return bool(token.name) and token.key not in _KEYWORDS

    def _ends_distinct_on(self, at: int) -> bool:
        """Whether the parenthesis closes `DISTINCT ON (...)`, after which the first column follows."""
        depth = 1
        while depth and at > 0:
            at -= 1
            depth += (self.tokens[at].key == ")") - (self.tokens[at].key == "(")
        return self._key(at - 1) == "ON" and self._key(at - 2) == "DISTINCT"

    def _is_of(self, at: int, table: Table, column: str, others: tuple[Table, ...]) -> bool:
        if self._key(at - 1) == ".":
            return self._qualifier_is(at, table)
        scope: _Scope | None = self.scopes[at]
        while scope is not None:
            names = [name for _, name in scope.relations]
            if any(self._is_table(name, table) for name in names):
                return True
            if any(self._is_table(name, o) and o.column(column) for name in names for o in others):
                return False
            scope = scope.parent
        return False

    def _is_star_of(self, at: int, table: Table) -> bool:
        if self._key(at - 1) == ".":
            return self._qualifier_is(at, table)
        return any(self._is_table(name, table) for _, name in self.scopes[at].relations)

    def _qualifier_is(self, at: int, table: Table) -> bool:
        if at < 2:
            return False
        token = self.tokens[at - 2]
        if token.key in _ROW:
            return any(self._is_table(name, table) for _, name in self.root.relations)
        scope: _Scope | None = self.scopes[at]
        while scope is not None:
            for alias, name in scope.relations:
                if self._same(alias, token.name):
                    return self._is_table(name, table)
            scope = scope.parent
        return False

    def _is_table(self, name: QualifiedName, table: Table) -> bool:
        same_schema = not name.schema or not table.name.schema or self._same(name.schema, table.name.schema)
        return same_schema and self._same(name.name, table.name.name)

    def _same(self, one: str, other: str) -> bool:
        return one == other if self.folds else one.lower() == other.lower()


def _note(token: _Token, scope: _Scope) -> None:
    if token.key in ("SELECT", "DELETE"):
        scope.is_query = True
    if token.key in _AFTER_RELATIONS:
        scope.lists_relations = False
