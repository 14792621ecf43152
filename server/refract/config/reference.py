"""The reference of the settings and their JSON schema, made from the classes.

`python -m refract.config.reference DIRECTORY` writes both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import attrs

from refract.config import Settings
from refract.config.settings import keys

_INTRODUCTION = """\
# Settings

Write settings to `refract.toml`, or to the table `[tool.refract]` of `pyproject.toml`.
Refract reads the nearest of these files only, from the project folder up to the root of the repository.
Editors use the same names in their section `refract`, which overrides the file. `custom-rules`, `rule-packages` and `extends` are read from files only.
An unknown name or rule is an error.

[refract.schema.json](refract.schema.json) is the JSON schema.
For completion in an editor with a TOML server, start the file with `#:schema` and the address of that schema.

[The list of rules](rules/README.md) has their names.
Rules about comments are `suppression-without-reason`, `unused-suppression` and `unknown-rule-in-suppression`.
"""


_START = (
    "# Settings of Refract. All are optional. Remove the `#` of each setting to change.",
    "# `refract rules` lists the rules with their severity, `refract explain RULE` prints the page of a rule.",
    "",
)


def pages() -> Mapping[str, str]:
    """File name -> text."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    return {"settings.md": reference(), "refract.schema.json": f"{schema}\n"}


def reference() -> str:
    """The Markdown page of all settings."""
    return "\n".join((_INTRODUCTION, *_sections(Settings, "")))


def starting_file(found: Mapping[str, tuple[str, str]]) -> str:
    """A `refract.toml` to begin with: every setting with what it is, commented out. `found` are those that are known
    already (`database.version`), each with its value in TOML and where it was seen.
    """
    return "\n".join((*_START, *_lines_of_table(Settings, "", found)))


def json_schema() -> Mapping[str, Any]:
    """The JSON schema of the settings. It leaves the names of rules to Refract, which names the nearest one."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Refract"} | _schema(Settings)


def _sections(kind: type[attrs.AttrsInstance], table: str) -> Iterator[str]:
    for name, field in keys(kind).items():
        if "table" in field.metadata:
            yield from _sections(field.metadata["table"], f"{table}{name}.")
            continue
        header = f"[{table.rstrip('.')}]\n" if table else ""
        default = _plain(field.default)
        default_line = f"\n\nDefault: `{default}`." if default else ""
        yield f"## `{table}{name}`\n\n{_lines(field.metadata['doc'])}{default_line}\n"
        yield f"```toml\n{header}{name} = {field.metadata['example']}\n```\n"


def _lines_of_table(kind: type[attrs.AttrsInstance], table: str, found: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Keys first, then tables, as TOML wants it."""
    tables = {name: field for name, field in keys(kind).items() if "table" in field.metadata}
    for name, field in keys(kind).items():
        if name in tables:
            continue
        yield from (f"# {line}" for line in _lines(field.metadata["doc"]).splitlines())
        default = _plain(field.default)
        if default:
            yield f"# Default: {default}."
        value, where = found.get(f"{table}{name}", (field.metadata["example"], ""))
        if where:
            yield f"# Found in {where}."
        yield f"{'' if where else '# '}{name} = {value}"
        yield ""
    for name, field in tables.items():
        yield f"[{table}{name}]"
        yield from _lines_of_table(field.metadata["table"], f"{table}{name}.", found)


def _schema(kind: type[attrs.AttrsInstance]) -> dict[str, Any]:
    properties = {name: _property(field) for name, field in keys(kind).items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _property(field: attrs.Attribute[Any]) -> dict[str, Any]:
    if "table" in field.metadata:
        return _schema(field.metadata["table"])
    default = _plain(field.default)
    shape = {"description": field.metadata["doc"], **field.metadata["kind"].schema}
    return shape | ({"default": default} if default else {})


def _plain(default: object) -> str:
    return str(default.value) if isinstance(default, Enum) else ""


def _lines(doc: str) -> str:
    """One sentence on one line."""
    return doc.replace(". ", ".\n")


def main(directory: Path) -> None:
    """Write both files into `directory`."""
    for name, text in pages().items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
