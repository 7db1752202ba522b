"""Which days are worked, and the arithmetic of whole working days."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal

import holidays

CULTURAL_DAY_SINCE = 2026  # the library lists 24 November from this year on
CULTURAL_DAY_NAME = "Ngày Văn hóa Việt Nam"


@dataclass(frozen=True)
class Calendar:
    """The working days of a body: Monday to Friday, less holidays, plus make-up weekend days.

    A calendar is handed in, never looked up, so that the same question always has the same answer.
    Days outside the years it was made for are judged by the weekday alone.

    Raises ``ValueError`` for a day that is both a holiday and worked.
    """

    holidays: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if both := self.holidays & self.working_weekends:
            raise ValueError(f"both a holiday and a working day: {min(both):%d/%m/%Y}")

    @cached_property
    def _weekdays_off(self) -> list[int]:
        return sorted(day.toordinal() for day in self.holidays if day.weekday() < 5)

    @cached_property
    def _weekends_worked(self) -> list[int]:
        return sorted(day.toordinal() for day in self.working_weekends if day.weekday() >= 5)

    def is_working_day(self, day: date) -> bool:
        """Whether one-door units are open on ``day``."""
        if day.weekday() >= 5:
            return day in self.working_weekends
        return day not in self.holidays

    def working_days_until(self, day: date) -> int:
        """How many working days lie before ``day``, counted from the first day of the era.

        Only differences mean anything. Found by two binary searches, however far ``day`` is.
        """
        return self._count_before(day.toordinal())

    def working_day_number(self, number: int, *, near: date) -> date:
        """The working day with ``number`` working days before it; the search starts at ``near``."""
        start = near.toordinal()
        # Seven days hold five weekdays, and no holiday can take away more than itself.
        reach = 2 * (abs(number - self._count_before(start)) + len(self._weekdays_off)) + 14
        window = range(max(1, start - reach), min(date.max.toordinal() - 1, start + reach) + 1)
        found = bisect_left(window, number + 1, key=lambda ordinal: self._count_before(ordinal + 1))
        if found == len(window) or self._count_before(window[found]) != number:
            raise OverflowError("no date is that far away")
        return date.fromordinal(window[found])

    def _count_before(self, ordinal: int) -> int:
        weeks, rest = divmod(ordinal - 1, 7)  # ordinal 1 is a Monday
        return (
            weeks * 5
            + min(rest, 5)
            - bisect_left(self._weekdays_off, ordinal)
            + bisect_left(self._weekends_worked, ordinal)
        )


def add_working_days(day: date, n: int, *, calendar: Calendar) -> date:
    """The ``n``-th working day after ``day`` (before it when ``n`` is negative).

    With ``n`` = 0: ``day`` itself, or the next working day when ``day`` is not worked.

    >>> add_working_days(date(2022, 8, 31), 1, calendar=VIET_NAM)  # 1, 2 September are holidays
    datetime.date(2022, 9, 5)
    """
    _refuse_instant(day)
    number = calendar.working_days_until(day) + n
    if n > 0 and not calendar.is_working_day(day):
        number -= 1  # the first working day after it is already one
    return calendar.working_day_number(number, near=day)


def working_days_between(a: date, b: date, *, calendar: Calendar) -> int:
    """How many working days come after ``a`` and not after ``b``; negative when ``b`` is earlier.

    >>> working_days_between(date(2026, 8, 21), date(2026, 8, 24), calendar=VIET_NAM)  # Sat. worked
    2
    """
    _refuse_instant(a)
    _refuse_instant(b)
    after = timedelta(days=1)
    return calendar.working_days_until(b + after) - calendar.working_days_until(a + after)


def viet_nam(
    years: Iterable[int],
    overrides: Mapping[date, Literal["holiday", "working"]] | None = None,
    *,
    cultural_day: bool = True,
) -> Calendar:
    """The calendar of Vietnamese state bodies for ``years``.

    Days come from the library ``holidays``: public holidays, days off in lieu and the make-up days
    that the Government has announced. ``overrides`` has the last word: the Government fixes
    Tết and swapped days each year. ``cultural_day=False`` leaves 24 November a working day.
    Source: docs/sources.md, “Time limits and working time”.

    Raises ``ValueError`` for an override that is neither “holiday” nor “working”.
    """
    off, worked = _published(tuple(sorted(set(years))), cultural_day)
    days_off, days_worked = set(off), set(worked)
    for day, kind in (overrides or {}).items():
        _refuse_instant(day)
        if kind == "holiday":
            days_off.add(day)
            days_worked.discard(day)
        elif kind == "working":
            days_off.discard(day)
            if day.weekday() >= 5:
                days_worked.add(day)
        else:
            raise ValueError(f"an override is “holiday” or “working”, not “{kind}”")
    return Calendar(frozenset(days_off), frozenset(days_worked))


@lru_cache(maxsize=16)
def _published(
    years: tuple[int, ...], cultural_day: bool
) -> tuple[frozenset[date], frozenset[date]]:
    listed = holidays.country_holidays("VN", years=years, language="vi", expand=False)
    off = {
        day
        for day in listed
        if cultural_day or not all(CULTURAL_DAY_NAME in name for name in listed.get_list(day))
    }
    worked = {day for day in listed.weekend_workdays if day.year in years}
    return frozenset(off - worked), frozenset(worked)


def _refuse_instant(day: date) -> None:
    # A datetime is a date to Python; its hour would be lost without a word.
    if isinstance(day, datetime):
        raise TypeError("a date is needed here, not an instant")


VIET_NAM = viet_nam(range(2010, 2041))
