"""The texts that a user meets keep the rules of docs/style.md as far as these can be measured."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import click
import pytest

from refract.cli.main import cli
from refract.config import Settings
from refract.config.settings import keys
from wording import CODE, headline_problems, is_instruction, page_problems, problems, sentences, words

ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "vscode-client"
LONGEST_README = 900  # words
LONGEST_SUMMARY = 64  # characters of a command's first sentence, which `refract --help` shows

REFUSALS = (
    "CannotAnalyse", "CannotPlan", "CannotRun", "CannotWrite", "NoRollback", "NoRunbook", "NothingToConfirm", "Refused",
    "UnreadableFile", "WaitsForPeople",
)  # fmt: skip
"""Exceptions and values whose first argument is a message."""

SOURCES = sorted(
    path
    for layer in (
        "actions",
        "agents",
        "analysis",
        "baseline",
        "cli",
        "config",
        "lsp",
        "plans",
        "recipes",
        "sql",
        "workspace",
    )
    for path in (ROOT / "server" / "refract" / layer).rglob("*.py")
)

PAGES = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "packaging" / "npm" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "rules").glob("*.md")),
    EXTENSION / "README.md",
    EXTENSION / "CHANGELOG.md",
    *sorted(EXTENSION.glob("walkthrough/*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
)

BAD_AND_GOOD = (
    (
        "Stop every instance that knows `name`, run the migration, start the version that knows `title`: "
        "until then whichever does not match fails.",
        "1. Stop every instance of the app. 2. Run the migration. 3. Start the version that uses `title`. "
        "Instances left running will fail.",
    ),
    (
        "Where it has been applied, Prisma takes no way back: put this SQL into a new migration, and deploy that.",
        "If the migration was applied, Prisma cannot roll it back. Copy this SQL into a new migration and deploy that.",
    ),
    ("Where the migration has failed, run this:", "If the migration failed, run this:"),
    (
        "No transaction has been open for 5 seconds: the migration would wait for it, and everybody else behind that.",
        "Check for transactions open longer than 5 s. "
        "The migration would wait for them and block everything queued behind it.",
    ),
    (
        "What undoes it is not written yet: write it now with `refract rollback`.",
        "No `down.sql` yet. Create it now: `refract rollback`.",
    ),
    (
        "not understood: look up for yourself what it locks, and for how long.",
        "Not analysed: check by hand what it locks and for how long.",
    ),
    (
        "Go on when no instance of the old one is left, and no sooner than you are sure to stay.",
        "Continue when no old instance is running and you will not need to roll back.",
    ),
    (
        "Its foreign key is made anew, ON DELETE RESTRICT instead of SET NULL.",
        "Its foreign key is recreated with ON DELETE RESTRICT (was SET NULL).",
    ),
    (
        "`a` comes and `b` goes in one migration.",
        "This migration adds `a` and drops `b`, so old and new code cannot both work during the deploy.",
    ),
    ("The query answers 0.", "The query returns 0."),
    ("The fields of the index in order, parted by commas", "Fields, in order, separated by commas"),
    ("`a.sql` is there already, and is not written over.", "`a.sql` already exists and was not overwritten."),
    ("The text has moved on: “Fix” is not to be had any more.", "The file changed; “Fix” is no longer available."),
    ("`Str` is no type of postgresql.", "Unknown type `Str` (field skipped)"),
    ("There is no table `t` beside the rows that are there.", "There is no table `t` next to the existing rows."),
    (
        "The steps that were taken stay as they are: nothing keeps watch over them any more.",
        "Steps already taken stay in place; Refract no longer tracks them.",
    ),
    ("it fails: a: b", "If it fails: `a: b: c`"),
    ("It fails when it runs.", "It fails."),
)


@pytest.mark.parametrize(("bad", "good"), BAD_AND_GOOD)
def test_a_faulty_text_is_found_and_its_replacement_is_not(bad: str, good: str) -> None:
    assert problems(bad)
    assert problems(good) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    (
        ("Run `npx a. B`. Then check, e.g. the log.", ["Run CODE.", "Then check, e.g. the log."]),
        ("1. Stop it. 2. Run it.", ["Stop it.", "Run it."]),
        ("Version 7.1 is read. [Why](a.md)?", ["Version 7.1 is read.", "Why?"]),
        ("- one\n- two", ["one", "two"]),
    ),
)
def test_a_text_is_split_into_sentences(text: str, parts: list[str]) -> None:
    assert list(sentences(text)) == parts


@pytest.mark.parametrize(
    ("sentence", "expected"),
    (
        ("Run the migration.", True),
        ("If it fails, run this again.", True),
        ("Then deploy.", True),
        ("The migration fails.", False),
        ("Locks `T`.", False),
    ),
)
def test_an_instruction_begins_with_an_imperative(sentence: str, expected: bool) -> None:
    assert is_instruction(sentence) is expected


def test_sentences_and_headlines_have_a_limit() -> None:
    assert words("Drops `a b c` now") == 3
    assert problems(f"Run {'very ' * 18}fast.") == []
    assert problems(f"Run {'very ' * 19}fast.")
    assert headline_problems("one two three four five six seven eight nine ten eleven twelve") == []
    assert headline_problems("one two three four five six seven eight nine ten eleven twelve thirteen")


def commands_below(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """All commands of a tree, each with its words on the command line."""
    yield name, command
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from commands_below(child, f"{name} {child.name}")


COMMANDS = dict(commands_below(cli, "refract"))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(name: str) -> None:
    command = COMMANDS[name]
    helps = [command.help or "", *(o.help or "" for o in command.params if isinstance(o, click.Option))]
    assert [problem for text in helps for problem in page_problems(text)] == []
    assert len(command.get_short_help_str(limit=1_000)) <= LONGEST_SUMMARY or name == "refract"


def docs_of(kind: type[attrs.AttrsInstance], table: str) -> Iterator[tuple[str, str]]:
    """The names of all settings with their documentation."""
    for name, field in keys(kind).items():
        if "table" in field.metadata:
            yield from docs_of(field.metadata["table"], f"{table}{name}.")
        else:
            yield f"{table}{name}", field.metadata["doc"]


@pytest.mark.parametrize(("name", "doc"), docs_of(Settings, ""))
def test_documentation_of_a_setting(name: str, doc: str) -> None:
    assert problems(doc) == [], name


def texts_in(value: Any, key: str = "") -> Iterator[str]:
    """The texts of a manifest that a user reads: titles, descriptions, contents."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner, key)
    elif isinstance(value, str) and key in ("title", "description", "markdownDescription", "contents", "name"):
        yield value


