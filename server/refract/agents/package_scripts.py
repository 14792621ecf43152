"""The commands that a script of package.json or a target of a Makefile stands for. Both are only read."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from refract.agents.shell import program
from refract.git import upwards
from refract.reading import UnreadableFile, folders_in, is_file, read_json, read_text

_RUNNERS = frozenset({"npm", "pnpm", "yarn", "bun", "turbo", "nx", "lerna", "deno"})
_STARTERS = _RUNNERS | {"make", "node", "npx", "pnpx", "bunx"}
_RUN = frozenset({"run", "run-script", "task"})
_FOLDERS = frozenset({"-C", "--dir", "--prefix", "--cwd"})
_PACKAGES = frozenset({"-w", "--workspace", "-F", "--filter", "workspace"})
_NPM_SHORT = frozenset({"test", "t", "start", "stop", "restart"})
_OTHERS = frozenset({"exec", "dlx", "x", "install", "i", "ci", "add", "remove", "create", "init", "why", "list", "ls"})
_MOST_PACKAGES = 200
_LARGEST = 200_000  # bytes of a Makefile or script


@frozen
class Script:
    """The text of a script, and the folder that it runs in."""

    text: str
    folder: Path


@frozen
class _Call:
    name: str
    arguments: tuple[str, ...]
    folder: Path
    package: str


def scripts_of(words: Sequence[str], folder: Path) -> Iterator[Script]:
    """What a command runs that is written in a file of the project."""
    at = next((n for n, word in enumerate(words) if program(word) in _STARTERS), None)
    if at is None:
        return
    words = words[at:]
    name = program(words[0])
    if name == "make":
        yield from _target(words[1:], folder)
    elif name in ("node", "npx", "pnpx", "bunx") and "--run" in words[:-1]:
        yield from _named(_Call(words[words.index("--run") + 1], (), folder, ""))
    elif name in _RUNNERS and (call := _call(name, words[1:], folder)):
        yield from _named(call)


def shell_script(words: Sequence[str], folder: Path) -> Script | None:
    """The text of a shell script that is a file."""
    name = program(words[0])
    is_shell = name in ("sh", "bash", "zsh", "dash", "source", ".")
    files = [word for word in words[1:] if not word.startswith("-")] if is_shell else words[:1]
    file = folder / files[0] if files else folder
    if not (is_shell or file.suffix in (".sh", ".bash")) or not is_file(file):
        return None
    text = read_text(file, _LARGEST)
    return None if isinstance(text, UnreadableFile) else Script(text, folder)


def _call(runner: str, words: Sequence[str], folder: Path) -> _Call | None:
    package, at = "", 0
    runs = False
    while at < len(words):
        word, value = words[at], words[at + 1] if at + 1 < len(words) else ""
        name, _, inline = word.partition("=")
        if name in _FOLDERS:
            folder = Path(os.path.normpath(folder / (inline or value)))
        elif name in _PACKAGES:
            package = inline or value
        elif word in _RUN:
            runs = True
        elif not word.startswith("-"):
            return _script_call(runner, word, words[at + 1 :], folder, package, runs)
        at += 2 if (name in _FOLDERS or name in _PACKAGES) and not inline else 1
    return None


def _script_call(runner: str, name: str, rest: Sequence[str], folder: Path, package: str, runs: bool) -> _Call | None:
    if not runs and (name in _OTHERS or (runner == "npm" and name not in _NPM_SHORT)):
        return None
    everywhere = runner in ("turbo", "nx", "lerna")
    arguments = tuple(word for word in rest if word != "--")
    return _Call("test" if name == "t" else name, arguments, folder, package or ("*" if everywhere else ""))


def _named(call: _Call) -> Iterator[Script]:
    name = call.name.rpartition(":")[2] if call.package == "*" and call.name.count(":") == 1 else call.name
    for folder in _folders(call):
        scripts = read_json(folder / "package.json").get("scripts")
        if not isinstance(scripts, dict):
            continue
        for wanted in dict.fromkeys((f"pre{call.name}", call.name, name, f"post{call.name}")):
            text = scripts.get(wanted)
            if isinstance(text, str):
                added = shlex.join(call.arguments) if wanted == call.name else ""
                yield Script(f"{text} {added}".strip(), folder)


def _folders(call: _Call) -> Iterator[Path]:
    own = next((place for place in upwards(call.folder) if is_file(place / "package.json")), None)
    if own and not call.package:
        yield own
    if call.package:
        packages = tuple(_packages(own or call.folder))
        meant = [place for place in packages if call.package != "*" and _is_meant(place, call.package)]
        yield from meant or packages


def _is_meant(folder: Path, package: str) -> bool:
    wanted = package.strip("./{}*^").rpartition("/")[2]
    name = str(read_json(folder / "package.json").get("name", ""))
    return wanted in (folder.name, name.rpartition("/")[2])


def _packages(top: Path) -> Iterator[Path]:
    """The folders with a package.json, two levels deep."""
    found = 0
    for folder in (top, *_below(top), *(inner for outer in _below(top) for inner in _below(outer))):
        if found < _MOST_PACKAGES and is_file(folder / "package.json"):
            found += 1
            yield folder


def _below(folder: Path) -> Iterator[Path]:
    names = folders_in(folder)
    if not isinstance(names, UnreadableFile):
        yield from (folder / name for name in names if name != "node_modules" and not name.startswith("."))


def _target(words: Sequence[str], folder: Path) -> Iterator[Script]:
    if "-C" in words[:-1]:
        folder = Path(os.path.normpath(folder / words[words.index("-C") + 1]))
    text = read_text(folder / "Makefile", _LARGEST)
    if isinstance(text, UnreadableFile):
        return
    for name in (word for word in words if not word.startswith("-") and "=" not in word):
        rule = re.search(rf"^{re.escape(name)}[ \t]*:(?!=).*\n(?P<recipe>(?:\t.*\n?|[ \t]*\n)*)", text, re.MULTILINE)
        if rule:
            lines = (re.sub(r"^\t[@+-]*", "", line) for line in rule["recipe"].splitlines())
            yield Script("\n".join(lines).replace("$$", "$"), folder)
