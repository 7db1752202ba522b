"""What a figure counts, one by one: read from history and from the dated offerings, never from the rollup.

Rows hold codes, names of services and agencies, dates and amounts. No person is read here, so none can be shown.
Every queryset is ordered and has exactly as many rows as its figure counts.
"""

from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import get_language

from dossiers.models import Dossier, DossierHistory
from dossiers.states import Channel
from payments.models import AttemptHistory
from portal.catalogue.levels import LEVELS
from portal.catalogue.models import Eligibility, Offering
from portal.metrics.counting import RATED
from portal.workflow.models import Fact
from portal.worktime.hours import ZONE

IN_TIME = frozenset({"early", "on_time"})
ENDING = ("complete", "accept_withdrawal", "stop", "expire")


@dataclass(frozen=True)
class Listing:
    """A list of what was counted, whose rows are dicts.

    ``kind`` is one of ``dossiers``, ``services``, ``offerings``, ``payments``, ``units``, ``accounts``.
    """

    kind: str
    rows: QuerySet

    def total_amount(self):
        """The VND that the rows add up to; ``None`` where rows have no amount."""
        if self.kind != "payments":
            return None
        return self.rows.aggregate(total=Sum("amount"))["total"] or 0

    def through(self, channel):
        """Those of one channel."""
        return Listing(self.kind, self.rows.filter(channel=channel))


def received(period, block, channel=None):
    """A row for each ``receive`` in the period."""
    rows = _moves("receive", period, block)
    return Listing("dossiers", rows if channel is None else rows.filter(channel=channel))


def completed(period, block, lateness=IN_TIME | {"late"}):
    """A row for each ``complete`` in the period whose lateness (by date) is among ``lateness``."""
    return Listing("dossiers", _completed(period, block).filter(lateness__in=sorted(lateness)))


def on_time_by_requests(period, block):
    """In time by dates, and after one request for a supplement at most (Decision 766)."""
    rows = _completed(period, block).filter(lateness__in=sorted(IN_TIME))
    return Listing("dossiers", rows.filter(dossier__supplements__lte=1))


def late_by_requests(period, block):
    """Late by dates, or after more than one request for a supplement (Decision 766)."""
    late = Q(lateness="late") | Q(dossier__supplements__gt=1)
    return Listing("dossiers", _completed(period, block).filter(late))


def supplemented(period, block):
    """Completed after one request for a supplement or more."""
    return Listing("dossiers", _completed(period, block).filter(dossier__supplements__gt=0))


def refused(period, block):
    """Completed with a refusal: on the merits."""
    return Listing("dossiers", _completed(period, block).filter(details__outcome="refused"))


def liked_in_time(period, block):
    """Completed in time, and not told to be dissatisfying until now (or the instant asked for)."""
    bad = Fact.objects.filter(kind="rating", value=min(RATED), dossier=OuterRef("dossier"))
    if period.instant is not None:
        bad = bad.filter(at__lte=period.instant)
    rows = _completed(period, block).filter(lateness__in=sorted(IN_TIME))
    return Listing("dossiers", rows.filter(~Exists(bad)))


def filed(period, block):
    """A row for each ``submit`` in the period."""
    return Listing("dossiers", _moves("submit", period, block))


def filed_with_papers(period, block):
    """Filed with at least one digital paper attached."""
    return Listing("dossiers", _moves("submit", period, block).filter(details__papers__gt=0))


def refused_at_reception(period, block):
    """A row for each ``refuse_receipt`` in the period."""
    return Listing("dossiers", _moves("refuse_receipt", period, block))


def decided_at_reception(period, block):
    """Received, or refused at reception."""
    return Listing("dossiers", _moves(("receive", "refuse_receipt"), period, block))


def supplements(period, block):
    """A row for each ``request_supplement`` in the period: a dossier may have two."""
    return Listing("dossiers", _moves("request_supplement", period, block))


def withdrawn(period, block):
    """A row for each withdrawal accepted in the period."""
    return Listing("dossiers", _moves("accept_withdrawal", period, block))


def stopped(period, block):
    """A row for each dossier stopped by the agency in the period."""
    return Listing("dossiers", _moves("stop", period, block))


def expired(period, block):
    """A row for each dossier that the portal closed unanswered in the period."""
    return Listing("dossiers", _moves("expire", period, block))


def ended(period, block):
    """A row for each dossier in hand that ended in the period, however."""
    rows = _moves(ENDING, period, block)
    return Listing("dossiers", rows.filter(dossier__received_at__isnull=False))


def returned(period, block):
    """A row for each result handed over in the period."""
    return Listing("dossiers", _moves("return_result", period, block))


