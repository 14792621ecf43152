"""Whether the generated pages of docs/ are what `make docs` would write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def stale(folder: Path, pages: Mapping[str, str], *by_hand: str) -> set[str]:
    """The names of pages that are missing, outdated or left over, except those that are written by hand."""
    files = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md") if file.name not in by_hand}
    return {name for name in files.keys() | pages.keys() if files.get(name) != pages.get(name)}
