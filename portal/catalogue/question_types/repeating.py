"""The same questions asked of several things or people, a row for each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.catalogue.answer_rows import RowsField
from portal.catalogue.crosschecks import CrossCheck, conflicts, labels_of, read_crosscheck
from portal.catalogue.question_files import read_question
from portal.catalogue.questions import Question, question_type
from portal.catalogue.words import Words

NOT_IN_ROWS = ("repeating", "person", "address", "file", "declaration")
MOST_ROWS = 30
ROWS_IN_SAMPLES = 3
OPTIONAL_ANSWERED = 0.7  # share of the optional answers that samples give


@question_type
@dataclass(frozen=True)
class Repeating(Question):
    """A list of rows with the same questions. Stored: a list of objects, an entry for each answered question.

    Rows left blank do not count. ``crosschecks`` are rules between the answers of one row. A refusal inside a
    row has the code ``<row>-<key of the question>``.
    """

    type = "repeating"
    template = "components/question/repeating.html"

    questions: tuple[Question, ...] = ()
    crosschecks: tuple[CrossCheck, ...] = ()
    item_label: Words | None = None
    min_items: int = 1
    max_items: int = 10

    @classmethod
    def read_options(cls, table):
        questions = []
        for entry in table.tables("questions", at_least=1):
            for key in ("shown_if", "fills"):
                if entry.has(key):
                    entry.refuse(key, _("does not belong to a question of a row"))
            if entry.content.get("type") in NOT_IN_ROWS:
                entry.refuse("type", _("must not be one of {types}").format(types=NOT_IN_ROWS))
            questions.append(read_question(entry))
        if len({question.key for question in questions}) < len(questions):
            table.refuse("questions", _("must have keys that differ"))
        if table.has("fills"):
            table.refuse("fills", _("does not belong to a question of this type"))
        asked = {question.key: question for question in questions}
        rules = []
        for entry in table.tables("crosschecks"):
            if entry.has("unless"):
                entry.refuse("unless", _("does not belong to a rule of a row"))
            rules.append(read_crosscheck(entry, asked))
        least = table.whole("min_items", 1, minimum=1, maximum=MOST_ROWS)
        return {
            "questions": tuple(questions),
            "crosschecks": tuple(rules),
            "item_label": table.words("item_label"),
            "min_items": least,
            "max_items": table.whole("max_items", 10, minimum=least, maximum=MOST_ROWS),
        }

    @property
    def facts(self):
        return {question.key: question for question in self.questions}

    @property
    def is_plain_text(self):
        """Rows of nothing but text are text."""
        return all(question.is_plain_text for question in self.questions)

    def widget(self):
        return RowsWidget(self)

    def form_field(self, *, today, required=None):
        required = self.required if required is None else required
        return RowsField(self, today=today, required=required)

    def row_name(self, row: int) -> str:
        """What stands before the names of the controls of a row."""
        return f"{self.key}_{row}"

    def rows_in(self, data) -> list[int]:
        """The rows that a page posted, by the numbers in their controls' names."""
        name = re.compile(rf"{re.escape(self.key)}_([0-9]{{1,4}})-")
        return sorted({int(found[1]) for each in data if (found := name.match(each))})

    def title_of(self, number: int) -> str:
        return f"{self.item_label} {number}"

    def in_row(self, question: Question, number: int) -> Question:
        """``question`` with a label that says in which row it is asked, for sentences."""
        label = format_lazy("{}, {} {}: {}", self.label, self.item_label, number, question.label)
        return replace(question, label=label)

    def read(self, typed, *, today):
        stored, faults = [], []
        for number, (row, values) in enumerate((typed or {}).items(), 1):
            answers, wrong = self.read_row(row, number, values, today)
            faults += wrong
            if answers:
                stored.append(answers)
        if not faults and len(stored) > self.max_items:
            sentence = _("Write at most %(max)s entries in “%(label)s”. There are %(count)s now.")
            faults = [
                self.refusal(sentence, code="too_many", max=self.max_items, count=len(stored))
            ]
        if not faults and 0 < len(stored) < self.min_items:
            sentence = _("Write at least %(min)s entries in “%(label)s”. There are %(count)s now.")
            faults = [self.refusal(sentence, code="too_few", min=self.min_items, count=len(stored))]
        if faults:
            raise ValidationError(faults)
        return stored or None

    def read_row(self, row: int, number: int, values: dict[str, Any], today: date):
        """The answers of one row, and what is wrong in it; neither for a row left blank."""
        answers, faults, missing = {}, [], []
        for question in self.questions:
            asked = self.in_row(question, number)
            try:
                answer = asked.read(values.get(question.key), today=today)
            except ValidationError as fault:
                faults += in_place(fault, row, question)
                continue
            if question.is_answered(answer):
                answers[question.key] = answer
            elif question.required:
                missing += in_place(ValidationError(asked.missing()), row, question)
        if answers and not faults and not missing:
            faults = list(self.conflicts_in_row(row, number, answers))
        return answers, faults + missing if answers or faults else []

    def conflicts_in_row(self, row: int, number: int, answers) -> Iterator[ValidationError]:
        labels = labels_of({each.key: self.in_row(each, number) for each in self.questions})
        for _rule, found in conflicts(self.crosschecks, answers, labels):
            yield ValidationError(
                found.sentence, code=f"{row}-{found.question}", params=found.params
            )

    def missing(self):
        return gettext("Write at least one entry in “%(label)s”.") % {"label": self.label}

    def shown(self, value):
        return value or []

    def typed(self, value):
        return {
            f"{self.row_name(row)}-{name}": typed
            for row, answers in enumerate(value)
            for question in self.questions
            if question.key in answers
            for name, typed in question.typed(answers[question.key]).items()
        }

    def render(self, value, language):
        """A line for each row: its number, and what was answered with its label."""
        with override(language):
            return "\n".join(
                f"{number}. " + "; ".join(self.words_of(answers, language))
                for number, answers in enumerate(value, 1)
            )

    def words_of(self, answers: dict[str, Any], language: str) -> Iterator[str]:
        for question in self.questions:
            if question.key in answers:
                text = question.render(answers[question.key], language)
                yield gettext("%(fact)s: %(value)s") % {
                    "fact": question.label.to(language),
                    "value": " ".join(text.split("\n")),
                }

    def sample(self, rng, *, today):
        rows = rng.randint(self.min_items, min(self.max_items, self.min_items + ROWS_IN_SAMPLES))
        return [self.sample_row(rng, today) for _row in range(rows)]

    def sample_row(self, rng, today: date) -> dict[str, Any]:
        drawn = {
            question.key: question.sample(rng, today=today)
            for question in self.questions
            if question.required or rng.random() < OPTIONAL_ANSWERED
        }
        for rule, _conflict in list(conflicts(self.crosschecks, drawn, labels_of(self.facts))):
            rule.repair(drawn, self.facts, rng, today)
        first = self.questions[0]
        return drawn or {first.key: first.sample(rng, today=today)}

    def example_invalid(self):
        return {
            f"{self.row_name(0)}-{name}": typed
            for question in self.questions
            for name, typed in question.example_invalid().items()
        }


class RowsWidget(forms.Widget):
    """Reads what was typed row by row; the page draws the rows itself."""

    def __init__(self, question: Repeating):
        super().__init__()
        self.question = question
        self.controls = {each.key: each.widget() for each in question.questions}

    def value_from_datadict(self, data, files, name):
        return {
            row: {
                key: control.value_from_datadict(
                    data, files, f"{self.question.row_name(row)}-{key}"
                )
                for key, control in self.controls.items()
            }
            for row in self.question.rows_in(data)
        }

    def value_omitted_from_data(self, data, files, name):
        return not self.question.rows_in(data)


def in_place(fault: ValidationError, row: int, question: Question) -> list[ValidationError]:
    """The errors in ``fault`` as errors of one question of one row."""
    code = f"{row}-{question.key}"
    return [
        ValidationError(error.message, code=code, params=error.params) for error in fault.error_list
    ]
