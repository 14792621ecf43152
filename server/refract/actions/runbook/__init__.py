"""The release runbook: what a person does, looks at and must be able to undo when migrations are deployed.

`release` finds out what is about to run, `backups` and `queries` know what each database is asked, `text` says it in
Markdown. Nothing is in it that does not apply to these migrations.
"""

from refract.actions.runbook.release import NoRunbook, Release, release_of
from refract.actions.runbook.text import runbook_text

__all__ = ["NoRunbook", "Release", "release_of", "runbook_text"]
