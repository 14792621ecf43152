"""A client that breaks the protocol: each request has an answer, the log stays short, the exit code is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from safety.serving import (
    AT,
    EXIT,
    INITIALIZED,
    INVALID_PARAMS,
    INVALID_REQUEST,
    NOT_INITIALIZED,
    SHUTDOWN,
    START,
    framed,
    served,
)
from small_projects import HEAD, write

INVALID: Sequence[tuple[str, object]] = [
    ("textDocument/codeAction", {}),
    ("textDocument/hover", AT),
    ("textDocument/hover", None),
    ("textDocument/codeLens", {"textDocument": 5}),
    ("codeAction/resolve", []),
    ("workspace/executeCommand", {"command": 7}),
]


def test_each_request_with_invalid_parameters_has_an_error() -> None:
    requests = [{"id": 20 + at, "method": method, "params": params} for at, (method, params) in enumerate(INVALID)]
    code, found, log = served(START, INITIALIZED, *requests, SHUTDOWN, EXIT)
    assert code == 0
    assert [found.get(request["id"]) for request in requests] == [INVALID_PARAMS] * len(requests)
    assert "Traceback" not in log and len(log) < 2000


def test_what_is_not_a_message_is_logged_in_a_line() -> None:
    bodies = (
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"jsonrpc": "2.0"}',
        b"[]",
        b"5",
        b'{"jsonrpc":"2.0","method":[],"id":3}',
    )
    code, found, log = served(START, INITIALIZED, *map(framed, bodies), SHUTDOWN, EXIT)
    assert (code, found[3], found[9]) == (0, INVALID_PARAMS, "answered")
    assert "Traceback" not in log and len(log) < 2000


@pytest.mark.parametrize(("messages", "code", "expected"), [
    ([START, INITIALIZED, SHUTDOWN, EXIT], 0, {9: "answered"}),
    ([START, INITIALIZED, EXIT], 1, {2: None}),
    ([EXIT], 1, {}),
    ([START, INITIALIZED, SHUTDOWN, {**SHUTDOWN, "id": 10}, EXIT], 0, {10: INVALID_REQUEST}),
    ([START, INITIALIZED, SHUTDOWN, {"id": 3, "method": "textDocument/hover", "params": {}}, EXIT], 0, {3: INVALID_PARAMS}),
    ([START, SHUTDOWN, {"id": 3, "method": "no/such"}, EXIT], 0, {3: INVALID_REQUEST}),
    ([{"id": 3, "method": "no/such"}, START, SHUTDOWN, EXIT], 0, {3: NOT_INITIALIZED, 9: "answered"}),
    ([START, INITIALIZED], 0, {2: None}),
])  # fmt: skip
def test_the_life_of_a_server(messages: Sequence[Mapping[str, Any]], code: int, expected: Mapping[int, object]) -> None:
    done, found, log = served(*messages)
    assert (done, {key: found.get(key) for key in expected}) == (code, expected)
    assert "Traceback" not in log


def test_halves_of_surrogate_pairs_are_read(tmp_path: Path) -> None:
    text = (
        f'{HEAD}model \ud800 {{\n  id Int @id\n}}\n\nmodel A {{\n  id Int @id @map("\udfff")\n  @@map("\udfff")\n}}\n'
    )
    write(tmp_path, {"prisma/schema.prisma": HEAD})
    uri = (tmp_path / "prisma/schema.prisma").as_uri()
    opened = {"textDocument": {"uri": uri, "languageId": "prisma", "version": 1, "text": text}}
    change = {"range": {"start": {"line": 9, "character": 20}, "end": {"line": 9, "character": 21}}, "text": "\ud83d"}
    changed = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 11, "character": 0}}
    place, wanted = {"line": 9, "character": 4}, {"range": whole, "context": {"diagnostics": []}}
    _, found, log = served(
        START,
        INITIALIZED,
        {"method": "textDocument/didOpen", "params": opened},
        {"method": "textDocument/didChange", "params": changed},
        {"id": 2, "method": "textDocument/codeAction", "params": {"textDocument": {"uri": uri}, **wanted}},
        then=[{"id": 3, "method": "textDocument/hover", "params": {"textDocument": {"uri": uri}, "position": place}}],
    )
    assert ([found.get(key) for key in (3, "shown")], log) == (["answered", None], "")
