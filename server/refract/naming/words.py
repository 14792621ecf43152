"""Words: splitting identifiers, joining them, and finding what several have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

_UNCOUNTED = frozenset(
    {
        "data",
        "metadata",
        "meta",
        "analytics",
        "media",
        "info",
        "settings",
        "people",
        "news",
        "feedback",
        "equipment",
        "merch",
        "stock",
        "inventory",
        "series",
    }
)
COMFORTABLE = 45  # characters: 19 of 20 names that developers choose are no longer
STRETCHED = 52  # characters that a name may have when a shorter one would be less clear
LONGEST = 60  # characters, the verb included

_WITH_E = ("sses", "xes", "ches", "shes", "tuses", "buses", "ruses", "iases")
"""Endings of plurals that add `es` to the word."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")

# Words without information about several fields, those of other languages included.
_FILLERS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "has",
        "id",
        "in",
        "is",
        "new",
        "of",
        "on",
        "or",
        "the",
        "to",
        "da",
        "de",
        "del",
        "do",
        "el",
        "em",
        "en",
        "la",
        "le",
        "les",
        "des",
        "du",
        "por",
        "von",
        "zu",
    ]
)

# Names that developers write as one word although their capitals suggest two.
_BRANDS = frozenset(
    [
        "whatsapp",
        "github",
        "gitlab",
        "youtube",
        "linkedin",
        "paypal",
        "tiktok",
        "oauth",
        "openai",
        "wordpress",
        "graphql",
        "mongodb",
        "postgresql",
        "mysql",
        "javascript",
        "typescript",
        "iphone",
        "ipad",
        "icloud",
        "ios",
        "macos",
        "hubspot",
        "posthog",
        "quickbooks",
        "docusign",
        "clickup",
    ]
)


def split(identifier: str) -> tuple[str, ...]:
    """The lower-case words of an identifier in any style: `displayName` is display, name; `oAuthToken` oauth, token."""
    words: list[str] = []
    for word in (w.lower() for w in _CAMEL.split(identifier) if w):
        if words and words[-1] + word in _BRANDS:
            words[-1] += word
        else:
            words.append(word)
    return tuple(words)


def snake(identifier: str) -> str:
    """The identifier in snake_case."""
    return "_".join(split(identifier))


def singular(word: str) -> str:
    """The word without a plural ending, as far as its spelling shows one."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(_WITH_E):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def plural(name: str) -> str:
    """The name with its last word in the plural: `user` is users, `order_history` order_histories, `data` stays."""
    head, _, word = name.rpartition("_")
    return f"{head}_{_plural(word)}" if head else _plural(word)


def one(name: str) -> str:
    """The name with its last word in the singular."""
    head, _, word = name.rpartition("_")
    return f"{head}_{singular(word)}" if head else singular(word)


def is_plural(word: str) -> bool:
    """Whether the word is in the plural, as far as its spelling shows."""
    return singular(word) != word or word in _UNCOUNTED


def _plural(word: str) -> str:
    if len(word) < 3 or is_plural(word) or word.isdigit() or (len(word) == 3 and word.endswith("s")):
        return word
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in order; empty ones left out."""
    return tuple(dict.fromkeys(n for n in names if n))


def joined(names: Sequence[str]) -> str:
    """a · a_and_b · a_b_and_c."""
    return names[0] if len(names) == 1 else "_".join(names[:-1]) + "_and_" + names[-1]


def undoubled(name: str) -> str:
    """The name without a word that stands twice in a row."""
    return "_".join(word for word, _ in groupby(name.split("_")))


def common(names: Sequence[str]) -> str:
    """The longest run of meaningful words that all names share; empty if there is none."""
    if len(names) < 2:
        return ""
    return _longest(run for run in _runs(names[0]) if all(_holds(n, run) for n in names[1:]))


def frequent(names: Sequence[str]) -> str:
    """The longest run of meaningful words that most names share, if it is in at least half of them; else empty."""
    counts = {run: sum(_holds(n, run) for n in names) for name in names for run in _runs(name)}
    most = max((n for run, n in counts.items() if _is_telling(run)), default=0)
    return _longest(run for run, n in counts.items() if n == most) if most > 1 and most * 2 >= len(names) else ""


def _longest(runs: Iterable[tuple[str, ...]]) -> str:
    telling = ["_".join(_trimmed(run)) for run in runs if _is_telling(run)]
    return max(telling, key=lambda run: (run.count("_"), len(run)), default="")


def _is_telling(run: tuple[str, ...]) -> bool:
    return any(word not in _FILLERS and not word.isdigit() and len(word) > 1 for word in run)


def _runs(name: str) -> list[tuple[str, ...]]:
    words = name.split("_")
    return [tuple(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]


def _holds(name: str, run: tuple[str, ...]) -> bool:
    words = [singular(w) for w in name.split("_")]
    wanted = [singular(w) for w in run]
    return any(words[i : i + len(wanted)] == wanted for i in range(len(words) - len(wanted) + 1))


def _trimmed(run: tuple[str, ...]) -> tuple[str, ...]:
    words = list(run)
    while words and words[-1] in _FILLERS:
        words.pop()
    while words and words[0] in _FILLERS:
        words.pop(0)
    return tuple(words)


def fitting(names: Iterable[str]) -> str:
    """The first name, which is the clearest, if it is not much too long; else the first that is comfortably short, else
    the first that is allowed, else the first, cut at a word.
    """
    options = distinct(names)
    if len(options[0]) <= STRETCHED:
        return options[0]
    for limit in (COMFORTABLE, LONGEST):
        short = next((n for n in options if len(n) <= limit), None)
        if short is not None:
            return short
    return cut(options[0])


def cut(name: str) -> str:
    """The name without the last words that make it too long, and without a joining word at its end."""
    words = name.split("_")
    while len("_".join(words)) > LONGEST or words[-1] in ("and", "to", "from", "on", "in"):
        words.pop()
    return "_".join(words)[:LONGEST]
