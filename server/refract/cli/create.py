"""`refract create`: writes the pending migration like `prisma migrate dev --create-only`, without a database."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from refract.actions.data_loss import pending_errors, pending_losses
from refract.actions.fixing import NoLaterMigration
from refract.actions.pending_migration import pending_files
from refract.actions.uncertain import uncertain_changes
from refract.analysis import Analysis
from refract.cli.chosen_project import analysis_to_change
from refract.cli.first_migration import say_first_migration
from refract.cli.places import Places, problem_lines
from refract.cli.report import finding_lines, location_of
from refract.cli.terminal import CannotRun, complain, say, shown_path, width
from refract.cli.writing import write_changes
from refract.escaping import one_line
from refract.rendering.findings import related_sentence
from refract.rendering.losses import deleted
from refract.rules.kit.finding import Finding
from refract.text import Location


def run(name: str | None, path: str | None, *, accepts_data_loss: bool = False) -> int:
    """Write what the project at `path` (default: the one here) has pending. Returns the exit code."""
    analysis = analysis_to_change(path)
    if analysis.problems:
        _complain(analysis)
        return 2
    if uncertain := uncertain_changes(analysis):
        _refuse(uncertain, analysis)
        return 2
    _warn(analysis)
    if not accepts_data_loss and not _is_accepted(deleted(pending_losses(analysis))):
        return 1
    try:
        files = pending_files(analysis, name)
    except NoLaterMigration as error:
        raise CannotRun(str(error)) from error
    for written in write_changes(files, analysis.snapshot.files.home):
        say(f"{shown_path(written)}\n")
    if not files:
        has_none = analysis.lowered.provider.schemaless
        say("MongoDB has no migrations. Use `prisma db push`.\n" if has_none else "No pending changes.\n")
    say_first_migration(analysis, files)
    return 0


def _warn(analysis: Analysis) -> None:
    """The errors about what is pending, each with what to do instead."""
    places = Places(analysis.snapshot.tree.documents)
    for finding in pending_errors(analysis):
        place = places.find(location_of(analysis, finding))
        for line in finding_lines(finding, place, width()):
            click.echo(line, err=True)


def _is_accepted(loss: str) -> bool:
    """Whether the migration may delete this: the user is asked at a terminal, and otherwise has to pass an option."""
    if not loss:
        return True
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        click.echo(f"This migration deletes {loss}. Follow the help above to keep the data.", err=True)
        return click.confirm("Write it anyway?", default=False, err=True)
    complain(f"No migration written. It deletes {loss}.")
    complain("Follow the help above to keep the data, or add --accept-data-loss.")
    return False


def _refuse(uncertain: Sequence[Finding], analysis: Analysis) -> None:
    """What was not followed may have changed what the migration is about."""
    places = Places(analysis.snapshot.tree.documents)
    for finding in uncertain:
        complain(one_line(f"{finding.what}:"))
        for related in finding.related:
            place = places.find(Location(related.origin.path, related.origin.span))
            complain(one_line(f"{place.path}:{place.line}:{place.column}: {related_sentence(related)}"))
    complain("No migration written. Check these statements, then run `refract check --accept`.")


def _complain(analysis: Analysis) -> None:
    """Unreadable blocks prevent this: a migration made of the rest would drop them."""
    for line in problem_lines(analysis, analysis.problems):
        complain(line)
    complain("No migration written. Fix the problems above first.")
