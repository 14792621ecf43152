"""What is said about text that cannot be read: what is wrong, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from refract.syntax.tree import Keyword

TOO_LONG_LINE = "This line is too long to be read ({length:,} characters): split it, or check that it belongs here."
TOO_DEEP = "Too many brackets inside each other to be read."
TOO_MANY_PROBLEMS = "The rest of this block is not read: too many of its lines cannot be."
MERGE_CONFLICT = "Merge conflict marker: finish the merge. Until then the lines of both sides are read."
UNCLOSED_COMMENT = "This comment is not closed: add `*/` after it."
BINARY = "This is not text (it holds NUL bytes): a Prisma schema is a text file."

_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?:\s|\Z)")
_KINDS = "datasource, generator, model, view, type and enum"
_FORM = {
    "model_member": "a field is a name, a type, then attributes, such as `email String @unique`",
    "enum_member": 'an enum has one value a line, such as `ACTIVE` or `ACTIVE @map("active")`',
    "config_member": 'a setting is a name, `=` and a value, such as `provider = "postgresql"`',
    "header": "a block begins with a keyword, a name and `{`, such as `model User {`",
}
_WORDS = {
    "WORD": "a name",
    "PATH": "a name",
    "STRING": "a text in quotes",
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
    """Whether `line` begins with a marker that git leaves where a merge stopped."""
    return _CONFLICT.match(line) is not None


def not_closed(keyword: Keyword, name: str) -> str:
    """About a block without its last line."""
    return f"The {keyword} `{name}` is not closed: add a line with `}}` after its last line."


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
        return "Prisma no longer has type aliases: write the type at each field, or make a block `type Name { ... }`."
    word = words[0].rstrip("{") if words else ""
    if word in tuple(Keyword):
        return f"A {word} block is `{word} Name {{`, on one line, then its members, then a line with `}}`."
    near = get_close_matches(word, tuple(Keyword), n=1) if len(word) < 20 else []
    if near:
        return f"`{word}` is not a kind of block. Did you mean `{near[0]}`?"
    return f"This belongs to no block: a schema is made of {_KINDS} blocks."


def unreadable_line(rule: str, found: str, previous: str, expected: Collection[str]) -> str:
    """About a line of a block: `found` stands (empty: the line ends) after `previous` where `expected` could."""
    special = _special(rule, found, previous, expected)
    if special:
        return special
    where = f"`{found[:40]}` cannot stand here" if found else "This line is not complete"
    wanted = _alternatives(expected)
    if wanted:
        return f"{where}: expected {wanted}."
    return f"{where}: {_FORM[rule]}."


def _special(rule: str, found: str, previous: str, expected: Collection[str]) -> str | None:
    if found.startswith('"'):
        if len(found) == 1 or not found.endswith('"'):
            return 'This text is not closed: add `"` at its end, on the same line.'
    elif found == ":" and rule == "model_member" and "UNSUPPORTED" in expected:
        return "A field has no `:` between its name and its type: remove it."
    elif found == "!":
        return "A field is required unless its type ends with `?`: remove the `!`."
    elif found in (")", "]", "}") and previous == ",":
        return f"Remove the `,` before `{found}`: Prisma allows no comma there."
    elif not found and rule == "model_member" and "UNSUPPORTED" in expected and "NUMBER" not in expected:
        return f"Field `{previous[:40]}` has no type yet: write it after the name, such as `{previous[:40]} String`."
    return None


def _alternatives(expected: Collection[str]) -> str:
    words = sorted({_WORDS[name] for name in expected if name in _WORDS})
    if not words or len(words) > 4:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
