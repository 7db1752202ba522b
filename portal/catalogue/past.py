"""Pages of the catalogue as they stood on an earlier day: ``?as_of=2024-06-30``.

Every fact is dated: which version of a service was published, who offered it at which level, which agencies there were,
what the law called a level. A page asked for as of a day is drawn as if the portal clock stood at the end of that day;
such a page only shows.
"""

from datetime import date, datetime, time
from functools import wraps

from portal import clock
from portal.catalogue.errors import NoSuchPastDay
from portal.worktime.hours import ZONE

EARLIEST = date(2000, 1, 1)
ASKED = "as_of"


def shown_as_of(view):
    """Let ``view``, which only shows, be asked for as of a day; ``request.as_of`` is that day.

    Raises ``NoSuchPastDay`` for what is no day, for a day ahead, and before the year 2000.
    """

    @wraps(view)
    def shown(request, *args, **kwargs):
        request.as_of = _day(request.GET.get(ASKED, "").strip())
        if request.as_of is None:
            return view(request, *args, **kwargs)
        with clock.as_of(_end(request.as_of)):
            return view(request, *args, **kwargs)

    return shown


def instant_of(request):
    """The end of the day as of which ``request`` asks; ``None`` for the present."""
    return _end(request.as_of) if getattr(request, "as_of", None) else None


def _end(day):
    return datetime.combine(day, time(23, 59, 59), ZONE)


def _day(text):
    """The day that ``text`` names; ``None`` for no text and for today."""
    if not text:
        return None
    today = clock.today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= today:
        raise NoSuchPastDay(text=text[:40], today=today.isoformat())
    return None if day == today else day
