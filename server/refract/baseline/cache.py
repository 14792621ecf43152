"""Remembers what migrations build, in memory and on disk. A memo that cannot be read or written is ignored."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import pickle
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import refract
from refract import __version__, memory
from refract.baseline.value import Baseline

_FOLDER = "replay"
_IN_PROCESS = 16
_ON_DISK = 64
_MODULES = (
    "refract.schema.model",
    "refract.schema.changes",
    "refract.text",
    "refract.baseline.value",
    "refract.frozen_map",
)

_READERS = ("sql/reader", "schema", "providers", "baseline")
"""What an outcome depends on, in addition to the migrations."""

_in_process: OrderedDict[str, Baseline] = OrderedDict()


@functools.cache
def revision() -> str:
    """Identifies one build of the reader: it changes with any source that decides how SQL is read."""
    digest = hashlib.sha256(__version__.encode())
    with contextlib.suppress(OSError):  # not installed as files: the version must suffice
        for file in _sources(Path(refract.__path__[0])):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(package: Path) -> Iterator[Path]:
    yield package / "text.py"
    for folder in _READERS:
        yield from sorted((package / folder).glob("*.py"))


def longest(keys: Sequence[str]) -> tuple[int, Baseline | None]:
    """The last of `keys` that something is remembered for: how many keys it covers, and its value."""
    for position in range(len(keys), 0, -1):
        if keys[position - 1] in _in_process:
            _in_process.move_to_end(keys[position - 1])
            return position, _in_process[keys[position - 1]]
    stored = memory.remembered(_FOLDER)
    for position in range(len(keys), 0, -1):
        if keys[position - 1] in stored:
            known = _load(keys[position - 1])
            if known is not None:
                _keep_in_process(keys[position - 1], known)
                return position, known
    return 0, None


def keep(key: str, baseline: Baseline) -> None:
    """Remember a baseline, in this process and on disk."""
    _keep_in_process(key, baseline)
    with contextlib.suppress(pickle.PicklingError, RecursionError):
        memory.remember(f"{_FOLDER}/{key}", pickle.dumps(baseline, protocol=pickle.HIGHEST_PROTOCOL))
        memory.forget_all_but(_ON_DISK, _FOLDER)


def _keep_in_process(key: str, baseline: Baseline) -> None:
    _in_process[key] = baseline
    _in_process.move_to_end(key)
    while len(_in_process) > _IN_PROCESS:
        _in_process.popitem(last=False)


def _load(key: str) -> Baseline | None:
    try:
        known = _ModelOnly(io.BytesIO(memory.recall(f"{_FOLDER}/{key}") or b"")).load()
    except Exception:  # a damaged pickle can raise anything; it is then not remembered
        return None
    return known if isinstance(known, Baseline) else None


class _ModelOnly(pickle.Unpickler):
    """Makes values of the model and of nothing else, even if a file names others."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in _MODULES or name.startswith("_") or "." in name:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of the model")
        found = super().find_class(module, name)
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of the model")
        return found
