"""Write the pages of the fixes: `python -m refract.fixes FIXTURES DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from refract.docstrings import write_pages
from refract.fixes.documentation import pages


def main(fixtures: Path, directory: Path) -> None:
    """Write one page a fix and an index into `directory`, from the fixtures in a folder."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in fixtures.glob("*.md")}
    write_pages(directory, pages(texts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
