"""The style of names that a project has, learnt and followed."""

from __future__ import annotations

import pytest

from naming.test_names import names
from refract.naming.style import Case, Style, learnt, says_nothing

BEFORE = "model User {\n  id Int @id\n}\n"
AFTER = "model User {\n  id Int @id\n  email String?\n}\n"

HISTORIES = [
    ((), Style()),
    (("init", "add_email_to_user"), Style()),
    (("add_a_to_user", "add_b_to_post", "remove_c_from_team"), Style(plural_places=False)),
    (("add_a_to_users", "add_b_to_posts", "remove_c_from_team"), Style(plural_places=True)),
    (("add-a", "add-b-to-teams", "drop-c-from-teams"), Style(case=Case.KEBAB)),
    (("addA", "addBToTeams", "dropC"), Style(case=Case.CAMEL)),
    (("db_add_a", "db_drop_b", "db_init"), Style(prefix="db_")),
    (("add_a", "add_b", "add_c"), Style()),
    (("add_user_index", "add_post_indexes", "add_team_name_index"), Style(new_index="add")),
    (("12_add_a_to_user", "JIRA-7_x", "..."), Style()),
]


@pytest.mark.parametrize(("history", "expected"), HISTORIES, ids=str)
def test_style(history: tuple[str, ...], expected: Style) -> None:
    assert learnt([f"2025010100000{n}_{name}" for n, name in enumerate(history)]) == expected


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((), "add_email_to_users"),
        (("add_a_to_user", "add_b_to_post", "remove_c_from_team"), "add_email_to_user"),
        (("add-a", "add-b-to-teams", "drop-c-from-teams"), "add-email-to-users"),
        (("addA", "addBToTeams", "dropC"), "addEmailToUsers"),
        (("db_add_a", "db_drop_b", "db_init"), "db_add_email_to_users"),
    ],
)
def test_names_follow_it(history: tuple[str, ...], expected: str) -> None:
    assert names(BEFORE, AFTER, history)[0] == expected
    used = tuple(f"20250101000000_{name}" for name in (*history, expected))
    assert names(BEFORE, AFTER, used)[0] != expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("add_y_to_a", False),
        ("create_a", False),
        ("rename_a_to_b", False),
        ("add_a_field", True),
        ("update_schema_2", True),
        ("a", True),
        ("", True),
        ("add_email", False),
    ],
)
def test_a_name_says_nothing(name: str, expected: bool) -> None:
    assert says_nothing(f"20250101000000_{name}") is expected
