"""Every official figure of a block, group by group: a number that opens its list, an address, or why there is none."""

from dataclasses import dataclass

from portal.metrics.addresses import list_address
from portal.metrics.registry import NUMERATOR, Group, Metric, declared
from portal.metrics.tables import Shown, shown


@dataclass(frozen=True)
class Line:
    """One figure. ``shown`` where it is kept; ``url`` where it is counted once somebody opens it; or neither."""

    metric: Metric
    shown: Shown | None = None
    url: str = ""


def of(counted, period, block_code):
    """``[(name of the group, [Line, …]), …]`` without the figures at the top of the page. Reads nothing more."""
    found = {group: [] for group in Group}
    for metric in declared(period.as_of):
        if not metric.headline:
            found[metric.group].append(_line(metric, counted, period, block_code))
    return [(group.value, lines) for group, lines in found.items() if lines]


def _line(metric, counted, period, block_code):
    if metric.no_source:
        return Line(metric)
    if not metric.is_kept:
        return Line(metric, url=list_address(metric, NUMERATOR, period, block_code))
    return Line(metric, shown(metric, counted, period, block_code))
