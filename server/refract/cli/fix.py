"""`refract fix`: lists the fixes of findings, or applies those that are chosen. Each is tried before it is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import click
from attrs import evolve

from refract.actions.applied_fixes import Fixed, safe_fix, usual_fix, with_fixes
from refract.actions.fixing import fixes_of
from refract.analysis import Analysis, open_project
from refract.analysis.with_code import analyse_with_code
from refract.cli.chosen_project import chosen_files, in_folder
from refract.cli.difference import difference
from refract.cli.places import Places
from refract.cli.report import heading, placed_findings
from refract.cli.terminal import CannotRun, complain, patience, say, shown_path, terminal_text
from refract.cli.writing import only_writer, write_changes
from refract.config import nearest
from refract.escaping import code_span, one_line, printable, shell
from refract.fixes import Fix
from refract.fixes.base import Changes, changes_of, documented_fixes
from refract.rules.kit.finding import Finding
from refract.wording import counted
from refract.workspace.failure import CannotAnalyse
from refract.workspace.project_settings import rule_names

Choose = Callable[[Sequence[Fix]], Fix | None]


def show(path: str | None, base: str | None) -> int:
    """List the fixes of all findings, with the command for each."""
    analysis = _analysis(path, base)
    places = Places(analysis.snapshot.tree.documents)
    if not analysis.findings:
        say(f"No findings{in_folder(analysis)}.\n")
    for finding, place in placed_findings(analysis, places):
        say(f"{heading(finding, place)}\n")
        say("".join(f"  {line}\n" for line in _fix_lines(finding, fixes_of(analysis, finding))))
    if analysis.findings:
        say("\nTo silence a finding, use `--with ignore-on-line` or `--with ignore-in-project`.\n")
    return 0


def _fix_lines(finding: Finding, fixes: Sequence[Fix]) -> Iterator[str]:
    """The command that fixes a finding, then what it can be given: the fixes, the usual one marked."""
    usual = usual_fix(fixes)
    if usual is None:
        return
    real = [fix for fix in fixes if changes_of(fix) is not Changes.SETTINGS]
    width = max(len(fix.id) for fix in real)
    yield f"refract fix --finding {shell(finding.key)}"
    for fix in real:
        mark = "*" if fix is usual else " "
        yield f"  {mark} --with {fix.id:<{width}}  {one_line(fix.title)}"


def apply(
    path: str | None,
    base: str | None,
    keys: Sequence[str],
    rules: Sequence[str],
    fix: str | None,
    pairs: Sequence[str],
    *,
    safe: bool,
    as_diff: bool,
) -> int:
    """Apply fixes: of the findings with these `keys` or `rules`, or of all. Returns the exit code."""
    analysis = _analysis(path, base)
    answers = dict(map(_pair, pairs))
    choose = _safe(fix) if safe else _chosen(fix, answers)
    _check(analysis, keys, rules, fix)
    with patience("Trying the fixes ..."):
        fixed = with_fixes(analysis, partial(_is_wanted, frozenset(keys), frozenset(rules)), choose)
    for refusal in fixed.refused:
        complain(one_line(f"{refusal.finding.key}: not fixed. {refusal.reason}"))
    if not fixed.applied and not fixed.refused:
        say("No fix applies. `refract fix` lists the fixes of each finding.\n")
        return 1 if keys or fix else 0
    if as_diff:
        say(terminal_text(difference(fixed.changes)))
    elif fixed.applied:
        _write(analysis, fixed)
    return 1 if fixed.refused else 0


def _write(analysis: Analysis, fixed: Fixed) -> None:
    places = Places(analysis.snapshot.tree.documents)
    files = write_changes(fixed.changes, analysis.snapshot.files.home)
    placed = {finding.key: place for finding, place in placed_findings(analysis, places)}
    for choice in fixed.applied:
        place = placed.get(choice.finding.key)
        where = f"{place.path}:{place.line}:{place.column}: " if place else ""
        say(printable(f"{one_line(where)}{choice.finding.rule}: {one_line(choice.fix.title)}\n"))
    for file in files:
        say(f"  {one_line(shown_path(file))}\n")
    for note in dict.fromkeys(choice.fix.note for choice in fixed.applied if choice.fix.note):
        say(f"{one_line(note)}\n")
    say(_remaining(len(fixed.analysis.findings)))


def _remaining(count: int) -> str:
    if not count:
        return "No findings remain.\n"
    return f"{counted(count, 'finding')} remain{'s' if count == 1 else ''}. Run `refract check`.\n"


def _analysis(path: str | None, base: str | None) -> Analysis:
    """The analysis of the one project, which no other command changes until this one ends."""
    files = chosen_files(path)
    click.get_current_context().with_resource(only_writer(files.schema.parent))
    try:
        with patience(f"Reading {shown_path(files.schema)} and its migrations ..."):
            return analyse_with_code(open_project(files, base=base, environment=os.environ))
    except CannotAnalyse as error:
        raise CannotRun(str(error)) from error


def _safe(fix: str | None) -> Choose:
    return lambda fixes: safe_fix([f for f in fixes if fix in (None, f.id)])


def _chosen(fix: str | None, answers: Mapping[str, str]) -> Choose:
    """The fix with an id, or the usual one; with the answers, if it follows a recipe."""

    def choose(fixes: Sequence[Fix]) -> Fix | None:
        found = usual_fix(fixes) if fix is None else next((f for f in fixes if f.id == fix), None)
        if found is None or found.asked is None or not answers:
            return found
        return evolve(found, build=partial(found.asked.build, answers))

    return choose


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CannotRun(f"{text!r} is not NAME=VALUE.")
    return name, value


def _is_wanted(keys: frozenset[str], rules: frozenset[str], finding: Finding) -> bool:
    return (not keys or finding.key in keys) and (not rules or finding.rule in rules)


def _check(analysis: Analysis, keys: Sequence[str], rules: Sequence[str], fix: str | None) -> None:
    """Raises CannotRun for a name that nothing has."""
    known = {finding.key for finding in analysis.findings}
    for key in keys:
        if key not in known:
            raise CannotRun(f"No finding has the key {code_span(key)}. `refract fix` lists the keys.")
    for rule in rules:
        if rule not in rule_names():
            raise CannotRun(f"Unknown rule {rule}. {_advice(nearest(rule, rule_names()), 'refract rules')}")
    ids = [documented.id for documented in documented_fixes()] if fix else []
    if fix and fix not in ids:
        raise CannotRun(f"Unknown fix {fix}. {_advice(nearest(fix, ids), 'refract fix')}")


def _advice(meant: str | None, command: str) -> str:
    return f"Did you mean {meant}?" if meant else f"Run {code_span(command)} for the list."
