"""Phrases for topics of one kind: what the change does, in words, the most telling first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from refract.naming.topics import Topic, TopicKind
from refract.naming.words import COMFORTABLE, common, distinct, frequent, joined, one, plural

_SORTS = {
    TopicKind.RENAMED_TABLE: "table",
    TopicKind.RENAMED_ENUM: "enum",
    TopicKind.RENAMED_COLUMN: "column",
    TopicKind.RENAMED_VALUE: "value",
    TopicKind.REPLACED_TABLE: "table",
    TopicKind.REPLACED_ENUM: "enum",
    TopicKind.REPLACED_COLUMN: "column",
    TopicKind.REPLACED_VALUE: "value",
    TopicKind.PERHAPS_REPLACED: "table",
}


def phrases(group: Sequence[Topic]) -> Iterator[str]:
    """Phrases for topics of one kind, the most telling first."""
    yield from _PHRASES[group[0].kind](group)


def without_verb(topic: Topic) -> str:
    """What is added, in its place, without a verb: `user_email`; empty for other changes."""
    if topic.kind is TopicKind.NEW_TABLE:
        return plural(topic.subject)
    return f"{one(topic.place)}_{topic.subject}" if topic.kind in (TopicKind.NEW_COLUMN, TopicKind.NEW_VALUE) else ""


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

    def written(group: Sequence[Topic]) -> Iterator[str]:
        names = _subjects(group)
        yield from (f"{verb}_{n}" for n in _named(names, f"{what}s"))
        yield f"{verb}_{names[0]}" if len(names) == 1 else f"{verb}_{names[0]}_and_related_{what}s"
        if names[-1] != what:
            yield f"{verb}_{joined(names[:2])}_{what}{'s' if len(names) > 1 else ''}"

    return written


def _tables(group: Sequence[Topic]) -> Iterator[str]:
    """Phrases for new tables: each of them, or the one that the others are about."""
    main = _main(group)
    names = _subjects(main)
    if len(names) <= 3:
        yield f"add_{joined(names)}"
    shared, hub = common(_subjects(group)), _hub(group)
    yield from (f"add_{name}_tables" for name in distinct((shared, hub, frequent(names))))
    yield f"add_{names[0]}" if len(names) == 1 else f"add_{names[0]}_and_related_tables"
    yield f"add_{joined(names[:2])}_table{'s' if len(names) > 1 else ''}"


def _main(group: Sequence[Topic]) -> tuple[Topic, ...]:
    """The tables without those that are parts of another: `invoice_item`, which points to `invoice`."""
    parts: set[str] = set()
    for topic in group:
        whole = topic.detail.split()
        if any(_is_part(topic.subject, name) for name in whole) or (whole and parts.issuperset(whole)):
            parts.add(topic.subject)
    return tuple(t for t in group if t.subject not in parts) or tuple(group)


def _is_part(name: str, whole: str) -> bool:
    return name != whole and set(one(whole).split("_")) < set(name.split("_"))


def _hub(group: Sequence[Topic]) -> str:
    """The new table that most of the others point to; empty if it is less than two."""
    counts = Counter(name for topic in group for name in topic.detail.split())
    name, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return name if count > 1 else ""


def _parts(verb: str, link: str, what: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    """Phrases for things inside others, such as columns: `add_email_to_user`."""

    def written(group: Sequence[Topic]) -> Iterator[str]:
        names, places = _subjects(group), _places(group)
        where = f"_{link}_{joined(places)}" if len(places) <= 2 else ""
        placed = (f"{verb}_{name}{where}" for name in _named(names, what))
        yield from (n for n in placed if len(n) <= COMFORTABLE or (len(places) == 1 and len(names) <= 2))
        if len(names) == 1:
            yield f"{verb}_{names[0]}"
            yield f"{verb}_{names[0]}_{link}_{joined(places)}"
        if len(names) > 1 and len(places) > 1:
            yield from written(_biggest(group))
        elif len(names) > 2 and common(names):
            yield f"{verb}_{common(names)}_{what}"
        if len(names) > 1:
            yield f"{verb}_{one(places[0])}_{what}"
        yield from (f"{verb}_{name}" for name in _named(names, what))
        if names and places:
            yield f"{verb}_{names[0]}_{link}_{places[0]}"

    return written


def _biggest(group: Sequence[Topic]) -> tuple[Topic, ...]:
    """The topics of the thing found in most places, or of the place with most things: the larger group of the two."""
    by_subject = [tuple(t for t in group if t.subject == subject) for subject in _subjects(group)]
    by_place = [tuple(t for t in group if t.place == place) for place in _places(group)]
    return max((*by_subject, *by_place), key=len)


def _renamed(link: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def written(group: Sequence[Topic]) -> Iterator[str]:
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

    return written


def _replaced(link: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    """Phrases for what is dropped, while something similar is added: no word in them promises that rows are kept."""

    def written(group: Sequence[Topic]) -> Iterator[str]:
        first, places = group[0], _places(group)
        where = f"_{link}_{joined(places)}" if 1 <= len(places) <= 2 else ""
        if first.subject == first.detail:
            yield f"recreate_{first.subject}_{_SORTS[first.kind]}{where}"
            return
        olds, news = _subjects(group), distinct(t.detail for t in group)
        if len(group) <= 3:
            yield f"drop_{joined(olds)}_add_{joined(news)}{where}"
            yield f"drop_{joined(olds)}_add_{joined(news)}"
            yield f"replace_{joined(olds)}{where}"
        yield from (f"replace_{name}{where}" for name in _named(olds, "fields"))
        if len(group) > 1:
            yield f"replace_{one(places[0])}_fields" if places else f"replace_{olds[0]}_and_others"
        yield f"drop_{olds[0]}_add_{news[0]}"

    return written


def _where(places: Sequence[str]) -> str:
    """The end of a name that has its tables; nothing for more than two."""
    return f"_on_{joined(places)}" if len(places) <= 2 else ""


def _made(state: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def written(group: Sequence[Topic]) -> Iterator[str]:
        places = _places(group)
        where = _where(places)
        for name in _named(_subjects(group), "fields"):
            yield f"make_{name}_{state}{where}"
            yield f"make_{name}_{state}"
        if state == "unique" and len(group) == 1:
            yield f"add_unique_{group[0].subject}{where.replace('_on_', '_to_')}"
        yield f"make_{one(places[0])}_fields_{state}"

    return written


def _retyped(group: Sequence[Topic]) -> Iterator[str]:
    places = _places(group)
    where = _where(places)
    details = distinct(t.detail for t in group)
    for name in _named(_subjects(group), "fields"):
        if len(details) == 1:
            yield f"change_{name}_to_{details[0]}{where}"
            yield f"change_{name}_to_{details[0]}"
        yield f"change_{name}_type{where}"
    yield f"change_{one(places[0])}_types"


def _defaults(verb: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def written(group: Sequence[Topic]) -> Iterator[str]:
        places = _places(group)
        where = _where(places)
        for name in _named(_subjects(group), "fields"):
            yield f"{verb}_default_for_{name}{where}"
            yield f"{verb}_default_for_{name}"
        if len(group) == 1 and group[0].detail:
            yield f"set_{group[0].subject}_default_to_{group[0].detail}"
        if len(group) > 1:
            yield f"change_{one(places[0])}_defaults"

    return written


def _cascades(group: Sequence[Topic]) -> Iterator[str]:
    first = group[0]
    places = _places(group)
    where = joined(places) if len(places) <= 3 else common(places) or first.place
    if first.detail in ("add", "remove") and len(places) > 1 and len(_subjects(group)) == 1:
        yield f"{first.detail}_{first.subject}_cascade_delete"
    if first.detail in ("add", "remove"):
        yield f"{first.detail}_cascade_delete_{'to' if first.detail == 'add' else 'from'}_{where}"
        yield f"{first.detail}_{first.place}_{first.subject}_cascade_delete"
    elif first.detail:
        yield f"{first.detail.replace(' ', '_')}_on_{first.subject}_delete_for_{where}"
    if first.detail == "add":
        yield f"cascade_delete_{where}"
    yield f"update_{where}_relation{'s' if len(group) > 1 else ''}"


def _indexes(usual: str, link: str) -> Callable[[Sequence[Topic]], Iterator[str]]:
    def written(group: Sequence[Topic]) -> Iterator[str]:
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

    return written


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
    TopicKind.REPLACED_TABLE: _replaced("in"),
    TopicKind.NEW_TABLE: _tables,
    TopicKind.RENAMED_COLUMN: _renamed("on"),
    TopicKind.REPLACED_COLUMN: _replaced("on"),
    TopicKind.RENAMED_ENUM: _renamed("in"),
    TopicKind.REPLACED_ENUM: _replaced("in"),
    TopicKind.NEW_COLUMN: _parts("add", "to", "fields"),
    TopicKind.RENAMED_VALUE: _renamed("in"),
    TopicKind.REPLACED_VALUE: _replaced("in"),
    TopicKind.NEW_VALUE: _parts("add", "to", "values"),
    TopicKind.PERHAPS_REPLACED: _replaced("on"),
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
