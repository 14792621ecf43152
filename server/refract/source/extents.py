"""Finds the ends of stretches of code: a type, an expression, the parts of a list, the body of a function."""

from __future__ import annotations

from refract.typescript import Tokens

_FAR = 400  # tokens that are looked through for the end of something
_TYPE = 80  # of a function's return type
_STATEMENTS = frozenset({"if", "for", "while", "switch", "with"})
_ENDS_EXPRESSION = frozenset({",", ";", ")", "]", "}"})
_ENDS_TYPE = frozenset({"=", ";", ",", ")", "]", "}", "of", "in"})
_ENDS_PART = frozenset({",", ";"})
_GOES_ON = frozenset({"|", "&", "<", ","})


def after(tokens: Tokens, at: int) -> int:
    """The token after the one at a place, or after what that opens."""
    return max(tokens.pair[at], at) + 1 if at < len(tokens.all) else at


def end_of_part(tokens: Tokens, at: int, end: int) -> int:
    """The end of the part of a list that begins at a token: its comma, or `end`."""
    while at < end and tokens.sign(at) not in _ENDS_PART:
        at = after(tokens, at)
    return min(at, end)


def parts(tokens: Tokens, opening: int) -> list[int]:
    """Where the parts of the list begin that a bracket opens."""
    end, at, found = tokens.pair[opening], opening + 1, list[int]()
    while at < end:
        found.append(at)
        at = end_of_part(tokens, at, end) + 1
    return found


def end_of_expression(tokens: Tokens, at: int) -> int:
    """Where an expression ends. What was found once is known for all places on the way."""
    known, passed = tokens.ends, list[int]()
    while at < len(tokens.all) and at not in known and tokens.sign(at) not in _ENDS_EXPRESSION:
        passed.append(at)
        at = after(tokens, at)
    end = known.get(at, at)
    known.update(dict.fromkeys(passed, end))
    return end


def end_of_type(tokens: Tokens, at: int) -> int:
    """Where the type of a name or a parameter ends."""
    last, depth = min(len(tokens.all), at + _FAR), 0
    while at < last:
        sign = tokens.sign(at)
        if depth == 0 and sign in _ENDS_TYPE:
            return at
        depth = max(0, depth + (sign == "<") - (sign == ">"))
        at = after(tokens, at)
    return at


def end_of_generic(tokens: Tokens, at: int) -> int:
    """Where the `<` at a token is closed."""
    last, depth = min(len(tokens.all), at + _FAR), 0
    while at < last:
        depth += (tokens.sign(at) == "<") - (tokens.sign(at) == ">")
        if depth == 0:
            return at
        at = after(tokens, at)
    return at


def body_of(tokens: Tokens, at: int) -> tuple[int, int, int] | None:
    """For the function whose parameters open at a token: the beginning of its body, then the beginning and the end of
    its return type. None if no function opens there.
    """
    place = after(tokens, at)
    if tokens.sign(place) == "=>":
        return place + 1, place, place
    if tokens.sign(place) == "{":
        return None if tokens.name(at - 1) in _STATEMENTS else (place, place, place)
    if tokens.sign(place) != ":" or tokens.sign(at - 1) == "?":
        return None
    first = place = place + 1
    while place < min(len(tokens.all), first + _TYPE):
        sign = tokens.sign(place)
        if sign == "=>" or (sign == "{" and place > first and tokens.sign(place - 1) not in _GOES_ON):
            return place + (sign == "=>"), first, place
        if sign in _ENDS_EXPRESSION or sign == "=":
            return None
        place = after(tokens, place)
    return None


def end_of_body(tokens: Tokens, at: int) -> int:
    """Where the body of a function ends that begins at a token."""
    return tokens.pair[at] if tokens.sign(at) == "{" else end_of_expression(tokens, at)
