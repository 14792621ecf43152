"""What a command did, by the kernel's account: the system calls of it and of all that it started, as strace writes them."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

_CALL = re.compile(
    r"(?P<process>\d+) +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+|0x[0-9a-f]+|\?)(?P<note>.*)"
)
_UNFINISHED = re.compile(r"(?P<thread>\d+ +)?(?P<head>.*) <unfinished \.\.\.>")
_RESUMED = re.compile(r"(?P<thread>\d+ +)?<\.\.\. \w+ resumed>(?P<tail>.*)")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_DESCRIPTOR = re.compile(r"^(?:AT_FDCWD|\d+)<(?P<path>[^>]*)>")
_WRITES = re.compile(r"\bO_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND)\b")
_CHANGES = (
    "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink",
    "symlinkat", "truncate", "chmod", "fchmodat", "chown", "lchown", "fchownat", "mknod", "mknodat", "setxattr", "utimensat",
)  # fmt: skip
_NETWORK = ("connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg")
_TRACED = ("execve", "execveat", "open", "openat", "openat2", "chdir", *_CHANGES, *_NETWORK)


@frozen
class Deeds:
    """What was run, the paths that were written, created, moved or removed (absolute), and connections."""

    ran: tuple[str, ...]
    wrote: tuple[str, ...]
    connected: tuple[str, ...]
    exit_code: int
    output: str


@frozen
class _Call:
    process: str
    name: str
    arguments: str

    @property
    def texts(self) -> list[str]:
        return [
            text.encode().decode("unicode_escape").encode("latin-1").decode() for text in _TEXT.findall(self.arguments)
        ]


Conversation = Callable[[subprocess.Popen[bytes]], bytes]
"""What is sent to a process and read from it before its input is closed; the result is what was read."""


def deeds(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], talk: Conversation = lambda _: b""
) -> Deeds:
    """Run a command in a folder, and report what it and its children did."""
    with tempfile.NamedTemporaryFile(suffix=".strace") as log:
        tracer = ["strace", "-f", "-qq", "-y", "-s", "8192", "-o", log.name, "-e", f"trace={','.join(_TRACED)}"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with subprocess.Popen([*tracer, "--", *command], cwd=cwd, env=environment, **pipes) as process:
            said = talk(process) + process.communicate(timeout=300)[0]
        calls = list(_calls(Path(log.name).read_text(errors="surrogateescape")))
    return Deeds(
        tuple(call.texts[0] for call in calls if call.name.startswith("execve")),
        tuple(_written(calls, cwd)),
        tuple(call.arguments for call in calls if call.name in _NETWORK and "sa_family" in call.arguments),
        process.returncode,
        said.decode(errors="replace"),
    )


def _calls(log: str) -> Iterator[_Call]:
    """The calls that succeeded."""
    for line in _whole_lines(log):
        call = _CALL.match(line)
        if call is not None and not call["result"].startswith("-"):
            yield _Call(call["process"], call["name"], call["arguments"])


def _whole_lines(log: str) -> Iterator[str]:
    """Lines, each with a whole call: strace writes one in two parts if another thread is in between."""
    begun: dict[str | None, str] = {}
    for line in log.splitlines():
        if unfinished := _UNFINISHED.match(line):
            begun[unfinished["thread"]] = unfinished["head"]
        elif resumed := _RESUMED.match(line):
            yield begun.pop(resumed["thread"], "") + resumed["tail"]
        else:
            yield line


def _written(calls: Sequence[_Call], cwd: Path) -> Iterator[str]:
    folders: dict[str, Path] = {}
    for call in calls:
        here = folders.get(call.process, cwd)
        if call.name == "chdir":
            folders[call.process] = here / call.texts[0]
        elif call.name in _CHANGES:
            yield from (_absolute(text, call, here) for text in call.texts)
        elif call.name.startswith("open") and _WRITES.search(_TEXT.sub("", call.arguments)):
            yield _absolute(call.texts[0], call, here)


def _absolute(path: str, call: _Call, cwd: Path) -> str:
    folder = _DESCRIPTOR.match(call.arguments)
    return str(Path(folder["path"] if folder else cwd) / path)
