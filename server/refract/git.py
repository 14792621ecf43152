"""The only place that runs git.

Every call names its arguments as a list, has a time limit, reads nothing but git's own store and runs
nothing that the repository configures: no hooks, no file-system monitor, no pager, no filters, no network.
What cannot be had is a value (`Unavailable`) that says why, since "no git here" is a normal answer.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from attrs import frozen

TIMEOUT = 20.0  # seconds for one call
_MAX_FILES = 200_000

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
)
_SAFE_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
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
_PLACES = ("remotes/origin", "heads")
_MAIN_BRANCHES = ("main", "master")
_FULL_HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?\Z")


def upwards(folder: Path) -> Iterator[Path]:
    """A folder and those above it, up to the root of its repository; without one, up to the root of the disk."""
    for place in (folder, *folder.parents):
        yield place
        if (place / ".git").exists():
            return


@frozen
class Unavailable:
    """What was asked for cannot be had; `reason` is a sentence for the user."""

    reason: str


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
    """A commit, by its full hash. `name` is how the user asked for it."""

    repository: Repository
    hash: str
    name: str


def repository(path: Path) -> Repository | Unavailable:
    """The repository that holds `path` (a file or folder that exists)."""
    folder = path if path.is_dir() else path.parent
    output = _run(["rev-parse", "--show-toplevel"], folder)
    if isinstance(output, Unavailable):
        return output
    root = os.fsdecode(output).rstrip("\n")
    return Repository(Path(root).resolve()) if root else Unavailable(f"{folder} is not in a git work tree")


def commit(repository: Repository, revision: str) -> Commit | Unavailable:
    """The commit that `revision` names."""
    if not revision or revision.startswith("-") or any(c.isspace() or c == "\0" for c in revision):
        return Unavailable(f"{revision!r} is not a git revision")
    command = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]
    output = _run(command, repository.root)
    if isinstance(output, Unavailable):
        known = "has no commits yet" if revision == "HEAD" else f"does not know the revision {revision!r}"
        return output if "git" in output.reason else Unavailable(f"the repository {repository.root} {known}")
    return Commit(repository, os.fsdecode(output).strip(), revision)


def user_name(path: Path) -> str:
    """What git calls the person at work; empty where it does not know."""
    found = _run(["config", "user.name"], path if path.is_dir() else path.parent)
    return "" if isinstance(found, Unavailable) else found.decode(errors="replace").strip()


def default_base(repository: Repository) -> Commit | Unavailable:
    """The commit that work in `repository` goes to: the remote's default branch, else `main` or `master`, else HEAD."""
    names = ("refs/remotes/origin/HEAD", *(f"refs/{place}/{name}" for place in _PLACES for name in _MAIN_BRANCHES))
    output = _run(["for-each-ref", "--format=%(refname) %(objectname)", *names], repository.root)
    if isinstance(output, Unavailable):
        return output
    known = dict(line.split(" ", 1) for line in os.fsdecode(output).splitlines() if " " in line)
    found = next((name for name in names if name in known), None)
    if found is None:
        return commit(repository, "HEAD")
    return Commit(repository, known[found], found.removeprefix("refs/remotes/").removeprefix("refs/heads/"))


def merge_base(first: Commit, second: Commit) -> Commit | Unavailable:
    """The commit where the histories of `first` and `second` part."""
    output = _run(["merge-base", first.hash, second.hash], first.repository.root)
    if isinstance(output, Unavailable):
        return Unavailable(f"{first.name} and {second.name} have no common commit in {first.repository.root}")
    return Commit(first.repository, os.fsdecode(output).strip().split("\n")[0], f"{first.name}...{second.name}")


def files_at(commit: Commit, under: str = "") -> tuple[str, ...] | Unavailable:
    """Paths of the regular files at `commit`, at or below the path `under` ("" is the root).

    Symbolic links and submodules are left out.
    """
    output = _tree(commit, under)
    if isinstance(output, Unavailable):
        return output
    return tuple(os.fsdecode(name) for _, name in _regular(output))


