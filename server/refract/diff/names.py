"""How alike two names are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
FILLERS = frozenset({"id", "is", "has", "at", "on", "by", "the", "of", "to"})
"""Words that do not tell two names apart: half of all names have one."""
_NEARLY = 0.8
_SHORTEST = 4
"""Letters of a word that may differ from another in one of them."""


def words(name: str) -> list[str]:
    """The words of a name in camelCase, PascalCase or snake_case, in lower case."""
    return [w.lower() for w in _WORDS.findall(name)] or [name.lower()]


def spelled(name: str) -> str:
    """The canonical form of all spellings of a name."""
    return "".join(words(name))


def similarity(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same words in another spelling).

    Fillers like `id` and `is` do not count.
    """
    return NameIndex((other,)).alike(one).get(0, 0.0)


class NameIndex:
    """Names, found by their words."""

    def __init__(self, names: Sequence[str]) -> None:
        self._spelled: dict[str, list[int]] = {}
        self._with_word: dict[str, list[int]] = {}
        self._lengths: list[int] = []
        for number, parts in enumerate(map(words, names)):
            self._spelled.setdefault("".join(parts), []).append(number)
            telling = _telling(parts)
            self._lengths.append(len(telling))
            for word in dict.fromkeys(telling):
                self._with_word.setdefault(word, []).append(number)
        self._letters = {word: _letters(word) for word in self._with_word if len(word) >= _SHORTEST}
        self._near: dict[str, Iterable[int]] = {}

    def alike(self, name: str) -> Mapping[int, float]:
        """How alike each of the names is, by its number; those that have nothing in common are left out."""
        parts = words(name)
        telling = _telling(parts)
        shared = Counter[int]()
        for word in telling:
            shared.update(self._with_near(word))
        mine, lengths = len(telling), self._lengths
        found = {number: 1.8 * count / (mine + lengths[number]) for number, count in shared.items()}
        for number in self._spelled.get("".join(parts), ()):
            found[number] = 1.0
        return found

    def _with_near(self, word: str) -> Iterable[int]:
        """The names with this word or a similar one."""
        known = self._near.get(word)
        if known is None:
            same = self._with_word.get(word, [])
            others = [numbers for other in self._words_near(word) for numbers in self._with_word[other]]
            known = self._near[word] = set(same).union(others) if others else same
        return known

    def _words_near(self, word: str) -> list[str]:
        """Other words of the names that are similar to this one."""
        if len(word) < _SHORTEST:
            return []
        letters = _letters(word)
        return [
            other
            for other, theirs in self._letters.items()
            if other != word and _may_be_same(word, letters, other, theirs) and _same_word(word, other)
        ]


def _telling(parts: list[str]) -> list[str]:
    return [w for w in parts if w not in FILLERS] or parts


def _letters(word: str) -> int:
    """The letters of a word, as bits."""
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) & 63)
    return found


def _may_be_same(one: str, letters: int, other: str, theirs: int) -> bool:
    """Whether two words are worth comparing: a cheap check that they have most letters in common."""
    most = min(len(one) - (letters & ~theirs).bit_count(), len(other) - (theirs & ~letters).bit_count())
    return 2 * most >= _NEARLY * (len(one) + len(other)) or one in other or other in one


def _same_word(one: str, other: str) -> bool:
    """Whether one begins or ends the other (`mail`, `email`; `addr`, `address`), or they are a letter or two apart."""
    short, long = sorted((one, other), key=len)
    if long.startswith(short) or long.endswith(short):
        return True
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _NEARLY
