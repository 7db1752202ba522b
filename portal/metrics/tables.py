"""Figures as pages show them: each count beside the address of the list of what it counts."""

from dataclasses import dataclass, field
from functools import cached_property

from django.utils.html import escape
from django.utils.safestring import mark_safe

from portal import wording
from portal.metrics import rows
from portal.metrics.addresses import in_address, list_address
from portal.metrics.registry import DENOMINATOR, NUMERATOR, Reading, Unit

ENOUGH = 30  # dossiers below which a share is neither drawn nor compared


class Column:
    """One figure down a table, or in one place: what all its cells have in common is put together once.

    A page has a thousand of them, and a template takes twenty times as long. ``heading`` is repeated in each cell where
    the table is stacked.
    """

    def __init__(self, metric, period, heading=""):
        self.metric = metric
        self._heading = heading
        self.numerator_url = list_address(metric, NUMERATOR, period, "")  # a block’s code follows
        self.denominator_url = (
            list_address(metric, DENOMINATOR, period, "") if metric.denominator else ""
        )
        numbers = wording.numbers()
        # Whether the number, or the two counts of a share, are sums of money.
        self._write = numbers.money if metric.numerator.kind == "VND" else numbers.whole
        self._rate = numbers.rate
        self._numerator = f'<a href="{escape(self.numerator_url)}'
        self._denominator = f'<a href="{escape(self.denominator_url)}'

    @cached_property
    def _before(self):
        return f'<td role="cell" class="num" data-label="{escape(self._heading or self.metric.short)}">'

    def shown(self, figures, block):
        """The figure of one block; ``block`` is its code as addresses write it."""
        return Shown(self, self.metric.read(figures), block)

    def cell(self, reading, block):
        """HTML of a cell of the table."""
        return f"{self._before}{self.html(reading, block)}</td>"

    def html(self, reading, block):
        """A share with its two counts, a count, or an amount. Each opens its list, as count.html has it."""
        part, whole = reading.numerator, reading.denominator
        numerator = self.opening(part, block)
        if not self.denominator_url:
            return numerator
        share = f"<b>{self._rate(part, whole)}</b>" if whole else rows.no_data()
        denominator = self.opening(whole, block, DENOMINATOR)
        return f'{share} <span class="figure-counts">{numerator} / {denominator}</span>'

    def opening(self, count, block, side=NUMERATOR):
        """The count of one side, which opens its list."""
        address = self._numerator if side is NUMERATOR else self._denominator
        return f'{address}{block}"><data value="{count}">{self._write(count)}</data></a>'


@dataclass(slots=True)
class Shown:
    """One figure in its place: a reading with the addresses of its lists."""

    column: Column
    reading: Reading
    block: str  # its code as addresses write it

    @property
    def metric(self):
        return self.column.metric

    @property
    def numerator_url(self):
        return self.column.numerator_url + self.block

    @property
    def denominator_url(self):
        return self.column.denominator_url and self.column.denominator_url + self.block

    @property
    def is_money(self):
        return self.metric.unit is Unit.VND

    @property
    def is_share(self):
        return self.metric.denominator is not None

    @property
    def html(self):
        return mark_safe(self.column.html(self.reading, self.block))

    @property
    def numerator(self):
        """The count, which opens its list."""
        return mark_safe(self.column.opening(self.reading.numerator, self.block))

    @property
    def denominator(self):
        return mark_safe(self.column.opening(self.reading.denominator, self.block, DENOMINATOR))


@dataclass(frozen=True)
class Row:
    """One line of a table of figures; ``href`` is the page of what it is about, if it has one."""

    name: str
    figures: list
    href: str = ""

    @property
    def html(self):
        """The row of the table."""
        head = rows.link(self.href, self.name) if self.href else self.name
        cells = (each.column.cell(each.reading, each.block) for each in self.figures)
        return rows.line(head, *cells)


@dataclass
class Table:
    """Rows under the headings of their figures."""

    caption: str
    first_column: str
    columns: list
    rows: list = field(default_factory=list)


def shown(metric, figures, period, block_code, column=""):
    """One metric of one block in one period."""
    return shown_reading(metric, metric.read(figures), period, block_code, column)


def shown_reading(metric, reading, period, block_code, column=""):
    """The same of a reading that is there already."""
    return Shown(Column(metric, period, column), reading, in_address(block_code))


def row(name, figures, columns, block_code, href=""):
    """The figures of one block under ``columns``."""
    block = in_address(block_code)
    return Row(name, [column.shown(figures, block) for column in columns], href)


def in_order(metrics):
    """Shares first, then counts, then sums."""
    places = list(Unit)
    return sorted(metrics, key=lambda metric: places.index(metric.unit))
