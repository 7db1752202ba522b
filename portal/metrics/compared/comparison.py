"""One block beside the same period a year before: every figure with its ratio and its points, and its target."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from portal.agencies.models import Unit
from portal.catalogue.models import PublicService
from portal.metrics import readings, registry
from portal.metrics.addresses import comparison_address
from portal.metrics.blocks import AgencyBlock, ListedBlock
from portal.metrics.compared import earlier, targets
from portal.metrics.tables import Shown, in_order, shown_reading


@dataclass(frozen=True)
class Line:
    """One figure now and a year before, each with the lists that it opens; ``before`` may be unknown."""

    now: Shown
    before: Shown | None
    target: object = None

    @property
    def metric(self):
        return self.now.metric

    @cached_property
    def change(self):
        return earlier.Change(self.now.reading, self.before.reading if self.before else None)

    @property
    def meets(self):
        return self.target.is_met_by(self.change.now) if self.target else None

    @property
    def missing_points(self):
        """Percentage points up to the target; ``None`` where it is met or nothing is known."""
        share = self.change.now.share
        if self.target is None or share is None or share >= self.target.share:
            return None
        return (self.target.share - share) * 100


@dataclass(frozen=True)
class Comparison:
    block: object
    period: object
    before: object  # the period a year before; None where there can be no figures
    lines: list
    dates: str  # of the period, up to the day that has come
    parts: list = field(
        default_factory=list
    )  # (name, address) of what can be looked at more closely


def compare(block, period):
    """Every figure kept for ``block``."""
    drawn = [each for each in in_order(registry.metrics(period.as_of)) if targets.has_source(each)]
    before = earlier.year_before(period)
    now = readings.read(drawn, period, block)
    then = readings.read(drawn, before, block) if before is not None else {}
    lines = [
        Line(
            shown_reading(each, now[each.code], period, block.code),
            shown_reading(each, then[each.code], before, block.code) if each.code in then else None,
            targets.target_of(each, period.as_of),
        )
        for each in drawn
        if each.code in now
    ]
    dates = replace(period, last=min(period.last, period.as_of)).dates
    return Comparison(block, period, before, lines, dates, _parts(block, period))


def _parts(block, period):
    """The one-door units of an agency, the services of a field."""
    if isinstance(block, AgencyBlock):
        units = Unit.objects.of(block.agency)[:MOST_PARTS]
        return [(unit.name, comparison_address(f"unit:{unit.code}", period)) for unit in units]
    if isinstance(block, ListedBlock) and block.code.startswith("field:"):
        services = PublicService.objects.filter(field=block.value)[:MOST_PARTS]
        return [
            (service.name, comparison_address(f"service:{service.code}", period))
            for service in services
        ]
    return []


MOST_PARTS = 60
