"""Rules between what is said about people."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.catalogue.crosschecks import Conflict, CrossCheck, crosscheck
from portal.catalogue.question_types.identity import CitizenNumber, citizen_number


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
