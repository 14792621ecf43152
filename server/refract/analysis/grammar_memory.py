"""What one process has learnt of the grammar, kept for the next: lark then need not be loaded to read a schema."""

from __future__ import annotations

import json

from refract import memory
from refract.syntax import grammar

_NAME = "grammar.json"


def recall() -> None:
    """Learn what an earlier process knew, if that can be read."""
    try:
        known = json.loads(memory.recall(_NAME) or b"null")
    except (ValueError, RecursionError):
        return
    if known is not None:
        grammar.learn(known)


def remember() -> None:
    """Keep what this process knows, if that is more than it learnt."""
    known = grammar.memory()
    if known is not None:
        memory.remember(_NAME, json.dumps(known).encode())
