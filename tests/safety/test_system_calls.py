"""A hostile repository under a system call trace: every command and a session of the server run no program but git,
write nowhere but where they may, and connect to nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from safety.serving import EXIT, INITIALIZED, SHUTDOWN, sent, until_answer
from safety.system_calls import Conversation, Deeds, deeds
from small_projects import HEAD, INIT, LOCK, USER, commit, write

HOOKS = (
    "post-checkout",
    "post-index-change",
    "pre-commit",
    "reference-transaction",
    "fsmonitor-watchman",
    "post-merge",
)
SCRIPTS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy",
    "core.alternateRefsCommand", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.smudge",
    "filter.x.clean", "filter.x.process", "merge.x.driver", "credential.helper", "gpg.program", "sequence.editor",
    "uploadpack.packObjectsHook", "alias.rev-parse", "alias.ls-files", "alias.cat-file", "pager.cat-file",
    "interactive.diffFilter", "trailer.x.command", "remote.origin.uploadpack", "remote.origin.vcs",
)  # fmt: skip
"""Settings whose value git runs in some command."""

PROGRAMS = ("git", "node", "npx", "npm", "python", "python3", "sh", "bash", "prisma", "psql", "refract")
MODULES = (
    "sitecustomize.py",
    "usercustomize.py",
    "refract.py",
    "lark.py",
    "sqlglot.py",
    "json.py",
    "pygls/__init__.py",
)
PLAN = """\
format = 1
recipe = "make-field-required"
provider = "postgresql"
title = "t"
created = "2026-11-30"
answers = { model = "User", field = "email", value = "'x'" }
tables = { User = "User" }
[[steps]]
id = "a"
phase = "backfill"
title = "Fill"
deploy = "Run it."
[[steps.scripts]]
name = "../../../../outside/evil"
sql = "SELECT 1; -- evil"
"""


class Hostile:
    """A repository in which everything that git, Node, Python or a shell could run leaves a mark."""

    def __init__(self, base: Path) -> None:
        self.root, self.outside = base / "a" / "b" / "project", base / "outside"
        self.mark, self.cache, self.home = base / "mark", base / "cache", base / "home"
        self.outside.mkdir(parents=True)
        self.home.mkdir()
        self._files()
        commit(self.root)
        git(self.root, "branch", "-M", "main")
        git(self.root, "checkout", "-qb", "feature")
        self._work_tree()
        self._git_folder()

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        here = f".{os.pathsep}{self.root / 'node_modules/.bin'}"
        return {
            **kept,
            "HOME": str(self.home),
            "REFRACT_CACHE_DIR": str(self.cache),
            "PATH": f"{kept['PATH']}{os.pathsep}{here}:",  # `.` and an empty entry are the current folder
            "PYTHONDONTWRITEBYTECODE": "1",  # else the first run of an installation compiles its own modules
        }

    def did(self, *command: str, talk: Conversation = lambda _: b"") -> Deeds:
        return deeds([str(Path(sys.executable).with_name("refract")), *command], self.root, self.environment, talk)

    def _trap(self) -> str:
        return f"#!/bin/sh\necho $0 $* >> '{self.mark}'\nexit 1\n"

    def _files(self) -> None:
        python = f"open({str(self.mark)!r}, 'a').write(__file__)\nraise SystemExit(1)\n"
        javascript = f"require('fs').appendFileSync({str(self.mark)!r}, __filename)\n"
        write(self.root, {
            "prisma/schema.prisma": HEAD + USER + f'generator client {{\n  provider = "touch {self.mark}"\n}}\n',
            "prisma/migrations/migration_lock.toml": LOCK,
            "prisma/migrations/20240101000000_init/migration.sql": INIT,
            "prisma/migrations/20240102000000_x/migration.sql": f"\\! touch {self.mark}\nCOPY t FROM PROGRAM 'touch {self.mark}';\n",
            "prisma/plans/evil.toml": PLAN,
            "prisma.config.ts": javascript + 'export default { schema: "prisma/schema.prisma" }\n',
            "package.json": '{"prisma": {"seed": "touch mark"}, "scripts": {"preinstall": "touch mark"}}',
            ".gitattributes": "* filter=x diff=x merge=x\n",
            ".mailmap": "x <x> <y>\n",
            **{f"node_modules/.bin/{name}": self._trap() for name in PROGRAMS},
            **{name: self._trap() for name in PROGRAMS if name != "prisma"},
            **dict.fromkeys(MODULES, python),
            "server/embedded/HEAD": "ref: refs/heads/main\n",
            "server/embedded/config": f'[core]\n\tbare = true\n\tfsmonitor = "touch {self.mark}"\n',
            "server/embedded/objects/x": "", "server/embedded/refs/x": "",
            "server/embedded/prisma/schema.prisma": HEAD + USER,
            ".gitmodules": f'[submodule "s"]\n\tpath = s\n\turl = ext::sh -c touch% {self.mark}\n',
        })  # fmt: skip
        for name in PROGRAMS:
            (self.root / name).chmod(0o755)
            (self.root / "node_modules/.bin" / name).chmod(0o755)

    def _work_tree(self) -> None:
        """What is not committed: an edit, and links that lead out."""
        (self.root / "prisma/schema.prisma").write_text(HEAD + USER.replace("email", "mail"))
        links = {
            "prisma/migrations/20240102000000_x/down.sql": self.outside / "down.sql",
            "refract.toml": self.outside / "refract.toml",
            "refract-accepted.json": self.outside / "accepted.json",
            "prisma/migrations/20240103000000_linked": self.outside / "linked",
        }
        for name, target in links.items():
            (self.root / name).symlink_to(target)

    def _git_folder(self) -> None:
        folder, script = self.root / ".git", self.root / "trap.sh"
        script.write_text(self._trap())
        script.chmod(0o755)
        (self.root / "more.gitconfig").write_text(f'[core]\n\tfsmonitor = "{script}"\n')
        for name in HOOKS:
            (folder / "hooks").mkdir(exist_ok=True)
            (folder / "hooks" / name).write_text(self._trap())
            (folder / "hooks" / name).chmod(0o755)
        for name in SCRIPTS:
            git(self.root, "config", name, str(script))
        for name, value in {
            "core.hooksPath": str(folder / "hooks"),
            "core.attributesFile": str(self.root / ".gitattributes"),
            "protocol.ext.allow": "always",
            "remote.origin.url": f"ext::sh -c touch% {self.mark}",
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "blob:none",
            "extensions.partialClone": "origin",
            "include.path": str(self.root / "more.gitconfig"),
        }.items():
            subprocess.run(["git", "config", "--file", str(folder / "config"), name, value], check=True)
        self._lose_a_blob()

    def _lose_a_blob(self) -> None:
        """The base lacks a file, which a git that fetches lazily would ask the remote for."""
        name = "prisma/migrations/20240101000000_init/migration.sql"
        blob = subprocess.run(
            ["git", "hash-object", "--no-filters", name], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout.strip()
        (self.root / ".git/objects" / blob[:2] / blob[2:]).unlink()


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def hostile(tmp_path: Path) -> Hostile:
    return Hostile(tmp_path)


READING = (
    ("check",),
    ("check", "--base", "main", "--output", "json"),
    ("check", "server/embedded"),
    ("diff",),
    ("name",),
    ("runbook",),
    ("plan", "list"),
    ("plan", "next"),
)
WRITING = (
    ("create", "x"),
    ("init",),
    ("check", "--accept"),
    ("rollback", "20240101000000_init"),
    ("rollback", "20240102000000_x"),
    ("plan", "new", "make-field-optional", "User.mail"),
    ("plan", "new", "add-unique", "User.mail"),
    ("plan", "next", "evil"),
)


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_reads(hostile: Hostile, command: tuple[str, ...]) -> None:
    is_harmless(hostile, hostile.did(*command), ())


@pytest.mark.parametrize("command", WRITING, ids=" ".join)
def test_a_command_that_writes(hostile: Hostile, command: tuple[str, ...]) -> None:
    is_harmless(hostile, hostile.did(*command), (hostile.root,))


@pytest.mark.parametrize("command", WRITING[:-1], ids=" ".join)
def test_a_command_that_writes_where_no_plan_stops_it(hostile: Hostile, command: tuple[str, ...]) -> None:
    (hostile.root / "prisma/plans/evil.toml").unlink()
    is_harmless(hostile, hostile.did(*command), (hostile.root,))


def test_a_session_of_the_server(hostile: Hostile) -> None:
    found = hostile.did("server", talk=session(hostile.root))
    is_harmless(hostile, found, ())
    assert "field-rename-as-drop-add" in found.output
    assert found.exit_code == 0


def test_the_trace_sees_what_it_looks_for(tmp_path: Path) -> None:
    script = f"""
