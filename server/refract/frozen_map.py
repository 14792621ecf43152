"""Mappings that cannot be changed, for the fields of frozen values.

A `dict` that refuses: tables are looked up hundreds of times a keystroke, which a wrapper in Python makes twice as slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class FrozenMap(dict[_K, _V]):
    """A mapping that never changes."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenMap[Any, Any]], tuple[dict[_K, _V]]]:
        return type(self), (dict(self),)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a frozen map cannot be changed")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


def frozen_map(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """An unchangeable copy of a mapping; the same one if it cannot change anyway.

    To be used as the converter of a field, which gives its type: attrs knows no generic converters.
    """
    return mapping if isinstance(mapping, FrozenMap) else FrozenMap(mapping)
