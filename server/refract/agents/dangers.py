"""The commands that Refract knows to destroy data, or to apply migrations without a look at them."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from refract.agents.danger import Danger, Kind
from refract.agents.file_dangers import file_dangers
from refract.agents.package_scripts import scripts_of, shell_script
from refract.agents.shell import ShellCommand, commands, program, words_of
from refract.agents.sql_clients import INTERPRETERS, code_losses, sql_of
from refract.agents.tool_dangers import tool_dangers

_DEEPEST = 6
_LONGEST_PATH = 1_000  # characters of a folder that a command enters
_NEAR = 100
"""Words after the name of a tool among which its command is looked for."""

_INERT = frozenset(
    [
        "[",
        "[[",
        "ack",
        "ag",
        "alias",
        "apt",
        "apt-get",
        "awk",
        "basename",
        "brew",
        "cat",
        "chmod",
        "code",
        "cp",
        "cursor",
        "curl",
        "date",
        "diff",
        "dirname",
        "dpkg",
        "du",
        "echo",
        "egrep",
        "export",
        "false",
        "fgrep",
        "file",
        "gh",
        "glab",
        "grep",
        "head",
        "jq",
        "kill",
        "less",
        "ls",
        "man",
        "mkdir",
        "more",
        "nano",
        "nl",
        "node-gyp",
        "open",
        "pbcopy",
        "pip",
        "pip3",
        "pipx",
        "printf",
        "pwd",
        "read",
        "realpath",
        "rg",
        "sed",
        "sleep",
        "sort",
        "stat",
        "strings",
        "tail",
        "test",
        "touch",
        "tr",
        "true",
        "type",
        "uniq",
        "unset",
        "vi",
        "vim",
        "wc",
        "wget",
        "whereis",
        "which",
        "xdg-open",
        "yq",
    ]
)
"""Programs that run none of their arguments."""

_INSTALLS = frozenset(
    {"install", "i", "add", "remove", "rm", "uninstall", "view", "info", "why", "outdated", "ls", "list"}
)
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun", "corepack", "volta", "uv", "poetry"})
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "pwsh", "powershell", "cmd", "su", "script"})
_TEXT_FLAG = re.compile(r"-[a-z]*c|-C|/[cC]|-Command|--call|--command|--exec|--cmd")
_INLINE_TEXT = re.compile(r"(?:--call|--command|--exec|--cmd)=(.*\s.*)", re.DOTALL)
_PUNCTUATION = re.compile(r"[\[\](){},'\"`]+")
_WINDOWS = re.compile(r"^\s*(?:Remove-Item|Move-Item|ri|rmdir|rd|del|erase|move)\s", re.IGNORECASE | re.MULTILINE)
_WINDOWS_PATH = re.compile(r"\\(?=[\w.\\*])")
_WITH_VALUE = frozenset({"--schema", "--config", "--name", "-n", "--file", "--url", "--env-file", "--to", "--from"})


def dangers(text: str, folder: Path, depth: int = 0) -> Iterator[Danger]:
    """All that a command line would do, in order. The scripts that it names are read, and never run."""
    written: dict[Path, str] = {}
    if depth > _DEEPEST:
        return
    for command in commands(_WINDOWS_PATH.sub("/", text) if _WINDOWS.search(text) else text):
        words = words_of(command)
        if words and words[0] in ("cd", "pushd") and len(words) > 1:
            folder = _entered(folder, words[1])
            continue
        if command.writes:
            written[folder / command.writes] = _content(command)
        if words:
            yield from _of(words, command, folder, written, depth)


def _entered(folder: Path, name: str) -> Path:
    """Where `cd` leads; nowhere if the system has no such place."""
    if len(str(folder)) + len(name) > _LONGEST_PATH:
        return folder
    try:
        return Path(os.path.normpath(folder / Path(name).expanduser()))
    except RuntimeError:  # the home of an unknown user
        return folder


def _content(command: ShellCommand) -> str:
    return command.text or " ".join(words_of(command)[1:])


def _of(
    words: tuple[str, ...], command: ShellCommand, folder: Path, written: dict[Path, str], depth: int
) -> Iterator[Danger]:
    yield from file_dangers(words, command, folder)
    head = program(words[0])
    if head in _INERT or (head == "git" and "run" not in words):
        return
    if head in _MANAGERS and len(words) > 1 and words[1] in _INSTALLS:
        return
    yield from _prisma(words, folder)
    yield from tool_dangers(words, folder)
    yield from _refract(words, folder)
    yield from _sql(words, command, folder, written)
    for inner, place in (*_inner(words, folder), *_of_xargs(words, command, folder)):
        yield from dangers(inner, place, depth + 1)


def _inner(words: tuple[str, ...], folder: Path) -> Iterator[tuple[str, Path]]:
    """The command lines that a command runs."""
    names = [program(word) for word in words]
    at = next((n for n, name in enumerate(names) if name in _SHELLS), None)
    yield from ((value, folder) for flag, value in pairwise(words) if _TEXT_FLAG.fullmatch(flag) and " " in value)
    yield from ((inline[1], folder) for word in words if (inline := _INLINE_TEXT.fullmatch(word)))
    if INTERPRETERS.intersection(names[:4]):  # a command line in a string of code, or its words in a list
        yield from ((_PUNCTUATION.sub(" ", word), folder) for word in words[1:] if " " in word)
    if names[0] == "eval":
        yield " ".join(words[1:]), folder
    if names[0] in ("ssh", "watch", "concurrently", "npm-run-all", "nodemon", "entr"):
        yield from ((word, folder) for word in words[1:] if " " in word)
    if names[0] == "ssh":
        yield " ".join(words[2:]), folder
    yield from ((script.text, script.folder) for script in scripts_of(words, folder))
    script = shell_script(words[at:] if at else words, folder)
    if script:
        yield script.text, script.folder


def _of_xargs(words: Sequence[str], command: ShellCommand, folder: Path) -> Iterator[tuple[str, Path]]:
    """The command line that xargs makes of its own words and of those that it reads."""
    fed = words_of(command.fed_by) if command.fed_by else ()
    if program(words[0]) == "xargs" and fed and program(fed[0]) in ("echo", "printf"):
        first = next((n for n, word in enumerate(words[1:], 1) if not word.startswith("-")), len(words))
        yield shlex.join((*words[first:], *fed[1:])), folder


def _prisma(words: Sequence[str], folder: Path) -> Iterator[Danger]:
    at = next((n for n, word in enumerate(words) if _is_prisma(word, words[n + 1 : n + _NEAR])), None)
    if at is None:
        return
    arguments = words[at + 1 :]
    flags = {word.partition("=")[0] for word in arguments if word.startswith("-")}
    kind = _kind(_plain(arguments)[:2], flags)
    if kind is not None and not flags & {"-h", "--help"}:
        shown = " ".join(("prisma", *_plain(arguments)[:2], *sorted(flags & _TELLING)))
        yield Danger(kind, shown, folder, _value(arguments, "--schema") or _value(arguments, "--config"))


_TELLING = frozenset({"--force-reset", "--accept-data-loss", "--force", "--applied", "--rolled-back"})


def _is_prisma(word: str, after: Sequence[str]) -> bool:
    is_tool = program(word) in ("prisma", "zenstack", "zen") or word.replace("\\", "/").endswith(
        "prisma/build/index.js"
    )
    return is_tool and _plain(after)[:1] in (["migrate"], ["db"])


def _kind(names: Sequence[str], flags: set[str]) -> Kind | None:
    match tuple(names):
        case ("migrate", "reset") | ("db", "drop"):
            return Kind.RESET
        case ("db", "push"):
            risky = (
                Kind.RESET if "--force-reset" in flags else Kind.ACCEPT_LOSS if "--accept-data-loss" in flags else None
            )
            return risky or Kind.APPLY_SCHEMA
        case ("migrate", "dev"):
            return Kind.CREATE if "--create-only" in flags else Kind.APPLY_BOTH
        case ("migrate", "deploy"):
            return Kind.APPLY_MIGRATIONS
        case ("migrate", "resolve"):
            return Kind.RESOLVE
    return None


def _plain(words: Sequence[str]) -> list[str]:
    """The words that are neither options nor their values."""
    return [
        word
        for before, word in zip(("", *words), words, strict=False)
        if not word.startswith("-") and before not in _WITH_VALUE
    ]


def _value(words: Sequence[str], flag: str) -> str:
    inline = next((word.partition("=")[2] for word in words if word.startswith(f"{flag}=")), "")
    after = next((value for name, value in pairwise(words) if name == flag), "")
    return inline or after


def _refract(words: Sequence[str], folder: Path) -> Iterator[Danger]:
    at = next((n for n, word in enumerate(words) if program(word) == "refract"), None)
    rest = words[at + 1 :] if at is not None else ()
    silences = "--accept" in rest or "--force" in rest or tuple(_plain(rest)[:2]) == ("plan", "done")
    if silences and not {"-h", "--help"} & set(rest):
        yield Danger(Kind.SILENCE, " ".join(("refract", *_plain(rest)[:2], *(w for w in rest if w in _OWN))), folder)


_OWN = frozenset({"--accept", "--force"})


def _sql(words: tuple[str, ...], command: ShellCommand, folder: Path, written: dict[Path, str]) -> Iterator[Danger]:
    found = sql_of(words, command, folder, written)
    if found.losses:
        yield Danger(Kind.DESTROY, found.client, folder, losses=found.losses)
    elif found.is_diff:
        yield Danger(Kind.APPLY_SCHEMA, f"{found.client} with the output of prisma migrate diff", folder)
    if losses := code_losses(words, command):
        yield Danger(Kind.DESTROY, program(words[0]), folder, losses=losses)
