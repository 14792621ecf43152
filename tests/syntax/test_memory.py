"""What a process has learnt of the grammar serves the next one, and nothing else does."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

SCHEMA = "model User {\n  id Int @id @default(autoincrement())\n  posts Post[]\n  @@index([id])\n}\n"


def run(code: str, argument: object = "") -> Any:
    """The JSON that `code` prints in a process of its own, which knows nothing yet."""
    head = "import json, sys\nfrom refract.syntax import grammar, parse_schema\n"
    done = subprocess.run(
        [sys.executable, "-c", head + code, json.dumps(argument)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


READ = "tree = parse_schema([('a.prisma', SCHEMA)])\n".replace("SCHEMA", repr(SCHEMA))
LEARN = "grammar.learn(json.loads(sys.argv[1]))\n"
ANSWER = (
    "print(json.dumps({'tree': repr(tree.block('User')), 'lark': 'lark' in sys.modules, 'memory': grammar.memory()}))"
)


def test_the_next_process_needs_no_lark() -> None:
    first = run(READ + ANSWER)
    assert first["lark"]
    second = run(LEARN + READ + ANSWER, first["memory"])
    assert second == {"tree": first["tree"], "lark": False, "memory": None}


def test_what_is_new_is_learnt_on_top() -> None:
    first = run(READ + ANSWER)["memory"]
    more = READ.replace("@@index([id])", "@@index([id(sort: Desc)])")
    second = run(LEARN + more + ANSWER, first)
    assert second["lark"]
    assert len(second["memory"]["shapes"]) == len(first["shapes"]) + 1


@pytest.mark.parametrize("damaged", [None, [], "x", {}, {"grammar": "other"}, {"grammar": None, "shapes": 1}])
def test_a_file_that_is_not_a_memory_is_kept(damaged: object) -> None:
    assert run(LEARN + READ + ANSWER, damaged)["lark"]


WHILE_LINES_ARE_PARSED = """
from threading import Thread
sys.setswitchinterval(1e-6)
shape = grammar.LineShape("field", ())
typing = Thread(target=lambda: [grammar._keep(("model_member", (f"N{n}",)), shape) for n in range(30_000)])
typing.start()
written = 0
while typing.is_alive():
    written += grammar.memory() is not None
typing.join()
print(written)
"""


def test_the_memory_is_written_while_another_thread_parses() -> None:
    assert run(READ + WHILE_LINES_ARE_PARSED) > 0
