"""The methods of attrs' classes as compiled code, kept where Python keeps that of modules.

attrs writes the source of these methods when a class is made, and compiles it at each start: a quarter of the time in
which the language server starts, two thirds of it for the protocol's types. Here the code is found again by its source,
so another version of a library misses and is compiled. What cannot be read or written changes nothing but the time.
"""

from __future__ import annotations

import builtins
import marshal
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b, sha256
from importlib import import_module
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType, ModuleType

from refract.reading import UnreadableFile, read_bytes
from refract.whole_file import write_whole

_COMPILER = "compile"
_DIGEST = 32
_MOST = 2_000  # methods; more are left over from other versions
_SEED = re.compile(r"(hash\(\(\n\s+)-?\d+(?=,\n)")
"""The number by which a method `__hash__` begins: another one in each process, and any would do."""


@contextmanager
def compiled_classes(entry: str = "attrs") -> Iterator[None]:
    """Within the body, classes of attrs are made of code that is kept, as far as it is.

    Each entry point has a file of its own, so that a small one does not read the code of a large one.
    """
    module, file = _attrs(), _file(entry)
    if module is None or file is None:
        yield
        return
    memory = _Memory(_read(file))
    setattr(module, _COMPILER, memory.compile)  # found before the builtin, in this module only
    try:
        yield
    finally:
        delattr(module, _COMPILER)
    if memory.is_new and not sys.dont_write_bytecode:
        _write(file, memory.kept)


class _Memory:
    """Code by its source, and which of it was used."""

    def __init__(self, known: dict[bytes, CodeType]) -> None:
        self._known = known
        self.used: dict[bytes, CodeType] = {}

    @property
    def is_new(self) -> bool:
        """Whether something had to be compiled."""
        return any(key not in self._known for key in self.used)

    @property
    def kept(self) -> dict[bytes, CodeType]:
        """What to keep: also what this run did not need, since the next one may."""
        every = {**self._known, **self.used}
        return every if len(every) <= _MOST else self.used

    def compile(self, source: object, filename: object, mode: object, *more: object, **named: object) -> CodeType:
        """As the builtin does: the code of one source, file name and mode is always the same, but for the seed."""
        if more or named or not (isinstance(source, str) and isinstance(filename, str) and isinstance(mode, str)):
            return builtins.compile(source, filename, mode, *more, **named)  # type: ignore[call-overload, no-any-return]
        text = "\0".join((mode, filename, _SEED.sub(r"\1", source)))
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        code = self._known.get(key)
        if code is None:
            code = builtins.compile(source, filename, mode)
        self.used[key] = code
        return code


def _attrs() -> ModuleType | None:
    """The module of attrs that compiles; None if there is no such module, or something else has its compiler."""
    try:
        module = import_module("attr._make")
    except ImportError:
        return None
    return None if hasattr(module, _COMPILER) else module


def _file(entry: str = "attrs") -> Path | None:
    """Next to the compiled form of this module; None if Python keeps none."""
    try:
        return Path(cache_from_source(__file__, optimization=entry))
    except (NotImplementedError, ValueError):
        return None


def _read(file: Path) -> dict[bytes, CodeType]:
    """The code that is kept by this version of Python; none if the file is missing or damaged."""
    data = read_bytes(file)
    if isinstance(data, UnreadableFile) or data[:_DIGEST] != _digest(memoryview(data)[_DIGEST:]):
        return {}
    try:
        found = marshal.loads(memoryview(data)[_DIGEST:])
    except (ValueError, EOFError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, code: dict[bytes, CodeType]) -> None:
    data = marshal.dumps(code)
    with suppress(OSError):
        write_whole(file, _digest(data) + data)


def _digest(data: bytes | memoryview) -> bytes:
    """Ties the code to the build of Python: `marshal` must read nothing else, and nothing that is damaged."""
    return sha256(MAGIC_NUMBER + sys.version.encode() + data).digest()
