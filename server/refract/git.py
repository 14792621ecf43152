"""The only place that runs git.

Every call names its arguments as a list, has a limit of time and size, reads nothing but git's own store and runs
nothing that the repository configures: no hooks, no file-system monitor, no pager, no filters, no network. If one way
to forbid something depends on git's version, there is a second one. What is not available is a value (`Unavailable`)
with the reason. "No git here" is a normal one; if git exists and fails, that is a failure, and the analysis is
incomplete.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from threading import Event, Thread, Timer
from typing import IO

from attrs import frozen

from refract.escaping import code_span
from refract.reading import exists

TIMEOUT = 20.0
"""Seconds for one call. After a call that took longer, git is not called in that folder for a while."""

_SILENCE = 60.0  # seconds without calls after one that did not end
_DEEPEST = 100  # folders in a path
_MAX_FILES = 200_000
_MAX_BYTES = 500_000_000
_MAX_MESSAGE = 10_000

_SAFE_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.pager=cat",
    "-c",
    "core.quotePath=false",
    "-c",
    "protocol.allow=never",
    "-c",
    "safe.bareRepository=explicit",  # a bare repository that was committed has a separate configuration
)
_SAFE_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # also for a git that does not know GIT_NO_LAZY_FETCH
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
# Set by git around hooks: they would point us at another repository than the one we were asked about.
_MISLEADING_ENVIRONMENT = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_EXTERNAL_DIFF",
)
_REFETCH = "run `git fetch --refetch --no-filter`, or clone without --filter"
_TREE_ENTRY = re.compile(rb"(?P<mode>\d{6}) \w+ (?P<hash>[0-9a-f]{40,64})\t(?P<path>.+)", re.DOTALL)
_NAME = "git.exe" if os.name == "nt" else "git"
_PLACES = ("remotes/origin", "heads")
_MAIN_BRANCHES = ("main", "master")
_HEADS, _REMOTES = "refs/heads/", "refs/remotes/"
_RECENT = timedelta(days=30)
_MOST_BRANCHES = 10  # each costs two calls to compare
_MOST_REFERENCES = 40  # a branch may be here and at several remotes
_BRANCH = "%(committerdate:unix) %(objectname) %(refname)"
_BRANCH_ENTRY = re.compile(
    r"(?P<date>\d+) (?P<hash>[0-9a-f]{40,64}) refs/(heads/|remotes/(?P<remote>[^/]+/))(?P<branch>\S+)"
)
_FULL_HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?\Z")


def upwards(folder: Path) -> Iterator[Path]:
    """A folder and those above it, up to the root of its repository; without one, up to the root of the disk, or as many
    as no project is deep.
    """
    for place in islice(chain((folder,), folder.parents), _DEEPEST):
        yield place
        if exists(place / ".git"):
            return


@frozen
class Unavailable:
    """What git was to read is not available; `reason` is a sentence for the user, without its full stop.

    `is_failure`: there is something to read, but git is missing or broken, so that a result without it is incomplete.
    """

    reason: str
    is_failure: bool = False


@frozen
class Repository:
    """A git repository with a work tree at `root` (absolute, links resolved)."""

    root: Path

    def relative(self, path: Path) -> str | None:
        """`path` as git spells it (from the root, with `/`), or None when it lies outside."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except (ValueError, OSError):
            return None


@frozen
class Commit:
    """A commit, by its full hash. `name` is the revision that the user gave."""

    repository: Repository
    hash: str
    name: str


def repository(path: Path) -> Repository | Unavailable:
    """The repository that holds `path` (a file or folder that exists)."""
    folder = path if path.is_dir() else path.parent
    output = _run(["rev-parse", "--show-toplevel"], folder)
    if isinstance(output, Unavailable):
        return output
    root = Path(os.fsdecode(output).rstrip("\n"))
    return Repository(root.resolve()) if root.is_absolute() and root.is_dir() else _unexpected(folder)


