"""Files that are no files, files without end and folders outside: a clear problem, in bounded time and memory."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract import reading
from refract.cli.main import cli
from refract.reading import UnreadableFile, read_bytes, read_text
from small_projects import HEAD, INIT, LOCK, USER, commit, write

PACKAGE = Path(reading.__file__).parent
SECONDS = 5.0
MIGRATION = "prisma/migrations/20240101000000_init/migration.sql"
PROJECT: dict[str, str | bytes] = {
    "prisma/schema.prisma": HEAD + USER,
    "prisma/migrations/migration_lock.toml": LOCK,
    MIGRATION: INIT,
}
FILES = (
    MIGRATION,
    "prisma/migrations/migration_lock.toml",
    "prisma/migrations/20240101000000_init/down.sql",
    "prisma/plans/x.toml",
    "prisma/schema.prisma",
    "refract.toml",
    "refract-accepted.json",
    "pyproject.toml",
    "package.json",
    "prisma.config.ts",
    "pnpm-lock.yaml",
    "node_modules/prisma/package.json",
    "app.ts",
)
TOLD = FILES[:2] + FILES[3:8]
"""Files without which the answer would be another: that they cannot be read is an error."""

NO_FOLDERS = ("prisma/schema.prisma", "prisma/plans/x.toml")
"""A folder of that name means something else."""

ODD: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path.name),
    "folder": Path.mkdir,
}


@pytest.fixture(autouse=True)
def bounded(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache for the test alone, and an end to what does not end: a read that waits, or that never stops."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"still reading after {SECONDS} s")

    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def check(root: Path) -> Result:
    """`refract check` in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return CliRunner().invoke(cli, ["check"], prog_name="refract")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "work" / "project"
    write(root, PROJECT)
    return root


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_file_ends_in_a_clear_answer(project: Path, name: str, kind: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    ODD[kind](path)
    found = check(project)
    assert found.exit_code in (0, 1, 2) and not isinstance(found.exception, Exception)
    if name in TOLD and not (kind == "folder" and name in NO_FOLDERS):
        assert found.exit_code == 2, found.stdout + found.stderr
        assert "No findings" not in found.stdout
        assert Path(name).name in found.stderr or "no Prisma schema" in found.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["prisma/migrations", MIGRATION, "prisma/plans"])
def test_what_may_not_be_read_is_an_error(project: Path, name: str) -> None:
    path = project / name
    path.mkdir(parents=True, exist_ok=True) if not path.exists() else None
    path.chmod(0)
    found = check(project)
    path.chmod(0o700)
    assert found.exit_code == 2
    assert "No findings" not in found.stdout


OUTSIDE = {
    "prisma.config.ts": [
        'export default { migrations: { path: "/" } }',
        'export default { migrations: { path: "/tmp" } }',
        'export default { migrations: { path: "../../.." } }',
        'export default { schema: ".." }',
        'export default { schema: "../../.." }',
    ],
    "refract.toml": ['migrations = "../../../.."', 'migrations = "/"'],
    "package.json": ['{"prisma": {"schema": "/etc"}}', '{"prisma": {"schema": "../../.."}}'],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in OUTSIDE.items() for text in texts])
@pytest.mark.parametrize("has_git", [True, False])
def test_a_path_outside_the_project_is_refused(project: Path, name: str, text: str, has_git: bool) -> None:
    write(project, {name: text})
    if has_git:
        commit(project)
    found = check(project)
    assert found.exit_code == 2
    assert " is a path outside of " in found.stderr and name in found.stderr
    assert found.stdout == "" or found.stdout.splitlines()[-1].startswith("Incomplete: 1 of ")


def test_a_path_elsewhere_in_the_repository_is_followed(project: Path) -> None:
    write(project.parent, {"app/package.json": '{"prisma": {"schema": "../project/prisma/schema.prisma"}}'})
    commit(project.parent)
    assert check(project.parent / "app").exit_code == 0


