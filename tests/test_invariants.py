"""The promises of ARCHITECTURE.md that can be read off the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "server" / "refract"
SOURCES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}
MACHINERY = ("rules/__main__.py", "rules/kit/rule.py", "rules/kit/documentation.py")
"""Finds the rules and writes their pages; no rule uses it but for being declared."""

RULES = {name: tree for name, tree in SOURCES.items() if name.startswith("rules/") and name not in MACHINERY}

OUTSIDE_WORLD = frozenset(
    {"os", "io", "sys", "pathlib", "shutil", "tempfile", "glob", "time", "random", "secrets", "uuid", "subprocess"}
)
READERS = ("refract.clock", "refract.git", "refract.memory", "refract.whole_file", "refract.config.files")
NETWORK = frozenset({"socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "aiohttp"})
DATABASES = frozenset({"psycopg", "psycopg2", "asyncpg", "pymysql", "MySQLdb", "sqlite3", "pyodbc", "pymongo"})

MAY_WRITE = (
    "actions/file_writing.py",  # what a person asked for
    "memory.py",
    "whole_file.py",
    "docstrings.py",  # docs/, for `make docs`
    "config/reference.py",
)


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.AST) -> Iterator[str]:
    """What a module calls: `now` or `datetime.now`, or `.now` of anything else."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f"{getattr(node.func.value, 'id', '')}.{node.func.attr}"
        elif isinstance(node, ast.Call):
            yield getattr(node.func, "id", "")


def callers(*names: str) -> set[str]:
    """The sources that call something by one of these names."""
    return {source for source, tree in SOURCES.items() if set(names) & {call.split(".")[-1] for call in calls(tree)}}


def users(*modules: str) -> set[str]:
    """The sources that import one of these modules or packages."""
    wanted = set(modules)
    return {name for name, tree in SOURCES.items() if wanted.intersection(_with_parents(imports(tree)))}


def _with_parents(names: Iterator[str]) -> Iterator[str]:
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


@pytest.mark.parametrize("name", RULES)
def test_a_rule_reads_no_file_clock_or_environment(name: str) -> None:
    used = set(_with_parents(imports(RULES[name])))
    assert used & (OUTSIDE_WORLD | set(READERS)) == set()
    assert {call.split(".")[-1] for call in calls(RULES[name])} & {"now", "today", "open", "getenv"} == set()


def test_only_the_clock_tells_the_day() -> None:
    days = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    assert {name for name, tree in SOURCES.items() if days & set(calls(tree))} == {"clock.py"}


def test_nothing_below_lsp_and_cli_asks_for_a_line() -> None:
    asking = callers("position", "offset", "line_text") | users("refract.positions")
    assert {name for name in asking if not name.startswith(("lsp/", "agents/", "cli/"))} == set()


def test_only_these_write_files() -> None:
    writes = ("write_text", "write_bytes", "mkdir", "makedirs", "unlink", "rmtree", "touch", "symlink_to")
    assert callers(*writes) <= set(MAY_WRITE)


def test_no_network_and_no_database() -> None:
    assert users(*NETWORK, *DATABASES) == set()


ABOVE = ("cli/", "agents/", "lsp/", "actions/", "rendering/")
"""Render, or refuse what a person has asked for."""

REFUSALS = frozenset({"CannotAnalyse", "CannotPlan", "NoRollback", "NotAPlan", "SettingsError", "UnreadableFile"})
WRITE_SENTENCES = (
    # What cannot be read, where it is found.
    *(
        "analysis/baseline_choice.py",
        "baseline/folder.py",
        "workspace/projects.py",
        "analysis/baseline_choice.py",
        "syntax/messages.py",
        "syntax/schema_tree.py",
        "syntax/document.py",
    ),
    *(
        "lowering/fault.py",
        "lowering/faults.py",
        "lowering/attribute_faults.py",
        "lowering/default_faults.py",
        "lowering/relation_faults.py",
        "lowering/columns.py",
        "lowering/lower.py",
        "sql/reader/migration.py",
        "sql/reader/state.py",
    ),
    # The comments of generated files: Prisma's warnings, Refract's migrations and plans.
    *("sql/writer/warnings.py", "sql/atomic_block.py", "sql/safe/postgresql.py", "sql/safe/mysql.py", "plans/file.py"),
    # The documentation of a setting and of a rule about comments, and the pages made of it.
    *("config/settings.py", "rules/kit/comment_rules.py", "fixes/documentation.py"),
)
"""The modules below `rendering/` with sentences besides refusals. Recipes and fixes are listed in ARCHITECTURE.md."""


def test_only_these_write_sentences() -> None:
    below = {name: tree for name, tree in SOURCES.items() if not name.startswith((*ABOVE, "recipes/", "fixes/"))}
    writing = {name for name, tree in below.items() if any(_sentences(tree))}
    assert writing - set(WRITE_SENTENCES) == set()


def test_sentences_are_found() -> None:
    assert list(_sentences(ast.parse('"""Just a docstring here."""\nx = f"Drop {a} in two steps."\ny = "not one"')))
    assert not list(_sentences(ast.parse('"""Just a docstring here."""\nraise CannotPlan("Name one of the plans.")')))


def _sentences(tree: ast.AST) -> Iterator[str]:
    """The sentences in a module, without docstrings and refusals."""
    parts = {id(part) for node in ast.walk(tree) for part in _not_counted(node)}
    for node in ast.walk(tree):
        text = _text(node) if id(node) not in parts else ""
        if text.count(" ") > 2 and re.match(r"[A-Z`X].*[a-z`X)][.?]$", text.strip(), re.DOTALL):
            yield text


def _not_counted(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Raise():
            yield from ast.walk(node)
        case ast.Call(func=ast.Name(id=name)) if name in REFUSALS:
            yield from ast.walk(node)
        case ast.JoinedStr(values=values):
            yield from values


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value) or "X" for value in values)
    return ""


PROVIDERS = frozenset({"postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb", "mongodb"})
COMPARISONS = {
    "rules/kit/recipes.py": 1,
    "schema/apply.py": 1,  # below the providers
    "schema/columns.py": 1,
}
"""How often a module compares the name of a provider. A number may fall, and no module may be added: a difference between
databases is a field of one of the objects in the table of ARCHITECTURE.md.
"""


def test_differences_between_databases_are_fields() -> None:
    shared = {
        n: tree for n, tree in SOURCES.items() if not n.startswith("providers/") and Path(n).stem not in PROVIDERS
    }
    counts = {name: len(list(_comparisons(tree))) for name, tree in shared.items()}
    assert {name: count for name, count in counts.items() if count > COMPARISONS.get(name, 0)} == {}


def _comparisons(tree: ast.AST) -> Iterator[ast.Compare]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            constants = {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
            if any(isinstance(value, str) and value in PROVIDERS for value in constants):
                yield node


def test_each_promise_of_the_architecture_names_a_test() -> None:
    page = (TESTS.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    promises = re.findall(r"^- .*$", page.split("## Invariants", 1)[1], re.MULTILINE)
    written = {name for file in TESTS.rglob("*.py") for name in re.findall(r"def (test_\w+)", file.read_text())}
    named = {promise: re.findall(r"`(test_\w+)`", promise) for promise in promises}
    assert [promise for promise, tests in named.items() if not tests or not written.issuperset(tests)] == []
    assert page.count("\n") <= 150
