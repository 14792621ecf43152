"""DO blocks and calls of functions: each does what the plain statements beside it do, as run on PostgreSQL 15."""

from __future__ import annotations

import pytest

from reader.equivalents import NOTHING, built, shape

ADD_C = "ALTER TABLE post ADD COLUMN c int"
DROP_N = "ALTER TABLE post DROP COLUMN n"

CONDITIONS = [
    ("EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'nope')", False),
    ("EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'post')", True),
    (
        "EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'post')",
        True,
    ),
    ("EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'post' AND column_name = 'body')", True),
    (
        "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name='post' AND column_name='body' AND data_type='text')",
        True,
    ),
    (
        "(SELECT data_type FROM information_schema.columns WHERE table_name = 'post' AND column_name = 'n') = 'integer'",
        True,
    ),
    (
        "(SELECT is_nullable FROM information_schema.columns WHERE table_name = 'post' AND column_name = 'n') = 'NO'",
        False,
    ),
    ("NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'post_pkey')", False),
    ("EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = 'post'::regclass AND contype = 'f')", True),
    (
        "EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'post_author_id_fkey' AND confrelid = '\"User\"'::regclass)",
        True,
    ),
    (
        "EXISTS (SELECT 1 FROM information_schema.table_constraints WHERE constraint_type = 'CHECK' AND table_name = 'x')",
        False,
    ),
    (
        "EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'item' AND n.nspname = 'app')",
        True,
    ),
    (
        "EXISTS (SELECT 1 FROM pg_class c, pg_namespace n WHERE n.oid = c.relnamespace AND c.relname = 'item' AND n.nspname = 'public')",
        False,
    ),
    ("EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'post_pkey')", True),
    ("EXISTS (SELECT 1 FROM pg_type WHERE typname = 'Role')", True),
    ("EXISTS (SELECT 1 FROM pg_type WHERE typname = 'role')", False),
    (
        "EXISTS (SELECT 1 FROM pg_enum e JOIN pg_type t ON e.enumtypid = t.oid WHERE t.typname = 'Role' AND enumlabel = 'B')",
        True,
    ),
    ("'D' = ANY (SELECT enumlabel FROM pg_enum WHERE enumtypid = '\"Role\"'::regtype)", False),
    (
        "EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'post'::regclass AND attname = 'n' AND NOT attisdropped)",
        True,
    ),
    ("EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'app')", True),
    ("EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citext')", False),
    ("to_regclass('public.nope') IS NULL", True),
    ("to_regclass('\"User\"') IS NOT NULL", True),
    ("to_regclass('User') IS NOT NULL", False),
    ("to_regtype('\"Role\"') IS NULL", False),
    ("(SELECT count(*) FROM information_schema.columns WHERE table_name = 'post') = 5", True),
    ("false", False),
    ("NOT (true AND NOT false)", False),
    ("EXISTS (SELECT 1 FROM post) AND false", False),
    ("1 = 2 OR 'a' IN ('a', 'b')", True),
]


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS)
def test_a_condition_is_decided_by_the_model(condition: str, holds: bool) -> None:
    found = built(f"DO $$ BEGIN IF {condition} THEN {ADD_C}; ELSE {DROP_N}; END IF; END $$")
    assert found.not_followed == ()
    assert shape(found.database) == shape(built(ADD_C if holds else DROP_N).database)


@pytest.mark.parametrize(
    "condition",
    [
        "EXISTS (SELECT 1 FROM post)",
        "(SELECT count(*) FROM post) > 0",
        "current_setting('server_version_num')::int > 140000",
        "version() LIKE 'PostgreSQL 1%'",
        "EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app')",
        "current_database() = 'prod'",
        "EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector')",
        "EXISTS (SELECT 1 FROM post) AND true",
        "post.nonsense <=> 3",
    ],
)
def test_what_nobody_knows_is_not_followed_and_the_rest_is(condition: str) -> None:
    found = built(f"DO $$ BEGIN IF {condition} THEN {DROP_N}; END IF; {ADD_C}; END $$")
    assert [[str(name) for name in x.touches] for x in found.not_followed] == [["public.post"]]
    assert shape(found.database) == shape(built(ADD_C).database)


