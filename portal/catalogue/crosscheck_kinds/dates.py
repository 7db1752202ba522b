"""Rules between two dates."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from portal.catalogue.crosschecks import (
    CrossCheck,
    conflict_at,
    crosscheck,
    key_of,
    question_at,
    tell,
)
from portal.catalogue.question_types.dates import years_before


@crosscheck
@dataclass(frozen=True)
class DateOrder(CrossCheck):
    """``later`` must come after ``earlier``, or on the same day where ``same_day`` allows; at most ``max_years`` on."""

    kind = "date_order"
    types = {"earlier": ("date",), "later": ("date",)}
    of_people = ("earlier", "later")

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
            return conflict_at(self.later, "date_order", sentence, names)
        if self.max_years is not None and later > years_before(earlier, -self.max_years):
            sentence = _(
                "“%(label)s” must be at most %(years)s years after “%(earlier)s”. Check both dates."
            )
            names |= {"years": self.max_years}
            return conflict_at(self.later, "date_span", sentence, names)
        return None

    def repair(self, answers, questions, rng, today, *, kept=()):
        if (values := self.values(answers)) is None:
            return
        start = date.fromisoformat(values[0])
        asked = question_at(questions, self.later)
        last = asked.window(today)[1]
        if self.max_years is not None:
            last = min(last, years_before(start, -self.max_years))
        if asked.not_future or self.max_years is None:
            last = min(last, start + timedelta(days=30))
        days = max((last - start).days, 1)
        later = start + timedelta(days=rng.randint(1, days))
        tell(answers, questions, self.later, later.isoformat(), rng, today)


@crosscheck
@dataclass(frozen=True)
class YearsApart(CrossCheck):
    """Whoever was born on ``younger`` must be at least ``years`` younger than whoever was born on ``elder``."""

    kind = "years_apart"
    types = {"elder": ("date",), "younger": ("date",)}
    of_people = ("elder", "younger")

    elder: str
    younger: str
    years: int

    @classmethod
    def read_options(cls, table):
        return {"years": table.whole("years", minimum=1, maximum=100)}

    def conflict(self, answers, labels):
        if (values := self.values(answers)) is None:
            return None
        elder, younger = map(date.fromisoformat, values)
        if elder <= years_before(younger, self.years):
            return None
        sentence = _(
            "“%(label)s” must be at least %(years)s years after “%(elder)s”. Check both dates."
        )
        names = {"elder": labels[self.elder], "label": labels[self.younger], "years": self.years}
        return conflict_at(self.younger, "years_apart", sentence, names)

    def repair(self, answers, questions, rng, today, *, kept=()):
        if (values := self.values(answers)) is None:
            return
        elder, younger = map(date.fromisoformat, values)
        if key_of(self.younger) in kept:
            first, last = question_at(questions, self.elder).window(today)
            place, last = self.elder, min(last, years_before(younger, self.years))
        else:
            first, last = question_at(questions, self.younger).window(today)
            # A year more than needed: whoever is born on 29 February is no trouble.
            place, first = self.younger, max(first, years_before(elder, -self.years - 1))
        if first <= last:
            drawn = first + timedelta(days=rng.randint(0, (last - first).days))
            tell(answers, questions, place, drawn.isoformat(), rng, today)
