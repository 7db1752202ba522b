"""How long dossiers took: for the page of a service, and in words."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext, ngettext

from portal.metrics import listings, on_demand
from portal.metrics.on_demand import Percentile, timed
from portal.worktime.hours import DAY_MINUTES


@dataclass(frozen=True)
class Times:
    """Of the dossiers completed in a period: how many, how many in time, and percentiles in working minutes."""

    completed: int
    in_time: int
    worked: tuple  # P50, P90
    waited: tuple

    @property
    def are_enough(self):
        return self.completed >= on_demand.ENOUGH


def of_service(service, period, block):
    """The times of one service, in one statement."""
    rows = timed(listings.completed(period, block).rows).filter(version__service=service)
    found = rows.aggregate(
        completed=Count("pk"),
        in_time=Count("pk", filter=Q(lateness__in=["early", "on_time"])),
        **{
            f"{part}_{share}": Percentile(part, share / 100)
            for part in ("worked", "waited")
            for share in (50, 90)
        },
    )
    return Times(
        found["completed"],
        found["in_time"],
        (found["worked_50"], found["worked_90"]),
        (found["waited_50"], found["waited_90"]),
    )


def in_words(minutes):
    """Working minutes as people say them: “2 ngày làm việc 3 giờ”; a working day has eight hours."""
    days, rest = divmod(minutes, DAY_MINUTES)
    hours, rest = divmod(rest, 60)
    parts = []
    if days:
        parts.append(ngettext("{n} working day", "{n} working days", days).format(n=days))
    if hours:
        parts.append(ngettext("{n} hour", "{n} hours", hours).format(n=hours))
    if rest and not days:
        parts.append(ngettext("{n} minute", "{n} minutes", rest).format(n=rest))
    return " ".join(parts) or gettext("no time at all")
