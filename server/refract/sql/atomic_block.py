"""Statements of PostgreSQL that are applied together or not at all, as one statement: a block instead of BEGIN and COMMIT.

Prisma keeps its record of a migration on the same connection. After a failure between BEGIN and COMMIT that connection
refuses everything until a ROLLBACK, so Prisma shows “current transaction is aborted”, not the error (prisma/prisma#15295).
A block that fails leaves no open transaction.
"""

from __future__ import annotations

import re

from refract.escaping import dollar_quoted, sql_comment

_NOTE = "Applied completely or not at all. With BEGIN and COMMIT, Prisma would not show the error."
_TAG = "$refract$"
_OPTION = "#variable_conflict use_column"  # FOUND is a variable of every block, and may be a column
_BLOCK = re.compile(rf"\$refractq*\$\n{_OPTION}\n(?P<begin>BEGIN)\b(?P<body>.*)\b(?P<end>END) \$refractq*\$", re.DOTALL)


def atomic_block(statements: str) -> str:
    """The block of these statements, each with its semicolon. None of them may return rows."""
    block = f"{_OPTION}\nBEGIN\n\n{statements}\nEND"
    return f"{sql_comment(_NOTE)}DO {dollar_quoted(block, _TAG)}"


def inside(literal: str) -> tuple[slice, slice, slice] | None:
    """Where BEGIN, the statements and END stand in the literal of such a block. None if it is another text."""
    found = _BLOCK.fullmatch(literal)
    return (slice(*found.span("begin")), slice(*found.span("body")), slice(*found.span("end"))) if found else None
