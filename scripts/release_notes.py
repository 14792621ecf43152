"""Prints the changes of the version that is built, for the release: its section of CHANGELOG.md, or the unreleased one."""

from __future__ import annotations

import re
from pathlib import Path

from refract import __version__

ROOT = Path(__file__).parents[1]


def notes(changelog: str, version: str) -> str:
    """The section of a version; without one, that of unreleased changes. Raises ValueError if neither is there."""
    sections = {section.partition("]")[0]: section for section in re.split(r"^## \[", changelog, flags=re.MULTILINE)}
    for name in (version, "Unreleased"):
        if name in sections:
            return sections[name].partition("\n")[2].strip() + "\n"
    raise ValueError("CHANGELOG.md has no section for this version")


if __name__ == "__main__":
    print(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), __version__), end="")
