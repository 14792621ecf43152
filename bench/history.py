"""What the rules would have said of every migration in the history of real projects, for reading by hand.

    python -m bench.history PROJECT... [--rule NAME] [--sample N] [--counts]

Each migration is judged as the change it was, on the database that those before it built.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from refract.analysis.branch import NewMigration, read_new
from refract.baseline import load_migrations
from refract.lowering import lower
from refract.providers import Provider
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Finding, Judged
from refract.rules.kit.rule import check_all
from refract.schema.model import Database
from refract.syntax import parse_schema
from refract.workspace.projects import find_projects


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--rule")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--counts", action="store_true")
    options = parser.parse_args()
    found = [(m, f) for m, f in findings(options.projects) if options.rule in (None, f.rule)]
    if options.sample and options.sample < len(found):
        found = random.Random(7).sample(found, options.sample)
    if not options.counts:
        for new, finding in found:
            show(new, finding)
    for (rule, severity), count in Counter((f.rule, f.severity) for _, f in found).most_common():
        print(f"{count:6} {severity:8} {rule}")
    print(f"{len(found):6} findings")


def findings(projects: list[Path]) -> Iterator[tuple[NewMigration, Finding]]:
    for root in projects:
        for files in find_projects(root):
            texts = [(str(path), path.read_text(encoding="utf-8")) for path in files.schema_files]
            provider = lower(parse_schema(texts)).provider
            for new in history(files.migrations, provider):
                yield from ((new, finding) for finding in check_all(context(new, provider)))


def history(folder: Path, provider: Provider) -> Iterator[NewMigration]:
    database = Database(provider.name, provider.default_schema)
    for migration in load_migrations(folder).migrations:
        new = read_new(migration, database, provider)
        database = new.after
        yield new


def context(new: NewMigration, provider: Provider) -> RuleContext:
    return RuleContext(
        new.before, new.after, provider, new.diff, subject=Judged.MIGRATION, migration=new.judged, fresh=new.fresh
    )


def show(new: NewMigration, finding: Finding) -> None:
    span = finding.origin.span if finding.origin else None
    line = new.text[span.start : span.end].split("\n")[0][:160] if span else ""
    print(f"{new.judged.name}: {finding.severity} {finding.rule}: {finding.message}\n    {line}\n")


if __name__ == "__main__":
    main()
