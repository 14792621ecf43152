"""Mappings that cannot be changed, for the fields of frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from immutabledict import immutabledict


def frozen_map(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """A mapping that stays as it is now; the same one if it cannot change anyway.

    To be used as the converter of a field, which gives its type: attrs knows no generic converters.
    """
    return mapping if isinstance(mapping, immutabledict) else immutabledict(mapping)
