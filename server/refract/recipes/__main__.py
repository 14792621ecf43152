"""Write the pages of the recipes: `python -m refract.recipes DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from refract.docstrings import write_pages
from refract.recipes.documentation import pages

if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), pages())
