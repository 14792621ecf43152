"""What is remembered on disk: a file that is damaged, foreign or too large is not used, and nothing is reported about it."""

from __future__ import annotations

import os
import pickle
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from refract import memory
from refract.syntax import grammar
from small_projects import HEAD, INIT, LOCK, USER, write

Refract = Callable[..., Result]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(folder))
    return folder


def test_what_is_remembered_is_recalled(cache: Path) -> None:
    memory.remember("answers/a", b"yes")
    assert memory.recall("answers/a") == b"yes"
    assert (cache / "answers" / "a").stat().st_mode & 0o777 == 0o600
    assert (cache / "answers").stat().st_mode & 0o777 == 0o700


def flipped(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    "damage", [flipped, lambda data: data[:-1], lambda data: data + b"x", lambda _: b"", lambda data: data[32:]]
)
def test_a_damaged_file_is_not_recalled(cache: Path, damage: Callable[[bytes], bytes]) -> None:
    memory.remember("answers/a", b"yes or no")
    file = cache / "answers" / "a"
    file.write_bytes(damage(file.read_bytes()))
    assert memory.recall("answers/a") is None


def grant_group(file: Path) -> None:
    file.chmod(0o640)


def open_folder(file: Path) -> None:
    file.parent.chmod(0o777)


def link(file: Path) -> None:
    file.rename(file.with_name("b"))
    file.symlink_to("b")


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def give_away(file: Path) -> None:
    if os.getuid():
        pytest.skip("only root can give a file away")
    os.chown(file, 12345, -1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
@pytest.mark.parametrize("change", [grant_group, open_folder, link, pipe, give_away])
def test_a_file_that_others_could_have_written_is_not_recalled(cache: Path, change: Callable[[Path], None]) -> None:
    memory.remember("answers/a", b"yes")
    change(cache / "answers" / "a")
    assert memory.recall("answers/a") is None


def test_what_is_too_large_is_neither_kept_nor_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.remember("answers/a", b"x" * 100)
    monkeypatch.setattr(memory, "MOST_BYTES", 99)
    assert memory.recall("answers/a") is None
    memory.remember("answers/b", b"x" * 100)
    assert memory.remembered("answers") == {"a"}


def test_a_folder_is_bounded_in_number_and_size(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for age in range(6):
        memory.remember(f"answers/{age}", b"x" * 100)
        os.utime(cache / "answers" / str(age), (age, age))
    memory.forget_all_but(4, "answers")
    assert memory.remembered("answers") == {"2", "3", "4", "5"}
    monkeypatch.setattr(memory, "MOST_BYTES_IN_FOLDER", 300)
    memory.forget_all_but(4, "answers")
    assert memory.remembered("answers") == {"4", "5"}


def test_damaged_files_change_no_answer(
    cache: Path, refract: Refract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER.replace("email String", "mail String"),
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
    })  # fmt: skip
    monkeypatch.chdir(tmp_path)
    expected = refract("check")
    chance = random.Random(1)
    for _ in range(20):
        for file in [path for path in cache.rglob("*") if path.is_file()]:
            data = bytearray(file.read_bytes())
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            file.write_bytes(data)
        done = refract("check")
        assert (done.exit_code, done.output) == (expected.exit_code, expected.output)


def test_a_pickle_of_another_kind_is_not_loaded(cache: Path) -> None:
    from refract.baseline import cache as replays

    memory.remember("replay/k", pickle.dumps(os.getcwd))
    assert replays.longest(["k"]) == (0, None)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows finds the home of a user otherwise")
def test_an_unknown_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    def unknown(number: int) -> object:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "XDG_CACHE_HOME", "REFRACT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert memory.cache_folder() is None
    memory.remember("answers/a", b"yes")
    assert memory.recall("answers/a") is None


def test_shapes_of_lines_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "_parsed", type(grammar._parsed)())
    monkeypatch.setattr(grammar, "_held", [0])
    monkeypatch.setattr(grammar, "MOST_TERMINALS", 100)
    for count in range(1, 60):
        grammar.parse("model_member", ["NAME", "NAME", *["AT", "NAME"] * (count % 20)])
    assert grammar._held[0] <= 100
    assert grammar._held[0] == sum(len(names) for _, names in grammar._parsed)
