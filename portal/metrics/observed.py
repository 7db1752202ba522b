"""How dossiers really went, beside what is declared: by which ways results were reached, and fees paid.

Read from history when somebody asks; the rollup keeps none of it.
"""

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Value, When

from dossiers.models import DossierHistory, PaymentRequest
from dossiers.states import Channel
from payments.models import AttemptHistory
from portal.catalogue.models import Offering
from portal.metrics import listings
from portal.metrics.listings import Listing
from portal.metrics.on_demand import ONLINE

WITHOUT_COUNTER = ["online", "post"]  # ways by which a result arrives


def full_process(period, block):
    """Results returned in the period for which nobody had to come to a counter, from filing to result."""
    return Listing("dossiers", _without_counter(listings.returned(period, block).rows))


def observed(period, block):
    """Offerings that are declared online on the period's last day and of which results were returned in it.

    ``observed_level`` is the highest at which one of these dossiers went: 4 without a counter, 3 filed online, 2 not.
    """
    returned = _returned(period)
    rows = (
        Offering.objects.in_force(period.as_of)
        .filter(block.where("handling_agency"), Exists(returned), level__in=ONLINE)
        .annotate(
            observed_level=Case(
                When(Exists(_without_counter(returned)), then=Value(4)),
                When(Exists(returned.filter(channel=Channel.ONLINE)), then=Value(3)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
        .order_by("unit__code", "service__code")
        .values(
            "level",
            "observed_level",
            **listings.named("service", "service"),
            **listings.named("agency", "unit"),
        )
    )
    return Listing("offerings", rows)


def observed_as_declared(period, block):
    """Of these, those observed at their declared level or above."""
    found = observed(period, block)
    return Listing(found.kind, found.rows.filter(observed_level__gte=F("level")))


def services_paid(period, block):
    """A row for each service of a ministry or province, on offer on the last day, for which a fee was paid."""
    return _services_with(period, block)


def services_paid_online(period, block):
    """Of these, those for which the gateway took at least one fee."""
    captured = AttemptHistory.objects.filter(
        block.where("handling_agency"),
        target="captured",
        at__gte=period.start,
        at__lt=period.end,
        service=OuterRef("service"),
        handling_agency__top=OuterRef("handling_agency__top"),
    )
    return _services_with(period, block, Exists(block.narrow(captured)))


def _services_with(period, block, *conditions):
    paid = DossierHistory.objects.filter(
        block.where("handling_agency"),
        transition="record_payment",
        at__gte=period.start,
        at__lt=period.end,
        version__service=OuterRef("service"),
        handling_agency__top=OuterRef("handling_agency__top"),
    )
    offered = Offering.objects.in_force(period.as_of).filter(
        block.where("handling_agency"), Exists(block.narrow(paid)), *conditions
    )
    return listings.by_highest_level(offered)


def _returned(period):
    """The moves by which results of one offering (the outer query) were returned in the period."""
    return DossierHistory.objects.filter(
        transition="return_result",
        at__gte=period.start,
        at__lt=period.end,
        dossier__offering=OuterRef("pk"),
    )


def _without_counter(rows):
    """Those of ``rows`` (moves ``return_result``) whose dossier was filed, paid where a fee was, and returned so."""
    online = AttemptHistory.objects.filter(attempt__request=OuterRef("pk"), target="captured")
    paid_otherwise = PaymentRequest.objects.filter(
        ~Exists(online), dossier=OuterRef("dossier"), paid_at__isnull=False
    )
    return rows.filter(
        ~Exists(paid_otherwise), channel=Channel.ONLINE, details__delivery__in=WITHOUT_COUNTER
    )
