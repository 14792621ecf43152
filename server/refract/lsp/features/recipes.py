"""The recipes, for a client that lets the user choose one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lsprotocol import types

from refract.analysis import Analysis
from refract.recipes.base import Question, all_recipes

RECIPES = "refract.recipes"
ASK_AND_SPLIT = "refract.askAndSplit"
"""A command of the client, if the client supports it."""


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


def plan_to_make(
    uri: str, recipe: str, subject: str, answers: Mapping[str, str], questions: Iterable[Question]
) -> dict[str, Any]:
    """What a client needs to ask the `questions` and to make the plan with the answers; of no finding."""
    return {
        "uri": uri,
        "finding": None,
        "recipe": recipe,
        "subject": subject,
        "answers": dict(answers),
        "questions": [question_as_json(question) for question in questions],
    }


def asking(plan: Mapping[str, Any]) -> types.Command:
    """The client's command: it asks the user, and makes the plan with the answers."""
    return types.Command(title="Ask, then plan the steps", command=ASK_AND_SPLIT, arguments=[plan])


def question_as_json(question: Question) -> dict[str, Any]:
    """A question as a client shows it."""
    return {
        "name": question.name,
        "text": question.text,
        "default": question.default,
        "choices": list(question.choices),
        "sql": question.sql,
    }
