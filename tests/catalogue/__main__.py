"""`python -m catalogue SERVER [accept] [TABLE ...]` from tests/: how the cases are read, and why, if not as their line says.

`accept` writes the outcomes into the tables: read what changes.
"""

from __future__ import annotations

import sys
from collections import Counter
from importlib import import_module

from catalogue.cases import HOME, Case, Outcome, Verdict, cases


def main(arguments: list[str]) -> None:
    """Judge the cases of the tables named, or of all."""
    folder, *rest = arguments
    tables = {x for x in rest if x != "accept"}
    found: dict[Case, Verdict] = {}
    with import_module(f"catalogue.{folder}_server").prepared_server() as server:
        for case in cases(folder):
            if not tables or case.table in tables:
                found[case] = server.judge(case)
                _report(case, found[case])
    print(dict(Counter(verdict.outcome.name for verdict in found.values())))
    if "accept" in arguments:
        _accept(folder, found)


def _report(case: Case, verdict: Verdict) -> None:
    if verdict.outcome in (case.expected, Outcome.FOLLOWED) and verdict.outcome is not Outcome.MISREAD:
        return
    print(f"{case.table}:{case.line} {verdict.outcome.name}: {case.sql}\n    " + verdict.why.replace("\n", "\n    "))


def _accept(folder: str, found: dict[Case, Verdict]) -> None:
    for table in sorted({case.table for case in found}):
        path = HOME / folder / f"{table}.txt"
        lines = path.read_text(encoding="utf-8").split("\n")
        for case, verdict in found.items():
            if case.table == table:
                lines[case.line - 1] = verdict.outcome + case.sql.replace("\n", "⏎")
        path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
