"""Write the pages of the rules: `python -m refract.rules DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from refract.docstrings import write_pages
from refract.rules.kit.documentation import pages

if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), pages())
