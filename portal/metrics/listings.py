"""What a figure counts, one by one: read from history and from the dated offerings, never from the rollup.

Rows hold codes, names of services and agencies, dates and amounts. No person is read here, so none can be shown.
Every queryset is ordered and has exactly as many rows as its figure counts.
"""

from dataclasses import dataclass

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import TruncDate
from django.utils.translation import get_language

from dossiers.models import DossierHistory
from dossiers.states import Channel
from payments.models import AttemptHistory
from portal.catalogue.models import Eligibility, Offering
from portal.worktime.hours import ZONE


@dataclass(frozen=True)
class Listing:
    """A list of what was counted. ``kind`` is ``dossiers``, ``services`` or ``payments``; rows are dicts."""

    kind: str
    rows: QuerySet

    def total_amount(self):
        """The VND that the rows add up to; ``None`` where rows have no amount."""
        if self.kind != "payments":
            return None
        return self.rows.aggregate(total=Sum("amount"))["total"] or 0


def received(period, block, channel=None):
    """A row for each ``receive`` in the period."""
    rows = _moves("receive", period, block)
    return Listing("dossiers", rows if channel is None else rows.filter(channel=channel))


def completed(period, block, lateness):
    """A row for each ``complete`` in the period whose lateness (by date) is among ``lateness``."""
    rows = _moves("complete", period, block).annotate(
        day=TruncDate("at", tzinfo=ZONE),
        expected_on=TruncDate("dossier__expected_at", tzinfo=ZONE),
        lateness=Case(
            When(day__lt=F("expected_on"), then=Value("early")),
            When(day=F("expected_on"), then=Value("on_time")),
            default=Value("late"),
            output_field=CharField(),
        ),
    )
    return Listing("dossiers", rows.filter(lateness__in=sorted(lateness)))


def captured(period, block):
    """A row for each payment that the gateway took in the period."""
    rows = (
        AttemptHistory.objects.filter(
            block.where("handling_agency"),
            target="captured",
            at__gte=period.start,
            at__lt=period.end,
        )
        .order_by("-at", "-pk")
        .values(
            "at",
            "amount",
            dossier=F("attempt__dossier_id"),
            public_id=F("attempt__dossier__public_id"),
            code=F("attempt__dossier__code"),
            **_named("service", "service"),
            **_named("agency", "handling_agency"),
        )
    )
    return Listing("payments", rows)


def services(period, block, levels, *, eligible=None, used=None):
    """A row for each service of a ministry or province by its highest level, as of the period's last day.

    ``eligible`` and ``used`` (a dossier received online in the period) narrow it; ``None`` asks for either.
    """
    day = period.as_of
    offered = Offering.objects.in_force(day).filter(block.where("handling_agency"))
    if eligible is not None:
        in_force = Eligibility.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            service=OuterRef("service"),
            eligible=True,
            valid_from__lte=day,
        )
        offered = offered.filter(Exists(in_force) if eligible else ~Exists(in_force))
    if used is not None:
        receipt = DossierHistory.objects.filter(
            block.where("handling_agency"),
            transition="receive",
            channel=Channel.ONLINE,
            at__gte=period.start,
            at__lt=period.end,
            version__service=OuterRef("service"),
            handling_agency__top=OuterRef("handling_agency__top"),
        )
        offered = offered.filter(Exists(receipt) if used else ~Exists(receipt))
    rows = (
        offered.values(
            top=F("handling_agency__top"),
            **_named("service", "service"),
            **_named("agency", "handling_agency__top"),
        )
        .annotate(highest_level=Max("level"))
        .filter(highest_level__in=sorted(levels))
        .order_by("agency_code", "service_code")
    )
    return Listing("services", rows)


def _moves(transition, period, block):
    return (
        DossierHistory.objects.filter(
            block.where("handling_agency"),
            transition=transition,
            at__gte=period.start,
            at__lt=period.end,
        )
        .order_by("-at", "-pk")
        .values(
            "at",
            "channel",
            "dossier",
            public_id=F("dossier__public_id"),
            code=F("dossier__code"),
            expected_at=F("dossier__expected_at"),
            **_named("service", "version__service"),
            **_named("agency", "handling_agency"),
        )
    )


def _named(name, path):
    """Code and name in the reader's language of what ``path`` leads to, as ``<name>_code`` and ``<name>_name``."""
    language = "en" if get_language() == "en" else "vi"
    return {f"{name}_code": F(f"{path}__code"), f"{name}_name": F(f"{path}__name_{language}")}
