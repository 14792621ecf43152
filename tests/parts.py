"""The real parts that tests need beyond Python and git: database servers, editors, Node, PyPI.

Run as a program, this names each group of tests that is left out here, with the reason; in CI that is an error.
Only `install` changes the machine (`make setup`): as root on Debian it installs what is missing first.
`conftest.py` marks each test with its parts.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from attrs import frozen

TESTS = Path(__file__).parent
ROOT = TESTS.parent
NEOVIM = ROOT / "build" / "neovim"
NODE = ROOT / "build" / "node"
NODE_VERSION = "22"
AGENTS = ROOT / "build" / "agents"
_AGENTS = ("@modelcontextprotocol/inspector@0.15.0", "@anthropic-ai/claude-code@2.1.197")
_POLICY = Path("/usr/sbin/policy-rc.d")
_LIMIT = 60.0  # seconds


@frozen
class Part:
    """A real part, and the group of tests that need it.

    `tests` are patterns of paths below tests/. `missing` gives the reason why the part cannot be used here, or nothing.
    `timed`: its tests wait for another process, which can be late on a busy machine.
    """

    name: str
    what: str
    tests: tuple[str, ...]
    missing: Callable[[], str] = lambda: ""
    packages: tuple[str, ...] = ()
    build: Callable[[], None] | None = None
    timed: bool = True


def parts_of(path: Path) -> tuple[Part, ...]:
    """The parts that the tests of a file need."""
    name = path.relative_to(TESTS).as_posix()
    return tuple(part for part in PARTS if any(fnmatch(name, pattern) for pattern in part.tests))


def in_ci() -> bool:
    """Whether nothing may be left out."""
    return os.environ.get("CI", "") not in {"", "0", "false"}


def use_own_programs() -> None:
    """Put the programs that `make setup` has built first on PATH."""
    own = str(NODE / "node_modules" / ".bin")
    if own not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((own, os.environ["PATH"]))


def program(name: str) -> str:
    """The path of a program, also of a server's, which Debian does not put on PATH. Raises LookupError."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = (*map(str, folders), os.environ["PATH"], "/usr/sbin", "/usr/local/sbin")
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        raise LookupError(f"{name} is not installed")
    return found


def neovim() -> str:
    """The path of a Neovim that knows `vim.lsp.config`: 0.11 or newer. Raises LookupError."""
    for path in (NEOVIM / "bin" / "nvim", shutil.which("nvim")):
        if path and Path(path).exists() and _runs(path, "--clean", "--headless", "-l", "-", text=_KNOWS_CONFIG):
            return str(path)
    raise LookupError("Neovim 0.11 or newer is not installed")


_KNOWS_CONFIG = "os.exit(vim.lsp.config and 0 or 1)"
_HAS_EGLOT = ("-q", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))")


def _runs(*command: str | Path, text: str = "") -> bool:
    done = subprocess.run(
        command, input=text, text=True, capture_output=True, check=False, timeout=_LIMIT, cwd=tempfile.gettempdir()
    )
    return done.returncode == 0


def _programs(*names: str) -> Callable[[], str]:
    return lambda: next(_reasons(names), "")


def _reasons(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        try:
            program(name)
        except LookupError as error:
            yield error.args[0]


def _node() -> str:
    old = "Node 20 or newer is not installed"
    if reason := _programs("npm", "node")():
        return reason
    return "" if _runs("node", "-e", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)") else old


def _linux() -> str:
    here = f"{platform.system()} {platform.machine()}"
    return "" if here == "Linux x86_64" else f"needs Linux on x86_64, not {here}"


def _vscode() -> str:
    if reason := _programs(*_VSCODE)():
        return reason
    return "" if any(Path("/usr/share/fonts").rglob("*.[to]tf")) else "no font is installed"


def _strace() -> str:
    if reason := _programs("strace")():
        return reason
    return "" if _runs("strace", "-f", "-o", os.devnull, "true") else "strace may not trace a process here"


def _emacs() -> str:
    if reason := _programs("emacs")():
        return reason
    return "" if _runs("emacs", *_HAS_EGLOT) else "Emacs has no Eglot"


def _neovim() -> str:
    try:
        neovim()
    except LookupError as error:
        return str(error.args[0])
    return ""


def _pyinstaller() -> str:
    if reason := _programs("objdump", "objcopy")():
        return reason
    found = "import sys; from PyInstaller.depend.bindepend import get_python_library_path as path; sys.exit(not path())"
    return "" if _runs(sys.executable, "-c", found) else "PyInstaller finds no shared library of this Python"


def _pypi() -> str:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps")
    with tempfile.TemporaryDirectory() as folder:
        return "" if _runs(*pip, "--dest", folder, "build") else "PyPI cannot be reached"


def _build_neovim() -> None:
    subprocess.run([TESTS / "editors" / "install_neovim.sh", NEOVIM], check=False)


def _build_node() -> None:
    NODE.mkdir(parents=True, exist_ok=True)
    (NODE / "package.json").write_text('{"private": true}\n')
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", f"node@{NODE_VERSION}", "npm@10"]
    subprocess.run(command, cwd=NODE, check=False)


def _agents() -> str:
    if reason := _node():
        return reason
    folders = (AGENTS / "node_modules" / name.rpartition("@")[0] for name in _AGENTS)
    return "" if all(folder.is_dir() for folder in folders) else f"{AGENTS} has no programs of coding agents"


def _build_agents() -> None:
    AGENTS.mkdir(parents=True, exist_ok=True)
    (AGENTS / "package.json").write_text('{"private": true}\n')
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *_AGENTS]
    subprocess.run(command, cwd=AGENTS, check=False)


