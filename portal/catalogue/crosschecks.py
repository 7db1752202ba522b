"""Rules between two answers of one form, each a class that a service file names by its kind."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from portal.catalogue.question_types.dates import years_before
from portal.catalogue.question_types.identity import CitizenNumber, citizen_number
from portal.catalogue.questions import Question
from portal.catalogue.tables import Table

KINDS: dict[str, type["CrossCheck"]] = {}


@dataclass(frozen=True)
class Conflict:
    """Two answers that do not fit: the question to correct, and the sentence with its fields."""

    question: str
    code: str
    sentence: Any
    params: dict[str, Any]


@dataclass(frozen=True)
class CrossCheck(ABC):
    """A rule between answers. Its fields that name questions come first; ``types`` says what these may be."""

    kind: ClassVar[str]
    types: ClassVar[dict[str, tuple[str, ...]]]

    @classmethod
    def read_options(cls, table: Table) -> dict[str, Any]:
        return {}

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

    def question_keys(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in self.types if getattr(self, name))

    def values(self, answers) -> list[Any] | None:
        values = [answers.get(key) for key in self.question_keys()]
        return None if any(value is None for value in values) else values


def crosscheck(cls: type[CrossCheck]) -> type[CrossCheck]:
    if cls.kind in KINDS:
        raise ValueError(f"two rules claim the kind {cls.kind}")
    KINDS[cls.kind] = cls
    return cls


def read_crosscheck(table: Table, questions: dict[str, Question]) -> CrossCheck:
    """The rule that ``table`` declares between ``questions``. Raises ``DefinitionError``."""
    cls = KINDS[table.one_of("kind", KINDS)]
    optional = {each.name for each in fields(cls) if each.default is None}
    keys = {}
    for name, types in cls.types.items():
        key = table.text(name, None) if name in optional else table.key(name)
        if key is not None and (key not in questions or questions[key].type not in types):
            table.refuse(
                name, _("must name a question of type {types}").format(types=", ".join(types))
            )
        keys[name] = key
    rule = cls(**keys, **cls.read_options(table))
    table.close()
    return rule


def conflicts(
    rules, answers: dict[str, Any], labels: dict[str, Any]
) -> Iterator[tuple[CrossCheck, Conflict]]:
    """Everything that ``rules`` find wrong between ``answers``, each with the rule that found it."""
    for rule in rules:
        if found := rule.conflict(answers, labels):
            yield rule, found


@crosscheck
@dataclass(frozen=True)
class DateOrder(CrossCheck):
    """``later`` must come after ``earlier``, or on the same day where ``same_day`` allows; at most ``max_years`` on."""

    kind = "date_order"
    types = {"earlier": ("date",), "later": ("date",)}

    earlier: str
    later: str
    same_day: bool = False
    max_years: int | None = None

    @classmethod
    def read_options(cls, table):
        return {
            "same_day": table.flag("same_day", False),
            "max_years": table.whole("max_years", None, minimum=1, maximum=50),
        }

    def conflict(self, answers, labels):
        if (values := self.values(answers)) is None:
            return None
        earlier, later = map(date.fromisoformat, values)
        names = {"earlier": labels[self.earlier], "label": labels[self.later]}
        if later < earlier or (later == earlier and not self.same_day):
            sentence = _("“%(label)s” must be after “%(earlier)s”. Check both dates.")
            return Conflict(self.later, "date_order", sentence, names)
        if self.max_years is not None and later > years_before(earlier, -self.max_years):
            sentence = _(
                "“%(label)s” must be at most %(years)s years after “%(earlier)s”. Check both dates."
            )
            return Conflict(self.later, "date_span", sentence, names | {"years": self.max_years})
        return None

    def repair(self, answers, questions, rng, today, *, kept=()):
        if (values := self.values(answers)) is None:
            return
        start = date.fromisoformat(values[0])
        last = questions[self.later].window(today)[1]
        if self.max_years is not None:
            last = min(last, years_before(start, -self.max_years))
        if questions[self.later].not_future or self.max_years is None:
            last = min(last, start + timedelta(days=30))
        days = max((last - start).days, 1)
        answers[self.later] = (start + timedelta(days=rng.randint(1, days))).isoformat()


@crosscheck
@dataclass(frozen=True)
class AtMost(CrossCheck):
    """``smaller`` must not exceed ``larger``."""

    kind = "at_most"
    types = {"smaller": ("number", "money"), "larger": ("number", "money")}

    smaller: str
    larger: str

    def conflict(self, answers, labels):
        values = self.values(answers)
        if values is None or Decimal(values[0]) <= Decimal(values[1]):
            return None
        sentence = _("“%(label)s” must not be more than “%(larger)s”. Check both figures.")
        names = {"label": labels[self.smaller], "larger": labels[self.larger]}
        return Conflict(self.smaller, "at_most", sentence, names)

    def repair(self, answers, questions, rng, today, *, kept=()):
        if (values := self.values(answers)) is not None and Decimal(values[0]) > Decimal(values[1]):
            smaller, larger = questions[self.smaller], Decimal(values[1])
            answers[self.smaller] = smaller.kept(max(Decimal(smaller.minimum), larger * 3 // 4))


@crosscheck
@dataclass(frozen=True)
class Different(CrossCheck):
    """Two answers must not be the same."""

    kind = "different"
    types = {
        "first": ("citizen_id", "tax_code", "phone"),
        "second": ("citizen_id", "tax_code", "phone"),
    }

    first: str
    second: str

    def conflict(self, answers, labels):
        values = self.values(answers)
        if values is None or values[0] != values[1]:
            return None
        sentence = _(
            "“%(label)s” is the same as “%(other)s”. They belong to two people: check both."
        )
        return Conflict(
            self.second,
            "different",
            sentence,
            {"label": labels[self.second], "other": labels[self.first]},
        )

    def repair(self, answers, questions, rng, today, *, kept=()):
        while (values := self.values(answers)) is not None and values[0] == values[1]:
            answers[self.second] = questions[self.second].sample(rng, today=today)


@crosscheck
@dataclass(frozen=True)
class CitizenIdAgrees(CrossCheck):
    """The citizen ID must say the year of birth and, where asked or given as ``sex``, the sex stated elsewhere."""

    kind = "citizen_id_agrees"
    types = {"citizen_id": ("citizen_id",), "date_of_birth": ("date",), "gender": ("choice",)}

    citizen_id: str
    date_of_birth: str | None = None
    gender: str | None = None
    sex: str | None = None

    @classmethod
    def read_options(cls, table):
        return {"sex": table.one_of("sex", {"male", "female"}, None)}

    def conflict(self, answers, labels):
        digits = answers.get(self.citizen_id)
        number = CitizenNumber.parse(digits) if digits else None
        if number is None:
            return None
        born, sex = answers.get(self.date_of_birth), self.stated_sex(answers)
        names = {"label": labels[self.citizen_id]}
        if born and date.fromisoformat(born).year != number.birth_year:
            sentence = _(
                "“%(label)s” says born in %(year)s, unlike “%(other)s”. Correct one of the two."
            )
            names |= {"year": number.birth_year, "other": labels[self.date_of_birth]}
            return Conflict(self.citizen_id, "year_of_birth", sentence, names)
        if sex and (sex == "male") != number.is_male:
            sentence = _(
                "“%(label)s” has %(digit)s as its fourth digit, which stands for the other sex. Check it."
            )
            return Conflict(self.citizen_id, "sex", sentence, names | {"digit": digits[3]})
        return None

    def stated_sex(self, answers) -> str | None:
        return self.sex or answers.get(self.gender)

    def repair(self, answers, questions, rng, today, *, kept=()):
        if answers.get(self.citizen_id) is None:
            return
        number = CitizenNumber.parse(answers[self.citizen_id])
        if self.citizen_id in kept:
            if answers.get(self.date_of_birth):
                month_and_day = answers[self.date_of_birth][4:].replace("-02-29", "-02-28")
                answers[self.date_of_birth] = f"{number.birth_year}{month_and_day}"
            if answers.get(self.gender):
                answers[self.gender] = "male" if number.is_male else "female"
            return
        born = answers.get(self.date_of_birth) or f"{number.birth_year}-01-01"
        sex = self.stated_sex(answers) or rng.choice(["male", "female"])
        answers[self.citizen_id] = citizen_number(
            rng, born=date.fromisoformat(born), is_male=sex == "male"
        )


@crosscheck
@dataclass(frozen=True)
class SameCount(CrossCheck):
    """Two lists must have the same number of lines."""

    kind = "same_count"
    types = {"first": ("lines",), "second": ("lines",)}

    first: str
    second: str

    def conflict(self, answers, labels):
        values = self.values(answers)
        if values is None or len(values[0]) == len(values[1]):
            return None
        sentence = _(
            "“%(label)s” has %(count)s lines and “%(other)s” has %(other_count)s. "
            "Write one line for each item in both."
        )
        names = {"label": labels[self.second], "count": len(values[1])}
        names |= {"other": labels[self.first], "other_count": len(values[0])}
        return Conflict(self.second, "same_count", sentence, names)

    def repair(self, answers, questions, rng, today, *, kept=()):
        if (values := self.values(answers)) is not None:
            count = min(len(value) for value in values)
            answers[self.first], answers[self.second] = values[0][:count], values[1][:count]
