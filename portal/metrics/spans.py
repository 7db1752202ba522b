"""Any two dates as years, quarters, months, ten days, five days and single days: few spans, whatever the period."""

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

DAY = timedelta(days=1)

# From the longest down. A span of one kind is made of whole ones of the next.
SPAN_KINDS = ("years", "quarters", "months", "tens", "fives", "days")

# Where the tens and the fives of a month begin; the last ones end with it.
TENS = (1, 11, 21)
FIVES = (1, 6, 11, 16, 21, 26)


class Span(NamedTuple):
    """Its kind, its first day and its last."""

    kind: str  # one of ``SPAN_KINDS``
    first: date
    last: date


@lru_cache(maxsize=1024)
def cover(first, last, kinds=SPAN_KINDS):
    """The spans that together are exactly the days from ``first`` to ``last``, both included, as a tuple.

    ``kinds`` says which kinds to use; “months” and “days” are among them.

    >>> [(span.kind, f"{span.first}") for span in cover(date(2022, 11, 30), date(2023, 1, 10))]
    [('days', '2022-11-30'), ('months', '2022-12-01'), ('tens', '2023-01-01')]
    """
    found = []
    for span in SPLIT[kinds[0]](first, last):
        found += _within(span, first, last, kinds[1:])
    return tuple(found)


@lru_cache(maxsize=1024)
def difference(first, last, kinds=SPAN_KINDS):
    """Spans to add and spans to take away, as two tuples: as few as there may be, for what adds up.

    Most of a year is the year without the rest of it.

    >>> [[f"{span.first}" for span in spans] for spans in difference(date(2022, 2, 1), date(2022, 12, 30))]
    [['2022-01-01'], ['2022-01-01', '2022-12-31']]
    """
    signed = []
    for span in SPLIT[kinds[0]](first, last):
        signed += _signed(span, first, last, kinds[1:])
    return tuple(tuple(span for sign, span in signed if sign == wanted) for wanted in (1, -1))


def _within(span, first, last, finer):
    if last < span.first or span.last < first:
        return []
    if first <= span.first and span.last <= last:
        return [span]
    parts = SPLIT[finer[0]](span.first, span.last)
    return [each for part in parts for each in _within(part, first, last, finer[1:])]


def _signed(span, first, last, finer):
    """``[(1 or -1, span), …]``: the days of ``span`` from ``first`` to ``last``, added up or left over, if fewer."""
    if last < span.first or span.last < first:
        return []
    if first <= span.first and span.last <= last:
        return [(1, span)]
    inside, outside = [], []
    for part in SPLIT[finer[0]](span.first, span.last):
        inside += _signed(part, first, last, finer[1:])
        outside += _signed(part, span.first, first - DAY, finer[1:])
        outside += _signed(part, last + DAY, span.last, finer[1:])
    return min(inside, [(1, span), *((-sign, each) for sign, each in outside)], key=len)


def _years(first, last):
    years = range(first.year, last.year + 1)
    return [Span("years", date(year, 1, 1), date(year, 12, 31)) for year in years]


def _quarters(first, last):
    return _of_months("quarters", 3, first, last)


def _months(first, last):
    return _of_months("months", 1, first, last)


def _of_months(kind, length, first, last):
    """The spans of ``length`` months that ``first``, ``last`` and the days between lie in."""
    begin, end = (day.year * 12 + day.month - 1 for day in (first, last))
    numbers = [*range(begin - begin % length, end + 1, length)]
    starts = [date(at // 12, at % 12 + 1, 1) for at in (*numbers, numbers[-1] + length)]
    return [Span(kind, start, after - DAY) for start, after in pairwise(starts)]


def _tens(first, last):
    return _of_days("tens", TENS, first, last)


def _fives(first, last):
    return _of_days("fives", FIVES, first, last)


def _of_days(kind, begins, first, last):
    """The spans that begin on those days of one month, from ``first``, on which one begins, to ``last``."""
    starts = [first.replace(day=day) for day in begins if first.day <= day <= last.day]
    return [Span(kind, start, after - DAY) for start, after in pairwise([*starts, last + DAY])]


def _days(first, last):
    days = (first + number * DAY for number in range((last - first).days + 1))
    return [Span("days", day, day) for day in days]


SPLIT = {
    "years": _years,
    "quarters": _quarters,
    "months": _months,
    "tens": _tens,
    "fives": _fives,
    "days": _days,
}
