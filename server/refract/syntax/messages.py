"""Messages about text that cannot be read: the fault, and the right form."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from refract.escaping import code_span
from refract.syntax.tree import Keyword

TOO_LONG_LINE = "This line is too long ({length:,} characters). Split the line."
TOO_DEEP = "Too many nested brackets."
TOO_MANY_PARTS = "This line has too many parts. Split the line."
TOO_MANY_PROBLEMS = "Too many unreadable lines. The rest of this block was skipped."
MERGE_CONFLICT = "Merge conflict marker. Resolve the conflict. Both sides are read."
UNCLOSED_COMMENT = "This comment is not closed. Add `*/` at its end."
BINARY = "This is not a text file (it has NUL bytes)."

_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?:\s|\Z)")
_KINDS = "datasource, generator, model, view, type and enum"
_FORM = {
    "model_member": "A field has a name, a type and attributes, such as `email String @unique`",
    "enum_member": 'An enum has one value a line, such as `ACTIVE` or `ACTIVE @map("active")`',
    "config_member": 'A setting has a name, `=` and a value, such as `provider = "postgresql"`',
    "header": "A block begins with a keyword, a name and `{`, such as `model User {`",
}
_WORDS = {
    "WORD": "a name",
    "PATH": "a name",
    "STRING": "text in quotes",
    "NUMBER": "a number",
    "ATTRIBUTE": "an attribute (`@...`)",
    "BLOCK_ATTRIBUTE": "a block attribute (`@@...`)",
    "OPTIONAL": "`?`",
    "LIST": "`[]`",
    "EQUALS": "`=`",
    "COLON": "`:`",
    "COMMA": "`,`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LBRACKET": "`[`",
    "RBRACKET": "`]`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "$END": "the end of the line",
}


def is_conflict_marker(line: str) -> bool:
    """Whether `line` begins with a conflict marker of git."""
    return _CONFLICT.match(line) is not None


def not_closed(keyword: Keyword, name: str) -> str:
    """About a block without its last line."""
    return f"The {keyword} {code_span(name)} is not closed. Add a line with `}}` at its end."


def unreadable_text(text: str) -> str:
    """About text between blocks."""
    if is_conflict_marker(text):
        return MERGE_CONFLICT
    if "\0" in text:
        return BINARY
    if text.startswith("/*"):
        return UNCLOSED_COMMENT
    words = text[:200].split()
    if words and words[0] == Keyword.TYPE and "=" in words:
        return (
            "Prisma no longer supports type aliases. Write the type at each field, or add a block `type Name { ... }`."
        )
    word = words[0].rstrip("{") if words else ""
    if word in tuple(Keyword):
        header = code_span(f"{word} Name {{")
        return f"Incomplete {word} block. Write {header} on one line, then its members, then `}}` on a separate line."
    near = get_close_matches(word, tuple(Keyword), n=1) if len(word) < 20 else []
    if near:
        return f"Unknown block {code_span(word)}. Did you mean {code_span(near[0])}?"
    return f"This text is outside any block. A schema has {_KINDS} blocks."


def unreadable_line(rule: str, found: str, previous: str, expected: Collection[str]) -> str:
    """About a line of a block: `found` (empty: the line ends) follows `previous`, in place of `expected`."""
    special = _special(rule, found, previous, expected)
    if special:
        return special
    where = f"Unexpected {code_span(found[:40])}" if found else "Incomplete line"
    wanted = _alternatives(expected)
    if wanted:
        return f"{where}. Expected {wanted}."
    return f"{where}. {_FORM[rule]}."


def _special(rule: str, found: str, previous: str, expected: Collection[str]) -> str | None:
    if found.startswith('"'):
        if len(found) == 1 or not found.endswith('"'):
            return 'This text is not closed. Add `"` at its end, on the same line.'
    elif found == ":" and rule == "model_member" and "UNSUPPORTED" in expected:
        return "Remove the `:` between the name and the type of the field."
    elif found == "!":
        return "Remove the `!`. A field is required unless its type ends with `?`."
    elif found in (")", "]", "}") and previous == ",":
        return f"Remove the `,` before {code_span(found)}."
    elif not found and rule == "model_member" and "UNSUPPORTED" in expected and "NUMBER" not in expected:
        return f"Field {code_span(previous[:40])} has no type. Write a type after the name, such as {code_span(f'{previous[:40]} String')}."
    return None


def _alternatives(expected: Collection[str]) -> str:
    words = sorted({_WORDS[name] for name in expected if name in _WORDS})
    if not words or len(words) > 4:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