def commit(repository: Repository, revision: str) -> Commit | Unavailable:
    """The commit that `revision` names."""
    if not revision or revision.startswith("-") or any(c.isspace() or c == "\0" for c in revision):
        return Unavailable(f"{revision!r} is not a git revision")
    command = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]
    found = _hash(command, repository.root)
    if isinstance(found, str):
        return Commit(repository, found, revision)
    known = "has no commits yet" if revision == "HEAD" else f"does not know the revision {revision!r}"
    return found if found.is_failure else Unavailable(f"the repository {repository.root} {known}")


def user_name(path: Path) -> str:
    """The user's name in git; empty if git has none."""
    found = _run(["config", "user.name"], path if path.is_dir() else path.parent)
    return "" if isinstance(found, Unavailable) else found.decode(errors="replace").strip()


def user_names(path: Path) -> tuple[str, ...]:
    """What CODEOWNERS may call the user: the address in git, and the names at GitHub and GitLab if git has them."""
    settings = r"^(user\.email|github\.user|gitlab\.user)$"
    found = _run(["config", "--get-regexp", settings], path if path.is_dir() else path.parent)
    lines = [] if isinstance(found, Unavailable) else found.decode(errors="replace").splitlines()
    pairs = (line.partition(" ") for line in lines)
    return tuple(value if key == "user.email" else f"@{value.removeprefix('@')}" for key, _, value in pairs if value)


def default_base(repository: Repository) -> Commit | Unavailable:
    """The commit that work in `repository` is merged into: the remote's default branch, else `main` or `master`, else
    HEAD.
    """
    names = ("refs/remotes/origin/HEAD", *(f"refs/{place}/{name}" for place in _PLACES for name in _MAIN_BRANCHES))
    output = _run(["for-each-ref", "--format=%(refname) %(objectname)", *names], repository.root)
    if isinstance(output, Unavailable):
        return output
    known = dict(line.split(" ", 1) for line in os.fsdecode(output).splitlines() if " " in line)
    found = next((name for name in names if name in known), None)
    if found is None:
        return commit(repository, "HEAD") if not output else _unexpected(repository.root)
    if not _FULL_HASH.match(known[found]):
        return _unexpected(repository.root)
    return Commit(repository, known[found], found.removeprefix("refs/remotes/").removeprefix("refs/heads/"))


def merge_base(first: Commit, second: Commit) -> Commit | Unavailable:
    """The commit at which the histories of `first` and `second` diverge."""
    root = first.repository.root
    found = _hash(["merge-base", first.hash, second.hash], root)
    if isinstance(found, str):
        return Commit(first.repository, found, f"{first.name}...{second.name}")
    return found if found.is_failure else Unavailable(f"{first.name} and {second.name} have no common commit in {root}")


def open_branches(base: Commit, now: datetime) -> tuple[Commit, ...]:
    """The branches of this clone, here and at remotes, that are not merged into `base`: the ten newest with a commit in the
    last 30 days, the newest first. The branch that is checked out is left out, also at a remote. Empty if git fails.
    """
    root, since = base.repository.root, (now - _RECENT).timestamp()
    order = (f"--no-merged={base.hash}", "--sort=-committerdate", f"--count={_MOST_REFERENCES}")
    listed = _run(["for-each-ref", *order, f"--format={_BRANCH}", _HEADS, _REMOTES], root)
    here = _run(["symbolic-ref", "--quiet", "--short", "HEAD"], root)
    if isinstance(listed, Unavailable):
        return ()
    current = "" if isinstance(here, Unavailable) else os.fsdecode(here).strip()
    known: dict[str, Commit | None] = {"HEAD": None, current: None}
    for entry in map(_BRANCH_ENTRY.fullmatch, os.fsdecode(listed).splitlines()):
        if entry and int(entry["date"]) >= since:
            name = (entry["remote"] or "") + entry["branch"]
            known.setdefault(entry["branch"], Commit(base.repository, entry["hash"], name))
    return tuple(commit for commit in known.values() if commit)[:_MOST_BRANCHES]


def files_at(commit: Commit, under: str = "") -> tuple[str, ...] | Unavailable:
    """Paths of the regular files at `commit`, at or below the path `under` ("" is the root).

    Symbolic links and submodules are left out.
    """
    hashes = blobs_at(commit, under)
    return hashes if isinstance(hashes, Unavailable) else tuple(hashes)


