"""`python -m refract`: the command. Nothing is imported from the current folder, which Python puts first: it may be a project."""

import os  # with sys all that Python has loaded by now
import sys

_HERE = os.getcwd()  # noqa: PTH109
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
if sys.path[0] in ("", _HERE) and _OURS != _HERE:
    del sys.path[0]

from refract.cli.main import main  # noqa: E402

main()
