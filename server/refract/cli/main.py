"""The `refract` command. Each subcommand imports what it needs when it runs, so that `--help` stays instant."""

from __future__ import annotations

import gc
import sys
import traceback

import click

from refract import __version__

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

INTERRUPTED = 130
"""The exit code after ctrl-c, as shells have it."""

_COMPLETION = """
For shell completion in bash, run `eval "$(_REFRACT_COMPLETE=bash_source refract)"`.
Use `zsh_source` or `fish_source` for zsh or fish.
"""


_HARNESSES = ("claude", "codex", "copilot", "cursor", "gemini", "opencode", "windsurf")


@click.group(context_settings=CONTEXT, epilog=_COMPLETION)
@click.version_option(__version__, message="refract %(version)s")
def cli() -> None:
    """Catch risky Prisma schema changes before they reach a database.

    Refract replays the migrations without a database, compares the result with the schema,
    and reports what the pending change would do.

    Exit codes are 0 (no findings), 1 (findings) and 2 (could not analyse).
    """


@cli.command()
@click.argument("path", default=".", type=click.Path())
@click.option("--base", metavar="REV", help="Compare with this git revision instead of the working tree's migrations.")
@click.option(
    "--format",
    "--output",
    "output",
    type=click.Choice(["text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"]),
    default="text",
    show_default=True,
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never", "irreversible", "migration-fails", "blocks", "code-breaks"]),
    multiple=True,
    help="Severity or kind of harm that exits with 1. Repeatable.  [default: from the settings, else error]",
)
@click.option("--statistics", "counts", is_flag=True, help="Show the number of findings of each rule instead.")
@click.option("-q", "--quiet", "brief", is_flag=True, help="Show findings only, without the summary.")
@click.option("--accept", is_flag=True, help="Accept all current findings; later runs report only new ones.")
@click.option("--project", metavar="PATH", help="The same as PATH; with `-`, the project of the text.")
@click.option("-v", "--verbose", "examples", count=True, help="Show a statement that was not followed; -vv shows all.")
def check(
    path: str,
    base: str | None,
    output: str,
    fail_on: tuple[str, ...],
    counts: bool,
    brief: bool,
    accept: bool,
    project: str | None,
    examples: int,
) -> None:
    """Report risky changes in the schema and in new migrations.

    PATH is a project, a repository with several projects, a schema file or folder, or one migration.sql.
    With `-`, SQL from standard input is judged as the next migration, and a schema as the schema of the project.
    """
    if accept:
        from refract.cli.accept import run as run_accept

        sys.exit(run_accept(project or path, base))
    from refract.compiled import compiled_classes

    with compiled_classes("check"):
        from refract.cli.check import run
        from refract.cli.options import Options

    options = Options(output, fail_on, examples=examples, counts=counts, brief=brief)
    sys.exit(run(path, base, options, project))


