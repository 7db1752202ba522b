"""One person: the name, and the facts that are asked about them, each checked as its own type does."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.catalogue.question_types.choices import Choice
from portal.catalogue.question_types.dates import Date
from portal.catalogue.question_types.identity import (
    CitizenId,
    CitizenNumber,
    Phone,
    citizen_number,
)
from portal.catalogue.question_types.names import PEOPLE, PersonName
from portal.catalogue.question_types.parts import Parts, PartsWidget, about_part
from portal.catalogue.questions import Question, question_type
from portal.catalogue.reference_lists import Option
from portal.catalogue.words import Words

FACTS = ("date_of_birth", "gender", "citizen_id", "phone")
SEXES = (Option("male", Words("Nam", "Male")), Option("female", Words("Nữ", "Female")))
USUAL_AGES = 45 * 365  # days from the youngest to the oldest in samples
OPTIONAL_TOLD = 0.7  # share of the optional facts that samples know
FACT_LABELS = {
    "name": _("Full name"),
    "date_of_birth": _("Date of birth"),
    "gender": _("Sex"),
    "citizen_id": _("Citizen ID"),
    "phone": _("Telephone"),
}
FACT_HINTS = {
    "date_of_birth": _("Day, month and year, for example 15/10/1990"),
    "citizen_id": _("12 digits"),
}


@question_type
@dataclass(frozen=True)
class Person(Parts):
    """One person. Stored: ``{"name": …}`` and whatever was asked: date_of_birth, gender, citizen_id, phone.

    ``ask`` names the facts asked beside the name; those in ``optional`` may be left open. ``people`` says
    whose names samples use; ``min_age`` and ``max_age`` bound the date of birth.
    """

    type = "person"

    ask: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    people: str = "any"
    min_age: int | None = None
    max_age: int | None = None

    @classmethod
    def read_options(cls, table):
        asked = table.texts("ask", (), allowed=FACTS)
        options = {
            "ask": asked,
            "optional": table.texts("optional", (), allowed=asked),
            "people": table.one_of("people", PEOPLE, "any"),
            "min_age": table.whole("min_age", None, minimum=0, maximum=120),
            "max_age": table.whole("max_age", None, minimum=0, maximum=130),
        }
        if list(asked) != [fact for fact in FACTS if fact in asked]:
            table.refuse("ask", _("must hold each fact once, in the order of the portal"))
        if "date_of_birth" not in asked and (options["min_age"] or options["max_age"]) is not None:
            table.refuse("min_age", _("needs the date of birth to be asked"))
        if table.has("fills"):
            table.refuse("fills", _("does not belong to a question of this type"))
        return options

    @property
    def part_names(self):
        return ("name", *self.ask)

    def part_label(self, part):
        return FACT_LABELS[part]

    def part_hint(self, part):
        return FACT_HINTS.get(part, "")

    @cached_property
    def part_questions(self) -> dict[str, Question]:
        """Each part as the question it is."""
        born = {"not_future": True, "min_age": self.min_age, "max_age": self.max_age}
        born["usual_days"] = USUAL_AGES
        kinds = {
            "name": (PersonName, {"people": self.people}),
            "date_of_birth": (Date, born),
            "gender": (Choice, {"options": SEXES}),
            "citizen_id": (CitizenId, {}),
            "phone": (Phone, {}),
        }
        return {
            part: kinds[part][0](key=part, label=self.label_of(part), **kinds[part][1])
            for part in self.part_names
        }

    @property
    def facts(self):
        return self.part_questions

    def widget(self):
        controls = {part: question.widget() for part, question in self.part_questions.items()}
        if "gender" in controls:
            picks = [("", gettext("Choose")), *self.part_questions["gender"].labelled()]
            controls["gender"] = forms.Select({"class": "form-select w-s"}, choices=picks)
        return PartsWidget(controls)

    def read(self, typed, *, today):
        values = self.parts_typed(typed)
        stored, faults = {}, []
        for part, question in self.part_questions.items():
            try:
                answer = question.read(values.get(part), today=today)
            except ValidationError as fault:
                faults += about_part(part, fault)
                continue
            if answer is not None:
                stored[part] = answer
            elif part not in self.optional:
                faults.append(ValidationError(question.missing(), code=part))
        if not any(values.values()):
            return None
        if not faults and (conflict := self.conflict(stored)):
            faults.append(conflict)
        if faults:
            raise ValidationError(faults)
        return stored

    def conflict(self, stored: dict[str, str]) -> ValidationError | None:
        """What the citizen ID says against the date of birth or the sex."""
        number = CitizenNumber.parse(stored.get("citizen_id", " "))
        if number is None:
            return None
        born, sex = stored.get("date_of_birth"), self.sex_of(stored)
        names = {"label": self.label_of("citizen_id")}
        if born and int(born[:4]) != number.birth_year:
            sentence = _(
                "“%(label)s” says born in %(year)s, unlike “%(other)s”. Correct one of the two."
            )
            more = {"year": number.birth_year, "other": self.label_of("date_of_birth")}
            return ValidationError(sentence, code="citizen_id", params=names | more)
        if sex and (sex == "male") != number.is_male:
            sentence = _(
                "“%(label)s” has %(digit)s as its fourth digit, which stands for the other sex. Check it."
            )
            more = {"digit": stored["citizen_id"][3]}
            return ValidationError(sentence, code="citizen_id", params=names | more)
        return None

    def sex_of(self, stored: dict[str, str]) -> str | None:
        """As stated, else as the form asks for it."""
        return stored.get("gender") or (self.people if self.people in ("male", "female") else None)

    def part_shown(self, part, value):
        return self.part_questions[part].shown(value.get(part)) or ""

    def render(self, value, language):
        """The name on a line, then a line for each fact."""
        with override(language):
            facts = [
                gettext("%(fact)s: %(value)s")
                % {"fact": FACT_LABELS[part], "value": question.render(value[part], language)}
                for part, question in self.part_questions.items()
                if part != "name" and part in value
            ]
        return "\n".join([value["name"], *facts])

    def sample(self, rng, *, today):
        questions = self.part_questions
        told = [
            part
            for part in self.part_names
            if part not in self.optional or rng.random() < OPTIONAL_TOLD
        ]
        stored = {part: questions[part].sample(rng, today=today) for part in told}
        if self.people in ("male", "female") and "gender" in stored:
            stored["gender"] = self.people
        if "citizen_id" in stored:
            stored["citizen_id"] = self.fitting_number(stored, rng, today)
        return stored

    def told_otherwise(self, value, fact: str, told, rng, *, today) -> dict[str, str]:
        """The sample ``value`` with another ``fact``, and with a citizen ID that fits it."""
        stored = value | {fact: told}
        if "citizen_id" in stored and fact != "citizen_id":
            stored["citizen_id"] = self.fitting_number(stored, rng, today)
        return stored

    def fitting_number(self, stored, rng, today) -> str:
        """A citizen ID of somebody born on the day and of the sex that ``stored`` says."""
        born = date(today.year - rng.randint(20, 65), 1, 1)
        if "date_of_birth" in stored:
            born = date.fromisoformat(stored["date_of_birth"])
        sex = self.sex_of(stored) or rng.choice(["male", "female"])
        return citizen_number(rng, born=born, is_male=sex == "male")

    def example_invalid(self):
        blank = dict.fromkeys(self.part_names, "")
        return {
            f"{self.key}_{part}": typed
            for part, typed in (blank | {"name": "<script>alert(1)</script>"}).items()
        }
