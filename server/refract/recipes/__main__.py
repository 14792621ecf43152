"""Write the pages of the recipes: `python -m refract.recipes DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from refract.recipes.documentation import pages


def main(directory: Path) -> None:
    """Write one page a recipe and an index into `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
