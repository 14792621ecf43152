"""Migration folders, good and bad, and the memo of what they build."""

import pickle
import shutil
from pathlib import Path

import pytest

import refract
from refract.baseline import cache, load_migrations, migrations_of, replay
from refract.baseline.folder import is_migration_file, migration_name, rollback_files, rollback_paths
from refract.providers import provider

INIT = 'CREATE TABLE "User" ("id" INTEGER NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));'
MORE = 'ALTER TABLE "User" ADD COLUMN "email" TEXT;'
PG = provider("postgresql")


@pytest.fixture(autouse=True)
def memo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("REFRACT_NO_CACHE", raising=False)
    cache._in_process.clear()
    return tmp_path / "cache" / "replay"


def folder(root: Path, **migrations: bytes | str) -> Path:
    for name, sql in migrations.items():
        (root / name.removeprefix("m")).mkdir(parents=True)
        data = sql.encode() if isinstance(sql, str) else sql
        (root / name.removeprefix("m") / "migration.sql").write_bytes(data)
    return root


def test_migrations_run_in_the_order_of_their_names(tmp_path: Path) -> None:
    root = folder(tmp_path / "m", m2_more=MORE, m1_init=INIT)
    found = load_migrations(root)
    baseline = replay(found, PG)
    assert [m.name for m in found.migrations] == ["1_init", "2_more"]
    table = baseline.database.table("User")
    assert table and [c.name for c in table.columns] == ["id", "email"]
    assert (baseline.kind, baseline.statements, baseline.not_followed, baseline.problems) == ("migrations", 2, (), ())


def test_the_same_from_bytes() -> None:
    found = migrations_of({"1_a/migration.sql": INIT.encode(), "migration_lock.toml": b'provider = "postgresql"'}, "at")
    assert found.provider == "postgresql"
    assert replay(found, PG).database.table("User")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<<<<<<< HEAD\nSELECT 1;\n=======\n>>>>>>> x\n", "conflict markers"),
        ("SELECT 1;".encode("utf-16"), "UTF-16"),
        (b"SELECT '\xff';", "not UTF-8"),
        (b"\x00\x01\x02" * 99, "binary"),
    ],
)
def test_bad_files_are_reported_and_the_rest_is_read(tmp_path: Path, data: bytes, told: str) -> None:
    root = folder(tmp_path / "m", m1_init=INIT, m2_bad=data, m3_more=MORE)
    baseline = replay(load_migrations(root), PG)
    assert any(told in problem.message for problem in baseline.problems)
    table = baseline.database.table("User")
    assert table and table.column("email")


def test_a_folder_without_sql_and_a_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "m" / "1_empty").mkdir(parents=True)
    assert "has no migration.sql" in load_migrations(tmp_path / "m").problems[0].message
    assert "does not exist" in load_migrations(tmp_path / "nowhere").problems[0].message


@pytest.mark.parametrize("lock", ["provider = ", 'provider = "dbase"', "x = 1", 'provider = "mysql"'])
def test_a_lock_with_another_provider_is_reported(tmp_path: Path, lock: str) -> None:
    root = folder(tmp_path / "m", m1_init=INIT)
    (root / "migration_lock.toml").write_text(lock)
    problems = replay(load_migrations(root), PG).problems
    assert len(problems) == 1
    assert "migration_lock.toml" in problems[0].message


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    baseline = replay(load_migrations(folder(tmp_path / "m", m1_init=b"\xef\xbb\xbf" + INIT.encode())), PG)
    assert (baseline.not_followed, baseline.problems) == ((), ())


