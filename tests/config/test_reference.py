"""The generated reference and JSON schema of the settings are those of the classes, and their examples hold."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from refract.config import settings_from
from refract.config.reference import json_schema, pages
from refract.config.settings import FailOn

DOCS = Path(__file__).parents[2] / "docs"


def test_both_files_are_fresh() -> None:
    for name, text in pages().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"run `make docs`: {name} is stale"


def test_every_example_can_be_used() -> None:
    examples = re.findall(r"```toml\n(.*?)```", pages()["settings.md"], re.DOTALL)
    assert len(examples) >= 8
    for example in examples:
        settings_from(tomllib.loads(example), "the page")


def test_the_schema_agrees_with_the_classes() -> None:
    properties = json.loads(json.dumps(json_schema()))["properties"]
    assert properties["rules"]["additionalProperties"] == {"enum": ["error", "warning", "info", "off"]}
    assert properties["database"]["additionalProperties"] is False
    assert properties["fail-on"]["enum"] == list(FailOn)
    assert properties["fail-on"]["default"] == "error"
