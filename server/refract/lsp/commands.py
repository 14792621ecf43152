"""The commands: what a client may execute. docs/editor-protocol.md describes each.

A command that cannot do its work explains why in a message of the window, and returns nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen
from lsprotocol import types

from refract.actions import planning
from refract.actions.beginning import first_migration
from refract.actions.data_loss import pending_losses
from refract.actions.file_writing import CannotWrite, check_changes, write_changes
from refract.actions.runbook import NoRunbook
from refract.actions.still_used import StillUsed, used_before_confirmation, used_before_next
from refract.actions.uncertain import uncertain_start
from refract.analysis import Analysis
from refract.escaping import code_span
from refract.lsp import convert, questions
from refract.lsp.client import RefractServer
from refract.lsp.edits import Outdated, new_migration, workspace_edit
from refract.lsp.features import code_actions, overview, pending, plans, recipes, rollback, runbook
from refract.lsp.open_project import OpenProject
from refract.lsp.refusal import Refused, shown_problem
from refract.plans import Progress
from refract.plans.taking import last_taken
from refract.reading import read_text
from refract.recipes.base import CannotPlan
from refract.rendering.acts import to_do
from refract.rendering.histories import first_migration_lines
from refract.sql.rollback import NoRollback
from refract.text import FileChange, FileEdits, NewFile
from refract.wording import files_of


@frozen
class _Command:
    """What runs, and what a client gets in place of an answer when that was refused."""

    run: Callable[..., Awaitable[Any]]
    refused: Any = None


def add_commands(server: RefractServer) -> None:
    """Make the server take all commands."""
    for name, command in _COMMANDS.items():
        server.command(name)(_guarded(name, command))


def _guarded(name: str, command: _Command) -> Callable[..., Awaitable[Any]]:
    async def run(ls: RefractServer, *arguments: Any) -> Any:
        try:
            if name not in _CHANGING:
                return await command.run(ls, _Arguments(name, arguments))
            async with _turn(ls):
                return await command.run(ls, _Arguments(name, arguments))
        except planning.Unreadable as refusal:
            ls.show(f"No step was taken. Fix this problem first: {shown_problem(refusal.analysis)}")
            return command.refused
        except (Refused, CannotPlan, NoRollback, NoRunbook) as refusal:
            message = str(refusal)
            ls.show(message)
            return command.refused

    return run


@asynccontextmanager
async def _turn(ls: RefractServer) -> AsyncIterator[None]:
    """Wait until no other command changes files, and until the editor has saved what the one before has changed: each
    has to see the work of the one before it. Raises Refused.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            await ls.turn.acquire()
    except TimeoutError as error:
        raise Refused("Another command is still waiting for the editor. Finish that one first.") from error
    try:
        for path, text in tuple(ls.unsaved.items()):
            if read_text(Path(path)) == text:
                raise Refused(f"{path} has unsaved changes. Save the file, then run this command again.")
            ls.unsaved.pop(path)
        yield
    finally:
        ls.turn.release()


@frozen
class _Arguments:
    """What the client sent with a command: texts, and at most one object or list."""

    command: str
    values: tuple[Any, ...]

    def text(self, at: int, what: str) -> str:
        """The text at a position. Raises Refused if there is none."""
        found = self.optional(at)
        if found is None:
            raise Refused(f"{self.command} needs {what} as argument {at + 1}.")
        return found

    def optional(self, at: int) -> str | None:
        """The text at a position, if there is any."""
        found = self.values[at] if at < len(self.values) else None
        return found if isinstance(found, str) and found else None

    def has_flag(self, at: int) -> bool:
        """Whether the value at a position is true."""
        return at < len(self.values) and self.values[at] is True

    def texts(self, at: int) -> tuple[str, ...]:
        """The texts of the list at a position; none if there is no list."""
        found = self.values[at] if at < len(self.values) else None
        return tuple(text for text in found if isinstance(text, str)) if isinstance(found, list) else ()

    def mapping(self, at: int) -> Mapping[str, Any]:
        """The object at a position. Raises Refused if there is none."""
        found = self.values[at] if at < len(self.values) else None
        if not isinstance(found, Mapping):
            raise Refused(f"{self.command} needs an object as argument {at + 1}.")
        return found