_MARIADB = ("mariadbd", "mariadb-install-db")
_VSCODE = ("chromium", "g++", "make", "git")

PARTS = (
    Part(
        "server",
        "a language server in its own process",
        ("lsp/*", "safety/test_server.py", "agents/test_mcp.py", "agents/test_story.py"),
    ),
    Part("sqlite", "SQLite under load", ("live/*sqlite*",)),
    Part("strace", "a system call trace", ("safety/test_system_calls.py",), _strace, ("strace",), timed=False),
    Part(
        "postgresql",
        "PostgreSQL",
        (
            "catalogue/*postgresql*",
            "live/*postgresql*",
            "live/test_backfill*",
            "live/test_guards.py",
            "live/test_values_of_two_tables.py",
            "live/test_followed_runbooks.py",
            "live/test_runbooks.py",
            "prisma/test_client_queries.py",
            "prisma/test_command_line.py",
            "prisma/test_no_difference.py",
        ),
        _programs("initdb", "pg_ctl", "pg_dump"),
        ("postgresql",),
    ),
    Part(
        "mariadb",
        "MariaDB",
        ("catalogue/*mariadb*", "live/*mariadb*", "live/test_guards.py", "live/test_runbooks.py"),
        _programs(*_MARIADB),
        ("mariadb-server",),
    ),
    Part(
        "npm",
        "Node and what it runs: Prisma's engine and client",
        ("oracle/*", "prisma/*", "live/test_ledger_postgresql.py", "editors/vscode/*", "distribution/test_npm.py"),
        _node,
        ("npm",),
        _build_node,
        timed=False,
    ),
    Part(
        "agents",
        "programs of coding agents: Claude Code, the inspector of MCP",
        ("agents/test_programs.py",),
        _agents,
        build=_build_agents,  # with the npm of the part above
    ),
    Part("linux", "programs built for Linux on x86_64", ("live/test_ledger_postgresql.py", "editors/vscode/*"), _linux),
    Part(
        "vscode",
        "VS Code, in Chromium",
        ("editors/vscode/*",),
        _vscode,
        ("chromium", "g++", "make", "git", "fonts-dejavu-core"),
    ),
    Part("emacs", "Emacs with Eglot", ("editors/test_emacs.py",), _emacs, ("emacs-nox", "elpa-eglot")),
    Part("neovim", "Neovim", ("editors/test_neovim.py",), _neovim, ("patchelf",), _build_neovim),
    Part(
        "pyinstaller",
        "a build with a Python of its own",
        ("distribution/test_npm.py",),
        _pyinstaller,
        ("binutils", "python3-dev"),
        timed=False,
    ),
    Part("pypi", "packages from PyPI", ("distribution/*",), _pypi, timed=False),
)


def main(arguments: Sequence[str]) -> int:
    """Report what is missing; with `install`, install it first. Fails in CI if a part is missing."""
    if arguments not in ([], ["install"]):
        print(f"usage: {sys.argv[0]} [install]", file=sys.stderr)
        return 2
    use_own_programs()
    if arguments:
        install([part for part in PARTS if part.missing()])
    lines = left_out(PARTS)
    print(*lines, sep="\n", end="\n" if lines else "")
    return 1 if lines and in_ci() else 0


def left_out(parts: Iterable[Part]) -> list[str]:
    """A line for each group of tests that cannot run here: its name, what is missing, how to install it."""
    return [f"left out: {part.name} ({part.what}): {reason(part)}" for part in parts if part.missing()]


def reason(part: Part) -> str:
    """Why the tests of a part cannot run here, and how to install it; empty if they can."""
    missing = part.missing()
    if not missing or not (part.packages or part.build):
        return missing
    how = "make setup, as root" if part.build else f"apt-get install {' '.join(part.packages)}"
    return f"{missing} (Debian: {how})"


def install(missing: Sequence[Part]) -> None:
    """Install what is missing, with apt-get as root on Debian. Elsewhere, do nothing.

    What fails to install is still missing afterwards, and is reported as such.
    """
    if not missing or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    packages = [package for part in missing for package in part.packages]
    if packages:
        with _no_service_starts():
            _apt_get("update", "-q")
            _apt_get("install", "-qy", "--no-install-recommends", "--no-upgrade", *packages)
    for part in missing:
        if part.build and part.missing():
            part.build()


def _apt_get(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], check=False, env=environment, stdout=sys.stderr)


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """While packages are installed: the tests start their own servers on their own sockets."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
