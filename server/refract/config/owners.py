"""Who owns the models of a project, by its settings and its files, and who is at work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from refract.config.patterns import fits
from refract.frozen_map import frozen_map

OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9._/-]{0,99}|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}")
"""A user or team as CODEOWNERS names them, such as @ada, @shop/billing or ada@example.org."""


@frozen
class Owners:
    """The owners of models, by patterns of their names, and those of all schema files, by path. `me` are the names of the
    person at work, in lower case.
    """

    models: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map)
    files: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map)
    me: frozenset[str] = frozenset()

    def others(self, model: str, path: str | None) -> tuple[str, ...]:
        """The owners of a model that is written in the file at `path` (None: in none any more); none if the person at work
        is one of them. The longest pattern that fits counts before shorter ones, and each of them before the file.
        """
        fitting = [pattern for pattern in self.models if fits(pattern, model)]
        owners = self.models[max(fitting, key=len)] if fitting else self._of_file(path)
        return () if any(owner.lower() in self.me for owner in owners) else owners

    def _of_file(self, path: str | None) -> tuple[str, ...]:
        if path is not None:
            return self.files.get(path, ())
        known = set(self.files.values())
        return known.pop() if len(known) == 1 else ()


def read_owners(value: object) -> Mapping[str, tuple[str, ...]]:
    """The patterns in a table of settings with their owners. Raises ValueError; the message continues the setting's name."""
    if not isinstance(value, Mapping):
        raise ValueError("must be a table of models and owners")
    return {str(pattern): _owners(str(pattern), named) for pattern, named in value.items()}


def json_schema() -> Mapping[str, Any]:
    """What `read_owners` accepts, as a JSON schema."""
    owner = {"type": "string", "pattern": f"^({OWNER.pattern})$"}
    return {"type": "object", "additionalProperties": {"anyOf": [owner, {"type": "array", "items": owner}]}}


def _owners(pattern: str, named: object) -> tuple[str, ...]:
    owners = (named,) if isinstance(named, str) else named
    if not isinstance(owners, list | tuple) or not all(isinstance(o, str) and OWNER.fullmatch(o) for o in owners):
        raise ValueError(f"must set {pattern} to owners such as @ada, @shop/billing or ada@example.org, not {named!r}")
    return tuple(owners)
