"""What holds for what rules state: short headlines, and no prose besides."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from statistics import median

import pytest

from refract.rules.kit.rule import Rule, all_rules
from rules.markdown import fixtures

HEADLINE = re.compile(r"^(?:error|warning|info): (.*)$", re.MULTILINE)
MOST_WORDS = 12
MEDIAN_WORDS = 9
RULES = Path(__file__).parents[2] / "server" / "refract" / "rules"


def headlines() -> dict[str, set[str]]:
    found = {path.stem: set(HEADLINE.findall(path.read_text(encoding="utf-8"))) for path in fixtures()}
    return {rule: lines for rule, lines in found.items() if lines}


def words(headline: str) -> int:
    """How many words a reader meets: code in backticks counts as one."""
    return len(re.sub(r"`[^`]*`", "x", headline).split())


def prose(rule: Rule) -> list[str]:
    """The texts of three words and more in a rule's code, outside of its docstrings and its headlines."""
    tree = ast.parse((RULES / f"{rule.name.replace('-', '_')}.py").read_text(encoding="utf-8"))
    allowed = {id(node) for node in _headlines_and_docstrings(tree)}
    texts = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in allowed)
    return [text for text in texts if isinstance(text, str) and re.search(r"[a-z]+ [a-z]+ [a-z]+", text)]


def _headlines_and_docstrings(tree: ast.Module) -> list[ast.AST]:
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "what":
            found += ast.walk(node.value)
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("_what", "_headline")):
            found += ast.walk(node)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            found += ast.walk(node.body[0])
    return found


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_headlines_are_short(rule: Rule) -> None:
    for headline in headlines().get(rule.name, ()):
        assert words(headline) <= MOST_WORDS, headline
        assert not headline.endswith("."), headline


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_a_rule_has_no_prose_but_its_headline(rule: Rule) -> None:
    assert prose(rule) == []


def test_half_of_the_headlines_are_shorter_still() -> None:
    counts = [words(line) for lines in headlines().values() for line in lines]
    assert median(counts) <= MEDIAN_WORDS
