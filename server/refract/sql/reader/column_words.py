"""The words that end a column's type or default."""

from __future__ import annotations

CONSTRAINT_WORDS = frozenset(
    [
        "NOT",
        "NULL",
        "DEFAULT",
        "CONSTRAINT",
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "REFERENCES",
        "COLLATE",
        "GENERATED",
        "AUTO_INCREMENT",
        "AUTOINCREMENT",
        "ON",
        "COMMENT",
        "IDENTITY",
        "AS",
        "AFTER",
        "FIRST",
        "FOR",
        "DEFERRABLE",
        "INITIALLY",
        "USING",
        "WITH",
        "STORED",
        "VIRTUAL",
        "INVISIBLE",
        "VISIBLE",
        "SPARSE",
        "ROWGUIDCOL",
        ",",
        ")",
        "KEY",
        "CHARACTER",
        "CHARSET",
        "ENABLE",
        "DISABLE",
    ]
)
