"""Any two dates as whole years, whole months and single days: few spans, whatever the period."""

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass
class Cover:
    """First days of the years, of the months and the days that together are exactly the days of a period."""

    years: list = field(default_factory=list)
    months: list = field(default_factory=list)
    days: list = field(default_factory=list)


def cover(first, last, *, years=True):
    """The spans of the days from ``first`` to ``last``, both included; with ``years=False`` no longer than months.

    >>> cover(date(2022, 11, 30), date(2024, 1, 1))
    Cover(years=[date(2023, 1, 1)], months=[date(2022, 12, 1)], days=[date(2022, 11, 30), date(2024, 1, 1)])
    """
    found, day, end = Cover(), first, last + timedelta(days=1)
    while day < end:
        next_year, next_month = date(day.year + 1, 1, 1), _month_after(day)
        if years and (day.month, day.day) == (1, 1) and next_year <= end:
            found.years.append(day)
            day = next_year
        elif day.day == 1 and next_month <= end:
            found.months.append(day)
            day = next_month
        else:
            found.days.append(day)
            day += timedelta(days=1)
    return found


def _month_after(day):
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
