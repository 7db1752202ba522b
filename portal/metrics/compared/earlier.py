"""Earlier periods to compare with, and what changed: ratio and points are two different things.

From 28.63 % to 43.20 % is × 1.51, +50.9 %, and +14.57 percentage points. All three are said, never one for another.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from portal.metrics import periods
from portal.metrics.errors import ImpossiblePeriod
from portal.metrics.registry import Reading


@dataclass(frozen=True)
class Change:
    """One figure now and in an earlier period. Whatever cannot be said is ``None``: nothing is divided by zero."""

    now: Reading
    before: Reading | None

    @property
    def is_share(self):
        return self.now.denominator is not None

    @property
    def ratio(self):
        """How many times as much: of the shares where there are shares, otherwise of the counts."""
        now, before = _value(self.now), _value(self.before)
        return None if now is None or not before else now / before

    @property
    def percent(self):
        """The same as a growth, 0.5 for half as much again."""
        return None if self.ratio is None else self.ratio - 1

    @property
    def points(self):
        """Percentage points between two shares."""
        now, before = _value(self.now), _value(self.before)
        if not self.is_share or now is None or before is None:
            return None
        return (now - before) * 100


def year_before(period):
    """The same period a year earlier; one that still runs, to the same day. ``None`` before all figures.

    29 February is compared with 28 February.
    """
    whole = period.last <= period.as_of
    if whole and not periods.DATES.fullmatch(period.text):
        return _parsed(f"{int(period.text[:4]) - 1:04}{period.text[4:]}", period)
    return _between(
        _a_year_back(period.first), _a_year_back(min(period.last, period.as_of)), period
    )


def preceding(period):
    """The period just before: the month, the quarter, the year to the same day, or as many days. ``None`` as above."""
    if periods.YEAR.fullmatch(period.text):
        return year_before(period)
    before = period.first - timedelta(days=1)
    if periods.MONTH.fullmatch(period.text):
        return _parsed(f"{before.year:04}-{before.month:02}", period)
    if periods.QUARTER.fullmatch(period.text):
        return _parsed(f"{before.year:04}-Q{periods.quarter_of(before)}", period)
    days = min(period.last, period.as_of) - period.first
    return _between(before - days, before, period)


def _value(reading):
    if reading is None:
        return None
    return Fraction(reading.numerator) if reading.denominator is None else reading.share


def _a_year_back(day):
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return date(day.year - 1, 2, 28)


def _parsed(text, period):
    try:
        return periods.parse(text).seen_at(period.instant)
    except ImpossiblePeriod:
        return None


def _between(first, last, period):
    try:
        return periods.between(first, last).seen_at(period.instant)
    except ImpossiblePeriod:
        return None
