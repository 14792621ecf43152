"""Every plan on a real SQLite, and on what D1 makes of it: no row of another table is touched, and all goes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from live.plans import begin, walk
from live.sqlite import D1Database, SqliteDatabase, new_database
from recipes.plans import Case, cases, plan_of, served_on

KINDS = {"": SqliteDatabase, "d1": D1Database}
FAMILY = """
model User {
  id     Int     @id @default(autoincrement())
  name   String  @unique
  score  Int     @default(0)
  posts  Post[]
  badges Badge[]
  visas  Visa[]
  notes  Note[]
  boss   User?   @relation("boss", fields: [bossId], references: [id], onDelete: Cascade)
  bossId Int?
  staff  User[]  @relation("boss")
}

model Post {
  id       Int    @id @default(autoincrement())
  userId   Int
  user     User   @relation(fields: [userId], references: [id], onDelete: Cascade)
  remarks  Remark[]
}

model Remark {
  id     Int  @id @default(autoincrement())
  postId Int
  post   Post @relation(fields: [postId], references: [id], onDelete: Cascade)
}

model Badge {
  id     Int   @id @default(autoincrement())
  userId Int?
  user   User? @relation(fields: [userId], references: [id], onDelete: SetNull)
}

model Visa {
  id     Int  @id @default(autoincrement())
  userId Int
  user   User @relation(fields: [userId], references: [id], onDelete: Restrict)
}

model Note {
  id     Int  @id @default(autoincrement())
  userId Int
  user   User @relation(fields: [userId], references: [id], onDelete: NoAction, onUpdate: NoAction)
}
"""
"""A table that is made anew while rows of others depend on it, in each of the ways that there are."""


@pytest.mark.parametrize("flavour", KINDS)
@pytest.mark.parametrize("case", cases(), ids=str)
def test_up_and_back_and_up(case: Case, flavour: str, tmp_path: Path) -> None:
    if case not in served_on("sqlite", flavour):
        return
    with new_database(tmp_path, KINDS[flavour]) as live:
        begin(case, live, "sqlite")
        walk(live, plan_of(case, "sqlite", flavour), lambda: _all_is_well(live))
        assert live.catalog()["triggers"] == []


FAMILY_PLANS = {
    "rename-field": {"model": "User", "field": "name", "to": "title", "how": "application"},
    "change-type": {"model": "User", "field": "score", "type": "BigInt", "how": "application"},
    "drop-field": {"model": "User", "field": "score"},
    "add-required-field": {"model": "User", "field": "plan", "type": "String", "value": "'free'"},
}


@pytest.mark.parametrize("flavour", KINDS)
@pytest.mark.parametrize("recipe", FAMILY_PLANS)
def test_no_row_that_depends_on_a_table_made_anew_is_touched(recipe: str, flavour: str, tmp_path: Path) -> None:
    case = evolve(cases()[0], recipe=recipe, answers=tuple(FAMILY_PLANS[recipe].items()), schema=FAMILY)
    with new_database(tmp_path, KINDS[flavour]) as live:
        begin(case, live, "sqlite")
        others = {t: live.rows(f'SELECT * FROM "{t}" ORDER BY id') for t in ("Post", "Remark", "Badge", "Visa", "Note")}

        def nobody_is_touched() -> None:
            _all_is_well(live)
            assert {t: live.rows(f'SELECT * FROM "{t}" ORDER BY id') for t in others} == others
            assert live.rows('SELECT id, "bossId" FROM "User" ORDER BY id') == [(n, n) for n in range(1, 2_501)]

        walk(live, plan_of(case, "sqlite", flavour), nobody_is_touched)


def test_a_number_that_was_given_once_is_not_given_again(tmp_path: Path) -> None:
    case = evolve(cases()[0], recipe="drop-field", answers=tuple(FAMILY_PLANS["drop-field"].items()), schema=FAMILY)
    with new_database(tmp_path) as live:
        begin(case, live, "sqlite")
        live.run("INSERT INTO \"User\" (name) VALUES ('last'); DELETE FROM \"User\" WHERE name = 'last'")
        walk(live, plan_of(case, "sqlite"), lambda: None)
        live.run("INSERT INTO \"User\" (name) VALUES ('next')")
        assert live.answer('SELECT max(id) FROM "User"') == 2_502


def _all_is_well(live: SqliteDatabase) -> None:
    assert live.rows("PRAGMA foreign_key_check") == []
    assert live.answer("PRAGMA integrity_check") == "ok"
    assert not [name for name in live.counts() if name.startswith("new_")]
