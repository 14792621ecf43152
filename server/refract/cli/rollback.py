"""`refract rollback`: writes what undoes a migration, beside it."""

from __future__ import annotations

from refract.cli.create import analysis_of, project_named
from refract.cli.terminal import CannotRun, printable, say, shown_path
from refract.cli.writing import write_changes
from refract.project.package_manager import prisma_command
from refract.project.rollback import NoRollback, rollback_of


def run(name: str | None, path: str | None) -> int:
    """Write the way back from migration `name` (default: the newest). Returns the exit code."""
    analysis = analysis_of(project_named(path))
    try:
        rollback = rollback_of(analysis, name)
    except NoRollback as error:
        raise CannotRun(str(error)) from error
    files = write_changes(rollback.files)
    for file in files:
        say(f"{shown_path(file)}\n")
    for line in rollback.lost:
        say(printable(f"  {line}\n"))
    root, newer = analysis.snapshot.files.root, analysis.versions.prisma >= (7,)
    schema = () if newer else ("--schema", shown_path(analysis.snapshot.files.schema))
    say("\nTake a backup first. Where the migration has failed:\n")
    for file in files:
        say(f"  {prisma_command(root, 'db', 'execute', '--file', shown_path(file), *schema)}\n")
    say(f"  {prisma_command(root, 'migrate', 'resolve', '--rolled-back', rollback.migration)}\n")
    say("Where it has been applied, Prisma takes no way back: put this SQL into a new migration, and deploy that.\n")
    return 0
