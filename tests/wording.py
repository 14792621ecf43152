"""The measurable rules of docs/style.md: banned patterns with their replacement, and how long a sentence may be.

`problems` is for one message, `headline_problems` for the first line of a finding, `page_problems` for a page of docs.
Each gives what is wrong and what to write instead; an empty list means that nothing measurable is wrong.
Code in backticks is never judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_HEADLINE = 12
"""Words of a headline."""

LONGEST_INSTRUCTION = 20
"""Words of a sentence that begins with an imperative."""

LONGEST_SENTENCE = 30
"""Words of any other sentence."""

CODE = "CODE"
"""Stands for code in backticks, as one word."""

BANNED = (
    (r"\banew\b|\bafresh\b", "rebuilt, rewritten, recreated, again"),
    (r"\b(?:that|which) (?:are|is|were|was) (?:already )?there\b", "existing"),
    (r"\b(?:is|are|was|were) (?:there already|already there)\b", "already exists"),
    (r"\bbesides?\b", "alongside, next to, without blocking"),
    (
        r"\b(?:goes|comes)\b(?! (?:before|after|first|last|from)\b)|\b(?:is|was|has) gone\b",
        "is dropped, is removed, is added",
    ),
    (r"(?<!\bthere )(?<!\bThere )\b(?:is|was) no (?!longer\b|more than\b)", "is not a"),
    (r"\banswers? (?:\d|no\b|nothing\b|CODE|with\b|what\b|who\b|whether\b)", "returns"),
    (r"\b(?:says?|said|saying|told|speaks?|spoken)\b", "set, specify, report, mention, take"),
    (r"(?<!\bcannot )(?<!\bcan )\btells?\b", "report, show, give"),
    (r"\b(?:asked for|asked of|asks? of|schema asks)\b", "required, set, requested"),
    (r"\bparted by\b", "separated by"),
    (r"\bprograms?\b", "app instances"),
    (r"\b(?:people|somebody|someone|anybody|everybody|whoever|nobody)\b", "you, your team, all other queries"),
    (r"\bat once\b", "immediately (or: together)"),
    (r"\bany more\b", "no longer"),
    (r"\bmeanwhile\b", "while ... runs"),
    (r"\bof (?:its|their) own\b", "in a separate ..."),
    (r"\bin step\b(?! (?:\d|CODE|of\b|with \d))", "in sync, up to date"),
    (r"\bas (?:it is|they are|it was|they were)\b(?! \w+ed\b)", "unchanged"),
    (r"\bto be had\b", "available"),
    (r"\bways? back\b", "rollback"),
    (r"\b(?:takes?|taken|taking) (?:it |them |the (?:last )?step )?back\b", "undo"),
    (r"\bwhere (?:it|they|a plan|the plan|each plan) stands?\b", "status"),
    (r"\bfrom (?:then|there|here|now) on\b", "after this"),
    (r"[:;,] until then\b", "(put the steps in order)"),
    (r"\b(?:step|steps) in hand\b|\bthe one in hand\b", "current step"),
    (r"\bin peace\b", "not checked, unchanged"),
    (r"\bgone through\b", "scanned"),
    (r"\bwritten over\b", "overwritten"),
    (r"\bmoved on\b", "changed"),
    (r"\b(?:for yourself|for you to say)\b", "by hand"),
    (r"\bnot? sooner\b", "not before"),
    (r"\bkeeps? watch\b", "tracks"),
    (r"\bdangerous\b", "risky"),
    (r"\bstand(?:s|ing)? (?:in for|above|beside|below)\b", "is above, replaces"),
    (r"\b(?:stays?|stayed) as\b", "is unchanged"),
)
"""A regular expression and what to write instead; lower and upper case are the same."""

_VERBS = """
    add allow apply ask avoid back begin build change check choose combine commit compare confirm continue convert copy
    create decide delete deploy describe disable do don't drop edit enable end explain export fill fix follow generate give
    ignore install keep leave let limit list listen look make mark merge move name never open pass pick point press prefix
    print put read reload remove rename replace report resolve restart restore retry review rewrite run save say see select
    send set show silence split start stop suggest switch take test try turn type undo update upgrade use validate wait
    watch write
