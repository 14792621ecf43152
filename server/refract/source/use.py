"""A use of the schema in code, and the sum of all uses."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from refract import wording
from refract.escaping import code_span
from refract.source.client import Target
from refract.text import Origin, Span


@frozen
class Use:
    """A place where code uses `target`. One that is not `sure` has the right name near the right model, and may be
    something else.
    """

    target: Target
    span: Span
    sure: bool = True


@frozen
class CodeUses:
    """The places in the code of an application that use something. `perhaps` are those that may be something else, and
    those in tests. Not `whole`: there is more code than was searched.
    """

    sure: tuple[Origin, ...] = ()
    perhaps: tuple[Origin, ...] = ()
    whole: bool = True

    @property
    def counted(self) -> str:
        """How many there are for sure: `3 places`, `at least 1 place`."""
        return f"{'' if self.whole else 'at least '}{wording.counted(len(self.sure), 'place')}"


def counted(found: Iterable[tuple[Target, CodeUses]]) -> str:
    """What is used, and in how many places for sure: `User.name` in 3 places and `Role` in 1 place."""
    return " and ".join(f"{code_span(target)} in {uses.counted}" for target, uses in found)
