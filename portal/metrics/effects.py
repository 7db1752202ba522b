"""What dossiers did to the official metrics: for the demo bar and for tests."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier, DossierHistory
from dossiers.states import Channel
from payments.models import AttemptHistory
from portal.agencies.models import Agency
from portal.metrics import periods, readings
from portal.metrics.addresses import list_address
from portal.metrics.blocks import NATION, agency_block
from portal.metrics.counting import ATTEMPT, DOSSIER, RECEIVED
from portal.metrics.registry import DENOMINATOR, NUMERATOR, Metric, metrics
from portal.workflow.deltas import rows_of, rows_of_fact
from portal.workflow.models import Fact

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
    dossier = Dossier.objects.get(pk=dossier.pk)  # as it is now, whatever the caller still holds
    found = []
    for at, rows in sorted(_moves_of(dossier), key=lambda pair: pair[0]):
        for (day, key), counted in _by_place(rows).items():
            agency = Agency.objects.select_related("top").get(pk=key)
            found += _effects_at(agency, at, day, counted)
            if _makes_its_service_used(dossier, at, counted, agency):
                found += [
                    Effect(at, day, each, NUMERATOR, 1, agency)
                    for each in _that_count_used_services(dossier, day, agency)
                ]
    return found


def _effects_at(agency, at, day, rows):
    """Every side of every metric that ``rows``, of one move at one agency, change."""
    for each in metrics(day):
        for side, term in each.sides.items():
            if added := sum(term.added_by(row) for row in rows):
                yield Effect(at, day, each, side, added, agency)


def _by_place(rows):
    """``{(day, agency): rows}``: a transfer counts at two agencies."""
    places = defaultdict(list)
    for row in rows:
        places[row.day, row.agency].append(row)
    return places


def snapshot(period, block=NATION):
    """``{code: Reading}`` of every metric for ``block``: two of them show what came between."""
    return readings.read(metrics(period.as_of), period, block)


@dataclass(frozen=True)
class Then:
    """A move as history keeps it, for those who say what moves count (``counting.py``)."""

    row: object
    label: str
    instance: object

    @property
    def at(self):
        return self.row.at

    @property
    def transition(self):
        return self.row.transition

    @property
    def details(self):
        return self.row.details


class DossierThen:
    """A dossier with the agency and channel of one history row; what else counts no longer moves by then."""

    def __init__(self, dossier, row):
        self.dossier, self.row = dossier, row

    def __getattr__(self, name):
        return getattr(self.dossier, name)

    def history_context(self):
        return {
            "handling_agency_id": self.row.handling_agency_id,
            "channel": self.row.channel,
            "service_id": self.dossier.service_id,
        }


def _moves_of(dossier):
    """``(instant, [DeltaRow, …])`` of every move and fact of this dossier that counts, as history keeps them."""
    for row in DossierHistory.objects.filter(dossier=dossier):
        yield row.at, rows_of(Then(row, DOSSIER, DossierThen(dossier, row)))
    for row in AttemptHistory.objects.filter(attempt__dossier=dossier).select_related("attempt"):
        row.attempt.dossier = dossier
        yield row.at, rows_of(Then(row, ATTEMPT, row.attempt))
    for fact in Fact.objects.filter(dossier=dossier.pk):
        yield fact.at, rows_of_fact(fact, dossier)


def _that_count_used_services(dossier, day, agency):
    """The metrics of services with dossiers among which this service is, at the ministry or province of ``agency``."""
    block = agency_block(agency.top.code)
    year = periods.between(day.replace(month=1, day=1), day)
    for each in metrics(day):
        if getattr(each.numerator, "used", None):
            listed = each.numerator.listing(year, block).rows
            if any(row["service_code"] == dossier.service.code for row in listed):
                yield each


def _makes_its_service_used(dossier, at, rows, agency):
    """Whether no other dossier of this service came online to the same ministry or province earlier that year."""
    received = [row for row in rows if row.metric == RECEIVED and row.channel == Channel.ONLINE]
    if not received:
        return False
    [row] = received
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
