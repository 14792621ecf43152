"""The files that make coding agents use Refract in a project. Content of others is never overwritten: JSON is merged, and
Markdown gets a section.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from refract.agents.markers import running_agent
from refract.reading import UnreadableFile, exists, files_in, read_text
from refract.text import FileChange, FileEdits, NewFile, Span, TextEdit

_HERE = Path(__file__).parent
_SKILL = "database-migrations"
_BEGIN, _END = "<!-- refract -->", "<!-- /refract -->"
_UNPAIRED = re.compile(r"[\ud800-\udfff]")  # half a character: JSON holds it as an escape only
_ENTRIES = 2  # the depth of hooks and servers in their files
_RULE_HEADS = {
    "cursor": "---\ndescription: Changes of the Prisma schema and its migrations\nglobs: **/*.prisma,**/migrations/**/*.sql\n---\n\n",
    "windsurf": "---\ntrigger: glob\nglobs: **/*.prisma, **/migrations/**/*.sql\n---\n\n",
}
_MARKS: Mapping[str, tuple[str, ...]] = {
    "claude": (".claude", "CLAUDE.md"),
    "codex": (".codex",),
    "copilot": (".github/copilot-instructions.md", ".github/hooks", ".github/skills"),
    "cursor": (".cursor", ".cursorrules"),
    "gemini": (".gemini", "GEMINI.md"),
    "opencode": (".opencode", "opencode.json"),
    "windsurf": (".windsurf", ".windsurfrules"),
}
"""The harnesses, and what in a project shows that one is used."""

HARNESSES = tuple(_MARKS)


@frozen
class Planned:
    """One file: the change to make, or why there is none."""

    path: Path
    change: FileChange | None = None
    left: str = ""


def harnesses_of(folder: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The harnesses that are used in a project: by its files, and the one that runs this command."""
    running = running_agent(environment)
    return tuple(name for name, marks in _MARKS.items() if name == running or any(exists(folder / m) for m in marks))


def planned_files(folder: Path, harnesses: Iterable[str]) -> tuple[Planned, ...]:
    """The files of a project for these harnesses. AGENTS.md, which most of them read, is always among them."""
    wanted = {path: make for name in harnesses for path, make in _FILES[name]()} | dict(_of_all())
    return tuple(_planned(folder / path, make) for path, make in wanted.items())


Make = Callable[[str | None], str]
"""Gives the text of a file from the one that it has; None if it does not exist. Raises _Left."""


class _Left(Exception):
    """A file that is not changed, with the reason."""


def _planned(path: Path, make: Make) -> Planned:
    before: str | None = None
    if exists(path):
        text = read_text(path)
        if isinstance(text, UnreadableFile):
            return Planned(path, left=f"{text.reason}.")
        before = text
    try:
        after = make(before)
    except _Left as error:
        return Planned(path, left=str(error))
    if after == before:
        return Planned(path, left="Already set up.")
    if before is None:
        return Planned(path, NewFile(str(path), after))
    return Planned(path, FileEdits(str(path), (TextEdit(Span(0, len(before)), after),), before))


def _own(text: str) -> Make:
    """A file of Refract alone."""

    def make(before: str | None) -> str:
        if before is not None and before != text:
            raise _Left("Already exists with other content, and was not changed.")
        return text

    return make


def _merged(values: Mapping[str, Any]) -> Make:
    """A JSON file that others share."""

    def make(before: str | None) -> str:
        try:
            known: object = json.loads(before) if before and before.strip() else {}
        except (ValueError, RecursionError) as error:
            raise _Left("Not valid JSON, and was not changed. Add the entries of docs/agents.md by hand.") from error
        if not isinstance(known, dict):
            raise _Left("Not a JSON object, and was not changed.")
        merged = _merge(known, values)
        return before if before is not None and merged == known else f"{_dumped(merged)}\n"

    return make


