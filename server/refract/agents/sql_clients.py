"""The SQL that a command gives to a database: in its arguments, in files, through a pipe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from refract.agents.shell import ShellCommand, program, words_of
from refract.escaping import code_span
from refract.reading import UnreadableFile, read_text

_LARGEST = 2_000_000  # bytes of a file of SQL
_MOST_PIPES = 20  # commands in a row that are looked at for what the last one reads


@frozen
class _Client:
    """A program that runs SQL. `needs` are the words that make it do so, `files` the options that name a file."""

    provider: str
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


_CLIENTS: Mapping[str, _Client] = {
    "psql": _Client("postgresql", ("-f", "--file")),
    "pgcli": _Client("postgresql"),
    "usql": _Client("postgresql", ("-f", "--file")),
    "mysql": _Client("mysql"),
    "mariadb": _Client("mysql"),
    "mycli": _Client("mysql"),
    "sqlite3": _Client("sqlite", ("-init",)),
    "sqlite": _Client("sqlite"),
    "duckdb": _Client("sqlite"),
    "sqlcmd": _Client("sqlserver", ("-i", "--input-file")),
    "cockroach": _Client("cockroachdb", ("-f", "--file"), ("sql",)),
    "turso": _Client("sqlite", (), ("shell",)),
    "wrangler": _Client("sqlite", ("--file",), ("execute",)),
    "supabase": _Client("postgresql", ("-f", "--file"), ("db",)),
    "pscale": _Client("mysql", (), ("shell",)),
    "prisma": _Client("postgresql", ("--file",), ("execute",)),
}
_FLAG = re.compile(r"^(?:-[A-Za-z](?=[A-Za-z])|--[\w-]+=)")
_INCLUDED = re.compile(r"^\s*(?:\\i|\\ir|\\include|\.read|source)\s+(\S+)", re.MULTILINE)
_MONGO = re.compile(r"dropDatabase\(|\.drop\(\s*\)|(?:deleteMany|remove)\(\s*+(?:\{\s*+\}\s*+)?\)")
_CODE = re.compile(
    r"\b(?:DROP\s+(?:TABLE|DATABASE|SCHEMA)\s|TRUNCATE\s+(?:TABLE\s+)?[\"'`\w\\]"
    r"|DELETE\s+FROM\s+[\w.\"\\]+\s*+(?:[;'`\"]\s*+)?[`'\")])|\.deleteMany\(\s*+(?:\{\s*+\}\s*+)?\)|dropDatabase\(",
    re.IGNORECASE,
)
INTERPRETERS = frozenset({"node", "tsx", "ts-node", "bun", "deno", "python", "python3", "ruby", "php", "perl"})
"""Programs that run code from their arguments."""

_MONGO_SHELLS = frozenset({"mongosh", "mongo"})


@frozen
class GivenSql:
    """What SQL that a command gives to a `client` would destroy. `is_diff`: it is the output of `migrate diff`."""

    client: str = ""
    losses: tuple[str, ...] = ()
    is_diff: bool = False


def sql_of(words: Sequence[str], command: ShellCommand, folder: Path, written: Mapping[Path, str]) -> GivenSql:
    """The SQL of one command. `written` are files that commands before it would write."""
    names = [program(word) for word in words]
    at = next((n for n, name in enumerate(names) if name in _CLIENTS), None)
    if at is None or not all(word in words[at + 1 :] for word in _CLIENTS[names[at]].needs):
        return GivenSql()
    from refract.agents.sql_losses import losses  # noqa: PLC0415  the reader of SQL is slow to load

    client = _CLIENTS[names[at]]
    texts = (*_arguments(words[at + 1 :]), *_files(words[at + 1 :], client, folder, written), *_input(command, folder))
    included = (text for given in texts for name in _INCLUDED.findall(given) for text in _read(folder / name, written))
    found = tuple(loss for text in (*texts, *included) for loss in losses(text, client.provider))
    feeder = words_of(command.fed_by) if command.fed_by else ()
    return GivenSql(names[at], found, {"migrate", "diff"} <= set(feeder))


def code_losses(words: Sequence[str], command: ShellCommand) -> tuple[str, ...]:
    """What code in the arguments of an interpreter, or of MongoDB's shell, would destroy."""
    names = {program(word) for word in words[:4]}
    pattern = _CODE if names & INTERPRETERS else _MONGO if names & _MONGO_SHELLS else None
    texts = (*_arguments(words), *_input(command, Path())) if pattern else ()
    hits = [hit[0] for text in texts if pattern for hit in [pattern.search(text)] if hit]
    return tuple(f"runs {code_span(' '.join(hit.split()))}" for hit in hits)


def _arguments(words: Sequence[str]) -> Iterator[str]:
    yield from (_FLAG.sub("", word) for word in words if re.search(r"\s|\(", word))


def _files(words: Sequence[str], client: _Client, folder: Path, written: Mapping[Path, str]) -> Iterator[str]:
    for flag, value in zip(words, (*words[1:], ""), strict=False):
        name, _, inline = flag.partition("=")
        if name in client.files and (inline or value):
            yield from _read(folder / (inline or value), written)


def _input(command: ShellCommand, folder: Path) -> Iterator[str]:
    """What a command reads: of itself, or through pipes."""
    for _ in range(_MOST_PIPES):
        if command.text is not None:
            yield command.text
        if command.reads:
            yield from _read(folder / command.reads, {})
        if command.fed_by is None:
            return
        command = command.fed_by
        yield from _printed(words_of(command), folder)


def _printed(words: Sequence[str], folder: Path) -> Iterator[str]:
    name = program(words[0]) if words else ""
    if name in ("echo", "printf"):
        yield " ".join(words[1:])
    elif name in ("cat", "envsubst", "sed"):
        yield from (text for word in words[1:] for text in _read(folder / word, {}))


def _read(file: Path, written: Mapping[Path, str]) -> Iterator[str]:
    if file in written:
        yield written[file]
        return
    text = read_text(file, _LARGEST)
    if not isinstance(text, UnreadableFile):
        yield text
