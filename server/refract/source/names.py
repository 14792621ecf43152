"""Which value a name has at a place in code: the innermost declaration counts."""

from __future__ import annotations

from attrs import define, field

from refract.source.shapes import Shape


@define(eq=False)
class Names:
    """The names declared so far, each until a token. Places are looked up in the order of the text."""

    _known: dict[str, list[tuple[int, Shape | None]]] = field(factory=dict, init=False)

    def declare(self, name: str, shape: Shape | None, until: int) -> None:
        """A name has this value up to the token `until`; None for one of which nothing is known."""
        self._known.setdefault(name, []).append((until, shape))

    def at(self, name: str, place: int) -> Shape | None:
        """The value of a name at a token."""
        declared = self._known.get(name)
        while declared and declared[-1][0] < place:
            declared.pop()
        return declared[-1][1] if declared else None
