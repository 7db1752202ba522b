"""Questions of a form, and the registry of their types.

A question type is one class: it reads its options from a service file, reads an answer as it was typed,
and writes a stored answer for people. *Stored* answers are plain JSON (text, whole numbers, true/false,
lists and objects of text); *typed* answers are what a form posts.
"""

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from portal.catalogue.answer_field import AnswerField
from portal.catalogue.errors import QuestionTypeClaimedTwice
from portal.catalogue.tables import Table
from portal.catalogue.words import Words

TYPES: dict[str, type["Question"]] = {}

# What an answer tells about the applicant (filled in from the account, copied into the snapshot),
# with the browser's own word for it.
APPLICANT_FACTS = {
    "full_name": "name",
    "date_of_birth": "bday",
    "gender": "sex",
    "citizen_id": "",
    "phone": "tel",
    "province": "address-level1",
    "commune": "address-level2",
    "address_detail": "street-address",
    "address": "",
    "organisation_name": "organization",
    "tax_code": "",
}


def question_type(cls: type["Question"]) -> type["Question"]:
    """Register ``cls`` under its ``type``. A type claimed twice stops the start."""
    claimed = TYPES.get(cls.type)
    if claimed is not None:
        raise QuestionTypeClaimedTwice(
            type=cls.type, first=claimed.__qualname__, second=cls.__qualname__
        )
    TYPES[cls.type] = cls
    return cls


@dataclass(frozen=True)
class Condition:
    """Holds when the answer to ``question`` is one of ``values``, or has one of them ticked."""

    question: str
    values: tuple[str | bool, ...]

    def holds(self, answers: dict[str, Any]) -> bool:
        answer = answers.get(self.question)
        given = answer if isinstance(answer, list) else [answer]
        return any(
            value == each for value in self.values for each in given if type(value) is type(each)
        )


@dataclass(frozen=True)
class Question(ABC):
    """One question: its words, its rules, and how its answers are read, kept and shown."""

    type: ClassVar[str]
    template: ClassVar[str] = "components/question/line.html"
    # A form of nothing but such types asks for text only: the catalogue refuses it.
    is_plain_text: ClassVar[bool] = False

    key: str
    label: Words
    hint: Words | None = None
    required: bool = True
    shown_if: Condition | None = None
    fills: str | None = None  # one of APPLICANT_FACTS

    @classmethod
    def read_options(cls, table: Table) -> dict[str, Any]:
        """The options of this type in a service file, by field name. The base has none of its own."""
        return {}

    @abstractmethod
    def widget(self) -> forms.Widget:
        """The control that takes the answer."""

    @abstractmethod
    def read(self, typed: Any, *, today: date) -> Any:
        """The stored answer for what was typed; ``None`` for a blank.

        Raises ``ValidationError`` with a sentence that names the question and says how to put it right.
        """

    @abstractmethod
    def render(self, value: Any, language: str) -> str:
        """A stored answer as plain text for a person who reads ``language``."""

    @abstractmethod
    def example_invalid(self) -> dict[str, str | list[str]]:
        """Something typed, as posted, that this type refuses with a sentence of its own."""

    @abstractmethod
    def sample(self, rng: random.Random, *, today: date) -> Any:
        """A believable stored answer that ``read`` would accept."""

    def example_valid(self, *, today: date) -> Any:
        """A believable stored answer, the same at every call with the same ``today``."""
        return self.sample(random.Random(self.key), today=today)

    def as_of(self, today: date) -> "Question":
        """The question as it is asked on ``today``; most never change."""
        return self

    def form_field(self, *, today: date, required: bool | None = None) -> forms.Field:
        """The field that shows the question and checks its answer on the portal's day ``today``."""
        return AnswerField(
            self, today=today, required=self.required if required is None else required
        )

    def shown(self, value: Any) -> Any:
        """A stored answer as the control shows it for correction."""
        return value

    def typed(self, value: Any) -> dict[str, str | list[str]]:
        """What a browser posts for a stored answer, by field name."""
        return {self.key: self.shown(value)}

    def render_pick(self, value: str | bool, language: str) -> str:
        """One of ``condition_values`` for a person who reads ``language``."""
        return self.render(value, language)

    def condition_values(self) -> tuple[str | bool, ...]:
        """The answers on which another question may depend; none for most types."""
        return ()

    @property
    def facts(self) -> dict[str, "Question"]:
        """The questions that this one asks about each person or row, by their keys; none for most types."""
        return {}

    def is_answered(self, value: Any) -> bool:
        return value not in (None, "", [], {})

    def missing(self) -> str:
        """The sentence for a required answer that is not there."""
        return gettext("Answer “%(label)s”.") % {"label": self.label}

    def refusal(self, sentence: str, *, code: str, **params) -> ValidationError:
        """An error of this question; ``sentence`` may use ``%(label)s`` and ``params``."""
        return ValidationError(sentence, code=code, params={"label": self.label, **params})

    def control_attributes(self, **more: str) -> dict[str, str]:
        """HTML attributes that every control of a question carries."""
        attributes = {"class": "form-control", **more}
        if purpose := APPLICANT_FACTS.get(self.fills or ""):
            attributes["autocomplete"] = purpose
        return attributes
