"""One edit of an open project to its new analysis: parse, lower, diff, rules; no editor, no protocol."""

from __future__ import annotations

import gc
import re
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from refract.analysis import Analysis, analyse, open_project
from refract.syntax import Document
from refract.text import Span
from refract.workspace import find_projects

ROUNDS = 40

Edit = Callable[[str, int], tuple[Span, str]]
"""From the text and the round's number to the edit. Even rounds change the text, odd rounds change it back."""


def _toggle(text: str, pattern: str, old: str, new: str, round_: int) -> tuple[Span, str]:
    found = re.search(pattern, text)
    if found is None:
        raise LookupError(pattern)
    start = text.index(old if round_ % 2 == 0 else new, found.start())
    return (Span(start, start + len(old)), new) if round_ % 2 == 0 else (Span(start, start + len(new)), old)


def _middle_model(text: str) -> str:
    names = re.findall(r"^model (\w+)", text, re.MULTILINE)
    return rf"(?m)^model {names[len(names) // 2]} \{{"


def _busiest_model(text: str) -> str:
    """The model that most fields refer to."""
    names = re.findall(r"^model (\w+)", text, re.MULTILINE)
    types = re.findall(r"^  \w+ +(\w+)", text, re.MULTILINE)
    return rf"(?m)^model {max(names, key=types.count)} \{{"


def _enum(text: str, round_: int) -> tuple[Span, str]:
    name = re.findall(r"^enum (\w+)", text, re.MULTILINE)[0]
    return _toggle(text, rf"(?m)^enum {name} \{{", "\n", "\n  BENCHED\n", round_)


def _new_model(text: str, round_: int) -> tuple[Span, str]:
    block = "\nmodel BenchNew {\n  id Int @id\n}\n"
    if round_ % 2 == 0:
        return Span(len(text), len(text)), block
    start = text.index(block)
    return Span(start, start + len(block)), ""


def _renamed_model(text: str, round_: int) -> tuple[Span, str]:
    names = re.findall(r"^model (\w+)", text, re.MULTILINE)
    old = f"model {names[len(names) // 2]} {{"
    if round_ % 2 == 0:
        return Span(text.index(old), text.index(old) + len(old)), old.replace(" {", "Benched {")
    return Span(text.index(old), text.index(old) + len(old)), old.replace("Benched {", " {")


EDITS: dict[str, Edit] = {
    "field": lambda text, n: _toggle(text, _middle_model(text), "\n", "\n  benched String?\n", n),
    "required field": lambda text, n: _toggle(text, _middle_model(text), "\n", "\n  benched String\n", n),
    "comment": lambda text, n: _toggle(text, _middle_model(text), "\n", "\n  // benched\n", n),
    "index": lambda text, n: _toggle(text, _middle_model(text), "\n", '\n  @@index([id], map: "bench")\n', n),
    "busiest model": lambda text, n: _toggle(text, _busiest_model(text), "\n", "\n  benched String?\n", n),
    "enum": _enum,
    "new model": _new_model,
    "model renamed": _renamed_model,
}


def cells(root: Path, kinds: Iterable[str]) -> list[str]:
    """median / p95 of each kind of edit, in milliseconds."""
    [project] = find_projects(root)
    opened = analyse(open_project(project))
    gc.collect()
    gc.freeze()
    return [_cell(opened, EDITS[kind]) for kind in kinds]


def _cell(opened: Analysis, edit: Edit) -> str:
    current, times = opened, []
    document: Document = opened.snapshot.tree.documents[0]
    for round_ in range(ROUNDS):
        span, text = edit(document.text, round_)
        begin = time.perf_counter()
        document = document.edited(span, text)
        current = analyse(current.snapshot.edited(document), current)
        times.append((time.perf_counter() - begin) * 1000)
    return figures(times)


def figures(times: list[float]) -> str:
    """median / p95."""
    ordered = sorted(times)
    return f"{statistics.median(ordered):.2f} / {ordered[int(len(ordered) * 0.95) - 1]:.2f}"