def returned_online(period, block):
    """A row for each result handed over online in the period."""
    return Listing(
        "dossiers", _moves("return_result", period, block).filter(details__delivery="online")
    )


def carried_over(period, block):
    """In hand when the period began."""
    return _in_hand(block, received=period.start, ended=period.start)


def in_hand(period, block):
    """In hand at any time of the period, and last here."""
    return _in_hand(block, received=period.end, ended=period.start)


def still_open(period, block):
    """In hand when the period ended, or now."""
    return _in_hand(block, received=period.end, ended=period.end)


def _in_hand(block, *, received, ended):
    """A row for the ``receive`` of each dossier received before one instant and not ended before another.

    It is in hand at the agency of its last move before the first of the two.
    """
    moves = DossierHistory.objects.filter(dossier=OuterRef("dossier"))
    last = moves.filter(at__lt=received).order_by("-sequence")
    rows = DossierHistory.objects.filter(
        ~Exists(moves.filter(transition__in=ENDING, at__lt=ended)),
        transition="receive",
        at__lt=received,
    ).alias(last=Subquery(last.values("pk")[:1]))
    here = DossierHistory.objects.filter(block.where("handling_agency"), pk=OuterRef("last"))
    rows = rows.filter(Exists(here))
    return Listing("dossiers", _shown(rows.order_by("-at", "-pk")))


def rated(period, block, values=frozenset(RATED)):
    """A row for each dossier on which an opinion was given in the period."""
    opinion = Fact.objects.filter(
        kind="rating",
        dossier=OuterRef("pk"),
        value__in=sorted(values),
        at__gte=period.start,
        at__lt=period.end,
    )
    rows = (
        Dossier.objects.filter(Exists(opinion), block.where("handling_agency"))
        .order_by("-pk")
        .values(
            "channel",
            "public_id",
            "code",
            "expected_at",
            at=Subquery(opinion.values("at")[:1]),
            dossier=F("pk"),
            **named("service", "service"),
            **named("agency", "handling_agency"),
        )
    )
    return Listing("dossiers", rows)


def satisfied(period, block):
    """Of these, those that were satisfied or very satisfied."""
    return rated(period, block, values=frozenset(RATED) - {min(RATED)})


def paid(period, block):
    """A row for each fee paid in the period, in whatever way, with its amount."""
    rows = _moves("record_payment", period, block).annotate(
        amount=Cast("details__amount", BigIntegerField())
    )
    return Listing("payments", rows)


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
            **named("service", "service"),
            **named("agency", "handling_agency"),
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
        receipt = block.narrow(receipt)
        offered = offered.filter(Exists(receipt) if used else ~Exists(receipt))
    return by_highest_level(offered, levels)


def by_highest_level(offered, levels=LEVELS):
    """A row for each service of a ministry or province among the offerings ``offered``, at its highest level there."""
    rows = (
        offered.values(
            top=F("handling_agency__top"),
            **named("service", "service"),
            **named("agency", "handling_agency__top"),
        )
        .annotate(highest_level=Max("level"))
        .filter(highest_level__in=sorted(levels))
        .order_by("agency_code", "service_code")
    )
    return Listing("services", rows)


def _moves(transitions, period, block):
    """A row for each move of this name, or of these names, in the period."""
    named = [transitions] if isinstance(transitions, str) else list(transitions)
    rows = DossierHistory.objects.filter(
        block.where("handling_agency"),
        transition__in=named,
        at__gte=period.start,
        at__lt=period.end,
    )
    return _shown(rows.order_by("-at", "-pk"))


def _completed(period, block):
    """:func:`_moves` of ``complete``, each with its lateness by dates."""
    return _moves("complete", period, block).annotate(
        day=TruncDate("at", tzinfo=ZONE),
        expected_on=TruncDate("dossier__expected_at", tzinfo=ZONE),
        lateness=Case(
            When(day__lt=F("expected_on"), then=Value("early")),
            When(day=F("expected_on"), then=Value("on_time")),
            default=Value("late"),
            output_field=CharField(),
        ),
    )


def _shown(rows):
    return rows.values(
        "at",
        "channel",
        "dossier",
        public_id=F("dossier__public_id"),
        code=F("dossier__code"),
        expected_at=F("dossier__expected_at"),
        **named("service", "version__service"),
        **named("agency", "handling_agency"),
    )


def named(name, path=""):
    """Code and name in the reader's language of what ``path`` leads to, as ``<name>_code`` and ``<name>_name``."""
    language = "en" if get_language() == "en" else "vi"
    way = f"{path}__" if path else ""
    return {f"{name}_code": F(f"{way}code"), f"{name}_name": F(f"{way}name_{language}")}
