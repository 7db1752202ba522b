"""The working calendar in force: the law's general rule with the days that were set otherwise."""

import time
from functools import lru_cache

from portal.agencies.models import CalendarDay
from portal.worktime import Calendar, viet_nam

FIRST_YEAR, LAST_YEAR = 2014, 2040
KEPT_SECONDS = 10  # a day set in another process counts after this long at the latest

_kept = None  # (read at, overrides)


def calendar() -> Calendar:
    """The calendar by which every due instant is computed."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
        _kept = (
            time.monotonic(),
            tuple(CalendarDay.objects.order_by("day").values_list("day", "kind")),
        )
    return _calendar(_kept[1])


def forget():
    """Read the days again at the next question."""
    global _kept
    _kept = None


@lru_cache(maxsize=4)
def _calendar(overrides):
    return viet_nam(range(FIRST_YEAR, LAST_YEAR + 1), overrides=dict(overrides))