def test_texts_of_the_extension() -> None:
    manifest = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    read = [manifest["description"], *texts_in(manifest["contributes"]), *texts_in(manifest["capabilities"])]
    assert len(read) > 50
    assert [problem for text in read for problem in page_problems(text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page(page: Path) -> None:
    assert page_problems(page.read_text("utf-8")) == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").split()) <= LONGEST_README


def messages_of(source: Path) -> Iterator[str]:
    """The messages of errors and what is printed, with CODE for each value in them."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and _is_message(node.func):
            text = _text(node.args[0])
            if " " in text:
                yield text


def _is_message(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in (*REFUSALS, "say", "complain", "show")


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) if isinstance(part, ast.Constant) else CODE for part in parts)
        case ast.IfExp(body=one, orelse=other):
            return f"{_text(one)}\n\n{_text(other)}"
        case _:
            return ""


def test_messages_of_errors() -> None:
    found = [text for source in SOURCES for text in messages_of(source)]
    assert len(found) > 50
    assert [problem for text in found for problem in problems(text)] == []
    assert [text for text in found if re.match(r"[a-z]", text)] == []


READERS = sorted(
    path
    for layer in ("lowering", "schema", "sql/reader", "syntax")
    for path in (ROOT / "server/refract" / layer).rglob("*.py")
)
"""Read schemas and migrations, and write what they could not read where they find it."""


def sentences_of(source: Path) -> Iterator[str]:
    """The texts of a module that end as a sentence does, without its docstrings."""
    tree = ast.parse(source.read_text("utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in parts | docstrings:
            text = _text(node)
            if text.count(" ") > 2 and re.search(r"[.?]$", text):
                yield re.sub(r"\{[^{}]*\}", CODE, text)


def test_problems_of_schemas_and_migrations() -> None:
    found = [text for source in READERS for text in sentences_of(source)]
    assert len(found) > 20
    assert [problem for text in found for problem in problems(text)] == []


@pytest.mark.parametrize(
    ("sources", "quotes", "at_least"),
    (
        (EXTENSION.glob("src/*.ts"), '"`', 20),
        ((ROOT / "editors" / "neovim").rglob("*.lua"), "'", 8),
        ((ROOT / "packaging" / "npm" / "bin").glob("*.mjs"), '"`', 2),
    ),
    ids=("vscode", "neovim", "npm"),
)
def test_messages_of_a_client(sources: Iterator[Path], quotes: str, at_least: int) -> None:
    read = [text for path in sources for text in texts_of_a_client(path, quotes)]
    assert len(read) >= at_least
    assert [problem for text in read for problem in page_problems(text)] == []


def texts_of_a_client(path: Path, quotes: str) -> Iterator[str]:
    """The strings of several words in TypeScript, JavaScript or Lua, with CODE for each value in them."""
    source = re.sub(r"\$\{[^{}]*\}|%[sd]", CODE, path.read_text("utf-8"))
    # A comment has apostrophes, which begin no string.
    source = re.sub(r"^\s*(?:--|//|/?\*).*$", "", source, flags=re.MULTILINE)
    for found in re.findall("|".join(f"{quote}([^{quote}\n]*){quote}" for quote in quotes), source):
        text = found if isinstance(found, str) else "".join(found)
        if text.count(" ") > 1:
            yield text


def test_descriptions_of_the_action() -> None:
    found = re.findall(r"^ *description: (.*)$", (ROOT / "action.yml").read_text("utf-8"), re.MULTILINE)
    assert len(found) > 5
    assert [problem for text in found for problem in problems(text)] == []
