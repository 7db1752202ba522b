"""Figures as pages show them: each count beside the address of the list of what it counts."""

from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from portal import wording
from portal.metrics.addresses import agency_address, list_address
from portal.metrics.registry import DENOMINATOR, NUMERATOR, Metric, Reading, Unit

ENOUGH = 30  # dossiers below which a share is neither drawn nor compared


@dataclass(frozen=True)
class Shown:
    """One figure in its place: a reading with the addresses of its lists."""

    metric: Metric
    reading: Reading
    numerator_url: str
    denominator_url: str
    column: str = ""  # its heading, repeated where the table is stacked

    @property
    def is_money(self):
        return self.metric.unit is Unit.VND

    @property
    def counts_money(self):
        """Whether the number, or the two counts of a share, are sums of money."""
        return self.metric.numerator.kind == "VND"

    @property
    def is_share(self):
        return self.metric.denominator is not None

    @property
    def html(self):
        """As a cell of a table: a share with its two counts, a count, or an amount. Each opens its list.

        Put together here: a page has a thousand of them, and a template takes ten times as long.
        """
        money = self.counts_money
        numerator = _opening(self.numerator_url, self.reading.numerator, money=money)
        if not self.is_share:
            return mark_safe(numerator)
        denominator = _opening(self.denominator_url, self.reading.denominator, money=money)
        share = self.reading.share
        shown = (
            f'<span class="quiet">{escape(gettext("no data"))}</span>'
            if share is None
            else f"<b>{wording.percent(share)}</b>"
        )
        return mark_safe(f'{shown} <span class="figure-counts">{numerator} / {denominator}</span>')


@dataclass(frozen=True)
class Row:
    """One line of a table of figures; ``href`` is the page of what it is about, if it has one."""

    name: str
    figures: list
    href: str = ""

    @property
    def cells(self):
        """The cells of its figures, put together here for the same reason."""
        return mark_safe(
            "".join(
                f'<td role="cell" class="num" data-label="{escape(figure.column)}">{figure.html}</td>'
                for figure in self.figures
            )
        )


@dataclass
class Table:
    """Rows under the headings of their figures."""

    caption: str
    first_column: str
    columns: list
    rows: list = field(default_factory=list)


def _opening(url, count, *, money=False):
    """A number that opens the list of what it counts, as templates/metrics/count.html has it."""
    words = wording.money(count) if money else wording.number(count)
    return f'<a href="{escape(url)}"><data value="{count}">{words}</data></a>'


def shown(metric, figures, period, block_code, column=""):
    """One metric of one block in one period."""
    return shown_reading(metric, metric.read(figures), period, block_code, column)


def shown_reading(metric, reading, period, block_code, column=""):
    """The same of a reading that is there already."""
    return Shown(
        metric,
        reading,
        list_address(metric, NUMERATOR, period, block_code),
        list_address(metric, DENOMINATOR, period, block_code) if metric.denominator else "",
        column or metric.short,
    )


def agency_row(agency, figures, metrics, period):
    """All ``metrics`` of one agency and what is below it."""
    return Row(
        agency.name,
        [shown(metric, figures, period, agency.code) for metric in metrics],
        agency_address(agency.code, period),
    )


def in_order(metrics):
    """Shares first, then counts, then sums."""
    places = list(Unit)
    return sorted(metrics, key=lambda metric: places.index(metric.unit))