def test_what_is_known_is_not_read_again(tmp_path: Path, memo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(tmp_path / "m", m1_init=INIT)
    first = replay(load_migrations(root), PG)
    cache._in_process.clear()
    read = []
    from refract.sql import reader

    real = reader.read_migration
    monkeypatch.setattr(reader, "read_migration", lambda *a: read.append(a[1]) or real(*a))
    assert replay(load_migrations(root), PG) == first
    assert read == []
    folder(root, m2_more=MORE)
    table = replay(load_migrations(root), PG).database.table("User")
    assert table and table.column("email")
    assert [Path(path).parent.name for path in read] == ["2_more"]
    (root / "1_init" / "migration.sql").write_text(INIT.replace("User", "Person"))
    assert replay(load_migrations(root), PG).database.table("Person")


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return Path.touch, (Path("/tmp/refract-was-here"),)  # type: ignore[return-value]


@pytest.mark.parametrize("damage", [b"", b"junk", pickle.dumps(Path("/")), pickle.dumps(Evil()), pickle.dumps(PG.name)])
def test_a_damaged_memo_is_ignored(tmp_path: Path, memo: Path, damage: bytes) -> None:
    root = folder(tmp_path / "m", m1_init=INIT)
    first = replay(load_migrations(root), PG)
    cache._in_process.clear()
    (entry,) = memo.iterdir()
    entry.write_bytes(damage)
    assert replay(load_migrations(root), PG) == first


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_half_a_memo_is_ignored(tmp_path: Path, memo: Path, part: float) -> None:
    root = folder(tmp_path / "m", m1_init=INIT)
    first = replay(load_migrations(root), PG)
    cache._in_process.clear()
    (entry,) = memo.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(whole[: int(len(whole) * part)])
    assert replay(load_migrations(root), PG) == first


def test_a_folder_in_place_of_the_memo_is_ignored(tmp_path: Path, memo: Path) -> None:
    root = folder(tmp_path / "m", m1_init=INIT)
    first = replay(load_migrations(root), PG)
    cache._in_process.clear()
    (entry,) = memo.iterdir()
    entry.unlink()
    entry.mkdir()
    assert replay(load_migrations(root), PG) == first


def test_a_memo_that_cannot_be_written_to_is_read(tmp_path: Path, memo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(tmp_path / "m", m1_init=INIT)
    first = replay(load_migrations(root), PG)
    cache._in_process.clear()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    assert replay(load_migrations(root), PG) == first
    folder(root, m2_more=MORE)
    table = replay(load_migrations(root), PG).database.table("User")
    assert table and table.column("email")
    assert len(list(memo.iterdir())) == 1, "no half of a memo is left behind"


def test_another_reader_does_not_believe_the_memo(tmp_path: Path, memo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(tmp_path / "m", m1_init=INIT)
    replay(load_migrations(root), PG)
    cache._in_process.clear()
    monkeypatch.setattr(cache, "revision", lambda: "another")
    replay(load_migrations(root), PG)
    assert len(list(memo.iterdir())) == 2


def test_any_source_of_the_reader_makes_another_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = Path(refract.__path__[0])
    copy = tmp_path / "refract"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(refract, "__path__", [str(copy)])
    assert cache.revision.__wrapped__() == cache.revision()
    for name in ("text.py", "sql/reader/tokens.py", "schema/apply.py", "providers/mysql.py", "baseline/folder.py"):
        known = cache.revision.__wrapped__()
        (copy / name).write_text((copy / name).read_text() + "\n")
        assert cache.revision.__wrapped__() != known, name


@pytest.mark.parametrize(("said", "kept"), [("1", False), ("0", True), ("", True)])
def test_no_memory_is_kept_where_none_is_wanted(
    tmp_path: Path, memo: Path, monkeypatch: pytest.MonkeyPatch, said: str, kept: bool
) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", said)
    replay(load_migrations(folder(tmp_path / "m", m1_init=INIT)), PG)
    assert memo.exists() is kept


def test_a_memo_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path / "file"))
    assert replay(load_migrations(folder(tmp_path / "m", m1_init=INIT)), PG).database.table("User")


FLAT = {
    "numbers, as wrangler counts": (
        "migrations",
        ["10_c.sql", "9_b.sql", "0001_a.sql"],
        ["0001_a", "9_b", "10_c"],
    ),
    "names, as Supabase sorts": (
        "supabase/migrations",
        ["10_c.sql", "9_b.sql", "0001_a.sql"],
        ["0001_a", "10_c", "9_b"],
    ),
    "up and down": ("m", ["000001_a.up.sql", "000001_a.down.sql", "000002_b.up.sql"], ["000001_a", "000002_b"]),
    "what is no migration": ("m", ["seed.sql", "0001_a.sql", "0002_b.txt", "readme.md", "_0003.sql"], ["0001_a"]),
    "a folder of Prisma": ("m", ["20240101000000_a/migration.sql", "0001_b.sql"], ["20240101000000_a"]),
    "a lock file": ("m", ["migration_lock.toml", "0001_b.sql"], []),
}


@pytest.mark.parametrize("name", FLAT)
def test_a_flat_folder(name: str, tmp_path: Path) -> None:
    below, names, expected = FLAT[name]
    folder = tmp_path / below
    files = {file: b'provider = "sqlite"' if file.endswith("toml") else b"-- x" for file in names}
    for file, data in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)
    loaded = load_migrations(folder)
    assert [migration.name for migration in loaded.migrations] == expected
    assert loaded.problems == ()
    assert migrations_of({file: data for file, data in files.items() if is_migration_file(file)}, str(folder)) == loaded
    assert [migration_name(migration.path) for migration in loaded.migrations] == expected
    assert all((folder / migration.file) == Path(migration.path) for migration in loaded.migrations)


@pytest.mark.parametrize(
    ("migration", "count", "expected"),
    [
        ("m/1_a/migration.sql", 1, ["m/1_a/down.sql"]),
        ("m/1_a/migration.sql", 2, ["m/1_a/down_1.sql", "m/1_a/down_2.sql"]),
        ("m/0001_a.sql", 1, ["rollbacks/0001_a/down.sql"]),
        ("m/0001_a.up.sql", 1, ["m/0001_a.down.sql"]),
        ("m/0001_a.up.sql", 2, ["m/0001_a.down_1.sql", "m/0001_a.down_2.sql"]),
    ],
)
def test_where_a_rollback_is(tmp_path: Path, migration: str, count: int, expected: list[str]) -> None:
    paths = rollback_paths(tmp_path / migration, count)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == expected
    for path in (tmp_path / migration, tmp_path / "m/0002_b.down.sql", *paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("-- x")
    assert rollback_files(tmp_path / migration) == paths
