"""The `refract` command. Each subcommand imports what it needs when it runs, so that `--help` stays instant."""

from __future__ import annotations

import sys
import traceback

import click

from refract import __version__

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

INTERRUPTED = 130
"""The exit code after ctrl-c, as shells have it."""

_COMPLETION = """
Shell completion: eval "$(_REFRACT_COMPLETE=bash_source refract)" for bash; zsh_source or fish_source for the others.
"""


@click.group(context_settings=CONTEXT, epilog=_COMPLETION)
@click.version_option(__version__, message="refract %(version)s")
def cli() -> None:
    """Make every change to a Prisma schema safe before it reaches a database.

    Refract compares the schema with what its migrations have built, without a database,
    and says what the pending change would do. Exit codes: 0 clean, 1 findings, 2 could not analyse.
    """


@cli.command()
@click.argument("path", default=".", type=click.Path())
@click.option("--base", metavar="REV", help="Compare with this git revision instead of the migrations here.")
@click.option(
    "--format",
    "--output",
    "output",
    type=click.Choice(["text", "concise", "json", "sarif", "github", "gitlab"]),
    default="text",
    show_default=True,
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    help="The least severity that makes the exit code 1.  [default: the settings', else error]",
)
@click.option("--accept", is_flag=True, help="Accept what is found now, so that only later findings are reported.")
def check(path: str, base: str | None, output: str, fail_on: str | None, accept: bool) -> None:
    """Report the risky changes that the schema at PATH asks for.

    PATH is a project, a repository with several, a schema file or folder, or one migration.sql.
    """
    if accept:
        from refract.cli.accept import run as run_accept

        sys.exit(run_accept(path, base))
    from refract.cli.check import run

    sys.exit(run(path, base, output, fail_on))


@cli.command()
@click.argument("path", default=".", type=click.Path())
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing; show the file instead.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def init(path: str, dry: bool, output: str) -> None:
    """Say what is found at PATH, and write a refract.toml with every setting, commented out.

    What is there is never written over.
    """
    from refract.cli.init import preview, write

    sys.exit(preview(path, output) if dry else write(path, output))


@cli.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(output: str) -> None:
    """List the rules, with the levels that they have here."""
    from refract.cli.rules import list_rules

    sys.exit(list_rules(output))


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Show what a rule finds, why that is risky and what is safer."""
    from refract.cli.rules import explain as run

    sys.exit(run(rule))


_FROM = click.option(
    "--from", "source", metavar="SRC", help="What to start from. Default: the migrations of the project here."
)
_TO = click.option("--to", "target", metavar="SRC", help="What to arrive at. Default: the schema of the project here.")
_SRC = """
\b
SRC is one of
  PATH             a schema file or folder
  migrations:DIR   what the migrations in DIR build
  git:REV[:PATH]   the schema (or migrations folder) at a git revision
  empty            an empty database
