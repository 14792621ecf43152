"""Write the pages of the rules: `python -m refract.rules DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from refract.rules.kit.documentation import pages


def main(directory: Path) -> None:
    """Write one page a rule and an index into `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (directory / name).write_text(text, encoding="utf-8")


main(Path(sys.argv[1]))
