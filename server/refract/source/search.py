"""Searches one file of code for the uses of a schema; before that, its bytes for whether it can hold any."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from attrs import frozen

from refract.source.client import Client, Target
from refract.source.use import Use
from refract.text import Span

_SCRIPT = re.compile(r"<script\b[^>]{0,500}>(?P<code>(?:[^<]|<(?!/script))*+)", re.IGNORECASE)
_METHOD = r"(?:find(?:Many|Unique|First|Raw)|create|update|upsert|delete|count|aggregate|groupBy)"
_OF_CLIENT = re.compile(rf"[Pp]risma|\.\s*{_METHOD}".encode())
_IN_TAGS = (".vue", ".svelte")


@frozen
class Needle:
    """What a file holds that uses a target: one of its `names`, and something that leads to its model or enum: a call
    or a type, or one of the fields in `through` if there are calls or types at all.
    """

    target: Target
    names: tuple[bytes, ...]
    near: re.Pattern[bytes]
    through: tuple[bytes, ...]

    def is_in(self, data: bytes) -> bool:
        """Whether the file may use the target."""
        if not any(name in data for name in self.names):
            return False
        if self.near.search(data):
            return True
        return any(name in data for name in self.through) and _OF_CLIENT.search(data) is not None


def needles(client: Client, targets: Iterable[Target]) -> tuple[Needle, ...]:
    """What to look for in the bytes of a file before it is worth reading."""
    return tuple(_needle(client, target) for target in sorted(set(targets)))


def find_uses(text: str, path: str, client: Client, targets: Collection[Target]) -> tuple[Use, ...]:
    """The uses of `targets` in the file at `path` (of which only the name counts), in the order of their places."""
    from refract.source.reader import read  # noqa: PLC0415  only where there is code to read

    code = _scripts(text) if path.endswith(_IN_TAGS) else text
    uses: dict[tuple[Span, Target], Use] = {}
    for use in read(code, client, frozenset(targets)):
        key = (use.span, use.target)
        if key not in uses or use.sure:
            uses[key] = use
    return tuple(sorted(uses.values(), key=lambda use: (use.span, use.target)))


def _needle(client: Client, target: Target) -> Needle:
    model = client.models.get(target.block)
    names, near = {target.member or target.block}, [rf"\b{re.escape(target.block)}\b"]
    through = client.leading_to(target.block)
    if model is not None:
        known = model.fields.get(target.member)
        names |= {known.column} if known else {model.accessor, model.table, *through}
        near = [
            rf"\b(?:Prisma\.)?{re.escape(model.name)}",
            rf"\b{re.escape(model.table)}\b",
            rf"""[.\[]["']?{re.escape(model.accessor)}["']?\]?\s*[!?]?\.\s*{_METHOD}""",
            r"\$extends\b",
            rf"\b{re.escape(model.accessor)}\b[^}};]{{0,200}}\}}\s*=\s*(?:prisma|db|tx)\b",
        ]
    pattern = re.compile("|".join(near).encode())
    return Needle(target, tuple(sorted(n.encode() for n in names)), pattern, tuple(sorted(n.encode() for n in through)))


def _scripts(text: str) -> str:
    """The scripts of a component, at their places; the rest of it is blank."""
    parts, position = list[str](), 0
    for match in _SCRIPT.finditer(text):
        start, end = match.span("code")
        parts += (" " * (start - position), text[start:end])
        position = end
    return "".join(parts)