def blobs_at(commit: Commit, under: str = "") -> Mapping[str, str] | Unavailable:
    """The hashes of the files that `files_at` names, by path: equal contents have equal hashes."""
    command = ["ls-tree", "-r", "-z", "--full-tree", commit.hash]
    if under not in ("", "."):
        command += ["--", str(PurePosixPath(under))]
    output = _run(command, commit.repository.root)
    if isinstance(output, Unavailable):
        return output
    entries = [_TREE_ENTRY.fullmatch(line) for line in output.split(b"\0")[:-1]]
    found = {os.fsdecode(x["path"]): x["hash"].decode() for x in entries if x and x["mode"].startswith(b"100")}
    return found if output[-1:] in (b"", b"\0") and None not in entries else _unexpected(commit.repository.root)


def blob_hash(data: bytes) -> str:
    """The hash that git would give `data` in a repository of SHA-1 hashes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def read_at(commit: Commit, paths: Iterable[str]) -> Mapping[str, bytes] | Unavailable:
    """Contents of `paths` at `commit`, in one call; what is not a file there is missing from the answer. A file whose
    contents are not in this clone is a failure.
    """
    wanted = [path for path in paths if "\n" not in path]
    if not wanted:
        return {}
    request = b"".join(b"%s:%s\n" % (commit.hash.encode(), os.fsencode(path)) for path in wanted)
    output = _run(["cat-file", "--batch"], commit.repository.root, request)
    found = output if isinstance(output, Unavailable) else _split_batch(output, wanted)
    if found is None:
        return _unexpected(commit.repository.root)
    if isinstance(found, Unavailable) or len(found) == len(wanted):
        return found
    listed = files_at(commit)
    if isinstance(listed, Unavailable):
        return listed
    return found if set(wanted).difference(found).isdisjoint(listed) else _partial(commit)


def work_tree_files(repository: Repository, under: Path) -> tuple[str, ...] | Unavailable:
    """Files below the folder `under` that are tracked, or new and not ignored, as paths from the root."""
    output = _run(["ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard"], under)
    if isinstance(output, Unavailable):
        return output
    names = output.split(b"\0")
    if len(names) > _MAX_FILES:
        return Unavailable(f"{under} holds more than {_MAX_FILES} files")
    return tuple(dict.fromkeys(os.fsdecode(name) for name in names if name))


def _split_batch(output: bytes, wanted: Sequence[str]) -> dict[str, bytes] | None:
    """The contents in the answer of `git cat-file --batch`: a header line, the bytes, a line end, for each object. None
    for any other answer.
    """
    contents: dict[str, bytes] = {}
    position = 0
    for path in wanted:
        end = output.find(b"\n", position)
        header = output[position:end].rsplit(b" ", 2)
        position = end + 1
        if header[-1] == b"missing" and end >= 0:
            continue
        if len(header) != 3 or not _FULL_HASH.match(header[0].decode("ascii", "replace")) or not header[2].isdigit():
            return None
        size = int(header[2])
        if header[1] == b"blob":
            contents[path] = output[position : position + size]
        position += size + 1
    return contents if position == len(output) else None


def _hash(command: Sequence[str], folder: Path) -> str | Unavailable:
    """The commit that a command prints."""
    output = _run(command, folder)
    if isinstance(output, Unavailable):
        return output
    found = os.fsdecode(output).split("\n")[0]
    return found if _FULL_HASH.match(found) else _unexpected(folder)


def _unexpected(folder: Path) -> Unavailable:
    return Unavailable(f"git printed something unexpected in {folder}", is_failure=True)


def _partial(commit: Commit) -> Unavailable:
    return Unavailable(f"this clone lacks files of {commit.name} ({_REFETCH})", is_failure=True)


def _run(arguments: Sequence[str], folder: Path, request: bytes = b"") -> bytes | Unavailable:
    """What git prints."""
    program = _program(os.environ.get("PATH", ""), Path.cwd())
    if program is None:
        return Unavailable("git is not installed (or not on the PATH)", is_failure=_has_repository(folder))
    if time.monotonic() < _silent.get(folder, 0):
        return _no_answer(folder)
    try:
        done = _call([program, *_SAFE_OPTIONS, *arguments], folder, request)
    except (OSError, ValueError) as error:
        return Unavailable(f"git cannot be run in {folder} ({error})", is_failure=True)
    if done.is_late:
        _silent[folder] = time.monotonic() + _SILENCE
        return _no_answer(folder)
    if len(done.output) > _MAX_BYTES:
        return _unexpected(folder)
    return done.output if done.code == 0 else _why(done, folder)


_silent: dict[Path, float] = {}
"""Until when git is not called in a folder."""


def _no_answer(folder: Path) -> Unavailable:
    return Unavailable(f"git did not respond within {TIMEOUT:.0f} seconds in {folder}", is_failure=True)


def _has_repository(folder: Path) -> bool:
    return any((place / ".git").exists() for place in upwards(folder))


@lru_cache(maxsize=8)
def _program(path: str, here: Path) -> str | None:
    """The path of git. Never an executable in the current folder, where Windows looks first: it may be the project's."""
    for folder in map(Path, path.split(os.pathsep)):
        if folder.is_absolute() and folder != here:
            found = shutil.which(str(folder / _NAME))
            if found is not None:
                return found
    return None


