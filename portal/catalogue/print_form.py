"""All questions of a service on one page, to be printed with what is typed: nothing is sent, nothing is stored."""

from datetime import date
from typing import Any

from django.forms.boundfield import BoundField

from portal.catalogue.crosschecks import conflicts
from portal.catalogue.forms import QuestionForm, error_of
from portal.catalogue.service_definition import QuestionGroup, ServiceDefinition

BY_HAND = ("declaration", "file")  # ticked, signed and enclosed on paper


class PrintForm(QuestionForm):
    """The whole form of a service. Nothing is required: what stays open is written on the paper by hand."""

    def __init__(self, definition: ServiceDefinition, *, today: date, data=None):
        super().__init__(data)
        self.definition = definition
        self.questions = [
            each for each in definition.questions.values() if each.type not in BY_HAND
        ]
        for question in self.questions:
            self.fields[question.key] = question.form_field(today=today, required=False)

    @property
    def pages(self) -> list[tuple[QuestionGroup, list[BoundField]]]:
        """The fields under the titles of their pages."""
        pages = [
            (group, [self[each.key] for each in group.questions if each.key in self.fields])
            for group in self.definition.groups
        ]
        return [(group, fields) for group, fields in pages if fields]

    def condition_sentence(self, question) -> str:
        return self.condition_in_words(question) if question.shown_if else ""

    def answers(self) -> dict[str, Any]:
        """What was typed and concerns, as stored answers."""
        typed = {key: value for key, value in self.cleaned_data.items() if value is not None}
        return self.definition.kept_answers(typed)

    def clean(self):
        for rule, conflict in conflicts(
            self.definition.crosschecks, self.answers(), self.definition.labels
        ):
            here = next(
                key for key in (conflict.question, *rule.question_keys()) if key in self.fields
            )
            if not self.has_error(here):
                self.add_error(here, error_of(conflict))
        return self.cleaned_data