import os, socket, subprocess, threading
thread = threading.Thread(target=subprocess.run, args=([{shutil.which("true")!r}],))
thread.start(); thread.join()
os.mkdir("made"); open("made/file", "w").close(); os.rename("made/file", "made/moved")
os.chdir("made"); os.remove("moved")
listening = socket.socket(); listening.bind(("127.0.0.1", 0)); listening.listen()
socket.create_connection(listening.getsockname())
open("/dev/null").read()
"""
    found = deeds([sys.executable, "-c", script], tmp_path, dict(os.environ))
    assert found.exit_code == 0, found.output
    assert shutil.which("true") in found.ran
    made = tmp_path / "made"
    assert [path for path in found.wrote if path.startswith(str(tmp_path))] == list(
        map(str, (made, made / "file", made / "file", made / "moved", made / "moved"))
    )
    assert any("127.0.0.1" in one for one in found.connected)


def is_harmless(hostile: Hostile, found: Deeds, may_write: tuple[Path, ...]) -> None:
    assert "Traceback" not in found.output and "bug in Refract" not in found.output, found.output
    assert found.exit_code in (0, 1, 2), found.output
    assert not hostile.mark.exists(), hostile.mark.read_text()
    assert set(found.ran) <= {str(Path(sys.executable).with_name("refract")), shutil.which("git")}
    assert not found.connected
    allowed = (hostile.cache, *may_write)
    written = {path for path in map(real, found.wrote) if path != Path("/dev/null")}
    assert not [path for path in written if not any(path.is_relative_to(folder) for folder in allowed)]
    assert not [path for path in written if path.is_relative_to(hostile.root / ".git")]
    assert not list(hostile.outside.iterdir())


def real(path: str) -> Path:
    """The path with links in its folders followed."""
    return Path(path).parent.resolve() / Path(path).name


def session(root: Path) -> Conversation:
    """A client that opens the schema, types, asks for everything, and waits for each response."""
    schema = root / "prisma/schema.prisma"
    uri, text = schema.as_uri(), schema.read_text()
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 8, "character": 0}}
    about: dict[str, Any] = {"textDocument": {"uri": uri}}
    folder = {"uri": root.as_uri(), "name": "project"}
    start = {"processId": None, "rootUri": root.as_uri(), "capabilities": {}, "workspaceFolders": [folder]}
    opened = {"uri": uri, "languageId": "prisma", "version": 1, "text": text}
    edited = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text.replace("mail", "post")}]}
    requests: tuple[tuple[str, dict[str, Any]], ...] = (
        ("textDocument/hover", {**about, "position": {"line": 6, "character": 3}}),
        ("textDocument/codeAction", {**about, "range": whole, "context": {"diagnostics": []}}),
        ("textDocument/codeLens", about),
        ("workspace/executeCommand", {"command": "refract.overview", "arguments": []}),
        ("workspace/executeCommand", {"command": "refract.runbook", "arguments": [{"uri": uri}]}),
    )
    messages: tuple[dict[str, Any], ...] = (
        {"id": 1, "method": "initialize", "params": start},
        {**INITIALIZED},
        {"method": "textDocument/didOpen", "params": {"textDocument": opened}},
        {"method": "textDocument/didChange", "params": edited},
        *({"id": 10 + at, "method": method, "params": params} for at, (method, params) in enumerate(requests)),
        {**SHUTDOWN},
    )

    def talk(process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdin is not None and process.stdout is not None
        seen: list[dict[str, Any]] = []
        for message in messages:
            process.stdin.write(sent(message))
            process.stdin.flush()
            if "id" in message:
                seen += until_answer(process.stdout, [message])
        process.stdin.write(sent(EXIT))
        return json.dumps(seen).encode()

    return talk
