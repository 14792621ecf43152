"""What the rules would have said of every migration in the history of real projects, for reading by hand.

    python -m bench.history CHECKOUT... [--names FILE] [--rule NAME] [--sample N | --equal N] [--counts] [--json FILE]

Each migration is judged as if it were new, on the database that those before it built, with the settings and versions
of its project. Tables that an earlier migration of the same commit created are new, as they are for `refract check`. `--sample` draws from all findings, `--equal` the same number of each rule as far as it has them. With
`--names`, a file whose lines begin with names of checkouts, CHECKOUT is the folder that holds them.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import evolve, frozen

from refract.analysis.branch import NewMigration, read_new
from refract.analysis.combined import combined
from refract.analysis.result import history_context, migration_context, versions_of
from refract.analysis.snapshot import Snapshot, open_project, provider_of
from refract.baseline import Migration, MigrationFolder, compare_histories, load_migrations
from refract.providers import Provider
from refract.rendering.findings import message
from refract.rules.kit.finding import Finding
from refract.rules.kit.rule import check_all
from refract.schema.changes import CreateTable, NotFollowed
from refract.schema.model import Database, QualifiedName
from refract.workspace import CannotAnalyse, find_projects

_SEED = 7


@frozen(eq=False)
class Judged:
    """A finding about a migration."""

    new: NewMigration
    finding: Finding

    @property
    def line(self) -> int:
        """The line of the migration that the finding is about, from 1; 0 if it is about all of it."""
        origin = self.finding.origin
        return self.new.text.count("\n", 0, origin.span.start) + 1 if origin else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--rule")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--equal", type=int, default=0)
    parser.add_argument("--counts", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chosen = list(named(options.checkouts[0], options.names)) if options.names else options.checkouts
    found = [judged for judged in findings(chosen) if options.rule in (None, judged.finding.rule)]
    drawn = sampled(found, options.sample) if options.sample else equally(found, options.equal)
    if options.json:
        options.json.write_text("".join(f"{json.dumps(as_json(judged))}\n" for judged in drawn))
    elif not options.counts:
        for judged in drawn:
            show(judged)
    for (rule, severity), count in Counter((j.finding.rule, j.finding.severity) for j in found).most_common():
        print(f"{count:6} {severity:8} {rule}")
    print(f"{len(found):6} findings, {len({j.new.source.path for j in found})} migrations")


def named(folder: Path, names: Path) -> Iterator[Path]:
    """The checkouts that a file names; a slash in a name is a plus sign in the folder."""
    yield from (folder / line.split()[0].replace("/", "+") for line in names.read_text().splitlines() if line.strip())


def sampled(found: list[Judged], size: int) -> list[Judged]:
    """Some of the findings, always the same."""
    return found if len(found) <= size else random.Random(_SEED).sample(found, size)


def equally(found: list[Judged], size: int) -> list[Judged]:
    """As many findings as that, the same number of each rule; rules with fewer leave their share to the others."""
    rules: dict[str, list[Judged]] = {}
    for judged in sampled(found, len(found)) if not size else random.Random(_SEED).sample(found, len(found)):
        rules.setdefault(judged.finding.rule, []).append(judged)
    if not size:
        return found
    drawn = list[Judged]()
    for row in range(max(map(len, rules.values()), default=0)):
        drawn += [rules[rule][row] for rule in sorted(rules) if row < len(rules[rule])]
    return sorted(drawn[:size], key=lambda judged: judged.finding.rule)


def findings(checkouts: Iterable[Path]) -> Iterator[Judged]:
    """What is found about the migrations of every project in the checkouts."""
    for checkout in checkouts:
        for files in find_projects(checkout):
            try:
                snapshot = open_project(files)
            except CannotAnalyse as error:
                print(f"{checkout.name}: {error}")
                continue
            yield from of_project(snapshot)


def of_project(snapshot: Snapshot) -> Iterator[Judged]:
    """What is found about each migration of a project, as if those before it were merged."""
    provider = provider_of(snapshot.tree)
    folder = load_migrations(snapshot.files.migrations)
    commits = first_commits(snapshot.files.migrations)
    for at, new in enumerate(history(folder, provider, commits)):
        yield from (Judged(new, finding) for finding in of_migration(snapshot, provider, folder, at, new))


def history(folder: MigrationFolder, provider: Provider, commits: Mapping[str, str]) -> Iterator[NewMigration]:
    """Each migration, on the database that those before it build. `commits` are those that added them, by name."""
    database, not_followed = Database(provider.name, provider.default_schema), ()
    fresh, commit = frozenset[QualifiedName](), ""
    for migration in folder.migrations:
        here = commits.get(migration.name, migration.name)
        fresh = fresh if here == commit else frozenset()
        new = evolve(read_new(migration, database, provider, fresh), not_followed=not_followed)
        database, commit = new.after, here
        not_followed += tuple(change for change in new.diff.changes if isinstance(change, NotFollowed))
        fresh |= {change.table.name for change in new.diff.changes if isinstance(change, CreateTable)}
        yield new


def first_commits(folder: Path) -> dict[str, str]:
    """The commit that first added each migration, under whatever path, by the names of folders and files."""
    command = ["git", "-C", str(folder), "log", "--reverse", "--no-renames", "--diff-filter=A", "--format=%x00%H",
               "--name-only", "--", ":(top)*.sql"]  # fmt: skip
    log = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout
    found: dict[str, str] = {}
    for entry in log.split("\0")[1:]:
        commit, *paths = entry.split("\n")
        for name in (part for path in paths for part in Path(path).parts[-2:]):
            found.setdefault(name, commit)
    return found


def of_migration(
    snapshot: Snapshot, provider: Provider, folder: MigrationFolder, at: int, new: NewMigration
) -> Iterator[Finding]:
    """What is found about a migration, and about the history that ends with it."""
    versions = versions_of(snapshot, provider)
    yield from combined(check_all(migration_context(new, provider, versions)))
    here, base = (upto(folder, folder.migrations[:end]) for end in (at + 1, at))
    compared = evolve(compare_histories(here, base, base, "base"), changes={new.source.name: new.diff.changes})
    yield from check_all(history_context(compared, new.before, new.after, provider, versions))


def upto(folder: MigrationFolder, migrations: tuple[Migration, ...]) -> MigrationFolder:
    """A folder when it held these migrations."""
    return evolve(folder, migrations=migrations)


def as_json(judged: Judged) -> dict[str, object]:
    """A finding with the migration that it is about."""
    finding, path = judged.finding, judged.new.source.path
    place = {"line": judged.line, "migration": path, "sql": judged.new.text}
    return {"rule": finding.rule, "severity": finding.severity, "message": message(finding), **place}


def show(judged: Judged) -> None:
    """A finding with the line that it is about."""
    lines, finding = judged.new.text.split("\n"), judged.finding
    line = lines[judged.line - 1][:160] if judged.line else ""
    print(f"{judged.new.judged.name}: {finding.severity} {finding.rule}: {message(finding)}\n    {line}\n")


if __name__ == "__main__":
    main()
