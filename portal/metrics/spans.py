"""Any two dates as whole years, whole months, ten days and single days: few spans, whatever the period."""

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

DAY = timedelta(days=1)


class Span(NamedTuple):
    """A year, a month, ten days or one day: its kind, its first day and its last.

    Ten days begin on the 1st, the 11th or the 21st of a month; the last ones end with it.
    """

    kind: str  # “years”, “months”, “tens” or “days”
    first: date
    last: date


@lru_cache(maxsize=1024)
def cover(first, last, *, years=True, tens=True):
    """The spans that together are exactly the days from ``first`` to ``last``, both included, as a tuple.

    ``years`` and ``tens`` say whether to use these.

    >>> [(span.kind, f"{span.first}") for span in cover(date(2022, 11, 30), date(2023, 1, 10))]
    [('days', '2022-11-30'), ('months', '2022-12-01'), ('tens', '2023-01-01')]
    """
    top = _years if years else _months
    return tuple(each for span in top(first, last) for each in _within(span, first, last, tens))


@lru_cache(maxsize=1024)
def difference(first, last, *, years=True, tens=True):
    """Spans to add and spans to take away, as two tuples: as few as there may be, for what adds up.

    Most of a year is the year without the rest of it.

    >>> [[f"{span.first}" for span in spans] for spans in difference(date(2022, 2, 1), date(2022, 12, 30))]
    [['2022-01-01'], ['2022-01-01', '2022-12-31']]
    """
    top = _years if years else _months
    signed = [each for span in top(first, last) for each in _signed(span, first, last, tens)]
    return tuple(tuple(span for sign, span in signed if sign == wanted) for wanted in (1, -1))


def _within(span, first, last, tens):
    if last < span.first or span.last < first:
        return []
    if first <= span.first and span.last <= last:
        return [span]
    return [each for part in _parts(span, tens) for each in _within(part, first, last, tens)]


def _signed(span, first, last, tens):
    """``[(1 or -1, span), …]``: the days of ``span`` from ``first`` to ``last``, added up or left over, if fewer."""
    if last < span.first or span.last < first:
        return []
    if first <= span.first and span.last <= last:
        return [(1, span)]
    inside, outside = [], []
    for part in _parts(span, tens):
        inside += _signed(part, first, last, tens)
        outside += _signed(part, span.first, first - DAY, tens)
        outside += _signed(part, last + DAY, span.last, tens)
    return min(inside, [(1, span), *((-sign, each) for sign, each in outside)], key=len)


def _parts(span, tens):
    if span.kind == "years":
        return _months(span.first, span.last)
    if span.kind == "months" and tens:
        starts = [span.first, span.first + 10 * DAY, span.first + 20 * DAY]
        ends = [starts[1] - DAY, starts[2] - DAY, span.last]
        return [Span("tens", *ten) for ten in zip(starts, ends, strict=True)]
    days = (span.last - span.first).days + 1
    return [Span("days", day, day) for day in (span.first + n * DAY for n in range(days))]


def _years(first, last):
    years = range(first.year, last.year + 1)
    return [Span("years", date(year, 1, 1), date(year, 12, 31)) for year in years]


def _months(first, last):
    """The months that ``first``, ``last`` and the days between lie in."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    starts = [date(number // 12, number % 12 + 1, 1) for number in (*numbers, numbers.stop)]
    return [Span("months", start, after - DAY) for start, after in pairwise(starts)]
