"""How a project words the names of its migrations, learnt from those that it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum

from attrs import frozen

from refract.naming.words import is_plural, plural, split

_TIMESTAMP = re.compile(r"\d+_")
_FEWEST = 3
"""How many names must agree before a habit is assumed."""
_PLACES = re.compile(r"_(?:to|from|on|in|of|for)_([a-z0-9]+)$")
_VERBS = frozenset(
    {"add", "create", "remove", "drop", "delete", "rename", "change", "update", "alter", "make", "set", "fix", "init"}
)


_SAYS_NOTHING = frozenset(
    [
        "a",
        "an",
        "and",
        "the",
        "of",
        "to",
        "in",
        "on",
        "for",
        "with",
        "from",
        "by",
        "new",
        "old",
        "some",
        "more",
        "misc",
        "wip",
        "tmp",
        "temp",
        "test",
        "tests",
        "try",
        "final",
        "again",
        "version",
        "v",
        "add",
        "added",
        "update",
        "updated",
        "updates",
        "change",
        "changes",
        "changed",
        "fix",
        "fixes",
        "fixed",
        "hotfix",
        "edit",
        "modify",
        "refactor",
        "rework",
        "cleanup",
        "init",
        "initial",
        "initialize",
        "create",
        "created",
        "remove",
        "removed",
        "delete",
        "migration",
        "migrations",
        "migrate",
        "schema",
        "db",
        "database",
        "prisma",
        "model",
        "models",
        "table",
        "tables",
        "field",
        "fields",
        "column",
        "columns",
        "data",
        "sql",
        "stuff",
        "things",
        "minor",
        "dev",
        "prod",
        "staging",
    ]
)


class Case(Enum):
    """How the words of a name are joined."""

    SNAKE = "snake"
    KEBAB = "kebab"
    CAMEL = "camel"


@frozen
class Style:
    """`plural_places`: `add_email_to_users` rather than `add_email_to_user`. `new_index` is the verb for an index.
    `prefix` begins every name, with its separator.
    """

    plural_places: bool = True
    new_index: str = "create"
    case: Case = Case.SNAKE
    prefix: str = ""

    def place(self, name: str) -> str:
        """A model in the form that names of migrations use."""
        return plural(name) if self.plural_places else name

    def written(self, name: str) -> str:
        """A name, made in snake_case, as this project writes it."""
        return self.prefix + _WRITTEN[self.case](name)


def plain(folder: str) -> str:
    """The name of a migration without its time."""
    return _TIMESTAMP.sub("", folder, count=1)


_LETTERS = re.compile(r"(?:add|change|create|drop|index|make|remove|rename)_[a-z](?:_(?:and|from|on|to|[a-z]))*")


def says_nothing(folder: str) -> bool:
    """Whether no word of a migration's name distinguishes one change from another: `fix`, `update_schema_2`, or
    nothing. A single letter is a name only where nothing but letters is named: `add_y_to_a`.
    """
    words = split(plain(folder))
    if _LETTERS.fullmatch("_".join(words)):
        return False
    return all(word in _SAYS_NOTHING or word.isdigit() or len(word) < 2 for word in words)


def learnt(history: Sequence[str]) -> Style:
    """The style of the names in `history` (folders, oldest first); the usual style if they show none."""
    names = [plain(folder) for folder in history]
    snake = ["_".join(split(name)) for name in names]
    return Style(
        plural_places=_mostly(_say_plural(snake), default=True),
        new_index=_verb_for_indexes(snake),
        case=_case(names),
        prefix=_prefix(names),
    )


def _mostly(votes: Sequence[bool], *, default: bool) -> bool:
    return sum(votes) * 2 > len(votes) if len(votes) >= _FEWEST else default


def _say_plural(names: Sequence[str]) -> list[bool]:
    return [is_plural(found[1]) for name in names if (found := _PLACES.search(name))]


def _verb_for_indexes(names: Sequence[str]) -> str:
    verbs = Counter(name.split("_")[0] for name in names if re.search(r"_ind(?:ex(?:es)?|ices)(?:_|$)", name))
    known = {verb: count for verb, count in verbs.items() if verb in ("add", "create")}
    verb, count = max(known.items(), key=lambda item: item[1], default=("create", 0))
    return verb if count >= _FEWEST else "create"


def _case(names: Sequence[str]) -> Case:
    kebab = [name for name in names if "-" in name and "_" not in name]
    camel = [name for name in names if re.fullmatch(r"[a-z]+(?:[A-Z][a-z0-9]*)+", name)]
    for case, found in ((Case.KEBAB, kebab), (Case.CAMEL, camel)):
        if len(found) >= _FEWEST and len(found) * 2 > len(names):
            return case
    return Case.SNAKE


def _prefix(names: Sequence[str]) -> str:
    """What most names begin with although it is not a verb, such as `db_`; a ticket's number differs from name to name."""
    first = Counter(found[0] for name in names if (found := re.match(r"[A-Za-z]+[_-]", name)))
    word, count = max(first.items(), key=lambda item: item[1], default=("", 0))
    habit = count >= _FEWEST and count * 3 >= len(names) * 2
    return word if habit and word[:-1].lower() not in _VERBS else ""


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_WRITTEN: dict[Case, Callable[[str], str]] = {
    Case.SNAKE: lambda name: name,
    Case.KEBAB: lambda name: name.replace("_", "-"),
    Case.CAMEL: _camel,
}
