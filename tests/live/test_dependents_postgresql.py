"""PostgreSQL refuses to drop or retype a column exactly where column-has-dependents says so, and for the same objects."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from live.postgresql import new_database, running_server
from rules.markdown import Sql, find

RULE = "column-has-dependents"
TABLES = {
    "User": {"id": "INTEGER", "name": "VARCHAR(10)", "age": "INTEGER", "tenant": "VARCHAR(10)", "note": "VARCHAR(10)"},
    "Post": {"id": "INTEGER", "name": "VARCHAR(10)", "user": "INTEGER", "title": "VARCHAR(10)", "at": "TIMESTAMP"},
}
BASE = "\n".join(
    f'CREATE TABLE "{table}" ({", ".join(f"{column} {type_}" for column, type_ in columns.items())});'.replace(
        " user ", ' "user" '
    )
    for table, columns in TABLES.items()
)
OBJECTS = [
    'CREATE VIEW v AS SELECT id, name FROM "User"',
    'CREATE VIEW v AS SELECT * FROM "User"',
    'CREATE MATERIALIZED VIEW v AS SELECT p.name, u.id AS age FROM "Post" p JOIN "User" u ON u.id = p."user"',
    'CREATE VIEW v AS SELECT id name FROM "User" WHERE age IS NOT NULL ORDER BY tenant',
    'CREATE VIEW v (name, title) AS SELECT id, age FROM "User"',
    'CREATE VIEW v AS WITH name AS (SELECT id, title FROM "Post") SELECT name.title FROM name, "User" u WHERE u.age = 1',
    'CREATE VIEW v AS SELECT id FROM "User" WHERE id IN (SELECT "user" FROM "Post" WHERE title = "User".note)',
    'CREATE VIEW v AS SELECT name FROM "User" UNION ALL SELECT title FROM "Post"',
    'CREATE VIEW v AS SELECT extract(year FROM at) AS age FROM "Post"',
    "CREATE VIEW v AS SELECT count(*) AS name, 'note'::text AS note FROM \"User\"",
    'CREATE VIEW v AS SELECT p.*, (SELECT max(u.age) FROM "User" u WHERE u.id = p."user") AS note FROM "Post" p',
    'CREATE VIEW v AS SELECT x.name FROM (SELECT id, name FROM "User") x LEFT JOIN LATERAL '
    '(SELECT p.title FROM "Post" p WHERE p."user" = x.id) y ON true',
    'CREATE VIEW v AS SELECT DISTINCT ON (tenant) id FROM "User" WHERE name IS DISTINCT FROM note',
    'CREATE VIEW v AS SELECT CASE WHEN age > 1 THEN name ELSE note END AS title FROM "User" GROUP BY age, name, note',
    'CREATE VIEW v AS SELECT row_number() OVER (PARTITION BY tenant ORDER BY age DESC) AS name FROM "User"',
    'CREATE VIEW v AS SELECT substring(name FROM 1 FOR 2) AS note FROM "User"',
    'CREATE VIEW v AS SELECT u.id FROM "User" u JOIN "Post" p USING (id) WHERE EXISTS (SELECT 1 FROM "Post" q WHERE q.title = p.name)',
    'CREATE VIEW v AS SELECT id FROM "User"; CREATE VIEW w AS SELECT id AS name FROM v',
    'CREATE POLICY p ON "User" USING (tenant IS NOT NULL) WITH CHECK (age > 0)',
    'CREATE POLICY p ON "Post" FOR SELECT USING ("user" IN (SELECT id FROM "User" WHERE note = title))',
    "CREATE POLICY name ON \"User\" TO public USING (tenant = current_setting('name'))",
    'CREATE RULE r AS ON INSERT TO "Post" DO ALSO UPDATE "User" SET note = NEW.title WHERE id = NEW."user"',
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
    'CREATE TRIGGER t BEFORE UPDATE OF name, age ON "User" FOR EACH ROW EXECUTE FUNCTION f()',
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
    'CREATE TRIGGER t AFTER UPDATE ON "Post" FOR EACH ROW WHEN (OLD.title <> NEW.name) EXECUTE FUNCTION f()',
    'CREATE VIEW v AS SELECT a.id FROM "User" a, "User" b WHERE a.age = b.id AND a.note LIKE b.tenant',
    'CREATE VIEW v AS SELECT u.name FROM "User" AS u NATURAL JOIN (SELECT 1 AS one) AS o',
    'CREATE VIEW v AS SELECT array_agg(title ORDER BY name) FILTER (WHERE at > now()) AS note FROM "Post"',
    'CREATE VIEW v AS SELECT s.name FROM (VALUES (1, 2)) AS s(name, age), "User"',
    'CREATE VIEW v AS SELECT (SELECT name FROM "Post" LIMIT 1) AS x, tenant FROM public."User"',
    'CREATE VIEW v AS (SELECT id FROM "User") EXCEPT (SELECT "user" FROM "Post")',
    'CREATE VIEW v AS SELECT "User".age::text::varchar AS name FROM "User" INNER JOIN "Post" title ON title.id = 1',
    'CREATE VIEW v AS WITH RECURSIVE t(note) AS (SELECT id FROM "User" UNION ALL SELECT note + 1 FROM t) SELECT * FROM t',
    'CREATE VIEW v AS SELECT * FROM "Post" WHERE at BETWEEN now() AND (SELECT now() FROM "User" WHERE title = note)',
    'CREATE VIEW v AS SELECT coalesce(u.name, p.title) COLLATE "C" AS tenant FROM "User" u RIGHT JOIN "Post" p ON (u.id = p.id)',
    'ALTER TABLE "User" ADD COLUMN twice INTEGER GENERATED ALWAYS AS (age * 2) STORED',
]
STATEMENTS = [
    *(f'DROP TABLE "{table}"' for table in TABLES),
    *(f'ALTER TABLE "{table}" DROP COLUMN "{column}"' for table in TABLES for column in TABLES[table]),
    *(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE TEXT' for table in TABLES for column in TABLES[table]),
]


@pytest.fixture(scope="module")
def connection() -> Iterator[psycopg.Connection]:
    with running_server() as server, new_database(server, "dependents") as connection:
        yield connection


def refusal(connection: psycopg.Connection, objects: str, statement: str) -> str:
    """What the server says after the objects were made; empty if it does not refuse."""
    with connection.transaction(force_rollback=True):
        connection.execute(f"{BASE}{objects}".encode())
        try:
            connection.execute(statement.encode())
        except (psycopg.errors.DependentObjectsStillExist, psycopg.errors.FeatureNotSupported) as error:
            return f"{error.diag.message_primary} {error.diag.message_detail}"
    return ""


def named_in(found: str) -> set[str]:
    return set(re.findall(r"(?:view|policy|rule|trigger|column) `(\w+)`", found))


@pytest.mark.parametrize("objects", OBJECTS)
def test_the_server_refuses_what_the_rule_reports(objects: str, connection: psycopg.Connection) -> None:
    for statement in STATEMENTS:
        given = Sql(f"{BASE}\n{objects};", f"{statement};")
        found = [f for f in find(given, "postgresql", RULE).findings if f.rule == RULE]
        said = refusal(connection, objects, statement)
        assert bool(found) == bool(said), f"{statement}\n{said}"
        for name in named_in(str(found[0].harm[0])) if found and "DROP" in statement else ():
            assert re.search(rf'\b{name}\b|"{name}"', said), f"{statement}\n{said}"
