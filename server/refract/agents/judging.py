"""Judges an event: a command by what it would do, an edit by what the file would mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import evolve

from refract.agents import wordings
from refract.agents.danger import Danger, Kind
from refract.agents.dangers import dangers
from refract.agents.edits import ACCEPTED, CannotFollow, EditedFile, edited_files, edited_paths, is_decided, is_judged
from refract.agents.event import Event, Moment, Patch
from refract.agents.shell import LONGEST
from refract.agents.verdict import Decision, Verdict, joined
from refract.config import AgentCommands, AgentEdits, AgentSettings, SettingsError, load_settings
from refract.reading import is_file

_NOTHING = Verdict()


def judge(event: Event) -> Verdict:
    """What Refract has to object to an event."""
    judges: Mapping[Moment, Callable[[Event], Verdict]] = {
        Moment.COMMAND: _on_command,
        Moment.RAN: _on_ran,
        Moment.EDIT: _on_edit,
        Moment.EDITED: _on_edited,
        Moment.STOP: _on_stop,
    }
    verdict = judges[event.moment](event) if event.moment in judges else _NOTHING
    asks_nobody = event.is_unattended and verdict.decision is Decision.ASK
    return evolve(verdict, decision=Decision.DENY) if asks_nobody else verdict


def _on_command(event: Event) -> Verdict:
    settings, note = _settings(event.folder)
    if settings.commands is AgentCommands.OFF:
        return _NOTHING
    found = tuple(dangers(event.command, event.folder))
    notes = (
        (f"Only the first {LONGEST} characters of the command were judged.",) if len(event.command) > LONGEST else ()
    )
    decision = Decision(settings.commands)
    return joined(
        (Verdict(notes=(*notes, *note) if found else notes), *(_danger(danger, decision) for danger in found))
    )


def _danger(danger: Danger, decision: Decision) -> Verdict:
    if danger.kind in (Kind.REMOVE_FILES, Kind.WRITE_FILES):
        return _files(danger, decision)
    if danger.kind in (Kind.DESTROY, Kind.RESOLVE, Kind.SILENCE):
        return Verdict(decision, (wordings.destruction(danger), wordings.STOPPED))
    from refract.agents import finding_words, findings  # noqa: PLC0415  most commands need no analysis

    seen = findings.pending(danger)
    if danger.kind in (Kind.APPLY_SCHEMA, Kind.APPLY_MIGRATIONS, Kind.APPLY_BOTH):
        reasons = (finding_words.pending(danger, seen.errors), wordings.STOPPED) if seen.errors else ()
        return Verdict(Decision.DENY if seen.errors else None, reasons, notes=seen.notes)
    if danger.kind is Kind.CREATE:
        return Verdict(context=(finding_words.pending(danger, seen.errors),) if seen.errors else (), notes=seen.notes)
    more = (finding_words.behind(seen.errors),) if seen.errors else ()
    return Verdict(decision, (wordings.destruction(danger), *more, wordings.STOPPED), notes=seen.notes)


def _files(danger: Danger, decision: Decision) -> Verdict:
    from refract.agents import findings  # noqa: PLC0415

    applied = findings.applied(danger.folder)
    hit = any(file.is_relative_to(path) for path in danger.files for file in applied)
    if danger.revision:
        hit = findings.is_missing_at(danger.revision, applied, danger.folder)
    return Verdict(decision, (wordings.destruction(danger), wordings.STOPPED)) if hit else _NOTHING


def _on_ran(event: Event) -> Verdict:
    """A command may have written schemas and migrations: what is wrong with them then."""
    words = ("prisma", "migrat", ".sql", "schema", "git ")
    settings, _ = _settings(event.folder)
    if settings.edits is AgentEdits.OFF or not any(word in event.command for word in words):
        return _NOTHING
    from refract.agents import findings  # noqa: PLC0415

    seen = findings.here(event.folder)
    return Verdict(context=tuple(findings.described(seen)) if seen.errors else (), notes=seen.notes)


def _on_edit(event: Event) -> Verdict:
    if not _concerns(event):
        return _NOTHING
    try:
        files = edited_files(event.edits, event.folder)
    except CannotFollow as error:
        return Verdict(notes=(f"{error} This edit was not judged.",))
    return joined(_file(file, event.folder) for file in files if file.after != file.before)


def _concerns(event: Event) -> bool:
    return any(isinstance(edit, Patch) or is_judged(Path(edit.path)) for edit in event.edits)


def _file(file: EditedFile, folder: Path) -> Verdict:
    settings, note = _settings(file.path.parent)
    if settings.edits is AgentEdits.OFF:
        return _NOTHING
    if is_decided(file.path):
        return _decided_file(file, folder)
    from refract.agents import finding_words, findings  # noqa: PLC0415
    from refract.agents.nearest_project import is_inside  # noqa: PLC0415

    if not is_inside(file.path, folder):
        return Verdict(notes=(f"{file.path} is outside of the project, and was not judged.",))
    seen = findings.after(file)
    seen = evolve(seen, notes=(*note, *seen.notes))
    if seen.is_applied:
        path = findings.short(file.path)
        return Verdict(_strict(settings), (wordings.APPLIED_EDIT.format(path=path),), notes=seen.notes)
    context = tuple(findings.described(evolve(seen, errors=())))
    silenced = (
        (wordings.SILENCING.format(rules=", ".join(sorted({f.rule for f in seen.silenced}))),) if seen.silenced else ()
    )
    if seen.errors:
        text = finding_words.refused_edit(file.path, seen.errors)
        strict = _strict(settings)
        return Verdict(strict, (text, *silenced) if strict else (), context if strict else (text, *context), seen.notes)
    return Verdict(Decision.ASK if silenced else None, silenced, context, seen.notes)


def _strict(settings: AgentSettings) -> Decision | None:
    return None if settings.edits is AgentEdits.WARN else Decision(settings.edits)


def _decided_file(file: EditedFile, folder: Path) -> Verdict:
    """Plans, and settings that decide on findings, are those of the person; facts, such as a version, are not."""
    from refract.agents.loosened import is_loosened  # noqa: PLC0415
    from refract.agents.nearest_project import has_settings, is_plan  # noqa: PLC0415

    path = file.path
    if path.name == ACCEPTED or has_settings(path, folder):
        is_asked, wording = is_loosened(file.before, file.after, path), wordings.SETTINGS_CHANGE
    else:
        is_asked, wording = is_plan(path), wordings.PLAN_CHANGE
    return Verdict(Decision.ASK, (wording.format(path=path.name),)) if is_asked else _NOTHING


def _on_edited(event: Event) -> Verdict:
    if not _concerns(event):
        return _NOTHING
    from refract.agents.nearest_project import is_inside  # noqa: PLC0415

    paths = edited_paths(event.edits, event.folder)
    judged = (path for path in paths if not is_decided(path) and is_file(path))
    return joined(_edited(path) for path in judged if is_inside(path, event.folder))


def _edited(path: Path) -> Verdict:
    from refract.agents import findings  # noqa: PLC0415

    settings, _ = _settings(path.parent)
    if settings.edits is AgentEdits.OFF:
        return _NOTHING
    seen = findings.on_disk(path)
    described = tuple(findings.described(seen))
    if seen.errors and settings.edits is AgentEdits.DENY:
        return Verdict(Decision.DENY, described, notes=seen.notes)
    return Verdict(context=described, notes=seen.notes)


def _on_stop(event: Event) -> Verdict:
    settings, _ = _settings(event.folder)
    if event.is_again or settings.edits is AgentEdits.OFF:
        return _NOTHING
    from refract.agents import findings  # noqa: PLC0415

    seen = findings.here(event.folder)
    return Verdict(context=(wordings.reminder(len(seen.errors)),) if seen.errors else (), notes=seen.notes)


def _settings(folder: Path) -> tuple[AgentSettings, Sequence[str]]:
    """The settings of the folder; the defaults, with a note, if they cannot be read."""
    try:
        return load_settings(folder).agents, ()
    except SettingsError as error:
        return AgentSettings(), (f"{error}. The default settings were used.",)
