"""Which recipe replaces a risky change: for each rule that has one, the function that proposes it."""

from __future__ import annotations

from collections.abc import Mapping

from refract.fixes import _field_proposals as fields
from refract.fixes import _model_proposals as models
from refract.fixes import _relation_proposals as relations
from refract.fixes._proposal import Proposal, Propose

__all__ = ["PROPOSALS", "Proposal"]

PROPOSALS: Mapping[str, Propose] = {
    "field-rename-as-drop-add": fields.renamed,
    "add-required-column-without-default": fields.added_required,
    "add-required-column-client-default": fields.added_required,
    "make-column-required": fields.made_required,
    "drop-column": fields.dropped,
    "mssql-drop-defaulted-column": fields.dropped,
    "field-moved-as-drop-add": fields.moved,
    "change-type-rewrite": fields.retyped,
    "risky-type-change": fields.retyped,
    "column-dropped-and-recreated": fields.retyped,
    "cockroach-type-change": fields.retyped,
    "add-unique-on-existing-rows": fields.unique,
    "create-index-blocking": fields.indexed,
    "change-or-drop-default": fields.default_removed,
    "add-foreign-key-on-existing-rows": relations.related,
    "referential-action-changed": relations.acts_otherwise,
    "model-rename-as-drop-create": models.model_renamed,
    "drop-table": models.model_dropped,
    "enum-rename-as-column-recreate": models.enum_renamed,
    "rename-enum-value": models.value_renamed,
    "enum-value-unknown-to-old-client": models.value_added,
    "remove-enum-value": models.value_removed,
}
"""By rule: the function that proposes a recipe for a finding, or None."""
