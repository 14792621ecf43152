"""Names for a diff: a phrase for each group of topics, the best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from attrs import evolve

from refract.diff import Diff
from refract.naming.style import Style, learnt, plain
from refract.naming.topics import Topic, TopicKind, topics
from refract.naming.words import LONGEST, common, cut, distinct, fitting, frequent, joined, one
from refract.schema.model import Database

MOST = 3
_IN_ONE = frozenset(
    {
        TopicKind.NEW_VALUE,
        TopicKind.GONE_VALUE,
        TopicKind.RENAMED_VALUE,
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
        TopicKind.NEW_TABLE,
        TopicKind.GONE_TABLE,
        TopicKind.NEW_LINK,
        TopicKind.RENAMED_ENUM,
        TopicKind.NEW_ENUM,
        TopicKind.OTHER_VALUES,
        TopicKind.GONE_ENUM,
        TopicKind.OTHER,
    }
)
_SORTS = {
    TopicKind.RENAMED_TABLE: "table",
    TopicKind.RENAMED_ENUM: "enum",
    TopicKind.RENAMED_COLUMN: "column",
    TopicKind.RENAMED_VALUE: "value",
}
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
    names = distinct((*first, *map(style.written, _names(groups))))
    used = set(map(plain, history))
    return tuple(sorted(names, key=used.__contains__))[:MOST]


def _with_words(topic: Topic) -> Topic:
    """The topic with a word in place of a name that has no letter of the Latin alphabet."""
    place = topic.place or ("" if topic.kind in _WITHOUT_PLACE else "table")
    return evolve(topic, subject=topic.subject or "part", place=place)


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


def _names(groups: Sequence[tuple[Topic, ...]]) -> Iterator[str]:
    phrases = [tuple(_phrases(group)) for group in groups]
    for index, options in enumerate(phrases):
        yield fitting(options)
        if index == 0:
            yield from _together(groups, phrases)
    yield from (cut(o) for options in phrases for o in options if len(o) <= LONGEST)


def _together(groups: Sequence[tuple[Topic, ...]], phrases: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """What is added and what is removed, in one name."""
    for group, options in zip(groups[1:], phrases[1:], strict=True):
        if group[0].kind in (TopicKind.GONE_TABLE, TopicKind.GONE_COLUMN, TopicKind.GONE_VALUE):
            both = _replacement(groups[0], group) or f"{fitting(phrases[0])}_and_{fitting(options)}"
            if len(both) <= LONGEST:
                yield both


def _replacement(new: Sequence[Topic], gone: Sequence[Topic]) -> str:
    same_sort = (new[0].kind, gone[0].kind) in _REPLACED
    if not same_sort or len(new) != 1 or len(gone) != 1 or new[0].place != gone[0].place:
        return ""
    return f"replace_{gone[0].subject}_with_{new[0].subject}" + (f"_on_{new[0].place}" if new[0].place else "")


def _phrases(group: Sequence[Topic]) -> Iterator[str]:
    """Phrases for topics of one kind, the most telling first."""
    yield from _PHRASES[group[0].kind](group)


def _subjects(group: Sequence[Topic]) -> tuple[str, ...]:
    return distinct(t.subject for t in group)


def _places(group: Sequence[Topic]) -> tuple[str, ...]:
    return distinct(t.place for t in group)


def _named(names: Sequence[str], what: str) -> tuple[str, ...]:
    """Ways to name several things together: each of them, what they share, or what they are (`fields`)."""
    if not names:
        return ()
    everyone = (joined(names),) if len(names) <= 3 else ()
    shared = common(names)
    often = frequent(names)
    return distinct(
        (
            *everyone,
            shared and f"{shared}_{what}",
            often and f"{often}_{what}",
        )
    )


def _things(verb: str, what: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    """Phrases for things without a place, such as tables: `add_team_and_invite`."""

    def phrases(group: Sequence[Topic]) -> Iterator[str]:
        names = _subjects(group)
        yield from (f"{verb}_{n}" for n in _named(names, f"{what}s"))
        yield f"{verb}_{names[0]}" if len(names) == 1 else f"{verb}_{names[0]}_and_related_{what}s"
        yield f"{verb}_{joined(names[:2])}_{what}{'s' if len(names) > 1 else ''}"

    return phrases


def _parts(verb: str, link: str, what: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    """Phrases for things inside others, such as columns: `add_email_to_user`."""

    def phrases(group: Sequence[Topic]) -> Iterator[str]:
        names, places = _subjects(group), _places(group)
        where = distinct((joined(places) if len(places) <= 3 else "", common(places)))
        for name in _named(names, what):
            yield from (f"{verb}_{name}_{link}_{place}" for place in where)
        if len(names) > 1 and len(places) > 1:
            yield from phrases(_biggest(group))
        if len(names) > 1:
            yield f"{verb}_{one(places[0])}_{what}"
        yield from (f"{verb}_{name}" for name in _named(names, what))
        if names and places:
            yield f"{verb}_{names[0]}_{link}_{places[0]}"

    return phrases


def _biggest(group: Sequence[Topic]) -> tuple[Topic, ...]:
    """The topics of the thing found in most places, or of the place with most things: the larger group of the two."""
    by_subject = [tuple(t for t in group if t.subject == subject) for subject in _subjects(group)]
    by_place = [tuple(t for t in group if t.place == place) for place in _places(group)]
    return max((*by_subject, *by_place), key=len)


def _renamed(link: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def phrases(group: Sequence[Topic]) -> Iterator[str]:
        first = group[0]
        if len(group) > 1:
            place = f"_{link}_{joined(_places(group))}" if 1 <= len(_places(group)) <= 2 else ""
            yield from (f"rename_{name}{place}" for name in _named(_subjects(group), "fields"))
        where = f"_{link}_{first.place}" if first.place else ""
        if first.subject == first.detail:
            yield f"rename_{first.subject}_{_SORTS[first.kind]}{where}"
            return
        yield f"rename_{first.subject}_to_{first.detail}{where}"
        yield f"rename_{first.subject}_to_{first.detail}"
        yield f"rename_{first.subject}{where}"

    return phrases


def _made(state: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def phrases(group: Sequence[Topic]) -> Iterator[str]:
        places = _places(group)
        where = f"_on_{joined(places)}" if len(places) <= 2 else ""
        for name in _named(_subjects(group), "fields"):
            yield f"make_{name}_{state}{where}"
            yield f"make_{name}_{state}"
        yield f"make_{one(places[0])}_fields_{state}"

    return phrases


def _retyped(group: Sequence[Topic]) -> Iterator[str]:
    places = _places(group)
    where = f"_on_{joined(places)}" if len(places) <= 2 else ""
    details = distinct(t.detail for t in group)
    for name in _named(_subjects(group), "fields"):
        if len(details) == 1:
            yield f"change_{name}_to_{details[0]}{where}"
            yield f"change_{name}_to_{details[0]}"
        yield f"change_{name}_type{where}"
    yield f"change_{one(places[0])}_types"


def _defaults(verb: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def phrases(group: Sequence[Topic]) -> Iterator[str]:
        places = _places(group)
        where = f"_on_{joined(places)}" if len(places) <= 2 else ""
        for name in _named(_subjects(group), "fields"):
            yield f"{verb}_default_for_{name}{where}"
            yield f"{verb}_default_for_{name}"
        if len(group) == 1 and group[0].detail:
            yield f"set_{group[0].subject}_default_to_{group[0].detail}"
        if len(group) > 1:
            yield f"change_{one(places[0])}_defaults"

    return phrases


def _cascades(group: Sequence[Topic]) -> Iterator[str]:
    first = group[0]
    places = _places(group)
    where = joined(places) if len(places) <= 3 else common(places) or first.place
    if first.detail in ("add", "remove"):
        yield f"{first.detail}_cascade_delete_{'to' if first.detail == 'add' else 'from'}_{where}"
        yield f"{first.detail}_{first.place}_{first.subject}_cascade_delete"
    elif first.detail:
        yield f"{first.detail.replace(' ', '_')}_on_{first.subject}_delete_for_{where}"
    yield f"update_{where}_relation{'s' if len(group) > 1 else ''}"


def _indexes(usual: str, link: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def phrases(group: Sequence[Topic]) -> Iterator[str]:
        places, verb = _places(group), group[0].detail or usual
        if len(group) == 1:
            exact, plain_name = f"{verb}_{places[0]}_{group[0].subject}_index", f"{verb}_{places[0]}_index"
            yield from (plain_name, exact) if group[0].alone else (exact, plain_name)
        shared = common(_subjects(group))
        many = "indexes" if len(group) > 1 else "index"
        where = joined(places) if len(places) <= 3 else common(places)
        yield from (f"{verb}_{name}_{many}_{link}_{where}" for name in (shared,) if name and where)
        if where:
            yield f"{verb}_{where}_{many}"
        yield f"{verb}_{shared or places[0]}_{many}"

    return phrases


def _key(group: Sequence[Topic]) -> Iterator[str]:
    verb = "add" if all(topic.alone for topic in group) else "change"
    yield from (f"{verb}_{name}_primary_key" for name in _named(_places(group), "tables"))
    yield f"{verb}_{group[0].place}_primary_key"


def _links(group: Sequence[Topic]) -> Iterator[str]:
    yield from (f"add_{name}_relation" for name in _named(_subjects(group), "tables"))
    yield f"add_{group[0].subject}_relation"


def _relations(group: Sequence[Topic]) -> Iterator[str]:
    places = _places(group)
    for name in _named(_subjects(group), "relations"):
        yield from (f"add_{name}_relation_to_{place}" for place in (joined(places),) if len(places) <= 3)
        yield f"add_{name}_relation"
    yield f"add_{places[0]}_relations"


def _others(group: Sequence[Topic]) -> Iterator[str]:
    yield from (f"update_{name}" for name in _named(_subjects(group), "objects"))
    yield f"update_{group[0].subject}"


_PHRASES: Mapping[TopicKind, Callable[[Sequence[Topic]], Iterator[str]]] = {
    TopicKind.RENAMED_TABLE: _renamed("in"),
    TopicKind.NEW_TABLE: _things("add", "table"),
    TopicKind.RENAMED_COLUMN: _renamed("on"),
    TopicKind.RENAMED_ENUM: _renamed("in"),
    TopicKind.NEW_COLUMN: _parts("add", "to", "fields"),
    TopicKind.RENAMED_VALUE: _renamed("in"),
    TopicKind.NEW_VALUE: _parts("add", "to", "values"),
    TopicKind.OTHER_VALUES: _things("update", "enum"),
    TopicKind.GONE_TABLE: _things("remove", "table"),
    TopicKind.GONE_COLUMN: _parts("remove", "from", "fields"),
    TopicKind.GONE_VALUE: _parts("remove", "from", "values"),
    TopicKind.RETYPED: _retyped,
    TopicKind.REQUIRED: _made("required"),
    TopicKind.OPTIONAL: _made("optional"),
    TopicKind.NEW_DEFAULT: _defaults("add"),
    TopicKind.OTHER_DEFAULT: _defaults("change"),
    TopicKind.GONE_DEFAULT: _defaults("remove"),
    TopicKind.NEW_LINK: _links,
    TopicKind.NEW_RELATION: _relations,
    TopicKind.UNIQUE: _made("unique"),
    TopicKind.UNIQUE_GROUP: _parts("add_unique", "to", "constraints"),
    TopicKind.CASCADE: _cascades,
    TopicKind.KEY: _key,
    TopicKind.NEW_ENUM: _things("add", "enum"),
    TopicKind.OTHER_INDEX: _indexes("update", "of"),
    TopicKind.NEW_INDEX: _indexes("add", "to"),
    TopicKind.GONE_RELATION: _parts("remove", "from", "relations"),
    TopicKind.NOT_UNIQUE: _indexes("remove_unique", "from"),
    TopicKind.GONE_INDEX: _indexes("remove", "from"),
    TopicKind.GONE_ENUM: _things("remove", "enum"),
    TopicKind.RENAMED_OBJECT: _parts("rename", "of", "constraints"),
    TopicKind.OTHER: _others,
}
