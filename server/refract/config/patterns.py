"""Patterns for names in settings. They are those of the project: none takes longer than in proportion to the text."""

from __future__ import annotations

import re


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern stands for a text."""
    return re.fullmatch(as_regex(pattern), text) is not None


def as_regex(pattern: str) -> str:
    """A pattern as a regular expression for a whole text: `*` stands for any text.

    What is between two stars is looked for once, and never again further on: that would double the time with each star.
    """
    first, *others = map(re.escape, pattern.split("*"))
    if not others:
        return first
    between = "".join(f"(?>.*?{part})" for part in others[:-1] if part)
    return f"(?s:{first}{between}.*{others[-1]})"