def _dumped(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if _UNPAIRED.search(text) is None else json.dumps(value, indent=2)


def _merge(known: Any, new: Any, depth: int = 0) -> Any:
    """What is known stays; what is missing is added. An entry that exists, such as a server, is never changed inside."""
    if isinstance(known, dict) and isinstance(new, Mapping) and depth < _ENTRIES:
        added = {key: _merge(known[key], value, depth + 1) if key in known else value for key, value in new.items()}
        return {**known, **added}
    if isinstance(known, list) and isinstance(new, list):
        return [*known, *(item for item in new if item not in known)]
    return known


def _section(text: str) -> Make:
    """A section in a Markdown file that others share."""
    section = f"{_BEGIN}\n{text.strip()}\n{_END}"

    def make(before: str | None) -> str:
        before = before or ""
        start = before.rfind(_BEGIN)  # the last one: between an earlier one and the end, others may have written
        end = before.find(_END, max(start, 0))
        if 0 <= start < end:
            return before[:start] + section + before[end + len(_END) :]
        return f"{before.rstrip()}\n\n{section}\n" if before.strip() else f"{section}\n"

    return make


def _claude() -> Iterator[tuple[str, Make]]:
    yield ".claude/settings.json", _merged({"hooks": _json("plugin/hooks/hooks.json")["hooks"]})
    yield ".mcp.json", _merged(_json("files/mcp.json"))
    yield from _skill(".claude/skills")


def _cursor() -> Iterator[tuple[str, Make]]:
    yield ".cursor/hooks.json", _merged(_json("files/cursor-hooks.json"))
    yield ".cursor/mcp.json", _merged(_json("files/mcp.json"))
    yield f".cursor/rules/{_SKILL}.mdc", _own(_RULE_HEADS["cursor"] + _text("files/instructions.md"))


def _copilot() -> Iterator[tuple[str, Make]]:
    yield ".github/hooks/refract.json", _own(_text("files/copilot-hooks.json"))
    yield ".github/copilot-instructions.md", _section(_text("files/instructions.md"))
    yield from _skill(".github/skills")


def _gemini() -> Iterator[tuple[str, Make]]:
    yield ".gemini/settings.json", _merged(_json("files/gemini-settings.json"))
    yield "GEMINI.md", _section(_text("files/instructions.md"))


def _windsurf() -> Iterator[tuple[str, Make]]:
    yield ".windsurf/hooks.json", _merged(_json("files/windsurf-hooks.json"))
    yield f".windsurf/rules/{_SKILL}.md", _own(_RULE_HEADS["windsurf"] + _text("files/instructions.md"))


def _opencode() -> Iterator[tuple[str, Make]]:
    yield ".opencode/plugins/refract.js", _own(_text("files/opencode.js"))
    yield "opencode.json", _merged(_json("files/opencode.json"))
    yield from _skill(".agents/skills")


def _codex() -> Iterator[tuple[str, Make]]:
    yield ".codex/hooks.json", _merged(_json("files/codex-hooks.json"))
    yield from _skill(".agents/skills")


def _of_all() -> Iterator[tuple[str, Make]]:
    yield "AGENTS.md", _section(_text("files/instructions.md"))


def _skill(folder: str) -> Iterator[tuple[str, Make]]:
    own = f"plugin/skills/{_SKILL}"
    yield f"{folder}/{_SKILL}/SKILL.md", _own(_text(f"{own}/SKILL.md"))
    names = files_in(_HERE / own / "references")
    for name in () if isinstance(names, UnreadableFile) else names:
        yield f"{folder}/{_SKILL}/references/{name}", _own(_text(f"{own}/references/{name}"))


_FILES: Mapping[str, Callable[[], Iterator[tuple[str, Make]]]] = {
    "claude": _claude,
    "codex": _codex,
    "copilot": _copilot,
    "cursor": _cursor,
    "gemini": _gemini,
    "opencode": _opencode,
    "windsurf": _windsurf,
}


def _text(name: str) -> str:
    text = read_text(_HERE / name)
    if isinstance(text, UnreadableFile):
        raise FileNotFoundError(text.reason)
    return text


def _json(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(_text(name))
    return parsed
