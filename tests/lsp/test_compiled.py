"""Compiled methods of attrs' classes that are kept between starts: the same classes, and nothing that can break a start."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attr._make
import attrs
import pytest

from refract import compiled
from refract.compiled import compiled_classes

SERVER = "import refract.lsp.start as s; print(s.main.__module__)"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    file = compiled._file()
    assert file is not None
    file.parent.mkdir(parents=True)
    return file


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The file names of what is really compiled."""
    made: list[str] = []
    real = builtins.compile

    def compile_(source: Any, filename: Any, *more: Any, **named: Any) -> Any:
        made.append(str(filename))
        return real(source, filename, *more, **named)

    monkeypatch.setattr(builtins, "compile", compile_)
    yield made


def make(fields: tuple[str, ...] = ("a", "b")) -> Any:
    return attrs.make_class("Made", {name: attrs.field(type=int) for name in fields}, frozen=True, order=True)


def made(calls: list[str]) -> int:
    return len([name for name in calls if "Made" in name])


def test_the_second_start_compiles_nothing(kept: Path, calls: list[str]) -> None:
    for expected in (1, 0):
        calls.clear()
        with compiled_classes():
            class_ = make()
        assert made(calls) == expected
        one, same, other = class_(1, 2), class_(1, 2), class_(1, 3)
        assert one == same != other
        assert hash(one) == hash(same)
        assert one < other
        assert repr(one) == "Made(a=1, b=2)"
    assert kept.exists()


def test_another_source_is_compiled(calls: list[str]) -> None:
    for fields in (("a", "b"), ("a", "c")):
        calls.clear()
        with compiled_classes():
            class_ = make(fields)
        assert made(calls) == 1
        assert [field.name for field in attrs.fields(class_)] == list(fields)


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 100], ids=["empty", "short", "zeros"])
def test_a_damaged_file_is_made_again(kept: Path, calls: list[str], damage: bytes) -> None:
    with compiled_classes():
        make()
    whole = kept.read_bytes()
    for data in (damage, whole[:-1], whole + b"x", bytes([whole[0] ^ 1]) + whole[1:], whole[:40] + b"?" + whole[41:]):
        kept.write_bytes(data)
        calls.clear()
        with compiled_classes():
            assert make()(1, 2).b == 2
        assert made(calls) == 1
        assert kept.read_bytes() == whole


def test_a_place_that_cannot_be_written(kept: Path, calls: list[str]) -> None:
    kept.mkdir()
    with compiled_classes():
        assert make()(1, 2).b == 2


def test_nothing_is_left_in_attrs_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), compiled_classes():
        raise ZeroDivisionError
    assert not hasattr(attr._make, "compile")


def test_nothing_is_written_if_python_writes_no_code(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with compiled_classes():
        make()
    assert not kept.exists()


def test_an_attrs_that_compiles_in_another_way_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "attr._make", None)  # as if there were no such module
    with compiled_classes():
        assert make()(1, 2).b == 2


def test_the_server_starts_a_second_time_without_compiling(tmp_path: Path) -> None:
    """Whatever attrs and the protocol's types put into the sources, it is the same in the next process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    count = (
        "import refract.compiled as c\n"
        "class M(c._Memory):\n"
        "    @property\n"
        "    def is_new(self):\n"
        "        print(len(self.used), sum(key not in self._known for key in self.used)); return super().is_new\n"
        "c._Memory = M\n"
    )
    command = [sys.executable, "-X", f"pycache_prefix={tmp_path}", "-c", f"{count}{SERVER}"]
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    )
    assert first[0] == first[1] == second[0]
    assert int(first[0]) > 500
    assert second[1:] == ["0", "refract.lsp.server"]
