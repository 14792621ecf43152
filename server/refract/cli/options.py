"""What `refract check` is asked for: which findings fail, and in which form they are shown."""

from __future__ import annotations

from attrs import astuple, frozen


@frozen
class Options:
    """`fail_on` is empty if the settings decide. `only` is the one file whose findings are reported. `columns` is the
    width of a terminal. So many `examples` of statements that were not followed are shown. `counts` shows how often each
    rule reported in place of the findings; `brief` leaves out the summary.
    """

    output: str = "text"
    fail_on: tuple[str, ...] = ()
    only: str = ""
    columns: int | None = None
    examples: int = 0
    counts: bool = False
    brief: bool = False

    def parts(self) -> tuple[str, ...]:
        """The options as texts, from which an answer is found again."""
        return tuple(map(str, astuple(self)))
