"""Reading what the figures are made of, cut by agency: quantities of cells, and services on offer.

Each reading is one statement, so that it sees one instant. Figures of groups are added up, never averaged: a national
rate is a pooled ratio. ``sources.py`` says what is read, ``cuts.py`` who counts where.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import connection

from portal.metrics import offered, sources
from portal.metrics.blocks import AgencyBlock
from portal.metrics.counting import COMPLETED, ENDED, RECEIVED, TRANSFERRED_IN, TRANSFERRED_OUT
from portal.metrics.cuts import adding_up_to, as_one
from portal.metrics.periods import EARLIEST

# What was in hand when the period began: no move counts it, it is what earlier moves add up to.
CARRIED_OVER = "carried_over"
# Services on offer: they stand as they are, no move counts them.
ON_OFFER = "on_offer"
INTO_HAND = (RECEIVED, TRANSFERRED_IN)
OUT_OF_HAND = (*COMPLETED.values(), *ENDED.values(), TRANSFERRED_OUT)


@dataclass
class Figures:
    """What was counted for one group. ``cells`` maps a cell metric to {channel: [quantity, amount]};

    ``services`` maps (level, eligible, has dossiers received online) to a number of services. ``totals`` has the cells
    of all channels together: most figures ask for these.
    """

    cells: dict = field(default_factory=lambda: defaultdict(dict))
    services: dict = field(default_factory=lambda: defaultdict(int))
    totals: dict = field(default_factory=dict)

    def __iadd__(self, other):
        for metric, by_channel in other.cells.items():
            for channel, cell in by_channel.items():
                self.add_cell(metric, channel, *cell)
        for key, number in other.services.items():
            self.services[key] += number
        return self

    def __bool__(self):
        cells = (cell for by_channel in self.cells.values() for cell in by_channel.values())
        return any(map(any, cells)) or any(self.services.values())

    def add_cell(self, metric, channel, quantity, amount):
        _add(self.cells[metric], channel, quantity, amount)
        _add(self.totals, metric, quantity, amount)

    def quantity(self, metrics, channel=None):
        """How many were counted under any of ``metrics``, in ``channel`` or in all."""
        return self._sum(metrics, channel, 0)

    def amount(self, metrics, channel=None):
        """The VND (of what is completed: the working minutes) counted under any of ``metrics``."""
        return self._sum(metrics, channel, 1)

    def services_at(self, levels, *, eligible=None, used=None):
        """Services whose highest level is among ``levels``; ``None`` asks for either."""
        return sum(
            number
            for (level, is_eligible, is_used), number in self.services.items()
            if level in levels and eligible in (None, is_eligible) and used in (None, is_used)
        )

    def _sum(self, metrics, channel, place):
        total = 0
        for metric in metrics:
            if channel is None:
                cell = self.totals.get(metric)
            else:
                cell = self.cells[metric].get(channel) if metric in self.cells else None
            if cell is not None:
                total += cell[place]
        return total


def _add(cells, key, quantity, amount):
    cell = cells.get(key)
    if cell is None:
        cells[key] = [quantity, amount]
    else:
        cell[0] += quantity
        cell[1] += amount


def pooled(figures):
    """The sum of several groups whose agencies do not overlap and that hold whole ministries or provinces."""
    total = Figures()
    for each in figures:
        total += each
    return total


# ``place`` is the agency, or nothing where all of a part are one group. Agencies find their groups here and not by a
# join: PostgreSQL does not know how many it joins once a plan is kept, and goes through all of them for every row.
CELLS = """
SELECT {part}, {place} AS agency, {keys}, sum(quantity)::bigint, sum(amount)::bigint
FROM {cells} AS counted
GROUP BY 2, {keys}
"""

CARRIED = f"""
SELECT {{part}}, {{place}} AS agency, '{CARRIED_OVER}', channel,
       sum(CASE WHEN metric = ANY(%s) THEN quantity ELSE -quantity END)::bigint, 0::bigint
FROM {{cells}} AS counted
WHERE metric = ANY(%s)
GROUP BY 2, channel
"""


def read(period, cut, only=None):
    """``{group: Figures}`` of a period, in two statements: one of what moved, one of the services on offer.

    ``only`` names what is wanted of it (``Metric.reads``), if not all is: the rest may then be there or not.
    """
    found = defaultdict(Figures)
    for group, *cell in _cells(period, cut, only=only):
        found[group].add_cell(*cell)
    if only is not None and ON_OFFER not in only:
        return found
    for part in cut.parts:
        for group, level, eligible, number, used in offered.counted(part, period):
            services = found[group].services
            services[level, eligible, True] += used
            services[level, eligible, False] += number - used
    return found


def of(period, block, only=None):
    """The figures of one block, in two statements."""
    if isinstance(block, AgencyBlock):
        return read(period, as_one(block), only)[block.agency.pk]
    return pooled(read(period, adding_up_to(block), only).values())


def read_by_month(period, cut, only=None):
    """``{(group, first day of the month): Figures}`` of the moves of a period; services are left out.

    ``only`` names the cell metrics wanted, if not all are: others may then be there or not.
    """
    found = defaultdict(Figures)
    for group, day, *cell in _cells(period, cut, by_month=True, only=only):
        found[group, day.replace(day=1)].add_cell(*cell)
    return found


def _cells(period, cut, *, by_month=False, only=None):
    """Rows (group, metric, channel, quantity, VND) of all parts of a cut, in one statement.

    With ``by_month`` the day comes after the group. There may be several rows for one cell of a group.
    """
    keys = "day, metric, channel" if by_month else "metric, channel"
    texts, values = [], []
    for number, part in enumerate(cut.parts):
        told = {"part": number, "place": "NULL::bigint" if part.is_one_group else "agency"}
        cells = sources.cells(period, part, by_month=by_month, only=only)
        texts.append(CELLS.format(**told, keys=keys, cells=cells.sql))
        values += cells.parameters
        with_carried = not by_month and (only is None or CARRIED_OVER in only)
        if with_carried and period.first > EARLIEST:
            earlier = replace(period, first=EARLIEST, last=period.first - timedelta(days=1))
            before = sources.cells(earlier, part, only=[*INTO_HAND, *OUT_OF_HAND])
            texts.append(CARRIED.format(**told, cells=before.sql))
            values += [list(INTO_HAND), *before.parameters, [*INTO_HAND, *OUT_OF_HAND]]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(texts), values)
        rows = cursor.fetchall()
    for number, agency, *cell in rows:
        yield cut.parts[number].group(agency), *cell
