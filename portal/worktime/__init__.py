"""Working time and due dates: the only home of both.

Pure: imports neither Django nor Celery. The calendar is handed in by the caller.
"""

from portal.worktime.calendar import (
    VIET_NAM,
    Calendar,
    add_working_days,
    viet_nam,
    working_days_between,
)
from portal.worktime.deadlines import (
    Lateness,
    LimitUnit,
    TimeLimit,
    due_at,
    extend,
    hand_over_due,
    lateness,
)
from portal.worktime.hours import at, into_working_time, working_minutes

__all__ = [
    "VIET_NAM",
    "Calendar",
    "Lateness",
    "LimitUnit",
    "TimeLimit",
    "add_working_days",
    "at",
    "due_at",
    "extend",
    "hand_over_due",
    "into_working_time",
    "lateness",
    "viet_nam",
    "working_days_between",
    "working_minutes",
]
