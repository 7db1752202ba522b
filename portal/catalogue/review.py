"""A form seen as a whole: the list of pages still to do, and the answers read back."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from portal.catalogue.forms import AnswerProblem, answer_problems
from portal.catalogue.questions import Question
from portal.catalogue.service_definition import QuestionGroup, ServiceDefinition


@dataclass(frozen=True)
class Task:
    """One page of the form in the task list: done, to correct, or not begun."""

    group: QuestionGroup
    state: Literal["done", "fix", "todo"]
    problems: tuple[AnswerProblem, ...]


def tasks(definition: ServiceDefinition, answers: dict[str, Any], *, today: date) -> list[Task]:
    """The pages that concern this applicant, in their order, with what each still lacks."""
    known = definition.kept_answers(answers)
    problems = answer_problems(definition, answers, today=today)
    listed = []
    for group in definition.visible_groups(answers):
        here = tuple(problem for problem in problems if problem.group is group)
        begun = any(question.key in known for question in group.questions)
        listed.append(Task(group, "done" if not here else "fix" if begun else "todo", here))
    return listed


@dataclass(frozen=True)
class ReadBack:
    """One answer in words; ``text`` may have several lines and is empty where nothing was answered."""

    question: Question
    text: str
    document: str | None = None  # key of the file that is the answer


@dataclass(frozen=True)
class ReviewedGroup:
    """One page of the form with its answers in words."""

    group: QuestionGroup
    answers: tuple[ReadBack, ...]


def review(
    definition: ServiceDefinition, answers: dict[str, Any], language: str
) -> list[ReviewedGroup]:
    """Every question that concerns this applicant, its answer written for a reader of ``language``.

    For the page “check your answers”, the desk and printed forms; declarations are left out.
    """
    known = definition.kept_answers(answers)
    pages = []
    for group in definition.groups:
        answers_read = tuple(
            read_back(question, known.get(question.key), language)
            for question in group.visible(known)
            if question.type != "declaration"
        )
        if answers_read:
            pages.append(ReviewedGroup(group, answers_read))
    return pages


def read_back(question: Question, answer: Any, language: str) -> ReadBack:
    if answer is None:
        return ReadBack(question, "")
    document = answer["document"] if question.type == "file" else None
    return ReadBack(question, question.render(answer, language), document)
