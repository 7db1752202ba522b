"""Dates, typed on one line as day, month and year."""

import calendar
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal import wording
from portal.catalogue.questions import Question, question_type
from portal.catalogue.typed_text import one_line

LONGEST_DATE = 30  # characters
DAY_MONTH_YEAR = re.compile(
    r"(?P<day>[0-9]{1,2}) ?[ /.-] ?(?P<month>[0-9]{1,2}) ?[ /.-] ?(?P<year>[0-9]{4})"
)
YEAR_MONTH_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
EARLIEST = date(1900, 1, 1)
YEARS_AHEAD = 50


def years_before(day: date, years: int) -> date:
    """The same day ``years`` earlier; 29 February becomes 28 February where there is none."""
    year = day.year - years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


@question_type
@dataclass(frozen=True)
class Date(Question):
    """A day. Stored as yyyy-mm-dd.

    ``earliest`` and ``latest`` are fixed days; ``not_future`` and ``not_past`` count from the portal's day; each
    bound is itself allowed. ``min_age`` and ``max_age`` are completed years on the portal's day of somebody born on
    the date. Only samples heed ``usual_days`` (how far from today answers usually lie) and ``usual_age`` (the two ages
    between which people usually are).
    """

    type = "date"

    earliest: date = EARLIEST
    latest: date | None = None
    not_future: bool = False
    not_past: bool = False
    min_age: int | None = None
    max_age: int | None = None
    max_days_ahead: int | None = None
    usual_days: int | None = None
    usual_age: tuple[int, ...] = ()

    @classmethod
    def read_options(cls, table):
        options = {
            "earliest": table.day("earliest", EARLIEST),
            "latest": table.day("latest", None),
            "not_future": table.flag("not_future", False),
            "not_past": table.flag("not_past", False),
            "min_age": table.whole("min_age", None, minimum=0, maximum=120),
            "max_age": table.whole("max_age", None, minimum=0, maximum=130),
            "max_days_ahead": table.whole(
                "max_days_ahead", None, minimum=0, maximum=365 * YEARS_AHEAD
            ),
        }
        options["usual_days"] = table.whole("usual_days", None, minimum=1, maximum=40_000)
        options["usual_age"] = table.wholes("usual_age", ())
        if options["usual_age"] and (
            len(options["usual_age"]) != 2
            or not 0 <= options["usual_age"][0] < options["usual_age"][1]
        ):
            table.refuse("usual_age", _("must be two ages, the younger first"))
        if options["latest"] is not None and options["latest"] < options["earliest"]:
            table.refuse("latest", _("must not be before the earliest day"))
        if options["not_future"] and options["not_past"]:
            table.refuse("not_past", _("cannot stand together with not_future"))
        return options

    def widget(self):
        return forms.TextInput(
            self.control_attributes(**{"class": "form-control w-s", "inputmode": "numeric"})
        )

    def read(self, typed, *, today):
        text = one_line(typed or "", label=self.label, max_length=LONGEST_DATE)
        if not text:
            return None
        found = DAY_MONTH_YEAR.fullmatch(text) or YEAR_MONTH_DAY.fullmatch(text)
        if found is None:
            raise self.refusal(
                _(
                    "Write “%(label)s” as day, month and year in four digits, for example 15/10/2022."
                ),
                code="not_a_date",
            )
        try:
            day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            raise self.refusal(
                _("“%(label)s”: there is no day %(typed)s. Check the day and the month."),
                code="no_such_day",
                typed=text,
            ) from None
        self.refuse_if_out_of_bounds(day, today)
        return day.isoformat()

    def refuse_if_out_of_bounds(self, day: date, today: date) -> None:
        if self.not_future and day > today:
            raise self.refusal(
                _("“%(label)s” must not be after today, %(today)s."),
                code="future",
                today=wording.short_date(today),
            )
        if self.not_past and day < today:
            raise self.refusal(
                _("“%(label)s” must not be before today, %(today)s."),
                code="past",
                today=wording.short_date(today),
            )
        if self.min_age is not None and day > years_before(today, self.min_age):
            raise self.refusal(
                _(
                    "“%(label)s”: the person must be %(age)s or older on %(today)s. Check the year of birth."
                ),
                code="too_young",
                age=self.min_age,
                today=wording.short_date(today),
            )
        if self.max_age is not None and day <= years_before(today, self.max_age + 1):
            raise self.refusal(
                _(
                    "“%(label)s”: the person must be %(age)s or younger on %(today)s. Check the year of birth."
                ),
                code="too_old",
                age=self.max_age,
                today=wording.short_date(today),
            )
        earliest, latest = self.window(today)
        if not earliest <= day <= latest:
            raise self.refusal(
                _("“%(label)s” must lie between %(earliest)s and %(latest)s. Check the year."),
                code="out_of_range",
                earliest=wording.short_date(earliest),
                latest=wording.short_date(latest),
            )

    def window(self, today: date) -> tuple[date, date]:
        """The first and the last day this question accepts on ``today``."""
        latest = today if self.not_future else years_before(today, -YEARS_AHEAD)
        if self.latest is not None:
            latest = min(latest, self.latest)
        if self.max_days_ahead is not None:
            latest = min(latest, today + timedelta(days=self.max_days_ahead))
        if self.min_age is not None:
            latest = min(latest, years_before(today, self.min_age))
        earliest = max(self.earliest, today) if self.not_past else self.earliest
        if self.max_age is not None:
            earliest = max(earliest, years_before(today, self.max_age + 1) + timedelta(days=1))
        return earliest, latest

    def shown(self, value):
        return date.fromisoformat(value).strftime("%d/%m/%Y") if value else ""

    def render(self, value, language):
        with override(language):
            return wording.short_date(date.fromisoformat(value))

    def sample(self, rng: random.Random, *, today):
        earliest, latest = self.window(today)
        if self.usual_age:
            youngest, oldest = (years_before(today, age) for age in self.usual_age)
            earliest, latest = max(earliest, oldest), min(latest, youngest)
        elif self.min_age is not None:  # somebody's date of birth
            earliest = max(earliest, latest - timedelta(days=self.usual_days or 45 * 365))
        elif self.not_future:
            earliest = max(earliest, latest - timedelta(days=self.usual_days or 3 * 365))
        else:
            earliest = max(earliest, today)
            latest = min(latest, earliest + timedelta(days=self.usual_days or 120))
        return (earliest + timedelta(days=rng.randint(0, (latest - earliest).days))).isoformat()

    def example_invalid(self):
        return {self.key: "31/02/2022"}
