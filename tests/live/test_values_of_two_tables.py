"""What programs write while a value moves to another table, and a key to a join table, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from live.postgresql import connect, new_database, running_server
from live.values import Writing

_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


MOVED = """
model User {
  id      Int      @id @default(autoincrement())
  email   String   @unique
  bio     String?
  profile Profile?
}

model Profile {
  id     Int  @id @default(autoincrement())
  note   String?
  userId Int? @unique
  user   User? @relation(fields: [userId], references: [id])
}

model Post {
  id    Int    @id @default(autoincrement())
  title String
}
"""
HELD_BY_THE_USER = """
model User {
  id        Int      @id @default(autoincrement())
  email     String   @unique
  bio       String?
  profileId Int?     @unique
  profile   Profile? @relation(fields: [profileId], references: [id])
}

model Profile {
  id     Int  @id @default(autoincrement())
  note   String?
  user   User?
}
"""
REQUIRED_AND_HELD_BY_THE_USER = HELD_BY_THE_USER.replace("bio       String?", "bio       String")
TWO_USERS = """
INSERT INTO "User" (email, bio) VALUES ('a', 'mine'), ('b', 'mine too');
INSERT INTO "Profile" ("userId") VALUES (1), (2);
"""
THE_USERS_OWN = """
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE "User" SET bio = ''last: '' || NEW.title WHERE id = 1; RETURN NULL; END';
CREATE TRIGGER a_told AFTER INSERT ON "Post" FOR EACH ROW EXECUTE FUNCTION told();
CREATE FUNCTION lowered() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.bio := lower(NEW.bio); RETURN NEW; END';
CREATE TRIGGER z_lowered BEFORE INSERT OR UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION lowered();
"""
MOVE = "move-field|model=User|field=bio|to=Profile"
PAIRS = 'SELECT u.bio, p.bio FROM "User" u JOIN "Profile" p ON p."userId" = u.id ORDER BY u.id'
PAIRS_HELD = 'SELECT u.bio, p.bio FROM "User" u JOIN "Profile" p ON u."profileId" = p.id ORDER BY u.id'


def _moved(
    title: str, held: list[tuple[object, ...]], *writes: str, own: str = "", reached: str = "backfill"
) -> Writing:
    return Writing(title, MOVE, MOVED, TWO_USERS + own, reached, PAIRS, held, writes)


def _held(title: str, held: list[tuple[object, ...]], *writes: str, schema: str = HELD_BY_THE_USER) -> Writing:
    rows = """INSERT INTO "Profile" (note) VALUES ('1'), ('2'); INSERT INTO "User" (email, bio, "profileId") VALUES ('a', 'mine', 1)"""
    return Writing(title, MOVE, schema, rows, "switch", PAIRS_HELD, held, writes)


VALUES = (
    _moved(
        "an upsert that finds its row",
        [("mine", "mine"), ("mine too", "mine too")],
        """INSERT INTO "User" (id, email, bio) VALUES (1, 'a', 'default') ON CONFLICT (id) DO UPDATE SET email = 'seen'""",
        """INSERT INTO "User" (id, email, bio) VALUES (2, 'b', 'default') ON CONFLICT DO NOTHING""",
        """INSERT INTO "Profile" ("userId", bio) VALUES (2, 'default') ON CONFLICT DO NOTHING""",
    ),
    _moved(
        "an upsert that writes the value",
        [("one", "one"), ("two", "two")],
        """INSERT INTO "User" (id, email, bio) VALUES (1, 'a', 'x') ON CONFLICT (id) DO UPDATE SET bio = 'one'""",
        """INSERT INTO "Profile" ("userId", bio) VALUES (2, 'x') ON CONFLICT ("userId") DO UPDATE SET bio = 'two'""",
    ),
    _moved(
        "a trigger of the user's that writes the value",
        [("last: new!", "last: new!"), ("loud", "loud")],
        """INSERT INTO "Post" (title) VALUES ('NEW!')""",
        """UPDATE "User" SET bio = 'LOUD' WHERE id = 2""",
        own=THE_USERS_OWN,
    ),
    _moved(
        "a trigger of the user's that writes a value although the statement does not",
        [("mine", "mine"), ("mine too", "mine too")],
        """ALTER TABLE "User" DISABLE TRIGGER z_lowered""",
        """UPDATE "User" SET bio = 'MINE' WHERE id = 1""",
        """ALTER TABLE "User" ENABLE TRIGGER z_lowered""",
        """UPDATE "User" SET email = 'seen' WHERE id = 1""",
        own=THE_USERS_OWN,
    ),
    _moved(
        "a row that refers to another one",
        [("mine too", "mine too"), ("mine", "mine")],
        'UPDATE "Profile" SET "userId" = NULL WHERE id = 1',
        'UPDATE "Profile" SET "userId" = 1 WHERE id = 2',
        'UPDATE "Profile" SET "userId" = 2 WHERE id = 1',
        """UPDATE "User" SET bio = 'mine too' WHERE id = 1""",
        """UPDATE "Profile" SET bio = 'mine' WHERE id = 1""",
    ),
    _moved(
        "a new row without a value",
        [("mine", "mine"), ("mine too", "mine too"), ("third", "third"), ("said", "said")],
        """INSERT INTO "User" (email, bio) VALUES ('c', 'third'), ('d', NULL)""",
        'INSERT INTO "Profile" ("userId") VALUES (3)',
        """INSERT INTO "Profile" ("userId", bio) VALUES (4, 'said')""",
    ),
    _held(
        "a row that refers to one which has the value already",
        [("mine", "mine"), ("new", "new")],
        """INSERT INTO "Profile" (bio) VALUES ('new')""",
        """INSERT INTO "User" (email, "profileId") VALUES ('n', 3)""",
    ),
    _held(
        "a row that refers to one which has no value",
        [("mine", "mine"), ("old", "old")],
        """INSERT INTO "User" (email, bio, "profileId") VALUES ('o', 'old', 2)""",
    ),
    _held(
        "a row that refers to another one, by the old version",
        [("mine", "mine")],
        """UPDATE "User" SET "profileId" = 2 WHERE id = 1""",
    ),
    _held(
        "a required value, by the old version, whose rows refer to one that it inserts first",
        [("mine", "mine"), ("old", "old")],
        """INSERT INTO "Profile" (note) VALUES ('3')""",
        """INSERT INTO "User" (email, bio, "profileId") VALUES ('o', 'old', 3)""",
        schema=REQUIRED_AND_HELD_BY_THE_USER,
    ),
)  # fmt: skip

MANY = """
model Author {
  id    Int    @id @default(autoincrement())
  name  String?
  posts Post[]
}