@frozen
class _Done:
    """How a call ended: its exit code, which is negative for a signal, and what it printed."""

    code: int
    output: bytes
    message: bytes
    is_late: bool


def _call(command: Sequence[str], folder: Path, request: bytes) -> _Done:
    """Runs a command to its end, or to the limit of time or size."""
    late, messages = Event(), list[bytes]()
    with _started(command, folder) as process:
        assert process.stdin and process.stdout and process.stderr
        timer = Timer(TIMEOUT, _stop, (process, late))
        others = (
            Thread(target=_write, args=(process.stdin, request), daemon=True),
            Thread(target=_keep_beginning, args=(process.stderr, messages), daemon=True),
        )
        for thread in (timer, *others):
            thread.start()
        try:
            output = process.stdout.read(_MAX_BYTES + 1)
            if len(output) <= _MAX_BYTES:
                process.wait()
        finally:
            timer.cancel()
            if process.poll() is None:
                _kill(process)
        for thread in others:
            thread.join(1.0)
    return _Done(process.returncode, output, b"".join(messages), late.is_set())


def _started(command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        process_group=0 if os.name == "posix" else None,
    )


def _stop(process: subprocess.Popen[bytes], late: Event) -> None:
    late.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process, and those that it has started."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING_ENVIRONMENT}
    return kept | _SAFE_ENVIRONMENT


def _write(pipe: IO[bytes], request: bytes) -> None:
    with suppress(OSError), pipe:
        pipe.write(request)


def _keep_beginning(pipe: IO[bytes], into: list[bytes]) -> None:
    """Reads all that a process reports, and keeps the beginning."""
    with suppress(OSError, ValueError), pipe:
        into.append(pipe.read(_MAX_MESSAGE))
        while pipe.read(_MAX_MESSAGE):
            pass


def _why(done: _Done, folder: Path) -> Unavailable:
    """Why a call failed."""
    text = done.message.decode("utf-8", "replace").strip()
    if "not a git repository" in text or "must be run in a work tree" in text:
        return Unavailable(f"{folder} is not in a git repository")
    if "dubious ownership" in text:
        trust = f"git config --global --add safe.directory {folder}"
        return Unavailable(f"git does not trust the owner of {folder} (run {code_span(trust)})", is_failure=True)
    if "promisor" in text or "lazy fetching" in text:
        return Unavailable(f"this clone of {folder} is partial ({_REFETCH})", is_failure=True)
    if done.code < 0:
        return Unavailable(f"git was killed in {folder} (signal {-done.code})", is_failure=True)
    reason = text.split("\n")[0].removeprefix("fatal: ") if text else "nothing found"
    return Unavailable(reason, is_failure=done.code != 1)
