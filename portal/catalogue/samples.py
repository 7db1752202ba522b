"""Believable answers to a whole form, for tests, the simulator and demonstrations."""

import random
from datetime import date
from typing import Any

from portal.catalogue.crosschecks import conflicts
from portal.catalogue.forms import answer_problems
from portal.catalogue.service_definition import ServiceDefinition

ATTEMPTS = 50
OPTIONAL_ANSWERED = 0.7  # share of the optional questions that people answer


def sample_answers(
    definition: ServiceDefinition,
    rng: random.Random,
    *,
    today: date,
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Stored answers that a dossier may be sent with on ``today``, drawn from ``rng``.

    ``about`` gives stored answers that are already known (an applicant's name, say) and are kept as they
    are. Raises ``ValueError`` when the rules of the form leave no way that sampling finds.
    """
    fixed = about or {}
    for _attempt in range(ATTEMPTS):
        answers = draw(definition, rng, today, fixed)
        for rule, _conflict in list(conflicts(definition.crosschecks, answers, definition.labels)):
            rule.repair(answers, definition.questions, rng, today, kept=fixed.keys())
        answers = definition.kept_answers(answers | fixed)
        if not answer_problems(definition, answers, today=today):
            return answers
    raise ValueError(f"no believable answers to the form of {definition.code} were found")


def draw(
    definition: ServiceDefinition, rng: random.Random, today: date, fixed: dict[str, Any]
) -> dict[str, Any]:
    """One answer to each question that concerns, each drawn by itself."""
    answers = dict(fixed)
    for key, question in definition.questions.items():
        concerns = question.shown_if is None or question.shown_if.holds(answers)
        wanted = question.required or rng.random() < OPTIONAL_ANSWERED
        if concerns and wanted and key not in answers:
            answers[key] = question.sample(rng, today=today)
    return answers