model Post {
  id       Int    @id @default(autoincrement())
  title    String?
  authorId Int
  author   Author @relation(fields: [authorId], references: [id]%s)
}

model Note {
  id   Int    @id @default(autoincrement())
  text String
}
"""
LINKS = """
INSERT INTO "Author" (name) VALUES ('1'), ('2'), ('3');
INSERT INTO "Post" ("authorId") VALUES (1);
"""
OWN_LINK = """
CREATE FUNCTION given() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE "Post" SET "authorId" = 3 WHERE id = 1; RETURN NULL; END';
CREATE TRIGGER a_given AFTER INSERT ON "Note" FOR EACH ROW EXECUTE FUNCTION given();
"""
KEY_AND_LINKS = """
SELECT p."authorId", (SELECT array_agg(l."A" ORDER BY l."A") FROM "_PostAuthors" l WHERE l."B" = p.id) FROM "Post" p ORDER BY p.id
"""


def _linked(title: str, action: str, held: list[tuple[object, ...]], *writes: str, own: str = "") -> Writing:
    plan = "relation-to-many-to-many|model=Post|field=author|to=authors|back=authored"
    schema = MANY % (f", onDelete: {action}" if action else "")
    return Writing(title, plan, schema, LINKS + own, "switch", KEY_AND_LINKS, held, writes)


ADD_2 = 'INSERT INTO "_PostAuthors" ("A", "B") VALUES (2, 1)'
KEYS = (
    *(
        _linked(
            f"the author of the key is deleted ({action or 'no action'})",
            action,
            [(1, [1])],
            ADD_2,
            'DELETE FROM "Author" WHERE id = 2',
        )
        for action in ("", "Cascade", "Restrict")
    ),
    _linked("all authors are deleted", "Cascade", [(None, None)], ADD_2, 'DELETE FROM "Author"'),
    _linked("two of three are deleted", "Cascade", [(3, [3])], 'INSERT INTO "_PostAuthors" VALUES (3, 1)', ADD_2, 'DELETE FROM "Author" WHERE id < 3'),
    _linked("a second author, then the old version sets another", "", [(3, [1, 3])], ADD_2, 'UPDATE "Post" SET "authorId" = 3'),
    _linked("the old version takes the author away", "", [(None, [1])], ADD_2, 'UPDATE "Post" SET "authorId" = NULL'),
    _linked("a link is taken away", "", [(2, [2])], ADD_2, 'DELETE FROM "_PostAuthors" WHERE "A" = 1'),
    _linked("the link of the key is taken away", "", [(1, [1])], ADD_2, 'DELETE FROM "_PostAuthors" WHERE "A" = 2'),
    _linked("a trigger of the user's sets the key",
        "",
        [(3, [3])],
        'UPDATE "Post" SET "authorId" = 2',
        """INSERT INTO "Note" (text) VALUES ('n')""",
        own=OWN_LINK),
    _linked("the key of an author changes", "", [(9, [1, 9])], ADD_2, 'UPDATE "Author" SET id = 9 WHERE id = 2'),
    _linked("the key of an author changes that is not the newest", "", [(2, [2, 9])], ADD_2, 'UPDATE "Author" SET id = 9 WHERE id = 1'),
    _linked("the key of the row changes", "", [(2, [1, 2])], ADD_2, 'UPDATE "Post" SET id = 9'),
    _linked("an existing link", "", [(1, [1])], 'INSERT INTO "_PostAuthors" VALUES (1, 1) ON CONFLICT DO NOTHING'),
)  # fmt: skip


@pytest.mark.parametrize("writing", [*VALUES, *KEYS], ids=str)
def test_values_are_held(writing: Writing, server: str) -> None:
    with new_database(server, f"tables{next(_numbers)}") as connection:
        for statement in (*writing.statements("postgresql"), *writing.writes):
            connection.execute(statement.encode())
        assert connection.execute(writing.read.encode()).fetchall() == writing.held


def test_a_row_that_refers_to_another_waits_for_its_value(server: str) -> None:
    name = f"tables{next(_numbers)}"
    writing = _moved("", [])
    with new_database(server, name) as program, connect(server, name) as other, ThreadPoolExecutor(1) as runner:
        for statement in writing.statements("postgresql"):
            program.execute(statement.encode())
        program.execute("""INSERT INTO "User" (email, bio) VALUES ('c', 'before')""")
        other.execute("BEGIN")
        other.execute('INSERT INTO "Profile" ("userId") VALUES (3)')
        writes = runner.submit(program.execute, """UPDATE "User" SET bio = 'after' WHERE id = 3""")
        other.execute("SELECT pg_sleep(0.3)")
        other.execute("COMMIT")
        writes.result(timeout=10)
        assert program.execute(PAIRS.encode()).fetchall()[-1] == ("after", "after")
