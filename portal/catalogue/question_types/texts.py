"""Answers in the applicant's own words."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.catalogue.questions import Question, question_type
from portal.catalogue.typed_text import many_lines, one_line

LONGEST_ANSWER = 10_000  # characters


@dataclass(frozen=True)
class FreeText(Question):
    """What the two types of text share: a length, and examples only the author of the form can give."""

    is_plain_text = True

    max_length: int = 200  # characters
    min_length: int = 1
    examples: tuple[str, ...] = ()

    @classmethod
    def read_options(cls, table):
        options = {
            "max_length": table.whole(
                "max_length", cls.max_length, minimum=1, maximum=LONGEST_ANSWER
            ),
            "min_length": table.whole("min_length", 1, minimum=1, maximum=LONGEST_ANSWER),
            "examples": table.texts("examples"),
        }
        if not options["examples"]:
            table.refuse("examples", _("must hold at least one believable answer"))
        return options

    def checked(self, text):
        if text and len(text) < self.min_length:
            raise self.refusal(
                _("Say more in “%(label)s”: at least %(min)s characters."),
                code="too_short",
                min=self.min_length,
            )
        return text or None

    def render(self, value, language):
        return value

    def sample(self, rng, *, today):
        return rng.choice(self.examples)

    def example_invalid(self):
        return {self.key: "a" * (self.max_length + 1)}


@question_type
@dataclass(frozen=True)
class Text(FreeText):
    """Text on one line."""

    type = "text"

    def widget(self):
        return forms.TextInput(self.control_attributes())

    def read(self, typed, *, today):
        return self.checked(one_line(typed or "", label=self.label, max_length=self.max_length))


@question_type
@dataclass(frozen=True)
class LongText(FreeText):
    """Text of several lines."""

    type = "long_text"

    max_length: int = 2000

    def widget(self):
        return forms.Textarea(self.control_attributes(rows="5"))

    def read(self, typed, *, today):
        return self.checked(many_lines(typed or "", label=self.label, max_length=self.max_length))
