"""Periods of the figures, by the days of the portal clock: any two dates, month, quarter, year to date."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.utils.translation import gettext, pgettext

from portal import clock
from portal.metrics.errors import (
    ImpossiblePeriod,
    PeriodEndsBeforeItBegins,
    PeriodNotBegun,
    PeriodTooEarly,
)
from portal.wording import short_date
from portal.worktime.hours import ZONE

EARLIEST = date(2000, 1, 1)

YEAR = re.compile(r"(\d{4})", re.ASCII)
QUARTER = re.compile(r"(\d{4})-?[qQ]([1-4])", re.ASCII)
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
DATES = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)


def written(instant):
    """An instant as addresses say it; ``instants.parse`` reads it."""
    return instant.astimezone(ZONE).replace(tzinfo=None).isoformat()


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both included. ``text`` is what an address says: ``2022-Q3``.

    ``last`` may lie ahead: a month that still runs is counted to date. ``as_of`` is its last day that has come: the
    day on which services on offer are looked at. ``instant`` is an instant of the past as of which the period is asked
    for (:meth:`seen_at`); ``None`` is the present.
    """

    first: date
    last: date
    as_of: date
    text: str
    instant: datetime | None = None

    @property
    def start(self):
        """The first instant."""
        return datetime.combine(self.first, time(), ZONE)

    @property
    def end(self):
        """The first instant after the period, or after the instant as of which it is asked for."""
        end = datetime.combine(self.last + timedelta(days=1), time(), ZONE)
        if self.instant is None:
            return end
        return min(end, self.instant + timedelta(microseconds=1))

    @cached_property
    def asked(self):
        """What an address says after “?”: the period, and the instant as of which it is asked for, if a past one."""
        query = {"period": self.text}
        if self.instant is not None:
            query["as_of"] = written(self.instant)
        return urlencode(query)

    def seen_at(self, instant):
        """The same period as it stood at an earlier instant of the portal clock; ``None`` is the present.

        Raises ``PeriodNotBegun`` where it had not begun by then.
        """
        if instant is None:
            return self
        day = instant.astimezone(ZONE).date()
        if self.first > day:
            raise PeriodNotBegun(first=short_date(self.first), today=short_date(day))
        return replace(self, as_of=min(self.as_of, day), instant=instant)

    @property
    def label(self):
        """The period in words: “Tháng 8/2022”, “01/01/2022 – 31/08/2022”."""
        if MONTH.fullmatch(self.text):
            return pgettext("period", "Month {month}/{year}").format(
                month=self.first.month, year=self.first.year
            )
        if QUARTER.fullmatch(self.text):
            return pgettext("period", "Quarter {quarter} of {year}").format(
                quarter=quarter_of(self.first), year=self.first.year
            )
        if YEAR.fullmatch(self.text):
            return pgettext("period", "Year {year}").format(year=self.first.year)
        return self.dates

    @property
    def dates(self):
        """The two dates in words."""
        if self.first == self.last:
            return short_date(self.first)
        return gettext("{first} to {last}").format(
            first=short_date(self.first), last=short_date(self.last)
        )


def parse(text):
    """The period that ``text`` names: ``2022``, ``2022-Q3``, ``2022-08`` or ``2022-01-01..2022-08-31``.

    Raises ``ImpossiblePeriod`` or one of its kinds, with a sentence for the reader.
    """
    try:
        if found := YEAR.fullmatch(text):
            return _checked(*_months(int(found[1]), 1, 12), text)
        if found := QUARTER.fullmatch(text):
            year, quarter = int(found[1]), int(found[2])
            return _checked(*_months(year, 3 * quarter - 2, 3), f"{year:04}-Q{quarter}")
        if found := MONTH.fullmatch(text):
            return _checked(*_months(int(found[1]), int(found[2]), 1), text)
        if found := DATES.fullmatch(text):
            return between(date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    except ValueError:  # a thirteenth month, 30 February, the year 0
        pass
    raise ImpossiblePeriod(text=text[:40])


def between(first, last):
    """The period of two dates, both included."""
    return _checked(first, last, f"{first.isoformat()}..{last.isoformat()}")


def year_to_date():
    """From 1 January of the present year on: the period official figures cumulate over."""
    return parse(f"{clock.today().year:04}")


def month_of(day):
    return parse(f"{day.year:04}-{day.month:02}")


def suggestions(*, months=6):
    """Periods worth a click, newest first: this year, the last, this quarter, the one before, the last months."""
    return list(_suggested(clock.today(), months))


@lru_cache(maxsize=8)
def _suggested(today, months):
    quarter_first = date(today.year, 3 * quarter_of(today) - 2, 1)
    before = quarter_first - timedelta(days=1)
    found = [
        parse(f"{today.year:04}"),
        parse(f"{today.year - 1:04}"),
        parse(f"{today.year:04}-Q{quarter_of(today)}"),
        parse(f"{before.year:04}-Q{quarter_of(before)}"),
    ]
    return found + [month_of(first) for first in reversed(months_until(today, months))]


def months_until(day, count):
    """The first days of ``count`` months in a row, oldest first; the last one holds ``day``."""
    place = day.year * 12 + day.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(place - count + 1, place + 1)]


def quarter_of(day):
    return (day.month + 2) // 3


def _months(year, month, count):
    last_month = month + count - 1
    return date(year, month, 1), date(year, last_month, calendar.monthrange(year, last_month)[1])


def _checked(first, last, text):
    if last < first:
        raise PeriodEndsBeforeItBegins(first=short_date(first), last=short_date(last))
    if first < EARLIEST:
        raise PeriodTooEarly(earliest=short_date(EARLIEST))
    today = clock.today()
    if first > today:
        raise PeriodNotBegun(first=short_date(first), today=short_date(today))
    # Years ahead have no figures, and the last day a computer knows has none after it.
    last = min(last, date(today.year + 1, 12, 31))
    return Period(first, last, min(last, today), text)
