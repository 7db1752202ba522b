"""Names of people."""

import unicodedata
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.catalogue.questions import Question, question_type
from portal.catalogue.reference_lists import read_list
from portal.catalogue.typed_text import one_line

MAX_LENGTH = 100  # characters
MARKS_IN_NAMES = frozenset(" '’-.·")

PEOPLE = ("any", "male", "female", "foreign")


@question_type
@dataclass(frozen=True)
class PersonName(Question):
    """The full name of a person, as in the identity document. ``people`` says whose names samples use."""

    type = "person_name"

    people: str = "any"
    min_words: int = 2

    @classmethod
    def read_options(cls, table):
        return {
            "people": table.one_of("people", PEOPLE, "any"),
            "min_words": table.whole("min_words", 2, minimum=1, maximum=3),
        }

    def widget(self):
        return forms.TextInput(self.control_attributes())

    def read(self, typed, *, today):
        name = one_line(typed or "", label=self.label, max_length=MAX_LENGTH)
        if not name:
            return None
        if not all(
            unicodedata.category(each)[0] in "LM" or each in MARKS_IN_NAMES for each in name
        ):
            raise self.refusal(
                _("Write “%(label)s” with letters only, for example Nguyễn Thị Mai."),
                code="not_a_name",
            )
        if len(name.split()) < self.min_words or not any(each.isalpha() for each in name):
            raise self.refusal(
                _(
                    "Write “%(label)s” in full, family name and given name, for example Nguyễn Thị Mai."
                ),
                code="incomplete_name",
            )
        return name

    def render(self, value, language):
        return value

    def sample(self, rng, *, today):
        names = read_list("sample_people")
        name = rng.choice(names[self.people])
        return name if self.people == "foreign" else f"{rng.choice(names['surnames'])} {name}"

    def example_invalid(self):
        return {self.key: "<script>alert(1)</script>"}
