"""Every official figure of a block, group by group: a number that opens its list, an address, or why there is none."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.metrics import rows
from portal.metrics.addresses import list_address
from portal.metrics.registry import NUMERATOR, Group, Metric, declared
from portal.metrics.tables import Shown, shown


@dataclass(frozen=True)
class Line:
    """One figure. ``shown`` where it is kept; ``url`` where it is counted once somebody opens it; or neither."""

    metric: Metric
    shown: Shown | None = None
    url: str = ""

    @property
    def value(self):
        """The number, the way to it, or why there is none, as HTML."""
        if self.shown:
            return self.shown.html
        if self.url:
            return format_html(COUNT, self.url, _("Count it now"), self.metric.name)
        return format_html(NO_SOURCE, rows.quiet(_("no source yet")), self.metric.no_source)


@dataclass(frozen=True)
class Lines:
    """The figures of one group."""

    name: str
    lines: list

    @property
    def rows(self):
        """The lines of the table, as HTML."""
        label, method = pgettext("of a figure", "Value"), reverse("metrics:method")
        return [
            rows.line(
                rows.link(f"{method}#{line.metric.code}", line.metric.name),
                rows.number(label, line.value),
            )
            for line in self.lines
        ]


COUNT = '<a href="{}">{}<span class="visually-hidden">: {}</span></a>'
NO_SOURCE = '{} <span class="figure-counts quiet">{}</span>'


def of(counted, period, block_code):
    """The :class:`Lines` of each group without the figures at the top of the page. Reads nothing more."""
    found = {group: [] for group in Group}
    for metric in declared(period.as_of):
        if not metric.headline:
            found[metric.group].append(_line(metric, counted, period, block_code))
    return [Lines(group.value, lines) for group, lines in found.items() if lines]


def _line(metric, counted, period, block_code):
    if metric.no_source:
        return Line(metric)
    if not metric.is_kept:
        return Line(metric, url=list_address(metric, NUMERATOR, period, block_code))
    return Line(metric, shown(metric, counted, period, block_code))