async def _project(ls: RefractServer, arguments: _Arguments) -> OpenProject:
    """The project that the first argument names. Raises Refused if there is none."""
    project = await _project_or_none(ls, arguments)
    if project is None:
        raise Refused(f"No Prisma project found for {arguments.optional(0)}.")
    return project


async def _project_or_none(ls: RefractServer, arguments: _Arguments) -> OpenProject | None:
    path = convert.to_path(arguments.text(0, "the URI of a project's file"))
    project = await ls.session.read_project(path) if path else None
    if project is not None:
        project.current()
    return project


async def _analysis(ls: RefractServer, arguments: _Arguments) -> Analysis:
    """The analysis of the project that the first argument names."""
    project = await _project(ls, arguments)
    if project.failure or project.analysis is None:
        raise Refused(project.failure or f"Cannot read {project.files.schema}.")
    return project.analysis


async def _preview(ls: RefractServer, arguments: _Arguments) -> dict[str, Any]:
    return pending.preview(await _analysis(ls, arguments))


async def _create(ls: RefractServer, arguments: _Arguments) -> list[str]:
    """Other commands need not wait while the user is asked."""
    asked = await _analysis(ls, arguments)
    pending.create(asked, arguments.optional(1))
    if not arguments.has_flag(2) and not await questions.may_create(ls, asked):
        return []
    async with _turn(ls):
        analysis = await _analysis(ls, arguments)
        if not set(pending_losses(analysis)) <= set(pending_losses(asked)):
            raise Refused("No migration written: the schema has changed. Run this command again.")
        files = pending.create(analysis, arguments.optional(1))
        made = await _made(ls, analysis, files, "Create the migration")
        _show_first_migration(ls, analysis, files)
    return made


async def _show_fixes(ls: RefractServer, arguments: _Arguments) -> types.Location | None:
    return await questions.show_fixes(ls, await _analysis(ls, arguments))


async def _show_file(ls: RefractServer, arguments: _Arguments) -> None:
    uri, message = arguments.text(0, "the URI of a file"), arguments.optional(1)
    await questions.show_file(ls, uri)
    if message:
        _offer(ls, plans.Written(message, arguments.optional(2) or ""), uri)


async def _overview(ls: RefractServer, arguments: _Arguments) -> dict[str, Any]:
    every = not arguments.values or arguments.values[0] is None
    projects = await ls.session.read_projects() if every else [await _project_or_none(ls, arguments)]
    return {"projects": [overview.overview(ls.session, project) for project in projects if project]}


async def _recipes(ls: RefractServer, arguments: _Arguments) -> list[dict[str, Any]]:
    return recipes.recipes(await _analysis(ls, arguments))


async def _new_plan(ls: RefractServer, arguments: _Arguments) -> list[str]:
    analysis = await _analysis(ls, arguments)
    wish = plans.wish(arguments.mapping(1))
    changes = plans.new(analysis, wish)
    made = await _made(ls, analysis, changes, f"Plan {wish.recipe} {wish.subject}")
    _offer(ls, plans.first_step_of(changes), new_migration(changes))
    return made


async def _take(ls: RefractServer, arguments: _Arguments) -> bool:
    """Other commands need not wait while the user is asked."""
    name = arguments.text(1, "the name of a plan")
    asked, before = await _still_used(ls, arguments, used_before_next)
    command = f"refract plan next {before.plan.name} --force"
    if not await questions.may_ignore_uses(ls, asked.analysis, asked.used, "Take the Step Anyway", command):
        return False
    async with _turn(ls):
        analysis = await _analysis(ls, arguments)
        progress = planning.plan_named(analysis, name)
        _refuse_uncertain(analysis, progress)
        changes, title = _next_step(analysis, progress), progress.step.title if progress.step else ""
        await _refuse_unseen(before, analysis, progress, used_before_next)
        await _made(ls, analysis, changes, title)
        _show_first_migration(ls, analysis, changes)
    _offer_next(ls, progress, changes)
    return True


