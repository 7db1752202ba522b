"""Reading what the figures are made of: rollup ∪ deltas, and the services on offer, cut by agency.

A *cut* says in SQL which agency counts under which group (``agency``, ``grp``); each reading is one statement, so
that it sees one instant. Figures of groups are added up, never averaged: a national rate is a pooled ratio.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection

from portal.metrics.blocks import AgencyBlock, KindBlock
from portal.metrics.rollup import LIVE


@dataclass(frozen=True)
class Cut:
    """SQL of rows ``(agency, grp)`` with its parameters. An agency may count under several groups."""

    sql: str
    parameters: tuple = ()


BY_TOP = Cut("SELECT id AS agency, top_id AS grp FROM agencies_agency")
BY_KIND = Cut(  # “ministry” or “province”
    "SELECT a.id AS agency, t.kind AS grp FROM agencies_agency a JOIN agencies_agency t ON t.id = a.top_id"
)


def by_top_of(block):
    """:data:`BY_TOP`, for the ministries or the provinces only, or for all."""
    if not isinstance(block, KindBlock):
        return BY_TOP
    return Cut(
        "SELECT a.id AS agency, a.top_id AS grp FROM agencies_agency a "
        "JOIN agencies_agency t ON t.id = a.top_id WHERE t.kind = %s",
        (block.kind,),
    )


def as_one(block):
    """All agencies of an :class:`~portal.metrics.blocks.AgencyBlock` as one group, named by its key."""
    return _listed({key: block.agency.pk for key in block.keys})


def by_part(block):
    """The same, by the agencies directly below it; it is a part of its own."""
    return _listed(block.parts)


def with_its_kind(block):
    """The same as one group named by its code, and all of its kind (“ministry” or “province”) as another."""
    return Cut(
        "SELECT agency, %s::text AS grp FROM unnest(%s::bigint[]) AS own(agency) "
        "UNION ALL SELECT a.id, t.kind FROM agencies_agency a "
        "JOIN agencies_agency t ON t.id = a.top_id WHERE t.kind = %s",
        (block.code, block.keys, block.agency.top.kind),
    )


def _listed(groups):
    return Cut(
        "SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS listed(agency, grp)",
        (list(groups), list(groups.values())),
    )


@dataclass
class Figures:
    """What was counted for one group. ``cells`` maps (cell metric, channel) to [quantity, VND];

    ``services`` maps (level, eligible, has dossiers received online) to a number of services.
    """

    cells: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    services: dict = field(default_factory=lambda: defaultdict(int))

    def __iadd__(self, other):
        for key, (quantity, amount) in other.cells.items():
            self.add_cell(*key, quantity, amount)
        for key, number in other.services.items():
            self.services[key] += number
        return self

    def __bool__(self):
        return any(map(any, self.cells.values())) or any(self.services.values())

    def add_cell(self, metric, channel, quantity, amount):
        cell = self.cells[metric, channel]
        cell[0] += quantity
        cell[1] += amount

    def quantity(self, metrics, channel=None):
        """How many were counted under any of ``metrics``, in ``channel`` or in all."""
        return self._sum(metrics, channel, 0)

    def amount(self, metrics, channel=None):
        """The VND counted under any of ``metrics``."""
        return self._sum(metrics, channel, 1)

    def services_at(self, levels, *, eligible=None, used=None):
        """Services whose highest level is among ``levels``; ``None`` asks for either."""
        return sum(
            number
            for (level, is_eligible, is_used), number in self.services.items()
            if level in levels and eligible in (None, is_eligible) and used in (None, is_used)
        )

    def _sum(self, metrics, channel, place):
        return sum(
            cell[place]
            for (metric, cell_channel), cell in self.cells.items()
            if metric in metrics and channel in (None, cell_channel)
        )


def pooled(figures):
    """The sum of several groups whose agencies do not overlap and that hold whole ministries or provinces."""
    total = Figures()
    for each in figures:
        total += each
    return total


CELLS = """
SELECT cut.grp, live.metric, live.channel, sum(live.quantity)::bigint, sum(live.amount)::bigint
FROM {live} AS live JOIN ({cut}) AS cut ON cut.agency = live.agency
WHERE live.day BETWEEN %s AND %s
GROUP BY 1, 2, 3
"""

CELLS_BY_MONTH = """
SELECT cut.grp, date_trunc('month', live.day)::date, live.metric, live.channel,
       sum(live.quantity)::bigint, sum(live.amount)::bigint
FROM {live} AS live JOIN ({cut}) AS cut ON cut.agency = live.agency
WHERE live.day BETWEEN %s AND %s
GROUP BY 1, 2, 3, 4
"""

# A service is a procedure at a ministry or province: cut by anything that lies within one.
SERVICES = """
WITH cut AS ({cut}), offered AS (
    SELECT cut.grp, offering.service_id AS service, max(offering.level) AS level
    FROM catalogue_offering AS offering JOIN cut ON cut.agency = offering.handling_agency_id
    WHERE offering.valid_from <= %s AND (offering.valid_to IS NULL OR offering.valid_to > %s)
    GROUP BY 1, 2
), eligible AS (
    SELECT DISTINCT service_id AS service FROM catalogue_eligibility
    WHERE eligible AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
), used AS (
    SELECT cut.grp, live.service
    FROM {live} AS live JOIN cut ON cut.agency = live.agency
    WHERE live.metric = 'received' AND live.channel = 2 AND live.day BETWEEN %s AND %s
    GROUP BY 1, 2
    HAVING sum(live.quantity) > 0
)
SELECT offered.grp, offered.level, eligible.service IS NOT NULL, used.service IS NOT NULL, count(*)
FROM offered
LEFT JOIN eligible ON eligible.service = offered.service
LEFT JOIN used ON used.grp = offered.grp AND used.service = offered.service
GROUP BY 1, 2, 3, 4
"""


def read(period, cut):
    """``{group: Figures}`` of a period, in two statements."""
    found = defaultdict(Figures)
    for group, metric, channel, quantity, amount in _rows(
        CELLS.format(live=LIVE, cut=cut.sql), [*cut.parameters, period.first, period.last]
    ):
        found[group].add_cell(metric, channel, quantity, amount)
    for group, *key, number in read_services(period, cut):
        found[group].services[tuple(key)] += number
    return found


def of(period, block):
    """The figures of one block, in two statements."""
    if isinstance(block, AgencyBlock):
        return read(period, as_one(block))[block.agency.pk]
    return pooled(read(period, by_top_of(block)).values())


def read_services(period, cut):
    """Rows (group, level, eligible, has dossiers received online, number) as of the period's last day."""
    day = period.as_of
    return _rows(
        SERVICES.format(live=LIVE, cut=cut.sql),
        [*cut.parameters, day, day, day, day, period.first, period.last],
    )


def read_by_month(first, last, cut):
    """``{(group, first day of the month): Figures}`` of the moves between two days; services are left out."""
    found = defaultdict(Figures)
    for group, month, metric, channel, quantity, amount in _rows(
        CELLS_BY_MONTH.format(live=LIVE, cut=cut.sql), [*cut.parameters, first, last]
    ):
        found[group, month].add_cell(metric, channel, quantity, amount)
    return found


def _rows(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
