"""Names for a diff: a phrase for each group of topics, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from attrs import evolve

from refract.diff import Diff
from refract.naming.phrases import phrases, without_verb
from refract.naming.style import Style, learnt, plain, says_nothing
from refract.naming.topics import Topic, TopicKind, topics
from refract.naming.words import COMFORTABLE, LONGEST, cut, distinct, fitting, undoubled
from refract.schema.model import Database

MOST = 3
_IN_ONE = frozenset(
    {
        TopicKind.NEW_VALUE,
        TopicKind.GONE_VALUE,
        TopicKind.RENAMED_VALUE,
        TopicKind.REPLACED_VALUE,
        TopicKind.KEY,
        TopicKind.CASCADE,
        TopicKind.NEW_RELATION,
        TopicKind.OTHER_INDEX,
        TopicKind.NOT_UNIQUE,
        TopicKind.GONE_INDEX,
        TopicKind.RENAMED_OBJECT,
        TopicKind.GONE_RELATION,
    }
)
"""Kinds of topic whose place is named in the singular: an enum, or the one thing that an index or a key belongs to."""
_WITHOUT_PLACE = frozenset(
    {
        TopicKind.RENAMED_TABLE,
        TopicKind.REPLACED_TABLE,
        TopicKind.NEW_TABLE,
        TopicKind.GONE_TABLE,
        TopicKind.NEW_LINK,
        TopicKind.RENAMED_ENUM,
        TopicKind.REPLACED_ENUM,
        TopicKind.NEW_ENUM,
        TopicKind.OTHER_VALUES,
        TopicKind.GONE_ENUM,
        TopicKind.OTHER,
        TopicKind.PERHAPS_REPLACED,
    }
)
_WITH_NEW_NAME = frozenset(
    {
        TopicKind.RENAMED_TABLE,
        TopicKind.REPLACED_TABLE,
        TopicKind.RENAMED_COLUMN,
        TopicKind.REPLACED_COLUMN,
        TopicKind.RENAMED_ENUM,
        TopicKind.REPLACED_ENUM,
        TopicKind.RENAMED_VALUE,
        TopicKind.REPLACED_VALUE,
        TopicKind.PERHAPS_REPLACED,
    }
)
_REPLACED = {(TopicKind.NEW_TABLE, TopicKind.GONE_TABLE), (TopicKind.NEW_COLUMN, TopicKind.GONE_COLUMN)}


def suggest(diff: Diff, before: Database, after: Database, history: Sequence[str] = ()) -> tuple[str, ...]:
    """One to three names for the migration that makes `diff`, best first; none when nothing changes.

    The first migration of all is `init`, by convention.
    `history` are the folders of the migrations so far, oldest first: their style is followed, and a name that was used
    already is placed last.
    """
    style = learnt(history)
    found = (_styled(_with_words(topic), style) for topic in topics(diff, before, after))
    groups = _by_weight(tuple(group) for _, group in groupby(found, key=lambda t: t.kind))
    first = () if before.tables or not after.tables else ("init",)
    found_names = map(undoubled, (*_best(groups), *_bare(groups), *_names(groups)))
    names = distinct((*first, *map(style.written, found_names)))
    used = set(map(plain, history))
    return tuple(sorted(names, key=used.__contains__))[:MOST]


def _with_words(topic: Topic) -> Topic:
    """The topic with a word in place of a name that has no letter of the Latin alphabet."""
    place = topic.place or ("" if topic.kind in _WITHOUT_PLACE else "table")
    new_name = "other" if topic.kind in _WITH_NEW_NAME and not topic.detail else topic.detail
    return evolve(topic, subject=topic.subject or "part", place=place, detail=new_name)


def _styled(topic: Topic, style: Style) -> Topic:
    if topic.kind is TopicKind.NEW_INDEX:
        return evolve(topic, detail=style.new_index)
    return evolve(topic, place=style.place(topic.place)) if topic.place and topic.kind not in _IN_ONE else topic


def _by_weight(groups: Iterable[tuple[Topic, ...]]) -> list[tuple[Topic, ...]]:
    """In the order of their kinds, but new fields before renamed ones when they are more."""
    ordered = list(groups)
    kinds = [group[0].kind for group in ordered]
    if TopicKind.RENAMED_COLUMN in kinds and TopicKind.NEW_COLUMN in kinds:
        renamed, new = kinds.index(TopicKind.RENAMED_COLUMN), kinds.index(TopicKind.NEW_COLUMN)
        if len(ordered[new]) > len(ordered[renamed]):
            ordered.insert(renamed, ordered.pop(new))
    return ordered


def _best(groups: Sequence[tuple[Topic, ...]]) -> tuple[str, ...]:
    return tuple(islice(distinct(_names(groups)), MOST - 1))


def _names(groups: Sequence[tuple[Topic, ...]]) -> Iterator[str]:
    written = [tuple(phrases(group)) for group in groups]
    for index, options in enumerate(written):
        yield fitting(options)
        if index == 0:
            yield from _together(groups, written)
    yield from (cut(o) for options in written for o in options if len(o) <= LONGEST)


def _bare(groups: Sequence[tuple[Topic, ...]]) -> tuple[str, ...]:
    """The one thing that is added, for developers who leave out the verb."""
    if len(groups) != 1 or len(groups[0]) != 1:
        return ()
    name = without_verb(groups[0][0])
    return (name,) if name[:1].isalpha() and len(name) <= COMFORTABLE and not says_nothing(name) else ()


def _together(groups: Sequence[tuple[Topic, ...]], written: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """What is added and what is removed, in one name."""
    for group, options in zip(groups[1:], written[1:], strict=True):
        if group[0].kind in (TopicKind.GONE_TABLE, TopicKind.GONE_COLUMN, TopicKind.GONE_VALUE):
            both = _replacement(groups[0], group) or f"{fitting(written[0])}_and_{fitting(options)}"
            if len(both) <= LONGEST:
                yield both


def _replacement(new: Sequence[Topic], gone: Sequence[Topic]) -> str:
    same_sort = (new[0].kind, gone[0].kind) in _REPLACED
    if not same_sort or len(new) != 1 or len(gone) != 1 or new[0].place != gone[0].place:
        return ""
    return f"replace_{gone[0].subject}_with_{new[0].subject}" + (f"_on_{new[0].place}" if new[0].place else "")
