"""What dossiers did to the official metrics: for the demo bar and for tests."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from dossiers.models import DossierHistory
from dossiers.states import Channel
from payments.models import AttemptHistory
from portal.agencies.models import Agency
from portal.metrics import figures, periods
from portal.metrics.addresses import list_address
from portal.metrics.blocks import NATION
from portal.metrics.counting import COMPLETED, ONLINE_PAYMENTS, RECEIVED
from portal.metrics.registry import DENOMINATOR, NUMERATOR, Metric, metric, metrics
from portal.workflow import DeltaRow
from portal.worktime import lateness
from portal.worktime.hours import ZONE

SIDES = {NUMERATOR: _("numerator"), DENOMINATOR: _("denominator")}


@dataclass(frozen=True)
class Effect:
    """One side of one metric, moved by one move of a dossier. ``added`` is in the unit of the side."""

    at: datetime
    day: date
    metric: Metric
    side: str
    added: int
    agency: Agency

    @property
    def name(self):
        """The metric in words, with the side where it has two: “On time (numerator)”."""
        if self.metric.denominator is None:
            return str(self.metric.name)
        return f"{self.metric.name} ({SIDES[self.side]})"

    @property
    def is_money(self):
        return self.metric.side(self.side).kind == "VND"

    @property
    def url(self):
        """The list of what this side counts at the agency on that day: the dossier is in it."""
        return list_address(
            self.metric, self.side, periods.between(self.day, self.day), self.agency.code
        )


def effects_of(dossier):
    """What ``dossier`` added to the metrics, from its history, oldest first: a list of :class:`Effect`.

    Every metric in the version in force on the day of the move is named once per side that moved.
    """
    found = []
    for at, row in sorted(_rows_of(dossier), key=lambda pair: pair[0]):
        agency = Agency.objects.select_related("top").get(pk=row.agency)
        for each in metrics(row.day):
            for side, term in each.sides.items():
                if added := term.added_by(row):
                    found.append(Effect(at, row.day, each, side, added, agency))
        if row.metric == RECEIVED and _first_of_its_service(dossier, at, row, agency):
            found.append(
                Effect(at, row.day, metric("services-used", row.day), NUMERATOR, 1, agency)
            )
    return found


def snapshot(period, block=NATION):
    """``{code: Reading}`` of every metric for ``block``: two of them show what came between."""
    counted = figures.of(period, block)
    return {each.code: each.read(counted) for each in metrics(period.as_of)}


def _rows_of(dossier):
    """``(instant, DeltaRow)`` of the moves of this dossier that count, as its history keeps them."""
    for move in DossierHistory.objects.filter(
        dossier=dossier, transition__in=["receive", "complete"]
    ).select_related("version", "dossier"):
        cell = RECEIVED
        if move.transition == "complete":
            cell = COMPLETED[lateness(move.at, move.dossier.expected_at)]
        yield move.at, _row(cell, move, move.version.service_id)
    for move in AttemptHistory.objects.filter(attempt__dossier=dossier, target="captured"):
        yield move.at, _row(ONLINE_PAYMENTS, move, move.service_id, amount=move.amount)


def _row(cell, move, service, amount=0):
    day = move.at.astimezone(ZONE).date()
    return DeltaRow(cell, day, move.handling_agency_id, service, move.channel, amount=amount)


def _first_of_its_service(dossier, at, row, agency):
    """Whether no other dossier of this service came online to the same ministry or province earlier that year."""
    if row.channel != Channel.ONLINE:
        return False
    year = periods.parse(f"{row.day.year:04}")
    earlier = DossierHistory.objects.filter(
        transition="receive",
        channel=Channel.ONLINE,
        version__service=row.service,
        handling_agency__top=agency.top_id,
        at__gte=year.start,
        at__lt=at,
    ).exclude(dossier=dossier)
    return not earlier.exists()
