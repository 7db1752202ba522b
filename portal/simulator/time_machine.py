"""Moving the demo's clock, and letting everything that depends on it follow at once."""

from datetime import datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from dossiers import duties
from portal import clock
from portal.agencies.working_calendar import calendar
from portal.metrics.rollup import fold
from portal.page import ClockStep
from portal.workflow import outbox
from portal.worktime import add_working_days

MORNING = time(8, 0)

STEPS = (
    ClockStep("hour", _("One hour on")),
    ClockStep("day", _("Next working day")),
    ClockStep("week", _("Five working days on")),
    ClockStep("tet", _("Past the next Tết")),
)


def move(step):
    """Move the portal clock by one of :data:`STEPS`; sweeps and metrics follow. Returns the new instant.

    Raises ``KeyError`` for a step that does not exist, and what :func:`portal.clock.advance` refuses with.
    """
    present = clock.advance(
        to={"hour": _hour, "day": _day, "week": _week, "tet": _past_tet}[step](clock.now())
    )
    duties.close_unanswered()
    outbox.drain(linger=0)
    fold()
    return present


def _hour(present):
    return present + timedelta(hours=1)


def _day(present):
    return _morning_of(present, add_working_days(present.date(), 1, calendar=calendar()))


def _week(present):
    return _morning_of(present, add_working_days(present.date(), 5, calendar=calendar()))


def _past_tet(present):
    """The first working morning after this or the next holiday of at least five days off in January or February."""
    days, day = calendar(), present.date()
    while not days.is_working_day(day):  # in the midst of one: counted from its first day
        day -= timedelta(days=1)
    run = 0
    for _number in range(800):
        day += timedelta(days=1)
        if not days.is_working_day(day):
            run += 1
        elif run >= 5 and (day - timedelta(days=1)).month in (1, 2):
            return _morning_of(present, day)
        else:
            run = 0
    return _week(present)


def _morning_of(present, day):
    return datetime.combine(day, MORNING, tzinfo=present.tzinfo)
