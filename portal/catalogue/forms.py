"""One page of a service's form as a Django form, and what a whole set of answers still lacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import get_language, gettext

from portal.catalogue.crosschecks import conflicts
from portal.catalogue.questions import Question
from portal.catalogue.service_definition import QuestionGroup, ServiceDefinition


class QuestionForm(forms.Form):
    """Questions of one service on a page."""

    definition: ServiceDefinition

    use_required_attribute = False

    @property
    def error_links(self) -> list[tuple[str, str]]:
        """For the summary above the form: the control to correct and the sentence, in page order."""
        return [link for bound in self for link in bound.links]

    def condition_in_words(self, question: Question) -> str:
        """When a question with a condition concerns the reader."""
        asked = self.definition.questions[question.shown_if.question]
        picks = [asked.render_pick(pick, get_language()) for pick in question.shown_if.values]
        return gettext("Only if “%(question)s” is answered with: %(answers)s") % {
            "question": asked.label,
            "answers": ", ".join(picks),
        }

    @property
    def makes_suggestions(self) -> bool:
        """Whether a control fetches what it suggests."""
        return any(bound.question.type == "address" for bound in self)

    def leave_unjudged(self) -> None:
        """Show what was typed without a word about it: it is judged when the page is saved."""
        self._errors, self.cleaned_data = ErrorDict(), {}


class StepForm(QuestionForm):
    """The questions of one page that concern an applicant with these stored answers.

    ``cleaned_data`` holds stored answers by question, ``None`` where there is none. A question whose
    condition depends on another one of the same page is always shown, with the condition in words,
    and counts only where it holds.
    """

    def __init__(
        self,
        definition: ServiceDefinition,
        group: QuestionGroup,
        answers: dict[str, Any],
        *,
        today: date,
        data=None,
    ):
        super().__init__(data, initial=answers)
        self.definition, self.group = definition, group
        self.answers = definition.kept_answers(answers)
        self.on_this_page = {question.key for question in group.questions}
        for question in group.questions:
            if self.depends_on_this_page(question):
                self.fields[question.key] = question.form_field(today=today, required=False)
            elif question.shown_if is None or question.shown_if.holds(self.answers):
                self.fields[question.key] = question.form_field(today=today)

    def depends_on_this_page(self, question: Question) -> bool:
        return question.shown_if is not None and question.shown_if.question in self.on_this_page

    def condition_sentence(self, question: Question) -> str:
        """When a question of this page concerns the reader; empty where it always does."""
        if not self.depends_on_this_page(question):
            return ""
        return self.condition_in_words(question)

    def clean(self):
        self.settle_conditions()
        together = {**self.answers, **self.answered()}
        for rule, conflict in conflicts(
            self.definition.crosschecks, together, self.definition.labels
        ):
            # The conflict is shown here when it can be mended here.
            here = [key for key in (conflict.question, *rule.question_keys()) if key in self.fields]
            if here and not self.has_error(here[0]):
                self.add_error(here[0], error_of(conflict))
        return self.cleaned_data

    def settle_conditions(self) -> None:
        """Drop what does not concern after all; ask for what does and is missing."""
        for question in self.group.questions:
            if not self.depends_on_this_page(question):
                continue
            if not question.shown_if.holds(self.answered()):
                self.errors.pop(question.key, None)
                self.cleaned_data[question.key] = None
            elif question.required and self.cleaned_data.get(question.key, ...) is None:
                self.add_error(question.key, ValidationError(question.missing(), "required"))

    def answered(self) -> dict[str, Any]:
        """The stored answers of this page, without blanks."""
        return {key: value for key, value in self.cleaned_data.items() if value is not None}

    def all_answers(self) -> dict[str, Any]:
        """The stored answers of the whole form after this page, without those that concern no more."""
        others = {key: each for key, each in self.answers.items() if key not in self.on_this_page}
        return self.definition.kept_answers({**others, **self.answered()})


def step_form(
    definition: ServiceDefinition,
    step_key: str,
    data=None,
    initial: dict[str, Any] | None = None,
    *,
    today: date,
) -> StepForm:
    """The form of one page. Raises ``UnknownStep``.

    ``initial`` holds the stored answers of the whole dossier so far: they fill in the page, and decide
    which questions it asks. ``today`` is the portal's day, on which ages and dates are judged.
    """
    return StepForm(definition, definition.group(step_key), initial or {}, today=today, data=data)


def form_data(
    definition: ServiceDefinition, step_key: str, answers: dict[str, Any]
) -> dict[str, str | list[str]]:
    """What a browser posts on one page for stored ``answers``. Raises ``UnknownStep``."""
    typed = {}
    for question in definition.group(step_key).questions:
        if question.key in answers:
            typed |= question.typed(answers[question.key])
    return typed


@dataclass(frozen=True)
class AnswerProblem:
    """A question without an acceptable answer, the page that asks it, and what to do about it."""

    group: QuestionGroup
    question: Question
    sentence: str


def missing_answers(definition: ServiceDefinition, answers: dict[str, Any]) -> list[AnswerProblem]:
    """The required questions that concern this applicant and have no answer yet, in form order."""
    known = definition.kept_answers(answers)
    return [
        AnswerProblem(group, question, question.missing())
        for group in definition.groups
        for question in group.visible(known)
        if question.required and question.key not in known
    ]


def answer_problems(
    definition: ServiceDefinition, answers: dict[str, Any], *, today: date
) -> list[AnswerProblem]:
    """Everything that keeps a dossier with these stored answers from being sent on ``today``.

    Answers are judged anew: a date may have passed since it was typed, and pages saved one after the other
    may contradict each other.
    """
    known = definition.kept_answers(answers)
    page_of = {question.key: group for group in definition.groups for question in group.questions}
    problems = [
        *missing_answers(definition, answers),
        *refused_again(definition, known, page_of, today),
    ]
    for _rule, conflict in conflicts(definition.crosschecks, known, definition.labels):
        question = definition.questions[conflict.question]
        sentence = error_of(conflict).messages[0]
        problems.append(AnswerProblem(page_of[question.key], question, sentence))
    order = list(definition.questions)
    return sorted(problems, key=lambda problem: order.index(problem.question.key))


def refused_again(definition, known, page_of, today) -> Iterator[AnswerProblem]:
    for key, value in known.items():
        question = definition.questions[key]
        field = question.form_field(today=today)
        try:
            field.clean(field.widget.value_from_datadict(question.typed(value), {}, key))
        except ValidationError as error:
            yield AnswerProblem(page_of[key], question, error.messages[0])


def error_of(conflict) -> ValidationError:
    return ValidationError(conflict.sentence, code=conflict.code, params=conflict.params)
