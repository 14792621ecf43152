"""Plans: recipes that are being followed, as files in the user's repository."""

from refract.plans.model import Confirmation, Plan, PlanMigration, PlanStep
from refract.plans.status import (
    Progress,
    State,
    built_by,
    half_taken_back,
    in_turn,
    is_as_planned,
    is_same_sql,
    progress_of,
)

__all__ = [
    "Confirmation",
    "Plan",
    "PlanMigration",
    "PlanStep",
    "Progress",
    "State",
    "built_by",
    "half_taken_back",
    "in_turn",
    "is_as_planned",
    "is_same_sql",
    "progress_of",
]
