"""The recipes, for a client that lets the user choose one."""

from __future__ import annotations

from typing import Any

from refract.analysis import Analysis
from refract.recipes.base import Question, all_recipes

RECIPES = "refract.recipes"


def recipes(analysis: Analysis) -> list[dict[str, Any]]:
    """Every recipe: what it is about, its questions, and whether it can be followed on the project's database."""
    provider = analysis.lowered.provider.name
    return [
        {
            "name": recipe.name,
            "summary": recipe.summary,
            "subject": str(recipe.subject),
            "questions": [question_as_json(question) for question in recipe.questions],
            "serves": provider in recipe.providers,
            "elsewhere": recipe.elsewhere,
        }
        for recipe in all_recipes().values()
    ]


def question_as_json(question: Question) -> dict[str, Any]:
    """A question as a client shows it."""
    return {
        "name": question.name,
        "text": question.text,
        "default": question.default,
        "choices": list(question.choices),
        "sql": question.sql,
    }
