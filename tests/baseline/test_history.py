"""Histories that were rewritten: what is renamed is neither deleted nor new work."""

from __future__ import annotations

from refract.baseline import History, compare_histories, migrations_of

INIT = b'CREATE TABLE "User" ("id" INTEGER NOT NULL);\n'
LOG = b'CREATE TABLE "Log" ("id" INTEGER NOT NULL);\n'


def history(base: dict[str, bytes], here: dict[str, bytes]) -> History:
    at_base, work = (
        migrations_of({f"{name}/migration.sql": sql for name, sql in found.items()}, "m") for found in (base, here)
    )
    return compare_histories(work, at_base, at_base, "main")


def names(found: History) -> tuple[list[tuple[str, str]], list[str]]:
    renamed = [(pair.before.name, pair.after.name) for pair in found.renamed]
    return renamed, [migration.name for migration in found.deleted]


def test_the_same_sql_under_another_name_is_renamed() -> None:
    assert names(history({"1_init": INIT, "2_log": LOG}, {"1_init": INIT, "3_log": LOG})) == ([("2_log", "3_log")], [])


def test_line_ends_do_not_count() -> None:
    found = history({"2_log": LOG}, {"3_log": LOG.replace(b"\n", b"\r\n")})
    assert names(found) == ([("2_log", "3_log")], [])


def test_other_sql_is_another_migration() -> None:
    assert names(history({"2_log": LOG}, {"3_log": LOG + b"-- more\n"})) == ([], ["2_log"])


def test_a_copy_is_a_new_migration() -> None:
    found = history({"2_log": LOG}, {"2_log": LOG, "3_log": LOG})
    assert names(found) == ([], [])
    assert [migration.name for migration in found.new] == ["3_log"]
    assert not found.rewritten


def test_equal_files_are_matched_one_by_one() -> None:
    found = history({"1_a": LOG, "2_b": LOG}, {"3_a": LOG})
    assert names(found) == ([("1_a", "3_a")], ["2_b"])
    assert found.rewritten == {"3_a"}


def test_empty_files_are_not_compared() -> None:
    assert names(history({"1_a": b""}, {"2_a": b"\n"})) == ([], ["1_a"])