def _show_first_migration(ls: RefractServer, analysis: Analysis, changes: Iterable[FileChange]) -> None:
    first = first_migration(analysis, changes)
    if first:
        what, *commands = first_migration_lines(first.name, first.commands)
        ls.show(" ".join((what, *map(code_span, commands))))


def _next_step(analysis: Analysis, progress: Progress) -> planning.Changes:
    try:
        return planning.take_next_step(analysis, progress)
    except planning.WaitsForPeople as error:
        acts = " ".join(to_do(progress.step, ())) if progress.step else ""
        raise Refused(f"{error} {acts}") from error


def _refuse_uncertain(analysis: Analysis, progress: Progress) -> None:
    """Raises CannotPlan if the first step is about a table that an earlier statement may have changed."""
    found = () if progress.number else uncertain_start(analysis, progress.plan)
    if found:
        files = files_of(statement.origin for statement in found if statement.origin)
        otherwise = code_span(f"refract plan next {progress.plan.name} --force")
        raise CannotPlan(f"Statements on this table were not followed ({files}). Check them, then: {otherwise}.")


@frozen
class _Asked:
    """What the code still used of what a step retires, and the analysis that knows it."""

    analysis: Analysis
    used: StillUsed


async def _still_used(
    ls: RefractServer, arguments: _Arguments, uses: Callable[[Analysis, Progress], StillUsed]
) -> tuple[_Asked, Progress]:
    analysis = await _analysis(ls, arguments)
    progress = planning.plan_named(analysis, arguments.text(1, "the name of a plan"))
    return _Asked(analysis, await asyncio.to_thread(uses, analysis, progress)), progress


async def _refuse_unseen(
    before: Progress, analysis: Analysis, now: Progress, uses: Callable[[Analysis, Progress], StillUsed]
) -> None:
    """Raises CannotPlan if another command has taken the step in the meantime, and code uses what this one retires."""
    used = await asyncio.to_thread(uses, analysis, now) if before.number != now.number else ()
    if used:
        raise CannotPlan("The code still uses what this step retires. Run this command again to see where.")


async def _confirm(ls: RefractServer, arguments: _Arguments) -> bool:
    name = arguments.text(1, "the name of a plan")
    asked, before = await _still_used(ls, arguments, used_before_confirmation)
    planning.confirm_current_step(asked.analysis, before)
    command = f"refract plan done {before.plan.name} --force"
    if not await questions.may_ignore_uses(ls, asked.analysis, asked.used, "Confirm Anyway", command):
        return False
    async with _turn(ls):
        analysis = await _analysis(ls, arguments)
        progress = planning.plan_named(analysis, name)
        changes = planning.confirm_current_step(analysis, progress)
        await _refuse_unseen(before, analysis, progress, used_before_confirmation)
        await _made(ls, analysis, changes, f"Confirm step {(progress.number or 0) + 1}")
    return True


def _offer_next(ls: RefractServer, progress: Progress, changes: Iterable[FileChange]) -> None:
    """Show what a step has written, with buttons, while the command has ended."""
    if progress.number is not None:
        _offer(ls, plans.written(progress.plan, progress.number), new_migration(changes))


def _offer(ls: RefractServer, step: plans.Written | None, migration: str | None) -> None:
    if step is not None and ls.session.abilities.shows_buttons:
        ls.later(questions.offer(ls, step.message, migration or "", step.acts))


async def _undo_step(ls: RefractServer, arguments: _Arguments) -> bool:
    analysis = await _analysis(ls, arguments)
    progress = planning.plan_named(analysis, arguments.text(1, "the name of a plan"))
    number = last_taken(progress)
    await _made(ls, analysis, planning.take_last_step_back(analysis, progress), f"Undo step {(number or 0) + 1}")
    return True


