"""Patterns for names in settings."""

from __future__ import annotations

import re


def as_regex(pattern: str) -> str:
    """A pattern as a regular expression for a whole text: `*` stands for any text."""
    return ".*".join(map(re.escape, pattern.split("*")))
