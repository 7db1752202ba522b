"""Instants as of which figures are asked for, by the portal clock."""

import re
from datetime import date, datetime, time

from portal import clock
from portal.metrics.errors import ImpossibleInstant, InstantAhead, InstantTooEarly
from portal.metrics.periods import EARLIEST
from portal.wording import date_and_time
from portal.worktime.hours import ZONE

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)


def parse(text):
    """The instant that ``text`` names; ``None``, the present, for no text and for the present day.

    A day is meant to its end. A time without an offset is Viet Nam's. Raises ``ImpossibleInstant`` or one of its kinds.
    """
    text = text.strip()
    if not text:
        return None
    instant = _read(text)
    if instant is None:
        return None
    if instant > clock.now():
        raise InstantAhead(instant=date_and_time(instant), now=date_and_time(clock.now()))
    if instant.date() < EARLIEST:
        raise InstantTooEarly(earliest=date_and_time(datetime.combine(EARLIEST, time(), ZONE)))
    return instant


def _read(text):
    try:
        if DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if day == clock.today():
                return None
            return datetime.combine(day, time.max, ZONE)
        if INSTANT.fullmatch(text):
            found = datetime.fromisoformat(text)
            return found.replace(tzinfo=found.tzinfo or ZONE).astimezone(ZONE)
    except (ValueError, OverflowError):  # 30 February, 25 o'clock, the last day a computer knows
        pass
    raise ImpossibleInstant(text=text[:40])
