"""Whether code creates rows of a model where it names the model: `prisma.user.create`, `posts: { create: ... }`."""

from __future__ import annotations

import re

_CREATES = re.compile(
    r"""["'\]]{0,2}\s*[!?]?\s*(?:\.\s*(?:create\w*|upsert)\s*[(<]|:\s*\{\s*(?:create\w*|connectOrCreate|upsert)\s*:)"""
)


def creates_rows(text: str, end: int) -> bool:
    """Whether rows are created right behind the name of a model or relation that ends there."""
    return _CREATES.match(text, end) is not None
