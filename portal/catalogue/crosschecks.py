"""Rules between the answers of one form, each a class of its kind (portal.catalogue.crosscheck_kinds).

A rule names a question by its key, or a fact that a question asks: ``child.date_of_birth`` of one person,
``members.contribution`` of each row.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from portal.catalogue.question_files import read_condition
from portal.catalogue.questions import Condition, Question
from portal.catalogue.tables import Table

KINDS: dict[str, type["CrossCheck"]] = {}
PLACE = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?"  # of an answer: a question, or a fact that it asks


@dataclass(frozen=True)
class Conflict:
    """Two answers that do not fit: the question to correct, and the sentence with its fields.

    ``code`` names the fact to correct where the question asks several.
    """

    question: str
    code: str
    sentence: Any
    params: dict[str, Any]


@dataclass(frozen=True)
class CrossCheck(ABC):
    """A rule between answers, which holds unless ``unless`` does.

    Its fields that name questions come first; ``types`` says what these may be, ``of_people`` which of them may
    be a fact of one person, and ``of_rows`` which must be one of each row.
    """

    kind: ClassVar[str]
    types: ClassVar[dict[str, tuple[str, ...]]]
    of_people: ClassVar[tuple[str, ...]] = ()
    of_rows: ClassVar[tuple[str, ...]] = ()

    unless: Condition | None = field(default=None, kw_only=True)

    @classmethod
    def read_options(cls, table: Table) -> dict[str, Any]:
        return {}

    def misfit(self, questions: dict[str, Question]) -> tuple[str, str] | None:
        """The option that does not fit the questions, and why; most rules have none."""
        return None

    @abstractmethod
    def conflict(self, answers: dict[str, Any], labels: dict[str, Any]) -> Conflict | None:
        """What is wrong between stored ``answers``; nothing while one of them is missing."""

    @abstractmethod
    def repair(
        self, answers: dict[str, Any], questions: dict[str, Question], rng, today: date, *, kept=()
    ) -> None:
        """Change sample ``answers`` in place so that they fit, as far as this rule knows.

        The answers to the questions ``kept`` are facts: what does not fit them is changed instead, if possible.
        """

    def places(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in self.types if getattr(self, name))

    def question_keys(self) -> tuple[str, ...]:
        return tuple(key_of(place) for place in self.places())

    def values(self, answers) -> list[Any] | None:
        values = [answer_at(answers, place) for place in self.places()]
        return None if any(value is None for value in values) else values


def crosscheck(cls: type[CrossCheck]) -> type[CrossCheck]:
    if cls.kind in KINDS:
        raise ValueError(f"two rules claim the kind {cls.kind}")
    KINDS[cls.kind] = cls
    return cls


def key_of(place: str) -> str:
    """The question that asks for what stands at ``place``."""
    return place.partition(".")[0]


def fact_of(place: str) -> str:
    """The fact that ``place`` names within its question; empty where it names the whole question."""
    return place.partition(".")[2]


def answer_at(answers: dict[str, Any], place: str | None) -> Any:
    """The stored answer at ``place``, or ``None``."""
    answer = answers.get(key_of(place or ""))
    return answer.get(fact_of(place)) if answer and fact_of(place) else answer


def question_at(questions: dict[str, Question], place: str) -> Question:
    """The question that asks for what stands at ``place``."""
    question = questions[key_of(place)]
    return question.facts[fact_of(place)] if fact_of(place) else question


def tell(
    answers: dict[str, Any], questions: dict[str, Question], place: str, told, rng, today: date
) -> None:
    """Have sample ``answers`` say ``told`` at ``place``; what else is known of the same person follows."""
    key, fact = key_of(place), fact_of(place)
    if fact:
        told = questions[key].told_otherwise(answers[key], fact, told, rng, today=today)
    answers[key] = told


def conflict_at(place: str, code: str, sentence, params: dict[str, Any]) -> Conflict:
    """A conflict to be mended at ``place``, whose control a page finds by the fact that it names."""
    return Conflict(key_of(place), fact_of(place) or code, sentence, params)


def labels_of(questions: dict[str, Question]) -> dict[str, Any]:
    """What the questions and the facts they ask are called in sentences, by their places."""
    return {
        place: asked.label
        for key, question in questions.items()
        for place, asked in [
            (key, question),
            *((f"{key}.{fact}", each) for fact, each in question.facts.items()),
        ]
    }


def read_crosscheck(table: Table, questions: dict[str, Question]) -> CrossCheck:
    """The rule that ``table`` declares between ``questions``. Raises ``DefinitionError``."""
    cls = KINDS[table.one_of("kind", KINDS)]
    optional = {each.name for each in fields(cls) if each.default is None}
    places = {}
    for name, types in cls.types.items():
        place = (
            table.text(name, None, pattern=PLACE)
            if name in optional
            else table.text(name, pattern=PLACE)
        )
        if place is not None and type_at(cls, name, place, questions) not in types:
            table.refuse(
                name, _("must name a question of type {types}").format(types=", ".join(types))
            )
        places[name] = place
    rule = cls(**places, **cls.read_options(table), unless=read_condition(table, "unless"))
    if misfit := rule.misfit(questions):
        table.refuse(*misfit)
    table.close()
    return rule


def type_at(cls, name: str, place: str, questions: dict[str, Question]) -> str | None:
    """The type of the question at ``place``; ``None`` where a rule may not name it."""
    question = questions.get(key_of(place))
    if question is None or (name in cls.of_rows and question.type != "repeating"):
        return None
    if not fact_of(place):
        return None if name in cls.of_rows else question.type
    if name not in cls.of_rows and not (name in cls.of_people and question.type == "person"):
        return None
    fact = question.facts.get(fact_of(place))
    return fact and fact.type


def conflicts(
    rules, answers: dict[str, Any], labels: dict[str, Any]
) -> Iterator[tuple[CrossCheck, Conflict]]:
    """Everything that ``rules`` find wrong between ``answers``, each with the rule that found it."""
    for rule in rules:
        if rule.unless is not None and rule.unless.holds(answers):
            continue
        if found := rule.conflict(answers, labels):
            yield rule, found
