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
ROW = 'SELECT "offset", is_demo FROM clock_portalclock WHERE id = 1'

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


@contextmanager
def as_of(instant):
    """Within this span business time stands at ``instant`` and goes on from there: for pages that only show."""
    token = _reading.set((instant - timezone.now(), is_demo()))
    try:
        yield
    finally:
        _reading.reset(token)


def advance(*, by=None, to=None):
    """Move business time forward, by a ``timedelta`` or to an aware instant; returns the new instant.

    Raises ``ClockIsReal`` outside a demo or scenario database and ``ClockGoesForward`` for a step back.
    """
    ahead, demo = _read()
    if not demo:
        raise ClockIsReal()
    if (by if by is not None else to - timezone.now() - ahead) < timedelta():
        raise ClockGoesForward()
    # One statement each, because two people may press the button at once: “to” a day is then one day on, not two.
    if by is not None:
        sum_up, value = '"offset" + %s', by
    else:
        sum_up, value = 'greatest("offset", %s)', to - timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE clock_portalclock SET "offset" = {sum_up} WHERE is_demo RETURNING "offset"',
            [value],
        )
        (ahead,) = cursor.fetchone()
    if _reading.get() is not None:
        _reading.set((ahead, True))
    return timezone.localtime(timezone.now() + ahead)


def is_demo():
    """Whether this database's clock may be moved."""
    return _row()[1]


def is_unread():
    """Whether this span still has to read the row: who reads something else anyway can take it along (:data:`ROW`)."""
    return _reading.get() is UNREAD


def take(ahead, demo):
    """Take note, for this span, of what :data:`ROW` gave beside other things (``None`` twice: there is no such row)."""
    _reading.set(REAL if ahead is None else (ahead, demo))


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
        cursor.execute(ROW)
        return cursor.fetchone() or REAL
