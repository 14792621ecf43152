"""A server that a test talks to in raw messages."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

START: Mapping[str, Any] = {
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}
INITIALIZED: Mapping[str, Any] = {"method": "initialized", "params": {}}
SHUTDOWN: Mapping[str, Any] = {"id": 9, "method": "shutdown"}
EXIT: Mapping[str, Any] = {"method": "exit"}
AT = {"textDocument": {"uri": "file:///nowhere/schema.prisma"}, "position": {"line": -1, "character": 0}}

INVALID_PARAMS, INVALID_REQUEST, NOT_INITIALIZED = -32602, -32600, -32002


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def served(
    *messages: Mapping[str, Any] | bytes, then: Sequence[Mapping[str, Any]] = ()
) -> tuple[int, dict[Any, Any], str]:
    """The exit code of a server, its answers by their id, and what it logged. The messages `then` are sent when the
    last request before them has its answer.
    """
    command = [sys.executable, "-m", "refract", "server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(b"".join(map(sent, messages)))
        server.stdin.flush()
        read = list(until_answer(server.stdout, messages)) if then else []
        out, err = server.communicate(b"".join(map(sent, then)), timeout=60)
    return server.returncode, answers((*read, *received(io.BytesIO(out)))), err.decode()


def until_answer(output: IO[bytes], messages: Sequence[Mapping[str, Any] | bytes]) -> Iterator[dict[str, Any]]:
    last = [message["id"] for message in messages if isinstance(message, Mapping) and "id" in message][-1]
    for message in received(output):
        yield message
        if message.get("id") == last and "method" not in message:
            return


def sent(message: Mapping[str, Any] | bytes) -> bytes:
    return message if isinstance(message, bytes) else framed(json.dumps({"jsonrpc": "2.0", **message}).encode())


def received(output: IO[bytes]) -> Iterator[dict[str, Any]]:
    while head := output.readline():
        length = int(head.removeprefix(b"Content-Length: "))
        while output.readline().strip():
            pass
        yield json.loads(output.read(length))


def answers(messages: Sequence[Mapping[str, Any]]) -> dict[Any, Any]:
    found = {}
    for message in messages:
        if "id" in message and "method" not in message:
            found[message["id"]] = message["error"]["code"] if "error" in message else message["result"] or "answered"
        elif message["method"] == "window/showMessage":
            found["shown"] = message["params"]["message"]
    return found
