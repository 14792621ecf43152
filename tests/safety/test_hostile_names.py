"""Hostile names through every surface: none of them becomes a line, a statement, a link or a command of its own."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result
from markdown_it import MarkdownIt

from refract.analysis import analyse, open_project
from refract.rendering.findings import markdown, message
from refract.workspace import find_projects
from safety.hostile import NAMES, mapped, project, quoted
from safety.serving import INITIALIZED, START, served
from small_projects import HEAD, LOCK, write

Refract = Callable[..., Result]
NOT_TEXT = {"image", "link_open", "html_inline", "html_block", "heading_open", "blockquote_open"}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A hostile name; the current folder is a project that uses it for everything."""
    project(tmp_path, NAMES[request.param])
    monkeypatch.chdir(tmp_path)
    return NAMES[request.param]


def statements(sql: str) -> str:
    """What a database would run of a text: without comments, and with `$` for each string and quoted name."""
    found = re.compile(r'--[^\n\r]*|/\*.*?\*/|"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|(\$\w*\$).*?\1', re.DOTALL)
    return found.sub("$", sql)


def markdown_kinds(text: str) -> set[str]:
    """The kinds of all tokens of a Markdown text."""
    found = MarkdownIt("commonmark").parse(text)
    return {token.type for outer in found for token in (outer, *(outer.children or ()))}


def test_each_line_of_a_text_report_is_of_its_form(name: str, refract: Refract) -> None:
    done = refract("check", "--format", "text")
    assert done.exit_code == 1, done.output
    assert all(line.isprintable() for line in done.output.split("\n"))
    form = re.compile(
        r"\S.*:\d+:\d+: (error|warning|info) [a-z-]+: .*|  +(\d* \|| = |).*|\d+ .* compared with .*|\d+ of .*|No .*|"
    )
    assert [line for line in done.output.split("\n") if not form.fullmatch(line)] == []
    assert not re.search(r"^(prisma/schema.prisma:1:1: error drop-table: forged|::|DROP)", done.output, re.MULTILINE)


def test_a_concise_report_has_a_line_for_each_finding(name: str, refract: Refract) -> None:
    found = json.loads(refract("check", "--format", "json").output)
    lines = refract("check", "--format", "concise").output.splitlines()
    assert len(lines) == len(found["projects"][0]["findings"]) + 2


@pytest.mark.parametrize("output", ["json", "sarif", "gitlab"])
def test_reports_for_tools_are_valid(name: str, refract: Refract, output: str) -> None:
    done = refract("check", "--format", output)
    assert done.exit_code == 1 and json.loads(done.output)
    assert "\x1b" not in done.output and "\x07" not in done.output


def test_a_report_for_github_has_a_command_a_line(name: str, refract: Refract) -> None:
    lines = refract("check", "--format", "github").output.strip().split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(re.match(r"::(error|warning|notice) file=[^:]*::", line) for line in lines)


def test_a_junit_report_is_xml(name: str, refract: Refract) -> None:
    text = refract("check", "--format", "junit").output
    cases = ElementTree.fromstring(text).iter("testcase")
    found = json.loads(refract("check", "--format", "json").output)["projects"][0]["findings"]
    assert all(line.isprintable() for line in text.split("\n"))
    assert [case.get("classname") for case in cases] == [finding["rule"] for finding in found]


HEADINGS = {"What changes", "Risks", "Locks, in order", "Rollback", "Plans", "Not judged"}
RULE = """\
[custom-rules.no-change]
on = ["*"]
message = "![x](https://evil.example/p.png) <img src=x> `a [b](https://evil.example)"
help = "<b>![x](https://evil.example/p.png)"
"""


def test_a_report_for_a_pull_request_is_text_and_code(name: str, refract: Refract, tmp_path: Path) -> None:
    (tmp_path / "refract.toml").write_text(RULE)
    text = refract("check", "--format", "markdown").output
    assert all(line.isprintable() for line in text.split("\n"))
    tokens = MarkdownIt("commonmark").parse(text)
    assert not markdown_kinds(text) & (NOT_TEXT - {"heading_open", "html_block"}), text
    assert [token.content.strip() for token in tokens if token.type == "html_block"] == ["<!-- refract -->"]
    title, *others = [after.content for at, after in itertools.pairwise(tokens) if at.type == "heading_open"]
    assert title.startswith("Refract: ") and set(others) <= HEADINGS


@pytest.mark.parametrize("arguments", [[], ["--diff"], ["--safe"]], ids=" ".join)
def test_fixes_are_lines_of_their_form(name: str, arguments: list[str], refract: Refract, tmp_path: Path) -> None:
    done = refract("fix", *arguments)
    assert (done.exit_code in (0, 1) and done.exception is None) or isinstance(done.exception, SystemExit), done.output
    assert all(line.isprintable() for line in done.output.split("\n"))
    assert not re.search(r"^(prisma/schema.prisma:1:1: error drop-table: forged|::|DROP)", done.output, re.MULTILINE)
    assert [sql for sql in tmp_path.rglob("*/migration.sql") if "secrets" in statements(sql.read_text())] == []


def test_findings_in_markdown_are_text_and_code(name: str, tmp_path: Path) -> None:
    analysis = analyse(open_project(find_projects(tmp_path)[0]))
    assert analysis.findings
    for finding in analysis.findings:
        assert not markdown_kinds(markdown(finding)) & NOT_TEXT, markdown(finding)
        assert all(line.isprintable() for line in message(finding).split("\n"))
        assert not markdown_kinds(message(finding)) & NOT_TEXT, message(finding)


