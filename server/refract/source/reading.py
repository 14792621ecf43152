"""What is known of a file of code while it is read: the one value of this package that changes.

A function that is given a `Reading` may note a use in it; one that is given tokens, types or objects only looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from attrs import define, field

from refract.source.client import Client, ClientModel, Target
from refract.source.modes import Mode
from refract.source.names import Names
from refract.source.objects import named_objects
from refract.source.shapes import Shape
from refract.source.types import Types, types_of
from refract.source.use import Use
from refract.text import Span
from refract.typescript import TokenKind, Tokens


class Awaited(NamedTuple):
    """A pattern that gets the value of a chain, or if `is_each`, of its items."""

    pattern: int
    is_each: bool


@define(eq=False)
class Reading:
    """A file while it is read. All places are positions of tokens.

    Given, and never changed: the `tokens`, the `client`, what is `wanted`, and what the whole file declares, its `types`
    and `objects`.
    Noted on the way: the `uses`; the models and enums that the file works with (`near`); properties of unknown
    values, with their places (`unknown`); the `names` in reach; shapes of parameters that are still ahead, by where their
    patterns begin (`expected`), and patterns whose values are (`awaited`); the braces that are open (`scopes`).
    Kept so that hostile code costs no more time than other: the objects read so far, and the `steps` taken in search of them.
    """

    tokens: Tokens
    client: Client
    wanted: frozenset[Target]
    types: Types = field(init=False)
    objects: Mapping[str, Sequence[int]] = field(init=False)
    uses: list[Use] = field(factory=list, init=False)
    near: set[str] = field(init=False)
    unknown: list[tuple[str, int]] = field(factory=list, init=False)
    names: Names = field(factory=Names, init=False)
    expected: dict[int, Shape] = field(factory=dict, init=False)
    awaited: dict[int, Awaited] = field(factory=dict, init=False)
    scopes: list[int] = field(factory=list, init=False)
    objects_read: set[tuple[int, str, Mode]] = field(factory=set, init=False)
    steps: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.types = types_of(self.tokens, self.client)
        self.objects = named_objects(self.tokens)
        self.near = {name for name, _ in self.types.imported.values()}

    def use(self, target: Target, at: int, *, sure: bool = True) -> None:
        """Note a use at a token, if the target is wanted."""
        if target in self.wanted:
            token = self.tokens.all[at]
            quote = int(token.kind is TokenKind.STRING)
            self.uses.append(Use(target, Span(token.start + quote, token.end - quote), sure))

    def use_model(self, model: ClientModel, at: int, *, sure: bool = True) -> None:
        """Note a use of a whole model."""
        self.use(Target(model.name), at, sure=sure)

    def use_enum(self, enum: str, value: str, at: int, *, sure: bool = True) -> None:
        """Note a use of an enum's value, if it is one."""
        if value in self.client.enums.get(enum, ()):
            self.use(Target(enum, value), at, sure=sure)

    def end_of_scope(self) -> int:
        """Where the innermost open brace is closed."""
        return self.tokens.pair[self.scopes[-1]] if self.scopes else len(self.tokens.all)