BLOCKS = [
    ("BEGIN CREATE TYPE \"Role\" AS ENUM ('A'); EXCEPTION WHEN duplicate_object THEN NULL; END", NOTHING),
    (
        "BEGIN CREATE TYPE t AS ENUM ('A'); EXCEPTION WHEN duplicate_object THEN NULL; END",
        "CREATE TYPE t AS ENUM ('A')",
    ),
    ("BEGIN CREATE TABLE post (x int); EXCEPTION WHEN SQLSTATE '42P07' THEN NULL; END", NOTHING),
    (
        "BEGIN BEGIN ALTER TABLE post ADD COLUMN n int; EXCEPTION WHEN duplicate_column THEN NULL; END; "
        "ALTER TABLE post ADD COLUMN c int; END",
        ADD_C,
    ),
    (f"BEGIN ALTER TABLE nope ADD COLUMN x int; EXCEPTION WHEN undefined_table THEN {ADD_C}; END", ADD_C),
    (f"BEGIN ALTER TABLE post DROP COLUMN nope; EXCEPTION WHEN undefined_column THEN {ADD_C}; END", ADD_C),
    (f"BEGIN {ADD_C}; ALTER TABLE post ADD COLUMN n int; EXCEPTION WHEN others THEN NULL; END", NOTHING),
    (f"BEGIN BEGIN {DROP_N}; RAISE EXCEPTION 'x'; EXCEPTION WHEN raise_exception THEN {ADD_C}; END; END", ADD_C),
    (f"DECLARE a int; BEGIN IF EXISTS (SELECT 1 FROM post) THEN RAISE EXCEPTION 'x'; END IF; {ADD_C}; END", ADD_C),
    (f"BEGIN IF EXISTS (SELECT 1 FROM post) THEN UPDATE post SET n = 1; END IF; {ADD_C}; END", ADD_C),
    ("DECLARE t text := 'post'; BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN %s int', t, 'c'); END", ADD_C),
    ("DECLARE t CONSTANT text = 'post'; BEGIN EXECUTE 'ALTER TABLE ' || t || ' ADD COLUMN c int'; END", ADD_C),
    ("BEGIN EXECUTE 'ALTER TABLE post ADD COLUMN c int; ALTER TABLE post DROP COLUMN n'; END", f"{ADD_C}; {DROP_N}"),
    (
        "DECLARE r record; BEGIN FOR r IN SELECT c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
        "WHERE t.relname = 'post' AND c.contype = 'f' LOOP "
        "EXECUTE format('ALTER TABLE post DROP CONSTRAINT %I', r.conname); END LOOP; END",
        "ALTER TABLE post DROP CONSTRAINT post_author_id_fkey",
    ),
    (
        "DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['post', 'User'] LOOP "
        "EXECUTE format('ALTER TABLE %I ADD COLUMN c int', t); END LOOP; END",
        f'{ADD_C}; ALTER TABLE "User" ADD COLUMN c int',
    ),
    (
        "BEGIN FOR i IN 1..2 LOOP EXECUTE 'ALTER TABLE post ADD COLUMN c' || i || ' int'; END LOOP; END",
        "ALTER TABLE post ADD COLUMN c1 int, ADD COLUMN c2 int",
    ),
    (
        "DECLARE k text; BEGIN SELECT conname INTO k FROM pg_constraint WHERE conrelid = 'post'::regclass AND contype = 'f';"
        "IF FOUND THEN EXECUTE 'ALTER TABLE post DROP CONSTRAINT ' || quote_ident(k); END IF; END",
        "ALTER TABLE post DROP CONSTRAINT post_author_id_fkey",
    ),
    (f"BEGIN PERFORM 1 FROM pg_tables WHERE tablename = 'nope'; IF NOT FOUND THEN {ADD_C}; END IF; END", ADD_C),
    (f"BEGIN IF false THEN NULL; ELSIF true THEN {ADD_C}; ELSE {DROP_N}; END IF; END", ADD_C),
    (f"BEGIN IF to_regclass('nope') IS NULL THEN RETURN; END IF; {DROP_N}; END", NOTHING),
    (
        "DECLARE k text; BEGIN SELECT conname INTO k FROM pg_constraint WHERE conrelid = 'post'::regclass "
        "AND pg_get_constraintdef(oid) LIKE '%(author_id)%' LIMIT 1; "
        "EXECUTE format('ALTER TABLE post DROP CONSTRAINT %I', k); END",
        "ALTER TABLE post DROP CONSTRAINT post_author_id_fkey",
    ),
    (f"BEGIN EXECUTE $q${ADD_C}$q$; ALTER TABLE _prisma_migrations ENABLE ROW LEVEL SECURITY; END", ADD_C),
    (f"DECLARE x int; BEGIN x := 3; IF x = 3 THEN {ADD_C}; END IF; END", ADD_C),
    ("BEGIN PERFORM pg_sleep(1); PERFORM setval('post_id_seq', 3); END", NOTHING),
    (f"#variable_conflict use_column DECLARE n int; BEGIN {ADD_C}; END", ADD_C),
    (f"#print_strict_params on\n#variable_conflict use_variable\nBEGIN {ADD_C}; END", ADD_C),
    (
        "DECLARE low int; BEGIN SELECT min(id) INTO low FROM post; WHILE low < 9 LOOP UPDATE post SET n = 1 WHERE id = low; "
        "COMMIT; SELECT min(id) INTO low FROM post WHERE n IS NULL; END LOOP; END",
        NOTHING,
    ),
]