"""


@cli.command(epilog=_SRC)
@_FROM
@_TO
@click.option("--format", "output", type=click.Choice(["sql", "json"]), default="sql", show_default=True)
def diff(source: str | None, target: str | None, output: str) -> None:
    """Print the SQL that Prisma would write for the pending change, or the changes as JSON."""
    from refract.cli.diff import run

    sys.exit(run(source, target, output))


@cli.command(epilog=_SRC)
@_FROM
@_TO
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def name(source: str | None, target: str | None, output: str) -> None:
    """Suggest names for the migration of the pending change, best first."""
    from refract.cli.name import run

    sys.exit(run(source, target, output))


@cli.command()
@click.argument("name", required=False)
@click.option("--project", "path", metavar="PATH", help="The project or schema. Default: the project here.")
def create(name: str | None, path: str | None) -> None:
    """Write the pending migration, under NAME or the best suggestion. Nothing is applied to any database.

    It becomes two migrations where one would fail: a new enum value must be committed before it is used.
    """
    from refract.cli.create import run

    sys.exit(run(name, path))


_PROJECT = click.option("--project", "path", metavar="PATH", help="The project or schema. Default: the project here.")
_FORMAT = click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
_NAME = click.argument("name", required=False)
_FORCE = click.option("--force", is_flag=True, help="Even where code still uses what goes.")


@cli.group()
def plan() -> None:
    """Split one risky change into safe steps, and follow them over several deploys.

    A plan is a file beside the migrations. Its database steps are done when the migrations have built them; what people
    do is confirmed with `refract plan done`.
    """


@plan.command("recipes")
@_FORMAT
def plan_recipes(output: str) -> None:
    """List what can be planned, and what each recipe asks."""
    from refract.cli.plan import recipes

    sys.exit(recipes(output))


@plan.command("new")
@click.argument("recipe")
@click.argument("subject")
@click.argument("answers", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--name", default="", help="The name of the plan's file. Default: made of the recipe and its subject.")
@_PROJECT
@_FORMAT
def plan_new(recipe: str, subject: str, answers: tuple[str, ...], name: str, path: str | None, output: str) -> None:
    """Write the plan of RECIPE for SUBJECT: User, User.name, Role or Role.ADMIN. No step is taken yet.

    \b
    refract plan new rename-field User.name to=title how=trigger
    """
    from refract.cli.plan import new

    sys.exit(new(recipe, subject, answers, name, path, output))


@plan.command("list")
@_PROJECT
@_FORMAT
def plan_list(path: str | None, output: str) -> None:
    """Say where each plan stands."""
    from refract.cli.plan import listed

    sys.exit(listed(path, output))


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
    """Take the next step: write its edits of the schema and its migrations. Nothing is applied to any database."""
    from refract.cli.plan import next_step

    sys.exit(next_step(name, path, output, force=force))


@plan.command("done")
@_NAME
@click.option("--by", default="", help="Who confirms it. Default: git's user.name.")
@_FORCE
@_PROJECT
@_FORMAT
def plan_done(name: str | None, by: str, force: bool, path: str | None, output: str) -> None:
    """Confirm that what people had to do is done: a version deployed, an old one gone."""
    from refract.cli.plan import done

    sys.exit(done(name, by, path, output, force=force))


@plan.command("back")
@_NAME
@_PROJECT
@_FORMAT
def plan_back(name: str | None, path: str | None, output: str) -> None:
    """Take the last step back, by a migration that undoes it."""
    from refract.cli.plan import back

    sys.exit(back(name, path, output))


@plan.command("abandon")
@_NAME
@click.option("--why", default="", help="Kept in the file.")
@_PROJECT
@_FORMAT
def plan_abandon(name: str | None, why: str, path: str | None, output: str) -> None:
    """Follow a plan no longer. What it has built stays."""
    from refract.cli.plan import abandon

    sys.exit(abandon(name, why, path, output))


@cli.command()
@click.argument("migration", required=False)
@_PROJECT
@_FORMAT
def rollback(migration: str | None, path: str | None, output: str) -> None:
    """Write what undoes MIGRATION (default: the newest) as down.sql beside it, checked by replaying it.

    It says what does not come back. Nothing is applied to any database.
    """
    from refract.cli.rollback import run

    sys.exit(run(migration, path, output))


@cli.command()
@click.argument("migrations", nargs=-1, metavar="[MIGRATION]...")
@_PROJECT
def runbook(migrations: tuple[str, ...], path: str | None) -> None:
    """Print a checklist in Markdown for deploying MIGRATIONs: what to ask, save, watch, and how to go back.

    By default for the migrations that are new on this branch, and those of the plans' steps in hand.
    """
    from refract.cli.runbook import run

    sys.exit(run(migrations, path))


@cli.command()
@click.option("--tcp", metavar="PORT", type=click.IntRange(1, 65535), help="Listen on 127.0.0.1:PORT, not stdio.")
@click.option("--stdio", is_flag=True, hidden=True, help="The default; editors pass it by habit.")
def server(tcp: int | None, stdio: bool) -> None:
    """Run the language server, for editors."""
    del stdio
    from refract.lsp.server import main as serve

    serve(tcp)


def main() -> None:
    """The entry point. A failure of Refract itself must not look like findings (exit code 1)."""
    from refract.cli.terminal import lenient_streams

    lenient_streams()
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
            f"refract: this is a bug in Refract ({type(error).__name__}); please report it with the text above.",
            err=True,
        )
        sys.exit(2)
