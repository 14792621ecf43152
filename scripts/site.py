"""Builds the documentation as a website, without network: `make site` writes it to build/site/html.

The pages keep their places of the repository, so that the links that work on a code host work on the site.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "scripts" / "site.toml"
SITE = ROOT / "build" / "site"
PAGES, HTML = SITE / "pages", SITE / "html"

SHOWN = ("*.md", "docs/*.png", "docs/*.gif", "docs/*.json", "vscode-client/media/*")
"""What git lists for the site: the pages, and what they show or link to."""

HIDDEN = ("tests", "vscode-client/walkthrough", "vscode-client/CHANGELOG.md")
"""Markdown that is not written for readers of the site: test cases, parts of the editor's walkthrough."""


def main() -> int:
    """Write the pages and the site. Returns the exit code of the generator, which fails on a warning."""
    shutil.rmtree(SITE, ignore_errors=True)
    for name in listed():
        target = PAGES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    config = shutil.copy(CONFIG, SITE)  # the generator writes nothing outside of its folder
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "--config-file", config]
    return subprocess.run(command, cwd=SITE, check=False).returncode


def listed() -> list[str]:
    """The paths of the pages, pictures and data of the site, relative to the root of the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *SHOWN]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in output.split("\0") if name and not _hidden(Path(name)) and (ROOT / name).is_file()]


def _hidden(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in HIDDEN)


if __name__ == "__main__":
    sys.exit(main())
