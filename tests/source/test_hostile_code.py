"""Any text is read, to its end, in time that grows as it does."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refract.source import Target, find_uses
from refract.typescript import tokens_of
from source.test_uses import cases, client

PIECES = [
    *("prisma", ".", "?.", "user", "findMany", "create", "(", ")", "{", "}", "[", "]", "<", ">", ":", ",", ";", "=>"),
    *("=", "...", "`", "${", '"', "'", "\\", "/", "//", "/*", "*/", "\n", " ", "const", "let", "return", "satisfies"),
    *("Prisma", "UserSelect", "UserGetPayload", "User", "Role", "ADMIN", "name", "where", "select", "data", "await"),
    *("import", "from", "type", "interface", "extends", "Pick", "!", "?", "|", "&", "$queryRaw", "$extends", "needs"),
]
TARGETS = [Target("User", "name"), Target("User"), Target("Role", "ADMIN"), Target("Post", "title")]
CLIENT = client()


def read(text: str) -> None:
    for use in find_uses(text, "a.ts", CLIENT, TARGETS):
        assert 0 <= use.span.start < use.span.end <= len(text)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=120).map("".join) | st.text(max_size=200))
def test_any_text(text: str) -> None:
    read(text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(cases()), st.integers(0, 2_000), st.integers(0, 60))
def test_code_with_a_hole(case: object, start: int, length: int) -> None:
    code = getattr(case, "code", "")
    read(code[:start] + code[start + length :])


@given(st.text(alphabet="ab\"'`\\/*${}()[]\n ", max_size=80))
def test_tokens_are_in_order_and_inside(text: str) -> None:
    tokens = tokens_of(text)
    places = [place for token in tokens.all for place in (token.start, token.end)]
    assert places == sorted(places) and all(0 <= place <= len(text) for place in places)
    assert all(p == -1 or 0 <= p <= len(tokens.all) for p in tokens.pair)


HOSTILE = {
    "opened": "({[",
    "closed": ")}]",
    "objects": "{a:",
    "lists": "[{",
    "calls": "prisma.user.findMany({where:{",
    "relations": "posts:{create:{author:{create:{",
    "arrows": "a=>",
    "arrows with lists": "(a)=>",
    "awaited": "const a=await ",
    "chains": "a.b(c)?.d[0]!",
    "templates": "`${",
    "quotes": "'\"",
    "escapes": '"\\',
    "slashes": "/[",
    "comments": "/*",
    "generics": "a<b<",
    "types": "const a:Prisma.UserWhereInput=",
    "declarations": "const {a,b}=",
    "spreads": "const a={...a};prisma.user.create({data:a});",
    "assertions": "{name} satisfies Prisma.UserSelect ",
    "rows": "for(const u of await prisma.user.findMany()){u.name;",
    "functions": "function f(a:User):User{",
    "imports": 'import {User} from "@prisma/client";',
    "aliases": "type A=A&{",
    "queries": "prisma.$queryRaw`SELECT name FROM users`;",
    "payloads": "Prisma.UserGetPayload<{select:{",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "with_import", ["", 'import {User,Role,Prisma} from "@prisma/client";\n'], ids=["", "imported"]
)
def test_time_grows_as_the_text_does(piece: str, with_import: str) -> None:
    def seconds(size: int) -> float:
        text = with_import + piece * (size // len(piece))
        best = float("inf")
        for _ in range(2):
            start = time.process_time()
            read(text)
            best = min(best, time.process_time() - start)
        return best

    short, long = seconds(5_000), seconds(40_000)
    assert long < 40 * max(short, 0.01), f"{short:.3f} s became {long:.3f} s"
