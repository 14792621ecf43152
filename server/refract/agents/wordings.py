"""What an agent and its person read: why something is stopped, and what to do instead."""

from __future__ import annotations

from refract.agents.danger import Danger, Kind
from refract.escaping import code_span

_MOST = 3  # losses that are named

_DOES = {
    Kind.RESET: "{command} drops the whole database with all rows.",
    Kind.DELETE: "{command} deletes the files of a database.",
    Kind.ACCEPT_LOSS: "{command} deletes values without asking.",
    Kind.RESOLVE: "{command} changes the record of applied migrations without running SQL.",
    Kind.REMOVE_FILES: "{command} removes migrations that databases have applied.",
    Kind.WRITE_FILES: "{command} changes migrations that databases have applied.",
    Kind.SILENCE: "{command} hides findings or skips a check.",
}
_INSTEAD = {
    Kind.RESET: "Run {check} to see what is pending, and apply new migrations with `prisma migrate deploy`.",
    Kind.ACCEPT_LOSS: "Run {check} to see which values would be lost, and follow its advice.",
    Kind.DELETE: "Make a backup first, or ask the user whether the rows are still needed.",
    Kind.DESTROY: "Write a migration instead, and run {check}. To change rows, add a WHERE.",
    Kind.RESOLVE: "Run `prisma migrate status` first, and show the result to the user.",
    Kind.REMOVE_FILES: "Keep them. Undo a change with a new migration.",
    Kind.WRITE_FILES: "Leave them unchanged. Make the change in a new migration with `refract create`.",
    Kind.SILENCE: "Show the findings to the user, who decides.",
}
_CHECK = "`refract check`"
APPLIED_EDIT = (
    "{path} is applied: databases keep the old result, and `prisma migrate dev` asks to reset them. "
    "Leave the file unchanged. Make the change in a new migration with `refract create`."
)
SILENCING = "This edit silences {rules}. Silencing a finding is the decision of the user."
SETTINGS_CHANGE = "This edit changes which findings Refract reports ({path}). That is the decision of the user."
PLAN_CHANGE = (
    "This edit changes a plan by hand ({path}). Take its next step with `refract plan next`. "
    "Any other change of a plan is the decision of the user."
)
STOPPED = "Do not look for another way to run this. Ask the user, or follow the advice."


def destruction(danger: Danger) -> str:
    """What a dangerous command does, and what to do instead."""
    command = danger.command if danger.command.startswith("`") else code_span(danger.command)
    if danger.losses:
        does = f"This {command} command {'; '.join(danger.losses[:_MOST])}."
    else:
        does = _DOES[danger.kind].format(command=command)
    return f"{does} {_INSTEAD[danger.kind].format(check=_CHECK)}"


def reminder(count: int) -> str:
    """A word at the end of the work."""
    counted = "1 error" if count == 1 else f"{count} errors"
    return f"Refract still finds {counted} in the schema or its migrations. Run {_CHECK}, and fix or report them."
