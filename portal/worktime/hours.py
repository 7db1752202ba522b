"""Working hours in Viet Nam, 07:00 to 11:30 and 13:30 to 17:00, counted in whole minutes.

Working time is an axis: each working day holds 480 minutes of it, other days none. An instant has
one position on the axis; a position stands for the earliest instant that reaches it, so that
the end of a working day is written 17:00 and never 07:00 of the next one.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from portal.worktime.calendar import Calendar, add_working_days

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OPENING = time(7, 0)
LUNCH = time(11, 30)
AFTER_LUNCH = time(13, 30)
CLOSING = time(17, 0)

MORNING_MINUTES = 270
DAY_MINUTES = 480


def at(text: str) -> datetime:
    """An instant of Vietnamese local time, written as people write it; for examples and tests.

    >>> print(at("2022-08-26 09:00"))
    2022-08-26 09:00:00+07:00
    """
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def local_minute(instant: datetime) -> datetime:
    """``instant`` in Vietnamese local time, cut to the whole minute that a slip would show.

    Raises ``ValueError`` for an instant without a time zone.
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone; this one has none")
    return instant.astimezone(ZONE).replace(second=0, microsecond=0)


def into_working_time(instant: datetime, *, calendar: Calendar) -> datetime:
    """The first working minute at or after ``instant``.

    >>> print(into_working_time(at("2022-08-26 17:20"), calendar=Calendar()))  # Friday evening
    2022-08-29 07:00:00+07:00
    >>> print(into_working_time(at("2022-08-26 12:10"), calendar=Calendar()))
    2022-08-26 13:30:00+07:00
    """
    instant = local_minute(instant)
    day, clock = instant.date(), instant.time()
    if not calendar.is_working_day(day):
        return on(add_working_days(day, 0, calendar=calendar), OPENING)
    if clock < OPENING:
        return on(day, OPENING)
    if clock >= CLOSING:
        return on(add_working_days(day, 1, calendar=calendar), OPENING)
    if LUNCH <= clock < AFTER_LUNCH:
        return on(day, AFTER_LUNCH)
    return instant


def working_minutes(start: datetime, end: datetime, *, calendar: Calendar) -> int:
    """Whole working minutes from ``start`` to ``end``; negative when ``end`` is earlier.

    Seconds are cut off both instants, so that lengths of neighbouring spans add up.

    >>> working_minutes(at("2022-08-26 16:00"), at("2022-08-29 08:00"), calendar=Calendar())
    120
    """
    return position(end, calendar=calendar) - position(start, calendar=calendar)


def position(instant: datetime, *, calendar: Calendar) -> int:
    """Where ``instant`` lies on the axis of working minutes."""
    instant = local_minute(instant)
    before = calendar.working_days_until(instant.date()) * DAY_MINUTES
    if not calendar.is_working_day(instant.date()):
        return before
    clock = instant.hour * 60 + instant.minute
    morning = min(max(clock - _minutes(OPENING), 0), MORNING_MINUTES)
    afternoon = min(max(clock - _minutes(AFTER_LUNCH), 0), DAY_MINUTES - MORNING_MINUTES)
    return before + morning + afternoon


def instant_at(place: int, *, near: date, calendar: Calendar) -> datetime:
    """The earliest instant whose :func:`position` is ``place``; the search starts at ``near``."""
    number, minutes = divmod(place - 1, DAY_MINUTES)
    minutes += 1  # 1 … 480: a full day ends at 17:00, it does not begin the next
    day = calendar.working_day_number(number, near=near)
    if minutes <= MORNING_MINUTES:
        clock = _minutes(OPENING) + minutes
    else:
        clock = _minutes(AFTER_LUNCH) + minutes - MORNING_MINUTES
    return on(day, time(*divmod(clock, 60)))


def on(day: date, clock: time) -> datetime:
    """The instant at which Vietnamese clocks show ``clock`` on ``day``."""
    return datetime.combine(day, clock, tzinfo=ZONE)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
