"""What check prints in a terminal: lines are wrapped, commands are not."""

from __future__ import annotations

import pytest

from refract.cli.report import wrapped

COMMAND = "`refract plan new rename-field Customer.name to=fullName how=trigger`"


@pytest.mark.parametrize("columns", (20, 60, 72, 80))
def test_a_command_is_never_broken(columns: int) -> None:
    lines = wrapped(f"help: Or undo this edit, then make it in safe steps with {COMMAND}.", columns).splitlines()
    assert sum(COMMAND in line for line in lines) == 1
    assert all(len(line) <= columns or COMMAND in line for line in lines)
