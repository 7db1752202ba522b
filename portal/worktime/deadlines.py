"""When a result must be ready: due instants, stops, the 15:00 rule, early / on time / late.

Every rule and how certain it is: docs/sources.md, “Time limits and working time”.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, get_args

from portal.worktime.calendar import Calendar, add_working_days
from portal.worktime.hours import (
    CLOSING,
    OPENING,
    instant_at,
    into_working_time,
    local_minute,
    on,
    position,
)

LimitUnit = Literal["working_day", "day", "working_hour", "same_day"]
Lateness = Literal["early", "on_time", "late"]

SAME_DAY_UNTIL = time(15, 0)


@dataclass(frozen=True)
class TimeLimit:
    """How long an agency may take: “3 working_day”, “30 day”, “8 working_hour”, “0 same_day”.

    Raises ``ValueError`` for an unknown unit or an amount that the unit cannot have.
    """

    amount: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if self.unit not in get_args(LimitUnit):
            raise ValueError(f"unknown unit of a time limit: {self.unit!r}")
        if self.unit == "same_day" and self.amount != 0:
            raise ValueError("a same-day limit has the amount 0")
        if self.unit != "same_day" and self.amount < 1:
            raise ValueError(f"a time limit in {self.unit}s is at least 1, not {self.amount}")


def due_at(received_at: datetime, limit: TimeLimit, *, calendar: Calendar) -> datetime:
    """The instant by which the result must be ready: aware, in Vietnamese time, a whole minute.

    >>> from portal.worktime import VIET_NAM, at
    >>> print(due_at(at("2022-08-26 09:00"), TimeLimit(3, "working_day"), calendar=VIET_NAM))
    2022-08-31 09:00:00+07:00
    >>> print(due_at(at("2022-08-26 15:01"), TimeLimit(0, "same_day"), calendar=VIET_NAM))
    2022-08-29 17:00:00+07:00
    """
    return _due_at(local_minute(received_at), limit, calendar)


@lru_cache(maxsize=256)  # a set of dossiers is received within a minute
def _due_at(received_at: datetime, limit: TimeLimit, calendar: Calendar) -> datetime:
    received = into_working_time(received_at, calendar=calendar)
    if limit.unit == "same_day":
        return _end_of_same_day(received, calendar)
    if limit.unit == "working_hour":
        return extend(received, limit.amount * 60, calendar=calendar)
    if limit.unit == "working_day":
        last = add_working_days(received.date(), limit.amount, calendar=calendar)
    else:
        last = _calendar_days_later(received.date(), limit.amount, calendar)
    return _as_written(on(last, received.time()), calendar)


def extend(due: datetime, working_minutes: int, *, calendar: Calendar) -> datetime:
    """``due`` moved on by the working minutes during which the clock stood still.

    Raises ``ValueError`` for a negative number of minutes: a stop never brings a date forward.

    >>> from portal.worktime import VIET_NAM, at
    >>> print(extend(at("2022-08-31 16:00"), 90, calendar=VIET_NAM))  # over National Day
    2022-09-05 07:30:00+07:00
    """
    if working_minutes < 0:
        raise ValueError("a stop cannot last less than no time")
    due = local_minute(due)
    if working_minutes == 0:
        return due
    place = position(due, calendar=calendar) + working_minutes
    return instant_at(place, near=due.date(), calendar=calendar)


def hand_over_due(received_at: datetime, *, calendar: Calendar) -> datetime:
    """When a received dossier must have left the counter: 17:00 of the day of receipt.

    Received after 15:00: 17:00 of the next working day.

    >>> from portal.worktime import VIET_NAM, at
    >>> print(hand_over_due(at("2022-08-26 15:00"), calendar=VIET_NAM))
    2022-08-26 17:00:00+07:00
    """
    return _end_of_same_day(into_working_time(received_at, calendar=calendar), calendar)


def lateness(completed_at: datetime, expected_at: datetime) -> Lateness:
    """Early, on time or late: by date in Viet Nam, whatever the hour.

    >>> from portal.worktime import at
    >>> lateness(at("2022-08-31 17:40"), at("2022-08-31 09:00"))
    'on_time'
    """
    done, expected = _local_date(completed_at), _local_date(expected_at)
    if done < expected:
        return "early"
    return "on_time" if done == expected else "late"


def _end_of_same_day(received: datetime, calendar: Calendar) -> datetime:
    days_on = 1 if received.time() > SAME_DAY_UNTIL else 0
    return on(add_working_days(received.date(), days_on, calendar=calendar), CLOSING)


def _calendar_days_later(day: date, days: int, calendar: Calendar) -> date:
    return add_working_days(day + timedelta(days=days), 0, calendar=calendar)


def _as_written(due: datetime, calendar: Calendar) -> datetime:
    # 07:00 means that the whole working day before was allowed; people are told that day.
    if due.time() != OPENING:
        return due
    return on(add_working_days(due.date(), -1, calendar=calendar), CLOSING)


def _local_date(instant: datetime) -> date:
    return local_minute(instant).date()
