"""Remembers what migrations amount to, in memory and on disk. A memo that cannot be read or written is no memo."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import pickle
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import refract
from refract import __version__
from refract.config import cache_folder

if TYPE_CHECKING:
    from refract.baseline.baseline import Baseline

_IN_MEMORY = 16
_ON_DISK = 64
_MODULES = ("refract.schema.model", "refract.schema.changes", "refract.text", "refract.baseline.baseline")

_READERS = ("sql/reader", "schema", "providers", "baseline")
"""What an outcome depends on, besides the migrations."""

_memory: OrderedDict[str, Baseline] = OrderedDict()


@functools.cache
def revision() -> str:
    """Tells one build of the reader from another: it changes with any source that says how SQL is taken."""
    digest = hashlib.sha256(__version__.encode())
    with contextlib.suppress(OSError):  # not installed as files: the version has to do
        for file in _sources(Path(refract.__path__[0])):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(package: Path) -> Iterator[Path]:
    yield package / "text.py"
    for folder in _READERS:
        yield from sorted((package / folder).glob("*.py"))


def longest(keys: Sequence[str]) -> tuple[int, Baseline | None]:
    """The last of `keys` that something is remembered for: how many keys it stands for, and what that is."""
    for position in range(len(keys), 0, -1):
        if keys[position - 1] in _memory:
            _memory.move_to_end(keys[position - 1])
            return position, _memory[keys[position - 1]]
    folder = _folder()
    stored = _names(folder) if folder else frozenset()
    for position in range(len(keys), 0, -1):
        if folder and keys[position - 1] in stored:
            found = _load(folder / keys[position - 1])
            if found is not None:
                _remember(keys[position - 1], found)
                return position, found
    return 0, None


def keep(key: str, baseline: Baseline) -> None:
    """Remember a baseline, here and on disk."""
    _remember(key, baseline)
    folder = _folder()
    if folder is not None:
        with contextlib.suppress(OSError, pickle.PicklingError, RecursionError):
            _store(folder, key, baseline)


def forget() -> None:
    """Empty the memory (not the disk)."""
    _memory.clear()


def _remember(key: str, baseline: Baseline) -> None:
    _memory[key] = baseline
    _memory.move_to_end(key)
    while len(_memory) > _IN_MEMORY:
        _memory.popitem(last=False)


def _folder() -> Path | None:
    folder = cache_folder()
    return folder / "replay" if folder else None


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(entry.name for entry in folder.iterdir())
    except OSError:
        return frozenset()


def _store(folder: Path, key: str, baseline: Baseline) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            pickle.dump(baseline, file, protocol=pickle.HIGHEST_PROTOCOL)
        Path(temporary).replace(folder / key)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _drop_oldest(folder)


def _drop_oldest(folder: Path) -> None:
    entries = sorted(folder.iterdir(), key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in entries[_ON_DISK:]:
        entry.unlink(missing_ok=True)


class _ModelOnly(pickle.Unpickler):
    """Makes values of the model and of nothing else, whatever a file asks for."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in _MODULES or name.startswith("_") or "." in name:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of the model")
        found = super().find_class(module, name)
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of the model")
        return found


def _load(path: Path) -> Baseline | None:
    try:
        found = _ModelOnly(io.BytesIO(path.read_bytes())).load()
    except Exception:  # a damaged pickle can raise anything; it is then no memo
        return None
    from refract.baseline.baseline import Baseline  # noqa: PLC0415  that module needs this one

    return found if isinstance(found, Baseline) else None