def test_a_size_that_lies_is_not_believed(tmp_path: Path) -> None:
    assert read_bytes(Path("/proc/self/maps"), 100) == UnreadableFile(
        "/proc/self/maps", "/proc/self/maps is larger than 0 MB", is_too_large=True
    )
    assert isinstance(read_bytes(Path("/proc/kmsg")), bytes | UnreadableFile)
    assert isinstance(read_text(Path("/proc/self/mem")), UnreadableFile)


def test_a_file_of_its_limit_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x" * 10_000)
    assert read_bytes(file, 10_000) == b"x" * 10_000
    assert isinstance(read_bytes(file, 9_999), UnreadableFile)
    assert read_bytes(tmp_path / "b") == UnreadableFile(str(tmp_path / "b"), f"{tmp_path / 'b'} does not exist", True)


GATES = {"reading.py", "whole_file.py", "lock.py", "actions/file_writing.py"}
OWN = {
    "memory.py",
    "baseline/cache.py",
    "syntax/grammar.py",
    "docstrings.py",
    "config/reference.py",
    "fixes/__main__.py",
}
"""Modules that read Refract's own files: its cache, its sources, its pages."""

SCARCELY = {"cli/terminal.py": {"open"}, "cli/answer_memory.py": {"walk"}}
CALLS = {"open", "read_bytes", "read_text", "iterdir", "glob", "rglob", "walk", "scandir", "listdir", "fdopen"}


def calls(source: Path) -> set[str]:
    """The calls of a module that read a file or a folder, other than those of the gate."""
    nodes = [node.func for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    methods = {node.attr for node in nodes if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "reading"}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return (methods & CALLS) | (names & {"open"})


def test_nothing_else_reads_files_of_a_workspace() -> None:
    sources = {source.relative_to(PACKAGE).as_posix(): source for source in PACKAGE.rglob("*.py")}
    found = {name: calls(source) for name, source in sources.items() if name not in GATES | OWN}
    assert {
        name: which - SCARCELY.get(name, set()) for name, which in found.items() if which - SCARCELY.get(name, set())
    } == {}


DUMPS = {
    "rows": "".join(
        f'INSERT INTO "User" ("id", "email") VALUES ({n}, \'a{n}@example.org\');\n' for n in range(120_000)
    ),
    "copy": 'COPY "User" FROM stdin;\n'
    + "".join(f"{n}\ta{n}@example.org\t2026-01-01\n" for n in range(220_000))
    + "\\.\n",
}
MEASURED = """\
import sys
from pathlib import Path
from refract.cli.main import cli
try:
    cli(["check"], prog_name="refract")
finally:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    sys.stderr.write(str(int(status["VmHWM"].split()[0]) // 1024))
"""
"""Prints megabytes. Not `ru_maxrss`: that one begins with the peak of the process that started this one."""


@pytest.mark.slow
@pytest.mark.parametrize("dump", DUMPS)
def test_a_dump_of_data_in_a_migration_costs_little_memory(project: Path, dump: str) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    commit(project)
    write(project, {"prisma/migrations/20250101000000_data/migration.sql": DUMPS[dump][:7_900_000]})
    command = [sys.executable, "-c", MEASURED]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    assert int(done.stderr.splitlines()[-1]) < 400, "MB"


def test_a_draft_is_read_in_place_of_a_file(tmp_path: Path) -> None:
    write(tmp_path, {"migrations/1_a/migration.sql": "old", "migrations/note.txt": ""})
    old, new = tmp_path / "migrations/1_a/migration.sql", tmp_path / "migrations/2_b/migration.sql"
    with reading.drafts({str(old): "text"}), reading.drafts({str(new): "more", str(tmp_path / "migrations/x"): ""}):
        assert (read_text(old), read_text(new)) == ("text", "more")
        assert reading.folders_in(tmp_path / "migrations") == ("1_a", "2_b")
        assert reading.files_in(tmp_path / "migrations") == ("note.txt", "x")
        assert reading.files_in(new.parent) == ("migration.sql",)
        assert reading.is_file(new)
        assert reading.is_folder(new.parent)
        assert not reading.is_folder(new)
        assert reading.exists(new.parent)
    assert read_text(old) == "old"
    assert not reading.exists(new)
    assert reading.folders_in(tmp_path / "migrations") == ("1_a",)
