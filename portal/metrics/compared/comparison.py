"""One block beside the same period a year before: every figure with its ratio and its points, and its target."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from django.utils.html import format_html
from django.utils.translation import gettext as _

from portal.agencies.models import Unit
from portal.catalogue.models import PublicService
from portal.metrics import readings, registry, rows
from portal.metrics.addresses import comparison_address
from portal.metrics.blocks import AgencyBlock, ListedBlock
from portal.metrics.compared import earlier, targets
from portal.metrics.tables import Shown, in_order, shown_reading
from portal.wording import number, percent, short_date


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

    def row(self, now_label):
        """The line of the table as HTML; ``now_label`` is the period in words."""
        return rows.line(
            self.metric.name,
            rows.number(now_label, self.now.html),
            rows.number(_("A year before"), self.before.html if self.before else rows.no_data()),
            rows.number(_("Ratio"), self._ratio),
            rows.number(_("Percentage points"), self._points),
            rows.words(_("Target"), self._target),
        )

    @property
    def _ratio(self):
        if self.change.ratio is None:
            return rows.no_data()
        more = percent(self.change.percent)
        sign = "+" if self.change.percent > 0 else ""
        return format_html(RATIO, number(self.change.ratio, 2), f"{sign}{more}")

    @property
    def _points(self):
        if not self.change.is_share:
            return "–"
        if self.change.points is None:
            return rows.no_data()
        return f"{'+' if self.change.points > 0 else ''}{number(self.change.points, 1)}"

    @property
    def _target(self):
        if not self.target:
            return "–"
        day = _("by %(day)s") % {"day": short_date(self.target.by)}
        met = self.target.in_words(self.change.now)
        return format_html(TARGET, self.target.percent, day, met)


RATIO = '× {} <span class="figure-counts">{}</span>'
TARGET = '{} {} <span class="figure-counts">{}</span>'


@dataclass(frozen=True)
class Comparison:
    block: object
    period: object
    before: object  # the period a year before; None where there can be no figures
    lines: list
    dates: str  # of the period, up to the day that has come
    # (name, address) of what can be looked at more closely
    parts: list = field(default_factory=list)

    @property
    def rows(self):
        """The lines of the table, as HTML."""
        return [line.row(self.period.label) for line in self.lines]


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
