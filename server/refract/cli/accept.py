"""`refract check --accept`: accepts the current findings, so that later runs report only new ones."""

from __future__ import annotations

from pathlib import Path

from refract.actions.file_writing import CannotWrite, remove_file, write_file
from refract.analysis import Analysis
from refract.cli.answer import analysed
from refract.cli.projects import projects_at
from refract.cli.terminal import CannotRun, complain, say, shown_path
from refract.cli.writing import only_writer
from refract.workspace import CannotAnalyse
from refract.workspace.accepted import accepted_file, accepted_text


def run(path: str, base: str | None) -> int:
    """Write down the findings of every project at `path`. Returns the exit code."""
    analyses, reasons = analysed(projects_at(Path(path)), base)
    for analysis in analyses:
        say(f"{_accept(analysis)}\n")
    for reason in reasons:
        complain(reason)
    unread = [problem.message for analysis in analyses for problem in analysis.problems]
    for message in unread:
        complain(f"{message} (earlier accepted findings are kept)")
    return 2 if reasons or unread else 0


def _accept(analysis: Analysis) -> str:
    """Accepts the findings of one project, and reports that. While something cannot be read, nothing is forgotten."""
    files = analysis.snapshot.files
    found = {finding.key for finding in (*analysis.findings, *analysis.accepted)}
    kept = found | set(analysis.outdated if analysis.problems else ())
    file = accepted_file(files)
    try:
        with only_writer(file.parent):
            _write(file, accepted_text(files, kept), files.home)
    except (CannotAnalyse, CannotWrite) as error:
        raise CannotRun(str(error)) from error
    except OSError as error:
        raise CannotRun(f"Cannot write {file}: {error.strerror}") from error
    forgotten = len(analysis.snapshot.accepted - kept)
    also = f" Removed {forgotten} that no longer {'exists' if forgotten == 1 else 'exist'}." if forgotten else ""
    noun = "finding" if len(kept) == 1 else "findings"
    return f"Accepted {len(kept)} {noun} of {shown_path(files.schema)} in {shown_path(file)}.{also}"


def _write(file: Path, text: str | None, home: Path) -> None:
    if text is None:
        remove_file(file, home)
    else:
        write_file(file, text, home)