@cli.command()
@click.argument("path", default=".", type=click.Path())
@click.option("--agents", is_flag=True, help="Write the files that make coding agents use Refract.")
@click.option(
    "--harness", "harnesses", multiple=True, type=click.Choice(_HARNESSES), help="Only for this one. Repeatable."
)
@click.option("--dry-run", "dry", is_flag=True, help="Print the file instead of writing it.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def init(path: str, agents: bool, harnesses: tuple[str, ...], dry: bool, output: str) -> None:
    """Describe the project at PATH and write its refract.toml.

    The file lists every setting, commented out. Existing files are never overwritten.
    With --agents, the files for the coding agents of the project are written instead.
    """
    if agents or harnesses:
        from refract.cli import init_agents

        sys.exit((init_agents.preview if dry else init_agents.write)(path, harnesses, output))
    from refract.cli.init import preview, write

    sys.exit(preview(path, output) if dry else write(path, output))


@cli.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(output: str) -> None:
    """List all rules with their severity in this folder."""
    from refract.cli.rules import list_rules

    sys.exit(list_rules(output))


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Print the page of a rule.

    The page explains what RULE finds, why that is risky, and a safer way.
    """
    from refract.cli.rules import explain as run

    sys.exit(run(rule))


_PROJECT = click.option(
    "--project", "path", metavar="PATH", help="Project or schema. Default: the project in this folder."
)
_FROM = click.option("--from", "source", metavar="SRC", help="State before the change. Default: the migrations.")
_TO = click.option("--to", "target", metavar="SRC", help="State after the change. Default: the schema.")
_SRC = """
\b
SRC is one of
  PATH             a schema file or folder
  migrations:DIR   the database that the migrations in DIR build
  git:REV[:PATH]   the schema (or migrations folder) at a git revision
  empty            an empty database
"""


@cli.command(epilog=_SRC)
@_FROM
@_TO
@_PROJECT
@click.option("--format", "output", type=click.Choice(["sql", "json"]), default="sql", show_default=True)
def diff(source: str | None, target: str | None, path: str | None, output: str) -> None:
    """Print the SQL that Prisma would write for the pending change."""
    from refract.cli.diff import run

    sys.exit(run(source, target, output, path))


@cli.command(epilog=_SRC)
@_FROM
@_TO
@_PROJECT
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def name(source: str | None, target: str | None, path: str | None, output: str) -> None:
    """Suggest names for the pending migration, best first."""
    from refract.cli.name import run

    sys.exit(run(source, target, output, path))


@cli.command()
@click.argument("name", required=False)
@_PROJECT
@click.option("--accept-data-loss", is_flag=True, help="Write the migration even if it deletes rows or values.")
def create(name: str | None, path: str | None, accept_data_loss: bool) -> None:
    """Write the pending migration. No database is changed.

    NAME is the name of the migration. Default: the best suggestion.

    If the migration deletes data and a finding reports that as an error, the command asks first.
    Without a terminal, it writes nothing and exits with 1.

    A change that uses a new enum value becomes two migrations, since the value must be committed before its first use.
    """
    from refract.cli.create import run

    sys.exit(run(name, path, accepts_data_loss=accept_data_loss))


_FORMAT = click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
_NAME = click.argument("name", required=False)
_FORCE = click.option("--force", is_flag=True, help="Continue even if code still uses what this step removes.")


@cli.group()
def plan() -> None:
    """Split a risky change into safe steps and track them.

    A plan is a file next to the migrations folder. A database step is done when its migrations exist.
    Confirm a deploy with `refract plan done`.
    """


@plan.command("recipes")
@_FORMAT
def plan_recipes(output: str) -> None:
    """List the recipes and the questions of each."""
    from refract.cli.plan import recipes

    sys.exit(recipes(output))


@plan.command("new")
@click.argument("recipe")
@click.argument("subject", required=False)
@click.argument("answers", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--name", default="", help="Name of the plan file. Default: from the recipe and its subject.")
@_PROJECT
@_FORMAT
def plan_new(
    recipe: str, subject: str | None, answers: tuple[str, ...], name: str, path: str | None, output: str
) -> None:
    """Write a plan for SUBJECT with RECIPE. No step is taken yet.

    SUBJECT is a model (User), a field (User.name), an enum (Role) or a value (Role.ADMIN).

    \b
    refract plan new rename-field User.name to=title how=trigger
    """
    from refract.cli.plan import new

    sys.exit(new(recipe, subject, answers, name, path, output))


@plan.command("list")
@_PROJECT
@_FORMAT
def plan_list(path: str | None, output: str) -> None:
    """List the plans and their status."""
    from refract.cli.plan import list_plans

    sys.exit(list_plans(path, output))


@plan.command("show")
@_NAME
@_PROJECT
@_FORMAT
def plan_show(name: str | None, path: str | None, output: str) -> None:
    """Show a plan step by step."""
    from refract.cli.plan import show

    sys.exit(show(name, path, output))


@plan.command("next")
@_NAME
@_FORCE
@_PROJECT
@_FORMAT
def plan_next(name: str | None, force: bool, path: str | None, output: str) -> None:
    """Take the next step: write its schema edits and migrations.

    No database is changed.
    """
    from refract.cli.plan import next_step

    sys.exit(next_step(name, path, output, force=force))


@plan.command("done")
@_NAME
@click.option("--by", default="", help="Name of the person who confirms. Default: git's user.name.")
@_FORCE
@_PROJECT
@_FORMAT
def plan_done(name: str | None, by: str, force: bool, path: str | None, output: str) -> None:
    """Confirm the deploy that the current step waits for."""
    from refract.cli.plan import done

    sys.exit(done(name, by, path, output, force=force))


@plan.command("back")
@_NAME
@_PROJECT
@_FORMAT
def plan_back(name: str | None, path: str | None, output: str) -> None:
    """Undo the last step with a new migration."""
    from refract.cli.plan import back

    sys.exit(back(name, path, output))


@plan.command("abandon")
@_NAME
@click.option("--why", default="", help="Reason, kept in the plan file.")
@_PROJECT
@_FORMAT
def plan_abandon(name: str | None, why: str, path: str | None, output: str) -> None:
    """Stop tracking a plan. Steps already taken stay in place."""
    from refract.cli.plan import abandon

    sys.exit(abandon(name, why, path, output))


@cli.command()
@click.argument("answers", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Fix the findings of this rule. Repeatable.")
@click.option("--finding", "keys", multiple=True, metavar="KEY", help="Fix the finding with this key. Repeatable.")
@click.option("--with", "fix_id", metavar="FIX", help="Apply this fix. Default: the preferred one.")
@click.option("--safe", is_flag=True, help="Apply only fixes that change no database and no meaning of the schema.")
@click.option("--diff", "as_diff", is_flag=True, help="Print the changes as a diff instead of writing them.")
@click.option("--base", metavar="REV", help="Compare with this git revision, as in `refract check`.")
@_PROJECT
def fix(
    answers: tuple[str, ...],
    rules: tuple[str, ...],
    keys: tuple[str, ...],
    fix_id: str | None,
    safe: bool,
    as_diff: bool,
    base: str | None,
    path: str | None,
) -> None:
    """List the fixes of all findings, or apply some.

    Without --rule, --finding or --safe, nothing is changed. Each fix is tried before it is written,
    and left out if its finding would remain. NAME=VALUE answers the questions of `split-into-steps`.
    """
    from refract.cli import fix as command

    if not (rules or keys or safe):
        sys.exit(command.show(path, base))
    sys.exit(command.apply(path, base, keys, rules, fix_id, answers, safe=safe, as_diff=as_diff))


@cli.command()
@click.argument("migration", required=False)
@_PROJECT
@_FORMAT
def rollback(migration: str | None, path: str | None, output: str) -> None:
    """Write a down.sql that undoes MIGRATION (default: the newest).

    The file is checked by replay. The command lists the data that cannot be restored. No database is changed.
    """
    from refract.cli.rollback import run

    sys.exit(run(migration, path, output))


@cli.command()
@click.argument("migrations", nargs=-1, metavar="[MIGRATION]...")
@_PROJECT
def runbook(migrations: tuple[str, ...], path: str | None) -> None:
    """Print a Markdown deploy checklist.

    The checklist covers pre-checks, backups, monitoring and rollback.
    Default: migrations new on this branch and the current steps of open plans.
    """
    from refract.cli.runbook import run

    sys.exit(run(migrations, path))


@cli.command()
@click.option("--tcp", metavar="PORT", type=click.IntRange(1, 65535), help="Listen on 127.0.0.1:PORT instead of stdio.")
@click.option("--stdio", is_flag=True, hidden=True, help="Use stdio (the default).")
def server(tcp: int | None, stdio: bool) -> None:
    """Run the language server for editors."""
    del stdio
    from refract.lsp.start import main as serve

    gc.enable()
    serve(tcp)


@cli.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.option(
    "--harness",
    metavar="NAME",
    is_flag=False,
    flag_value="",
    help="claude, codex, copilot, cursor, gemini, opencode or windsurf.",
)
def hook(harness: str | None) -> None:
    """Judge a command or an edit of a coding agent.

    Reads the event as JSON from stdin, and answers in the form of the harness. Default harness: by the event.
    Commands that destroy data and edits that add errors are stopped, as set in refract.toml.
    An event that cannot be judged is let through, with a message on stderr.
    """
    try:
        from refract.compiled import compiled_classes

        with compiled_classes("hook"):
            from refract.cli.hook import run

            code = run(harness)
    except Exception as error:  # even a broken installation must not block
        click.echo(f"refract: Bug in Refract ({type(error).__name__}: {error}). Nothing was judged.", err=True)
        code = 0
    sys.exit(code)


@cli.command()
def mcp() -> None:
    """Serve the commands to coding agents as an MCP server.

    The server uses stdin and stdout, and works in the current folder.
    Needs `pip install prisma-refract[mcp]`.
    """
    try:
        from refract.cli.mcp_server.serving import serve
    except ModuleNotFoundError as error:
        from refract.cli.terminal import CannotRun

        raise CannotRun("The MCP server is not installed. Run: pip install 'prisma-refract[mcp]'") from error
    gc.enable()
    serve(cli)


def main() -> None:
    """The entry point. A failure of Refract itself must not look like findings (exit code 1)."""
    from refract.cli.terminal import lenient_streams

    lenient_streams()
    gc.disable()  # a command ends before garbage matters, and the values of a large schema all stay
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(INTERRUPTED)
    except Exception as error:
        traceback.print_exc()
        click.echo(
            f"refract: Bug in Refract ({type(error).__name__}). Report it with the text above.",
            err=True,
        )
        sys.exit(2)
