"""What one process has learnt of the grammar, kept for the next: lark then need not be loaded to read a schema."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from refract.config import cache_folder
from refract.syntax import grammar

_FILE = "grammar.json"


def recall() -> None:
    """Learn what an earlier process knew. Without a memory, or with one that cannot be read, nothing is learnt."""
    folder = cache_folder()
    if folder is None:
        return
    try:
        remembered = json.loads((folder / _FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return
    grammar.learn(remembered)


def remember() -> None:
    """Keep what this process knows, if that is more than it learnt. Failing to is harmless."""
    folder, known = cache_folder(), grammar.memory()
    if folder is None or known is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            json.dump(known, file)
        Path(file.name).replace(folder / _FILE)
    except OSError:
        return
