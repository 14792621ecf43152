"""The release runbook: what you do, check and must be able to undo when migrations are deployed.

`release` finds out what is about to run, `backups`, `queries` and `watching` know what each database needs, `checklist`
puts the tasks in order. `refract.rendering.runbook` prints them. A runbook holds only what applies to its migrations.
"""

from refract.actions.runbook.checklist import runbook_of
from refract.actions.runbook.release import NoRunbook, Release, release_of

__all__ = ["NoRunbook", "Release", "release_of", "runbook_of"]
