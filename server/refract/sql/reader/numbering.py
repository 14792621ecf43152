"""Reads the options of columns that the database numbers (cockroachdb)."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from refract.schema.model import Numbering, whole_number
from refract.sql.reader.cursor import Cursor

_OPTIONS = {"INCREMENT": "increment", "START": "start", "CACHE": "cache", "MINVALUE": "minimum", "MAXVALUE": "maximum"}

_USUAL = Numbering()


def read_numbering(cursor: Cursor, known: Numbering = _USUAL) -> Numbering:
    """`INCREMENT [BY] 5 START [WITH] 10 VIRTUAL ...` added to the options that are known. Others mean nothing here."""
    while not cursor.done:
        word = cursor.one_of(*_OPTIONS)
        if word is not None:
            cursor.one_of("BY", "WITH", "=")
            number = _number(cursor)
            found: dict[str, Any] = {_OPTIONS[word]: number} if number is not None else {}
            known = evolve(known, **found)
        elif cursor.accept("VIRTUAL"):
            known = evolve(known, virtual=True)
        else:
            cursor.position += 1
    return known


def _number(cursor: Cursor) -> int | None:
    sign = -1 if cursor.accept("-") else 1
    number = whole_number(cursor.text())
    return None if number is None else sign * number
