"""Runs the command from the libraries beside this file. The launcher has looked for a Python that is new enough."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "libs"))

from refract.cli.main import main

main()