@pytest.mark.parametrize(("block", "plain"), BLOCKS)
def test_a_block_does_what_the_statements_do(block: str, plain: str) -> None:
    found = built(f"DO $body$ {block} $body$ LANGUAGE plpgsql;")
    assert found.not_followed == ()
    assert shape(found.database) == shape(built(plain).database)


CALLS = [
    (f"CREATE FUNCTION f() RETURNS void AS $$ BEGIN EXECUTE '{ADD_C}'; END $$ LANGUAGE plpgsql; SELECT f();", ADD_C),
    (f"CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN {ADD_C}; END $$; CALL p();", ADD_C),
    (f"CREATE OR REPLACE PROCEDURE p() LANGUAGE sql AS $$ {ADD_C}; $$; CALL p();", ADD_C),
    (
        f"CREATE FUNCTION f() RETURNS int AS $$ BEGIN {ADD_C}; RETURN 1; END $$ LANGUAGE plpgsql; DO $$ BEGIN PERFORM f(); END $$;",
        ADD_C,
    ),
    (
        "CREATE FUNCTION f(t text, c text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
        "EXECUTE format('ALTER TABLE %I ADD COLUMN %I int', t, c); END $$; SELECT f('post', 'c');",
        ADD_C,
    ),
    (f"CREATE FUNCTION f() RETURNS void AS $$ BEGIN {ADD_C}; END $$ LANGUAGE plpgsql;", NOTHING),
    ("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql; SELECT f();", NOTHING),
]


@pytest.mark.parametrize(("sql", "plain"), CALLS)
def test_a_call_does_what_the_function_does(sql: str, plain: str) -> None:
    found = built(sql)
    assert found.not_followed == ()
    assert shape(found.database) == shape(built(plain).database)


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT n FROM post LOOP EXECUTE 'ALTER TABLE post ADD x' || r.n; END LOOP; END $$",
        "DO $$ BEGIN EXECUTE 'ALTER TABLE post ADD COLUMN c' || (SELECT max(n) FROM post) || ' int'; END $$",
        "CREATE FUNCTION f() RETURNS int AS $$ BEGIN ALTER TABLE post ADD c int; END $$ LANGUAGE plpgsql; UPDATE post SET n = f();",
        "CREATE FUNCTION f() RETURNS int AS $$ plpy.execute('ALTER TABLE') $$ LANGUAGE plpython3u; CREATE TABLE x AS SELECT f();",
        "SELECT AddGeometryColumn('post', 'geom', 4326, 'POINT', 2);",
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM post) THEN RETURN; END IF; ALTER TABLE post DROP COLUMN n; END $$",
        "DO $$ BEGIN CASE WHEN (SELECT count(*) FROM post) > 1 THEN ALTER TABLE post DROP COLUMN n; END CASE; END $$",
    ],
)
def test_what_cannot_be_run_is_counted(sql: str) -> None:
    assert len(built(sql).not_followed) == 1


def test_a_caught_statement_leaves_no_change() -> None:
    found = built(
        f"DO $$ BEGIN {DROP_N}; ALTER TABLE post ADD COLUMN body int; EXCEPTION WHEN others THEN {ADD_C}; END $$"
    )
    assert found.kinds == ("add-column",)
