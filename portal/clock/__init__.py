"""Business time: what deadlines, numbering, documents and metrics go by.

Real time (``django.utils.timezone.now()``) stays the time of sessions, one-time codes, the gateway's dates and
certificate validity. The offset between the two is one row, read once per request or task.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from portal.clock.errors import ClockGoesForward, ClockIsReal

UNREAD = object()
REAL = (timedelta(), False)  # what a missing row means

_reading = ContextVar(
    "portal_clock_reading", default=None
)  # (offset, is_demo) within a span, else None


def now():
    """The present instant of business time, aware, in Asia/Ho_Chi_Minh."""
    return timezone.localtime(timezone.now() + offset())


def today():
    """The present day of business time."""
    return now().date()


def offset():
    """How far business time is ahead of real time (negative: behind)."""
    return _row()[0]


@contextmanager
def one_reading():
    """Within this span the row is read at most once."""
    token = _reading.set(UNREAD)
    try:
        yield
    finally:
        _reading.reset(token)


def advance(*, by=None, to=None):
    """Move business time forward, by a ``timedelta`` or to an aware instant; returns the new instant.

    Raises ``ClockIsReal`` outside a demo or scenario database and ``ClockGoesForward`` for a step back.
    """
    if not is_demo():
        raise ClockIsReal()
    if (by if by is not None else to - timezone.now() - _read()[0]) < timedelta():
        raise ClockGoesForward()
    with connection.cursor() as cursor:
        # One statement each, because two people may press the button at once: “to” a day is then one day on, not two.
        if by is not None:
            cursor.execute(
                'UPDATE clock_portalclock SET "offset" = "offset" + %s WHERE is_demo', [by]
            )
        else:
            cursor.execute(
                'UPDATE clock_portalclock SET "offset" = greatest("offset", %s) WHERE is_demo',
                [to - timezone.now()],
            )
    if _reading.get() is not None:
        _reading.set(UNREAD)
    return now()


def is_demo():
    """Whether this database's clock may be moved."""
    return _row()[1]


def _row():
    reading = _reading.get()
    if reading is None:
        return _read()
    if reading is UNREAD:
        reading = _read()
        _reading.set(reading)
    return reading


def _read():
    # Plain SQL: this module is imported before the app registry is ready.
    with connection.cursor() as cursor:
        cursor.execute('SELECT "offset", is_demo FROM clock_portalclock WHERE id = 1')
        return cursor.fetchone() or REAL
