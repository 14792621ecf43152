"""Starts the language server from the libraries beside this file. Standard output is the protocol.

The editor's extension runs this as `python -I bundled/server.py`, with whatever Python it has found. What keeps the
server from starting is said in one line on standard error that begins with `cannot start:`; the extension shows that
line to the person. This file has to be readable for any Python 3, since it says that a Python is too old.
"""

import importlib.util
import os
import sys

LIBRARIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libs")
OLDEST = (3, 11)
LOADED_LATER = ("lark", "sqlglot", "tomlkit")


def main():
    """Run the server until the editor leaves; 3 when it cannot run."""
    if sys.version_info < OLDEST:
        return _refused("this is Python %d.%d, and Refract needs 3.11 or newer" % sys.version_info[:2])
    sys.path.insert(0, LIBRARIES)
    try:
        for name in LOADED_LATER:
            if importlib.util.find_spec(name) is None:
                return _refused("the library %s is missing in %s" % (name, LIBRARIES))
        from refract.lsp.start import main as serve
    except Exception as error:  # whatever a damaged file makes of itself
        return _refused("%s: %s (in %s)" % (type(error).__name__, error, LIBRARIES))
    serve()
    return 0


def _refused(reason):
    sys.stderr.write("cannot start: %s\n" % reason)
    return 3


if __name__ == "__main__":
    sys.exit(main())
