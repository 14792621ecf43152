"""The other branches of a clone that are not merged, and what their migrations touch: they would clash after a merge."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from attrs import frozen

from refract import clock, git
from refract.analysis.branch import Branch
from refract.providers import Provider
from refract.rules.kit.context import OpenBranch
from refract.rules.kit.touched import touched


@frozen(eq=False, slots=False)
class OpenBranches:
    """Reads the branches of this clone that are not merged, when they are first wanted. `branch` is the one here."""

    branch: Branch | None
    provider: Provider | None

    def __call__(self) -> tuple[OpenBranch, ...]:
        """The branches with migrations that are neither here nor at the base. A branch that git cannot read is none."""
        return self._read

    @cached_property
    def _read(self) -> tuple[OpenBranch, ...]:
        return tuple(_read(self.branch, self.provider)) if self.branch and self.provider else ()


NO_OPEN_BRANCHES = OpenBranches(None, None)


def _read(branch: Branch, provider: Provider) -> Iterator[OpenBranch]:
    for commit in git.open_branches(branch.tip, clock.now()) if branch.tip else ():
        changes = branch.changes_on(commit, provider)
        if changes:
            yield OpenBranch(commit.name, touched(change for made in changes.values() for change in made))
