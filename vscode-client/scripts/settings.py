"""Writes the settings into `package.json`: those of the server, from their one reference, and the extension's own.

`python vscode-client/scripts/settings.py` is part of `make docs`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from refract.config.reference import json_schema
from refract.config.settings import IN_FILES_ONLY

MANIFEST = Path(__file__).resolve().parents[1] / "package.json"

_INTERPRETER = {
    "type": "string",
    "default": "",
    "scope": "machine-overridable",
    "markdownDescription": (
        "Path or name of the Python (3.11 or newer) that runs Refract. "
        "Default: the interpreter of the Python extension, else `python3`, `python` or `py -3` on the `PATH`. "
        "With SSH, WSL or containers, set this in the Remote tab."
    ),
}


def written(manifest: str) -> str:
    """The text of `package.json` with the settings as they are now."""
    package = json.loads(manifest)
    own = {"refract.interpreter": _INTERPRETER}
    servers = {f"refract.{name}": setting for name, setting in _settings(json_schema(), "")}
    package["contributes"]["configuration"] = {"title": "Refract", "properties": own | servers}
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _settings(schema: Mapping[str, Any], table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, shape in schema["properties"].items():
        if "properties" in shape:
            yield from _settings(shape, f"{table}{name}.")
        elif name not in IN_FILES_ONLY:
            yield f"{table}{name}", _setting(shape)


def _setting(shape: Mapping[str, Any]) -> dict[str, Any]:
    """What is not set is null, so that the project's file counts. VS Code would else send an empty value of the type."""
    kept = {key: value for key, value in shape.items() if key not in ("description", "default")}
    described = {"markdownDescription": shape["description"], "scope": "window", "default": None}
    choices = {"enum": [*shape["enum"], None]} if "enum" in shape else {}
    return {**described, **kept, "type": [shape.get("type", "string"), "null"], **choices}


if __name__ == "__main__":
    MANIFEST.write_text(written(MANIFEST.read_text(encoding="utf-8")), encoding="utf-8")
