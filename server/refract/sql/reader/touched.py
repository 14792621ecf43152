"""Which tables and enums a statement names that was not followed: what it may have changed."""

from __future__ import annotations

import re

from refract.schema.apply import Draft
from refract.schema.model import QualifiedName

_NAME = r'(?:"(?:[^"]|""){1,100}"|`[^`]{1,100}`|\[[^\]]{1,100}\]|[A-Za-z_][\w$]{0,99})'
_OBJECT = re.compile(
    rf"\b(?:TABLE|VIEW|TYPE|ON|TO|INTO|UPDATE|FROM|JOIN|REFERENCES)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?"
    rf"(?P<name>{_NAME}(?:\s*\.\s*{_NAME})?)",
    re.IGNORECASE,
)
_PART = re.compile(_NAME)
_WORD = re.compile(r"\w+")
_LONGEST = 100_000
"""Characters of a statement that are looked at."""


def touched(sql: str, draft: Draft, schema: str, folds: bool) -> tuple[QualifiedName, ...]:
    """The tables and enums that `sql` names, known or not, texts in quotes included; `schema` is the current one.
    Better one too many: what is touched is only less certain than the rest.
    """
    text = sql[:_LONGEST]
    words = set(_WORD.findall(text))
    known = [name for name in (*draft.tables, *draft.enums) if name.name in words]
    named = (_qualified(found["name"], schema, folds) for found in _OBJECT.finditer(text))
    return tuple(name for name in dict.fromkeys((*known, *named)) if not _is_of_server(name))


def _is_of_server(name: QualifiedName) -> bool:
    return name.schema in ("pg_catalog", "information_schema") or name.name.startswith("pg_")


def _qualified(text: str, schema: str, folds: bool) -> QualifiedName:
    parts = [_unquoted(part, folds) for part in _PART.findall(text)]
    return QualifiedName(parts[0] if len(parts) > 1 else schema, parts[-1])


def _unquoted(part: str, folds: bool) -> str:
    if part[0] in '"`[':
        return part[1:-1].replace('""', '"')
    return part.lower() if folds else part
