"""Conditions on answers, in the words of the form they look at."""

from django.utils.translation import get_language

from portal.catalogue.questions import Condition, Question


def in_words(condition: Condition, questions: dict[str, Question]) -> str:
    """The question and the answers that fit: “Khu vực: thành phố, thị xã”."""
    question = questions[condition.question]
    picks = [question.render_pick(value, get_language()) for value in condition.values]
    return f"{str(question.label).rstrip('?')}: {', '.join(picks)}"
