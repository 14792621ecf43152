"""Comments that silence findings: `// refract-ignore: <rule>[, <rule>] -- <reason>`, in SQL with `--` in front.

`refract-ignore` covers its own line, or, alone on a line, the next one that is not a comment; `refract-ignore-block`
covers the block of the schema, or the statement of SQL, that it is in or above; `refract-ignore-file` covers its file.
A comment without a reason silences nothing. A malformed comment, or one that silences nothing, is itself a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath
from types import MappingProxyType
from typing import NamedTuple

from attrs import evolve, frozen

from refract.config import nearest
from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.comment_rules import UNKNOWN, UNUSED, WITHOUT_REASON
from refract.rules.kit.finding import Finding, Severity
from refract.rules.kit.harm import Effect, harm
from refract.syntax import MARK
from refract.text import Location, Origin, Span

_COMMENT = re.compile(r"(?P<slashes>//+|--+|#+)[ \t]*refract-ignore(?P<scope>-block|-file)?(?P<rest>(?![\w-])[^\r\n]*)")
_NAMES = re.compile(
    r"[ \t]*:[ \t]*(?P<names>[\w-]+?(?:[ \t]*,[ \t]*[\w-]+?)*)[ \t]*(?:[ \t]--[ \t]*(?P<reason>.*?))?[ \t]*"
)
_COMMENT_LINE = re.compile(r"[ \t]*(?://|--|#)")


class Reach(StrEnum):
    """How far a comment reaches."""

    LINE = ""
    BLOCK = "-block"
    FILE = "-file"


@frozen
class Suppression:
    """One comment. `rules` are the names that it gives, with their places; `covers` are the places at which findings
    begin that it covers. `span` is the comment itself, without anything before or after it on its line.
    """

    scope: Reach
    rules: tuple[tuple[str, Span], ...]
    reason: str
    span: Span
    covers: Span
    lead: str


class Commented(NamedTuple):
    """A text with its comments. `complete` means that everything in it was judged: only then is a comment unused."""

    path: str
    comments: tuple[Suppression, ...]
    complete: bool = True


NO_WHOLES: Mapping[int, Finding] = MappingProxyType({})


class Suppressed(NamedTuple):
    """`findings` are those that stay (and those about comments), `silenced` those that do not."""

    findings: tuple[Finding, ...]
    silenced: tuple[Finding, ...]


def suppress(
    findings: Iterable[tuple[Finding, Location | None]],
    files: Iterable[Commented],
    known: Callable[[], frozenset[str]],
    wholes: Mapping[int, Finding] = NO_WHOLES,
) -> Suppressed:
    """The findings that no comment silences. Each is given with its place; `known` returns the names of all rules.

    `wholes` are the findings that include others, which are given by their id: people see a part at the place of its
    whole, and silence it there, by its own rule or together with the whole.
    """
    by_path = {file.path: file for file in files if file.comments}
    kept: list[Finding] = []
    silenced: list[Finding] = []
    used: set[tuple[str, Span]] = set()
    placed = tuple(findings)
    places = {id(finding): location for finding, location in placed} if wholes else {}
    for finding, location in placed:
        found = [*_speaking_for(finding, location, by_path)]
        if whole := wholes.get(id(finding)):
            found += _speaking_for(finding, places[id(whole)], by_path)
        used.update(found)
        is_included = whole is not None and any(_speaking_for(whole, places[id(whole)], by_path))
        (silenced if found or is_included else kept).append(finding)
    own = [finding for file in by_path.values() for finding in _about(file, used, known())]
    return Suppressed((*kept, *_with_distinct_keys(own)), tuple(silenced))


@lru_cache(maxsize=4096)
def suppressions(text: str, blocks: tuple[Span, ...] = ()) -> tuple[Suppression, ...]:
    """The comments in a text. `blocks` are its blocks or statements, each including the comments above it."""
    if MARK not in text:
        return ()
    return tuple(_read(text, found, blocks) for found in _COMMENT.finditer(text))


def shifted(comment: Suppression, by: int) -> Suppression:
    """The same comment, moved by `by` code points."""
    covers = comment.covers if comment.scope is Reach.FILE else comment.covers.shifted(by)
    rules = tuple((name, span.shifted(by)) for name, span in comment.rules)
    return evolve(comment, rules=rules, span=comment.span.shifted(by), covers=covers)


_EVERYTHING = Span(0, 2**62)


def _read(text: str, found: re.Match[str], blocks: Sequence[Span]) -> Suppression:
    scope = Reach(found["scope"] or "")
    names = _NAMES.fullmatch(text, found.start("rest"), found.end("rest"))
    named = tuple(_named(names)) if names else ()
    reason = (names["reason"] or "") if names else ""
    span = Span(found.start(), found.start() + len(found[0].rstrip()))
    return Suppression(scope, named, reason, span, _covers(text, found.start(), scope, blocks), found["slashes"])


def _named(names: re.Match[str]) -> Iterator[tuple[str, Span]]:
    for name in re.finditer(r"[\w-]+", names["names"]):
        yield name[0], Span(*name.span()).shifted(names.start("names"))


def _covers(text: str, start: int, scope: Reach, blocks: Sequence[Span]) -> Span:
    if scope is Reach.FILE:
        return _EVERYTHING
    if scope is Reach.BLOCK:
        return next((block for block in blocks if start in block), Span(start, start))
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip():
        return Span(line, _line_end(text, start))
    end = _line_end(text, start)
    while end < len(text) and _COMMENT_LINE.match(text, end):
        end = _line_end(text, end)
    return Span(line, _line_end(text, end))


def _line_end(text: str, start: int) -> int:
    """The offset after the line that `start` is in."""
    end = text.find("\n", start)
    return len(text) if end == -1 else end + 1


def _speaking_for(
    finding: Finding, location: Location | None, files: Mapping[str, Commented]
) -> Iterator[tuple[str, Span]]:
    """The names in comments, by their places, that silence a finding."""
    file = files.get(location.path) if location else None
    if file is None or location is None:
        return
    for comment in file.comments:
        if comment.reason and location.span.start in comment.covers:
            yield from ((file.path, span) for name, span in comment.rules if name == finding.rule)


def _about(file: Commented, used: set[tuple[str, Span]], known: frozenset[str]) -> Iterator[Finding]:
    for comment in file.comments:
        if not comment.reason:
            yield _without_reason(file.path, comment)
        for name, span in comment.rules:
            if name not in known:
                yield _unknown(file.path, span, name, known)
            elif comment.reason and file.complete and (file.path, span) not in used:
                yield _unused(file.path, span, name)


def _names_of(comment: Suppression) -> str:
    return ",".join(name for name, _ in comment.rules)


def _without_reason(path: str, comment: Suppression) -> Finding:
    names = _names_of(comment).replace(",", ", ") or "<rule>"
    example = f"{comment.lead} {MARK}{comment.scope}: {names} -- <reason>"
    what = "This comment names no rule" if not comment.rules else "This comment gives no reason"
    write = action(Do.WRITE_COMMENT_AS, example=example)
    return _finding(WITHOUT_REASON, path, comment.span, _names_of(comment), what, write)


def _unknown(path: str, span: Span, name: str, known: frozenset[str]) -> Finding:
    meant = nearest(name, known)
    fix = action(Do.WRITE_RULE_NAME, rule=meant) if meant else action(Do.LIST_RULES)
    return _finding(UNKNOWN, path, span, name, f"There is no rule {code_span(name)}", fix)


def _unused(path: str, span: Span, name: str) -> Finding:
    return _finding(UNUSED, path, span, name, f"{code_span(name)} finds nothing here", action(Do.REMOVE_COMMENT))


def _finding(rule: str, path: str, span: Span, about: str, what: str, now: Action) -> Finding:
    key = f"{rule}:{PurePath(path).parent.name}/{PurePath(path).name}:{about}"
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        what=what,
        origin=Origin(path, "", span),
        change=None,
        key=key,
        harm=(harm(Effect.SILENCES_NOTHING),),
        now=(now,),
    )


def _with_distinct_keys(findings: Iterable[Finding]) -> Iterator[Finding]:
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.key] += 1
        count = counts[finding.key]
        yield finding if count == 1 else evolve(finding, key=f"{finding.key}#{count}")