def test_a_rollback_runs_what_it_undoes(name: str, refract: Refract, tmp_path: Path) -> None:
    done = refract("rollback")
    written = [text.read_text() for text in tmp_path.rglob("down*.sql")]
    assert done.exit_code == 2 or written, done.output
    assert [text for text in written if "secrets" in statements(text)] == []
    assert all(line.isprintable() for line in done.output.split("\n"))
    assert not re.search(r"^(DROP|::|prisma/schema)", done.output, re.MULTILINE)


def test_a_migration_is_sql_of_the_changes(name: str, refract: Refract, tmp_path: Path) -> None:
    done = refract("create", "next", "--accept-data-loss")
    assert done.exit_code == 0, done.output
    (created,) = tmp_path.glob("prisma/migrations/*_next/migration.sql")
    assert "secrets" not in statements(created.read_text()), created.read_text()


def test_a_diff_is_sql_of_the_changes(name: str, refract: Refract) -> None:
    done = refract("diff")
    assert done.exit_code in (0, 1) and "secrets" not in statements(done.output), done.output


def test_a_runbook_is_a_checklist(name: str, refract: Refract, tmp_path: Path) -> None:
    newest = max(path.name for path in tmp_path.glob("prisma/migrations/2*"))
    done = refract("runbook", newest)
    assert done.exit_code == 0, done.output
    assert all(line.isprintable() for line in done.output.split("\n"))
    tokens = MarkdownIt("commonmark").parse(done.output)
    assert not markdown_kinds(done.output) & (NOT_TEXT - {"heading_open"}), done.output
    headings = [after.content for at, after in itertools.pairwise(tokens) if at.type == "heading_open"]
    assert not [heading for heading in headings if heading == "Heading"]
    for command in commands(done.output):
        assert "touch" not in unquoted(command), command


def commands(runbook: str) -> Iterator[str]:
    """The shell commands of a runbook."""
    for token in MarkdownIt("commonmark").parse(runbook):
        if token.type == "fence" and token.info == "sh":
            yield from token.content.splitlines()
        yield from (c.content for c in token.children or () if c.type == "code_inline" and c.content.startswith("npx "))


def unquoted(command: str) -> str:
    """What a shell would interpret of a command."""
    shlex.split(command.replace("$'", "'"))
    return re.sub(r"\$'(?:[^'\\]|\\.)*'|'[^']*'", "", command)


RECIPES = {
    "make-field-required": ["value='x'"],
    "change-type": ["type=Int?"],
    "drop-field": [],
}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_plan_is_sql_of_its_steps(
    name: str, recipe: str, refract: Refract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": (
            f'CREATE TABLE "User" ("id" INTEGER NOT NULL, {quoted(name)} TEXT, CONSTRAINT "k" PRIMARY KEY ("id"));\n'
        ),
        "prisma/schema.prisma": f"{HEAD}model User {{\n  id Int @id\n  old String? @map({mapped(name)})\n}}\n",
    })  # fmt: skip
    done = refract("plan", "new", recipe, "User.old", *RECIPES[recipe])
    assert done.exit_code == 0, done.output
    outputs = [done.output, refract("plan", "show").output]
    for _ in range(6):
        outputs += [refract("plan", command).output for command in ("next", "done")]
    assert all(line.isprintable() for output in outputs for line in output.split("\n")), outputs
    written = [*tmp_path.rglob("prisma/plans/**/*.sql"), *tmp_path.rglob("migrations/*/migration.sql")]
    assert len(written) > 1
    assert [file for file in written if "secrets" in statements(file.read_text())] == []


@pytest.mark.parametrize("name", ["image", "fence", "html"])
def test_a_hover_is_text_and_code(name: str, tmp_path: Path) -> None:
    project(tmp_path, NAMES[name])
    schema = tmp_path / "prisma/schema.prisma"
    schema.write_text(
        schema.read_text().replace("  added", f"  raw String? @default(dbgenerated({mapped(NAMES[name])}))\n  added")
    )
    uri, text = schema.as_uri(), schema.read_text()
    opened = {"textDocument": {"uri": uri, "languageId": "prisma", "version": 1, "text": text}}
    lines = [at for at, line in enumerate(text.splitlines()) if "map(" in line or "raw" in line]
    hovers = [
        {
            "id": 100 + at,
            "method": "textDocument/hover",
            "params": {"textDocument": {"uri": uri}, "position": {"line": at, "character": 3}},
        }
        for at in lines
    ]
    waits = {"id": 2, "method": "textDocument/codeLens", "params": {"textDocument": {"uri": uri}}}
    messages = ({"method": "textDocument/didOpen", "params": opened}, waits)
    _, found, _ = served(START, INITIALIZED, *messages, then=hovers)
    shown = [hover["contents"]["value"] for at in lines if (hover := found[100 + at]) != "answered"]
    assert len([text for text in shown if "```" in text]) >= 2
    assert [text for text in shown if markdown_kinds(text) & (NOT_TEXT - {"link_open"})] == []
    assert [url for text in shown for url in links(text) if "evil" in url] == []


def links(text: str) -> list[str]:
    """Where the links of a Markdown text lead."""
    children = [child for token in MarkdownIt("commonmark").parse(text) for child in token.children or ()]
    return [str(child.attrs["href"]) for child in children if child.type == "link_open"]


@pytest.mark.parametrize(
    "command", [["check"], ["create"], ["diff", "--from", "empty", "--to", "prisma/schema.prisma"]]
)
def test_a_problem_is_one_line(
    command: list[str], refract: Refract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a\nprisma/schema.prisma:1:1: error"
    write(folder, {"prisma/schema.prisma": HEAD + "model A {\n  id Int @@@\n}\n"})
    monkeypatch.chdir(tmp_path)
    done = refract(
        *(str(folder / word) if "/" in word else word for word in command),
        *([str(folder)] if command == ["check"] else []),
    )
    assert not re.search(r"^prisma/schema", done.output, re.MULTILINE), done.output
