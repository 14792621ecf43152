"""`make new-rule` and `make new-recipe` write a working example with the fixed headings, in a place of its own."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import recipes.plans
from recipes.plans import cases
from recipes.test_recipes import HEADINGS as RECIPE_HEADINGS
from recipes.test_recipes import schema_in_the_end, without_alignment
from refract.docstrings import headings
from refract.recipes.base import Recipe, all_recipes
from refract.rendering.recipe_pages import example_of
from refract.rules.kit.rule import Rule, all_rules
from rules.markdown import find
from rules.test_fixtures import cases_of
from rules.test_rules import HEADINGS as RULE_HEADINGS
from rules.test_rules import example

SCRIPT = Path(__file__).parent.parent / "scripts" / "new.py"


@pytest.fixture(scope="module")
def new() -> ModuleType:
    spec = importlib.util.spec_from_file_location("new", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rules and recipes below the temporary folder are found like those of the package."""
    for package in ("rules", "recipes"):
        module = sys.modules[f"refract.{package}"]
        monkeypatch.setattr(module, "__path__", [*module.__path__, str(tmp_path / "server" / "refract" / package)])
    caches = (all_rules, all_recipes, cases)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()
    for name in ("refract.rules.new_rule", "refract.recipes.new_recipe"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("found_too")
def test_a_new_rule_fires_and_is_silent(new: ModuleType, tmp_path: Path) -> None:
    module, fixture = new.written("rule", "new-rule", tmp_path)
    assert (module.name, fixture.name) == ("new_rule.py", "new-rule.md")
    [rule] = [rule for rule in all_rules() if rule.name == "new-rule"]
    assert isinstance(rule, Rule)
    assert headings(rule.doc) == RULE_HEADINGS
    assert fires(example(rule, "Example"), rule.name)
    assert not fires(example(rule, "Safer way"), rule.name)
    assert [fires(case.given, rule.name) for case in cases_of(fixture)] == [True, False]


def fires(given: object, rule: str) -> bool:
    return rule in {finding.rule for finding in find(given, "postgresql", rule).findings}


@pytest.mark.usefixtures("found_too")
def test_a_new_recipe_has_a_plan(new: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, fixture = new.written("recipe", "new-recipe", tmp_path)
    assert (module.name, fixture.name) == ("new_recipe.py", "new-recipe.md")
    recipe = all_recipes()["new-recipe"]
    assert isinstance(recipe, Recipe)
    assert headings(recipe.doc) == RECIPE_HEADINGS
    assert schema_in_the_end(recipe) == without_alignment(example_of(recipe).after)
    monkeypatch.setattr(recipes.plans, "FOLDER", fixture.parent)
    monkeypatch.setenv("UPDATE_EXPECT", "1")
    [case] = cases()
    assert case.outline == "1 expand: Add `note`\n  schema: add `note String?` to `User`\n  add_note_to_users\n"


@pytest.mark.parametrize("name", ["", "NullableJson", "nullable_json", "-json", "json-", "../json", "1-json"])
def test_a_name_that_cannot_be_used(new: ModuleType, name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        new.written("rule", name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_overwritten(new: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["rule", "new-rule", "--root", str(tmp_path)]
    assert new.main(command) == 0
    assert "make accept IN=tests/rules K=new-rule" in capsys.readouterr().out
    assert new.main(command) == 1
    assert "already exists" in capsys.readouterr().err
