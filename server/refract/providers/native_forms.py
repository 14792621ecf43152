"""How native types are written in a schema: the scalars that they belong to, and how many arguments they take.

Prisma refuses any other form (prisma-engines, `native_types` of each connector).
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

_COUNTS = {"": frozenset({0}), "?": frozenset({0, 1}), "!": frozenset({1}), "??": frozenset({0, 2})}


@frozen
class NativeForm:
    """`@db.<name>` stands on fields of these `scalars`, with as many arguments as one of `counts`."""

    scalars: tuple[str, ...]
    counts: frozenset[int]


def native_forms(by_scalar: Mapping[str, str]) -> dict[str, NativeForm]:
    """The forms of the types listed for each scalar. After a name, `?` stands for one optional argument, `!` for one
    that is required, `??` for none or two.
    """
    forms: dict[str, NativeForm] = {}
    for scalar, names in by_scalar.items():
        for written in names.split():
            name = written.rstrip("?!")
            known = forms.get(name)
            forms[name] = NativeForm((*(known.scalars if known else ()), scalar), _COUNTS[written[len(name) :]])
    return forms
