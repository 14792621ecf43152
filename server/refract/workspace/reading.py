"""Reads the files of a workspace, which may be missing, huge, binary or not files at all."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

MAX_BYTES = 20_000_000


@frozen
class UnreadableFile:
    """A file that could not be read; `reason` is a sentence for the user that names the path."""

    path: str
    reason: str


def read_text(path: Path) -> str | UnreadableFile:
    """The text of `path`, with its line ends and byte-order mark as they are."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return UnreadableFile(str(path), f"{path} is not a file")
        if status.st_size > MAX_BYTES:
            return UnreadableFile(str(path), f"{path} is larger than {MAX_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except FileNotFoundError:
        return UnreadableFile(str(path), f"{path} does not exist")
    except (OSError, ValueError) as error:
        return UnreadableFile(str(path), f"Cannot read {path}: {getattr(error, 'strerror', None) or error}")
    return decode(data, str(path))


def read_json(path: Path) -> Mapping[str, object]:
    """The object in a file of JSON, such as package.json; empty for anything else."""
    text = read_text(path)
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def decode(data: bytes, path: str) -> str | UnreadableFile:
    """`data` as text; `path` names it in the reason."""
    if b"\0" in data[:8192]:
        return UnreadableFile(path, f"{path} is a binary file, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return UnreadableFile(path, f"{path} is not UTF-8 text (byte {error.start})")
