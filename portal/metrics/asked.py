"""What an address asks for: the period, perhaps as of an earlier instant."""

from portal.metrics import instants, periods


def period(request):
    """``?period=2022-Q3`` or ``?first=…&last=…``; without either, the year to date. ``?as_of=`` a past instant.

    Raises ``ImpossiblePeriod``, ``ImpossibleInstant`` or one of their kinds.
    """
    asked = request.GET
    if {"first", "last"} <= asked.keys():
        found = periods.parse(f"{asked['first']}..{asked['last']}")
    elif asked.get("period"):
        found = periods.parse(asked["period"])
    else:
        found = periods.year_to_date()
    return found.seen_at(instants.parse(asked.get("as_of", "")))