"""
IMPERATIVES = frozenset(_VERBS.split())
"""Verbs with which a sentence that tells somebody to act may begin."""

# The verb after a colon or a semicolon has an object: "no rollback exists: put this SQL into a new migration".
_ACTION = re.compile(
    rf"[:;] (?:{'|'.join(sorted(IMPERATIVES))}) (?:the|a|an|it|them|this|that|these|those|all|every|each|your|CODE)\b"
)
_CONSEQUENCE = re.compile(
    r"\b(?:must|have to|has to|need to|needs to)\b.*\bfirst\b\W*$"
    r"|\b(?:fails?|breaks?|blocks?|is lost|are lost)\b[^,;:]*\b(?:unless|until) you\b"
)
_INTRODUCTION = re.compile(
    r"^(?:(?:then|first|next|now|or|and|also|please)\b,? |(?:if|when|while|once|after|before|to|for)\b[^,]*, )", re.I
)
_END = re.compile(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\.\.\.)[)\"”*]*\s+(?=[\"“(*]*(?:[A-Z0-9]|CODE))|\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )"
)
_NUMBER = re.compile(r"^\s*(?:[-*] |\d+[.)] )")
_WORD = re.compile(r"[^\s–—…]*\w[^\s–—…]*")


def prose(text: str) -> str:
    """The text with its code as one word each, and without marks of Markdown."""
    text = re.sub(r"^```.*?^```|^~~~.*?^~~~", "\n", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"``[^`]+``|`[^`\n]*`", CODE, text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"https?://\S+", CODE, text)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without the numbers of a list."""
    # "1. Stop it. 2. Run it." are two sentences, none of them "1."
    text = re.sub(r"(?<![\w.])(\d+)\. (?=[A-Z])", "\n\n", prose(text))
    for sentence in _END.split(text):
        if sentence and (kept := _NUMBER.sub("", " ".join(sentence.split()))):
            yield kept


def words(text: str) -> int:
    """How many words a text has; code in backticks is one."""
    return len(_WORD.findall(prose(text)))


def is_instruction(sentence: str) -> bool:
    """Whether a sentence begins with an imperative, perhaps after its condition."""
    sentence = _INTRODUCTION.sub("", sentence.lower())
    first = re.match(r"[a-z']+", sentence)
    return first is not None and first[0] in IMPERATIVES


def problems(text: str) -> list[str]:
    """What is wrong with a message, a step, a line of help."""
    found = [problem for sentence in sentences(text) for problem in _in_sentence(sentence)]
    if len(re.findall(r"\bit\b", prose(text), re.I)) > 1:
        found.append('two "it" in one message: name the thing')
    if re.match(r"[a-z]", prose(text)) and prose(text).rstrip().endswith("."):
        found.append(f"begin with a capital letter: {text}")
    return found


def headline_problems(text: str) -> list[str]:
    """What is wrong with the first line of a finding."""
    found = problems(text)
    if words(text) > LONGEST_HEADLINE:
        found.append(f"{words(text)} words in a headline, at most {LONGEST_HEADLINE}: {text}")
    return found


def page_problems(text: str) -> list[str]:
    """What is wrong with a page in Markdown, by sentence; its code, tables' lines and comments apart."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"^\|[-| :]+\|$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^#+ (.*)$", r"\n\1\n", text, flags=re.MULTILINE)
    text = re.sub(
        r"^\|(.*)\|$", lambda row: "\n\n" + re.sub(r"\||; ", "\n\n", row[1]) + "\n\n", text, flags=re.MULTILINE
    )
    return [problem for sentence in sentences(text) for problem in (*_in_sentence(sentence), *_pronouns(sentence))]


def _in_sentence(sentence: str) -> Iterator[str]:
    for pattern, instead in BANNED:
        if hit := re.search(pattern, sentence, re.I):
            yield f'"{hit[0]}": write "{instead}": {sentence}'
    if re.match(r"Where\b[^?]*,", sentence):
        yield f'"Where" for a condition: write "if": {sentence}'
    if re.match(r"(?:What|Who|Whichever|Whoever)\b(?! if\b).*\.$", sentence):
        yield f"name the thing instead of beginning with a relative clause: {sentence}"
    if len(re.findall(r":(?= |$)", sentence)) > 1:
        yield f"more than one colon in a sentence: {sentence}"
    if _CONSEQUENCE.search(sentence) or (not is_instruction(sentence) and _ACTION.search(sentence)):
        yield f"an instruction after its consequence: give it a sentence, in the order of acting: {sentence}"
    longest = LONGEST_INSTRUCTION if is_instruction(sentence) else LONGEST_SENTENCE
    if words(sentence) > longest:
        yield f"{words(sentence)} words, at most {longest}: {sentence}"


def _pronouns(sentence: str) -> Iterator[str]:
    if len(re.findall(r"\bit\b", sentence, re.I)) > 1:
        yield f'two "it" in one sentence: name the thing: {sentence}'
