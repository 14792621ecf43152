"""Cuts the text of a shell command into the commands that it runs. Nothing is run, and any text is read.

Quotes are removed, here-documents and pipes become what a command reads, and substitutions are commands of their own.
Variables stay as they are written: their values are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, evolve, field, frozen

LONGEST = 200_000
"""Characters of a command that are read; the rest is data."""

_DEEPEST = 8
_OPERATORS = ("&&", "||", "|&", ";;", "|", ";", "&", "\n", "(", ")")
_REDIRECTION = re.compile(r"\d*(?:&>>?|>>|>\||>&|<&|<>|>|<)")
_HEREDOC = re.compile(r"<<(?P<strip>-?)[ \t]*(?P<quote>['\"]?)(?P<tag>[\w.-]+)(?P=quote)")
_IN_FRONT = re.compile(r"[A-Za-z_]\w*\+?=|(?:[{!]|if|then|else|elif|do|while|until|time)$")
_ENDINGS = frozenset({"cmd", "exe", "ps1", "bat"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@frozen
class ShellCommand:
    """One command: its words without quotes, and what it reads if that is known.

    `reads` and `writes` are files. `fed_by` is the command whose output it reads.
    """

    words: tuple[str, ...]
    text: str | None = None
    reads: str = ""
    writes: str = ""
    fed_by: ShellCommand | None = None


def commands(text: str, depth: int = 0) -> tuple[ShellCommand, ...]:
    """The commands in a text, in the order in which they are written, those of substitutions among them."""
    if depth > _DEEPEST:
        return ()
    reader = _Reader(text[:LONGEST], depth)
    reader.read()
    return tuple(reader.found)


@define
class _Reader:
    """Reads a text from left to right."""

    source: str
    depth: int
    at: int = 0
    found: list[ShellCommand] = field(factory=list)
    _words: list[str] = field(factory=list)
    _command: ShellCommand = ShellCommand(())
    _heredocs: list[tuple[str, bool]] = field(factory=list)
    _open: list[int] = field(factory=list)

    def read(self) -> None:
        while self.at < len(self.source):
            self._step()
        self._end("")

    def _step(self) -> None:
        source, at = self.source, self.at
        character = source[at]
        operator = next((o for o in _OPERATORS if source.startswith(o, at)), "")
        if source.startswith("\\\n", at):
            self.at += 2
        elif (redirection := _REDIRECTION.match(source, at)) or source.startswith("<<", at):
            self._redirect(redirection)
        elif operator:
            self.at += len(operator)
            self._end(operator)
        elif character.isspace():
            self.at += 1
        elif character == "#":
            self.at = _end_of_line(source, at)
        else:
            self._words.append(self._word())

    def _redirect(self, redirection: re.Match[str] | None) -> None:
        heredoc = _HEREDOC.match(self.source, self.at)
        if self.source.startswith("<<<", self.at):
            self.at += 3
            self._command = evolve(self._command, text=self._next_word())
        elif heredoc:
            self.at = heredoc.end()
            self._heredocs.append((heredoc["tag"], bool(heredoc["strip"])))
        elif redirection:
            self.at = redirection.end()
            self._into(redirection[0], self._next_word())
        else:
            self.at += 2

    def _into(self, sign: str, file: str) -> None:
        if sign.lstrip("0123456789") == "<":
            self._command = evolve(self._command, reads=file)
        elif ">" in sign and "&" not in sign and not sign.startswith("2"):
            self._command = evolve(self._command, writes=file)

    def _next_word(self) -> str:
        while self.at < len(self.source) and self.source[self.at] in " \t":
            self.at += 1
        return self._word() if self.at < len(self.source) else ""

    def _end(self, operator: str) -> None:
        """A command ends at an operator. One after a pipe reads what this one writes."""
        if operator == "\n" and self._heredocs:
            self._read_heredocs()
        piped = operator in ("|", "|&")
        done = evolve(self._command, words=tuple(self._words))
        self._words = []
        self._command = ShellCommand((), fed_by=done if piped else None)
        if done.words:
            self.found.append(done)

    def _read_heredocs(self) -> None:
        for tag, strips in self._heredocs:
            lines: list[str] = []
            while self.at < len(self.source):
                end = _end_of_line(self.source, self.at)
                line = self.source[self.at : end]
                self.at = end + 1
                if (line.lstrip("\t") if strips else line) == tag:
                    break
                lines.append(line)
            self._feed("\n".join(lines))
        self._heredocs.clear()

    def _feed(self, text: str) -> None:
        """A here-document belongs to the command of its line; if that has ended at a pipe, to the one before."""
        if self._words:
            self._command = evolve(self._command, text=text)
        elif self.found:
            self.found[-1] = evolve(self.found[-1], text=text)

    def _word(self) -> str:
        parts: list[str] = []
        start = self.at
        while self.at < len(self.source) and not self._ends_word():
            parts.append(self._part())
        if self.at == start:  # an operator where a word should be
            self.at += 1
        return "".join(parts)

    def _ends_word(self) -> bool:
        return self.source[self.at] in " \t\r\n;&|()<>"

    def _part(self) -> str:
        source, at = self.source, self.at
        if source[at] == "\\":
            self.at += 2
            return source[at + 1 : at + 2].replace("\n", "")
        if source[at] == "'":
            return self._until("'", at + 1)
        if source.startswith("$'", at):
            return self._ansi(at + 2)
        if source[at] == '"':
            return self._double(at + 1)
        if source.startswith("$(", at) or source[at] == "`":
            return self._substitution()
        self.at += 1
        return source[at]

    def _until(self, quote: str, start: int) -> str:
        end = self.source.find(quote, start)
        end = len(self.source) if end < 0 else end
        self.at = end + 1
        return self.source[start:end]

    def _ansi(self, start: int) -> str:
        parts: list[str] = []
        at = start
        while at < len(self.source) and self.source[at] != "'":
            if self.source[at] == "\\":
                at += 1
                parts.append(_ESCAPES.get(self.source[at : at + 1], self.source[at : at + 1]))
            else:
                parts.append(self.source[at])
            at += 1
        self.at = at + 1
        return "".join(parts)

    def _double(self, start: int) -> str:
        parts: list[str] = []
        self.at = start
        while self.at < len(self.source) and self.source[self.at] != '"':
            at = self.at
            if self.source[at] == "\\":
                self.at += 2
                escaped = self.source[at + 1 : at + 2]
                parts.append("" if escaped == "\n" else escaped if escaped in '"\\$`' else f"\\{escaped}")
            elif self.source.startswith("$(", at) or self.source[at] == "`":
                parts.append(self._substitution())
            else:
                parts.append(self.source[at])
                self.at += 1
        self.at += 1
        return "".join(parts)

    def _substitution(self) -> str:
        """The text of a substitution; the commands inside run before the one that it is a part of."""
        start = self.at
        if self.source[start] == "`":
            inner = self._until("`", start + 1)
        else:
            end = _closing(self.source, start + 2)
            inner, self.at = self.source[start + 2 : end], end + 1
        self.found += commands(inner, self.depth + 1)
        return self.source[start : self.at]


def words_of(command: ShellCommand) -> tuple[str, ...]:
    """The words of a command without the keywords and the variables in front of them."""
    start = next((n for n, word in enumerate(command.words) if not _IN_FRONT.match(word)), None)
    return () if start is None else command.words[start:]


def program(word: str) -> str:
    """The name of a program: without its folder, its version (`prisma@6`) and the ending of Windows."""
    name = word.replace("\\", "/").rpartition("/")[2]
    name = name.partition("@")[0] or name
    stem, _, ending = name.rpartition(".")
    return stem if ending in _ENDINGS else name


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _closing(text: str, start: int) -> int:
    """Where the parenthesis that was opened before `start` ends; quotes may hold others."""
    depth, at = 1, start
    for at, quote in _marks(text, start):
        depth += {"(": 1, ")": -1}.get(quote, 0)
        if not depth:
            return at
    return len(text)


def _marks(text: str, start: int) -> Iterator[tuple[int, str]]:
    for found in re.compile(r"\\.|'[^']*'?|\"(?:[^\"\\]|\\.)*\"?|[()]", re.DOTALL).finditer(text, start):
        yield found.start(), found[0][0]
