"""Any two dates as whole years, whole months, ten days and single days: few spans, whatever the period."""

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass
class Cover:
    """First days of the years, months and tens, and the days, that together are exactly the days of a period.

    Ten days begin on the 1st, the 11th or the 21st of a month; the last ones end with it.
    """

    years: list = field(default_factory=list)
    months: list = field(default_factory=list)
    tens: list = field(default_factory=list)
    days: list = field(default_factory=list)


def cover(first, last, *, years=True, tens=True):
    """The spans of the days from ``first`` to ``last``, both included; ``years`` and ``tens`` say whether to use these.

    >>> cover(date(2022, 11, 30), date(2023, 2, 10), years=False)
    Cover(years=[], months=[date(2022, 12, 1), date(2023, 1, 1)], tens=[date(2023, 2, 1)], days=[date(2022, 11, 30)])
    """
    found, day, end = Cover(), first, last + timedelta(days=1)
    while day < end:
        next_year, next_month = date(day.year + 1, 1, 1), _month_after(day)
        next_ten = next_month if day.day > 20 else day + timedelta(days=10)
        if years and (day.month, day.day) == (1, 1) and next_year <= end:
            found.years.append(day)
            day = next_year
        elif day.day == 1 and next_month <= end:
            found.months.append(day)
            day = next_month
        elif tens and day.day in (1, 11, 21) and next_ten <= end:
            found.tens.append(day)
            day = next_ten
        else:
            found.days.append(day)
            day += timedelta(days=1)
    return found


def _month_after(day):
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
