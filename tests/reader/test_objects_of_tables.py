"""Triggers, policies, rules, functions and types: kept as facts, by their tables."""

from __future__ import annotations

import pytest

from reader.equivalents import built
from refract.schema.model import ObjectKey, ObjectKind, QualifiedName

F = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
TRIGGER = "CREATE TRIGGER tr BEFORE INSERT OR UPDATE OF n ON post FOR EACH ROW EXECUTE FUNCTION f();"


def keys(sql: str, name: str = "postgresql") -> list[tuple[str, str, str | None]]:
    found = built(sql, name)
    assert found.not_followed == ()
    return [(k.kind.value, k.name.name, k.table.name if k.table else None) for k in found.database.objects]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (TRIGGER, [("trigger", "tr", "post")]),
        (f"{TRIGGER} DROP TRIGGER IF EXISTS tr ON post;", []),
        (f"{TRIGGER} ALTER TRIGGER tr ON post RENAME TO tr2;", [("trigger", "tr2", "post")]),
        (f"{TRIGGER} ALTER TABLE post RENAME TO posts;", [("trigger", "tr", "posts")]),
        (f"{TRIGGER} DROP TABLE post;", []),
        (f"{F} {TRIGGER} DROP FUNCTION f() CASCADE;", []),
        ("CREATE POLICY p ON post USING (n > 0);", [("policy", "p", "post")]),
        ("CREATE POLICY p ON post USING (n > 0); DROP POLICY p ON post;", []),
        ("CREATE RULE r AS ON INSERT TO post DO INSTEAD NOTHING;", [("rule", "r", "post")]),
        ("CREATE DOMAIN d AS int;", [("domain", "d", None)]),
        ("CREATE TYPE pair AS (a int, b int); ALTER TYPE pair ADD ATTRIBUTE c int;", [("type", "pair", None)]),
        ("CREATE TYPE pair AS (a int); DROP TYPE pair;", []),
        ("CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION f(int);", []),
    ],
)
def test_what_is_kept(sql: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert keys(sql) == expected


def test_a_trigger_of_mysql_is_dropped_without_its_table() -> None:
    sql = "CREATE TRIGGER tr BEFORE INSERT ON post FOR EACH ROW SET NEW.n = 1; DROP TRIGGER tr;"
    assert keys(sql, "mysql") == []


def test_what_an_object_uses_is_known() -> None:
    found = built('CREATE VIEW v AS SELECT p.n FROM post p JOIN "User" u ON u.id = p.id; ' + TRIGGER).database
    post, user = QualifiedName("public", "post"), QualifiedName("public", "User")
    assert set(found.views[QualifiedName("public", "v")].uses) == {post, user}
    assert post in found.objects[ObjectKey(ObjectKind.TRIGGER, QualifiedName("", "tr"), post)].uses


@pytest.mark.parametrize("sql", ["DROP COLLATION c CASCADE;", "DROP OPERATOR CLASS o USING btree CASCADE;"])
def test_what_cascades_from_elsewhere_is_counted(sql: str) -> None:
    assert len(built(sql).not_followed) == 1


@pytest.mark.parametrize(
    ("sql", "enabled", "forced"),
    [
        ("ALTER TABLE post ENABLE ROW LEVEL SECURITY;", True, False),
        ("ALTER TABLE post ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;", True, True),
        ("ALTER TABLE post ENABLE ROW LEVEL SECURITY; ALTER TABLE post DISABLE ROW LEVEL SECURITY;", False, False),
        ("ALTER TABLE post FORCE ROW LEVEL SECURITY; ALTER TABLE post NO FORCE ROW LEVEL SECURITY;", False, False),
        ("ALTER TABLE post ENABLE TRIGGER ALL;", False, False),
        ("ALTER TABLE post ENABLE ROW LEVEL SECURITY; ALTER TABLE post RENAME TO posts;", True, False),
    ],
)
def test_row_level_security_is_known(sql: str, enabled: bool, forced: bool) -> None:
    found = next(t for t in built(sql).database.tables.values() if t.name.name in ("post", "posts"))
    assert (found.row_security, found.forces_row_security) == (enabled, forced)


def test_a_partitioned_table_is_known() -> None:
    found = built("CREATE TABLE m (id INT) PARTITION BY RANGE (id); CREATE TABLE n (id INT);").database
    assert found.tables[QualifiedName("public", "m")].is_partitioned
    assert not found.tables[QualifiedName("public", "n")].is_partitioned