async def _abandon(ls: RefractServer, arguments: _Arguments) -> bool:
    analysis = await _analysis(ls, arguments)
    progress = planning.plan_named(analysis, arguments.text(1, "the name of a plan"))
    changes = planning.end_plan(analysis, progress, arguments.optional(2) or "")
    await _made(ls, analysis, changes, f"Stop tracking {progress.plan.name}")
    return True


async def _apply_fix(ls: RefractServer, arguments: _Arguments) -> list[str]:
    analysis = await _analysis(ls, arguments)
    key, fix = arguments.text(1, "the key of a finding"), arguments.text(2, "the id of a fix")
    found = code_actions.chosen(analysis, key, fix)
    if found is None:
        raise Refused(f"The file changed; “{fix}” is no longer available.")
    title, changes = found
    return await _made(ls, analysis, changes, title)


async def _write_rollback(ls: RefractServer, arguments: _Arguments) -> list[str]:
    analysis = await _analysis(ls, arguments)
    found = rollback.rollback(analysis, arguments.optional(1))
    return await _made(ls, analysis, found.files, f"Roll back {found.migration}")


async def _runbook(ls: RefractServer, arguments: _Arguments) -> dict[str, str]:
    return runbook.runbook(await _analysis(ls, arguments), arguments.texts(1))


_PATIENCE = 30.0  # seconds
_NOT_APPLIED = "No database is changed."


async def _made(ls: RefractServer, analysis: Analysis, changes: Iterable[FileChange], label: str) -> list[str]:
    """Have the client make the changes, as one edit. The URIs of the files that are new. Raises Refused."""
    all_changes, home = tuple(changes), analysis.snapshot.files.home
    new = [change for change in all_changes if isinstance(change, NewFile)]
    with _refusing():
        check_changes(all_changes, home)
    if ls.session.abilities.creates_files:
        await _edited(ls, all_changes, home, label)
    else:
        await _edited(ls, [change for change in all_changes if change not in new], home, label)
        with _refusing():
            write_changes(new, home)
    plans = (change for change in all_changes if isinstance(change, FileEdits) and change.path.endswith(".toml"))
    ls.unsaved |= {change.path: change.text for change in plans}
    ls.session.files_changed([change.path for change in all_changes])  # not every client reports files on the disk
    return [convert.to_uri(change.path) for change in new]


async def _edited(ls: RefractServer, changes: Sequence[FileChange], home: Path, label: str) -> None:
    if not changes:
        return
    try:
        edit = workspace_edit(ls.session, changes, home, label, _NOT_APPLIED)
    except Outdated as error:
        raise Refused(f"No file was changed: {error} has other text by now. Run the command again.") from error
    except LookupError as error:
        raise Refused(f"No file was changed: cannot read {error}.") from error
    answer = await ls.apply(edit, f"Refract: {label}")
    if not answer.applied:
        raise Refused(f"No file was changed: {answer.failure_reason or 'the editor refused the edit'}.")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except CannotWrite as error:
        raise Refused(str(error)) from error


_COMMANDS: Mapping[str, _Command] = {
    pending.PREVIEW: _Command(_preview),
    pending.CREATE: _Command(_create, []),
    pending.SHOW_FIXES: _Command(_show_fixes),
    code_actions.SHOW_FILE: _Command(_show_file),
    overview.OVERVIEW: _Command(_overview),
    recipes.RECIPES: _Command(_recipes),
    plans.NEW: _Command(_new_plan),
    plans.NEXT: _Command(_take, refused=False),
    plans.DONE: _Command(_confirm, refused=False),
    plans.BACK: _Command(_undo_step, refused=False),
    plans.ABANDON: _Command(_abandon, refused=False),
    rollback.WRITE: _Command(_write_rollback, []),
    code_actions.APPLY_FIX: _Command(_apply_fix, []),
    runbook.RUNBOOK: _Command(_runbook),
}

_CHANGING = frozenset(name for name, command in _COMMANDS.items() if command.refused is not None) - {
    pending.CREATE,
    plans.NEXT,
    plans.DONE,
}
"""The commands that change files, and ask nothing while they do."""