def blobs_at(commit: Commit, under: str = "") -> Mapping[str, str] | Unavailable:
    """The hashes of the files that `files_at` names, by path: equal contents have equal hashes."""
    output = _tree(commit, under)
    if isinstance(output, Unavailable):
        return output
    return {os.fsdecode(name): entry.rsplit(b" ", 1)[1].decode() for entry, name in _regular(output)}


def blob_hash(data: bytes) -> str:
    """The hash that git would give `data` in a repository of SHA-1 hashes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def read_at(commit: Commit, paths: Iterable[str]) -> Mapping[str, bytes] | Unavailable:
    """Contents of `paths` at `commit`, in one call; what is not a file there is missing from the answer."""
    wanted = [path for path in paths if "\n" not in path]
    if not wanted:
        return {}
    request = b"".join(b"%s:%s\n" % (commit.hash.encode(), os.fsencode(path)) for path in wanted)
    output = _run(["cat-file", "--batch"], commit.repository.root, request)
    return output if isinstance(output, Unavailable) else _split_batch(output, wanted)


def work_tree_files(repository: Repository, under: Path) -> tuple[str, ...] | Unavailable:
    """Files below the folder `under` that are tracked, or new and not ignored, as paths from the root."""
    output = _run(["ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard"], under)
    if isinstance(output, Unavailable):
        return output
    names = output.split(b"\0")
    if len(names) > _MAX_FILES:
        return Unavailable(f"{under} holds more than {_MAX_FILES} files")
    return tuple(dict.fromkeys(os.fsdecode(name) for name in names if name))


def _tree(commit: Commit, under: str) -> bytes | Unavailable:
    command = ["ls-tree", "-r", "-z", "--full-tree", commit.hash]
    if under not in ("", "."):
        command += ["--", str(PurePosixPath(under))]
    return _run(command, commit.repository.root)


def _regular(output: bytes) -> Iterator[tuple[bytes, bytes]]:
    """`mode type hash` and path of each regular file in the answer of `git ls-tree -z`."""
    for line in output.split(b"\0"):
        entry, _, name = line.partition(b"\t")
        if entry.startswith(b"100"):
            yield entry, name


def _split_batch(output: bytes, wanted: Sequence[str]) -> dict[str, bytes]:
    """The contents in the answer of `git cat-file --batch`: a header line, the bytes, a line end, for each object."""
    contents: dict[str, bytes] = {}
    position = 0
    for path in wanted:
        end = output.find(b"\n", position)
        header = output[position:end].rsplit(b" ", 2)
        position = end + 1
        if len(header) != 3 or not _FULL_HASH.match(header[0].decode("ascii", "replace")):
            continue
        size = int(header[2])
        if header[1] == b"blob":
            contents[path] = output[position : position + size]
        position += size + 1
    return contents


def _run(arguments: Sequence[str], folder: Path, request: bytes = b"") -> bytes | Unavailable:
    try:
        done = subprocess.run(
            ["git", *_SAFE_OPTIONS, *arguments],
            cwd=folder,
            input=request,
            capture_output=True,
            timeout=TIMEOUT,
            env=_environment(),
            check=False,
        )
    except FileNotFoundError:
        return Unavailable("git is not installed (or not on the PATH)")
    except subprocess.TimeoutExpired:
        return Unavailable(f"git did not respond within {TIMEOUT:.0f} seconds in {folder}")
    except (OSError, ValueError) as error:
        return Unavailable(f"git cannot be run in {folder} ({error})")
    return done.stdout if done.returncode == 0 else Unavailable(_why(done.stderr, folder))


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING_ENVIRONMENT}
    return kept | _SAFE_ENVIRONMENT


def _why(stderr: bytes, folder: Path) -> str:
    text = stderr.decode("utf-8", "replace").strip()
    if "not a git repository" in text:
        return f"{folder} is not in a git repository"
    if "dubious ownership" in text:
        return f"git does not trust the owner of {folder} (run `git config --global --add safe.directory {folder}`)"
    return text.split("\n")[0].removeprefix("fatal: ") if text else "nothing found"
