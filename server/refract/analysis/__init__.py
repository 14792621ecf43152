"""The one door to the analysis, for the editor and the command line: project -> `Snapshot` -> `Analysis`.

Names are loaded when they are first used: a remembered result needs none of the analysis.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refract.analysis.result import Analysis, analyse
    from refract.analysis.sides import Comparison, compare
    from refract.analysis.snapshot import Snapshot, open_project, read_baseline, read_document

_HOMES = {
    "Analysis": "result",
    "Comparison": "sides",
    "Snapshot": "snapshot",
    "analyse": "result",
    "compare": "sides",
    "open_project": "snapshot",
    "read_baseline": "snapshot",
    "read_document": "snapshot",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "Analysis",
    "Comparison",
    "Snapshot",
    "analyse",
    "compare",
    "open_project",
    "read_baseline",
    "read_document",
]
