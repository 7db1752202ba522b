"""Figures that the rollup does not keep, because they do not add up: counted when somebody asks for them.

Percentiles of working time, people counted once each, accounts, one-door units. They stand on no page of many figures;
the page of their list gives them, and ``manage.py metrics``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Aggregate, Count, Exists, IntegerField, OuterRef, Q
from django.db.models.functions import Cast

from dossiers.states import Channel
from portal.agencies.models import Agency, Unit
from portal.catalogue.levels import LEVELS, Capability, allows
from portal.catalogue.models import Offering
from portal.metrics import listings
from portal.metrics.blocks import NATION
from portal.metrics.listings import Listing
from portal.metrics.registry import Reading
from portal.metrics.terms import Term
from portal.workflow.models import Fact

ONLINE = [level for level in LEVELS if allows(level, Capability.SUBMIT_ONLINE)]
Kind = Agency.Kind
ENOUGH = 30  # completed dossiers below which no percentile is given (docs/metrics.md)


class Percentile(Aggregate):
    """PostgreSQL's ``percentile_disc``: the smallest value that at least this share of the rows do not exceed."""

    function = "percentile_disc"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()

    def __init__(self, expression, share, **extra):
        super().__init__(expression, share=share, **extra)


@dataclass(frozen=True)
class Asked(Term):
    """A term that is counted when asked for."""

    is_kept = False

    def value(self, figures):
        raise TypeError("figures of the rollup do not know this one")

    def number(self, period, block):
        """What the figure is: as many as its list has lines, unless it says otherwise."""
        return block.narrow(self.listing(period, block).rows).count()


@dataclass(frozen=True)
class Listed(Asked):
    """As many as ``listed(period, block)`` gives rows."""

    listed: Callable
    kind: str = "dossiers"

    def listing(self, period, block):
        return self.listed(period, block)


@dataclass(frozen=True)
class WorkingTime(Asked):
    """The working minutes that a share of the dossiers completed in the period did not exceed.

    ``part`` is ``worked`` (in the agency's hands) or ``waited`` (the clock stood still). Both are in the history of
    ``complete``, computed by the working calendar at that moment.
    """

    part: str
    share: float
    kind = "minutes"

    def number(self, period, block):
        """``None`` below :data:`ENOUGH` dossiers."""
        found = block.narrow(self.listing(period, block).rows).aggregate(
            number=Count("pk"), minutes=Percentile(self.part, self.share)
        )
        return found["minutes"] if found["number"] >= ENOUGH else None

    def listing(self, period, block):
        rows = timed(listings.completed(period, block).rows)
        return Listing("dossiers", rows.order_by(f"-{self.part}", "-at", "-pk"))


@dataclass(frozen=True)
class PeopleOnline(Asked):
    """People who sent a dossier online in the period, each once. The list has the first dossier of each."""

    kind = "people"

    def listing(self, period, block):
        sent = listings.filed(period, block).rows.filter(channel=Channel.ONLINE)
        first = sent.order_by("dossier__filed_by", "at", "pk").distinct("dossier__filed_by")
        rows = listings.filed(period, block).rows.filter(pk__in=first.values("pk"))
        return Listing("dossiers", rows)


@dataclass(frozen=True)
class Accounts(Asked):
    """Accounts opened in the period. They belong to no agency: outside the nation there are none."""

    kind = "accounts"

    def listing(self, period, block):
        opened = Fact.objects.filter(kind="account_opened", at__gte=period.start, at__lt=period.end)
        if block.code != NATION.code:
            opened = opened.none()
        return Listing("accounts", opened.order_by("-at", "-pk").values("at"))


@dataclass(frozen=True)
class OneDoorUnits(Asked):
    """One-door units there were on the period's last day."""

    kind = "units"

    def listing(self, period, block):
        units = Unit.objects.filter(_there_on(period.as_of), block.where("agency"))
        shown = {**listings.named("unit"), **listings.named("agency", "agency")}
        return Listing("units", units.order_by("code").values(**shown))


@dataclass(frozen=True)
class Localities(Asked):
    """Districts and communes there were on the period's last day; ``integrated``: a unit of theirs offers online."""

    integrated: bool = False
    kind = "units"

    def listing(self, period, block):
        day = period.as_of
        found = Agency.objects.filter(
            _there_on(day), block.where("root"), kind__in=[Kind.DISTRICT, Kind.COMMUNE]
        )
        if self.integrated:
            online = Offering.objects.in_force(day).filter(level__in=ONLINE)
            found = found.filter(Exists(online.filter(unit__agency__root=OuterRef("pk"))))
        shown = {**listings.named("unit"), **listings.named("agency", "top")}
        return Listing("units", found.order_by("code").values(**shown))


def read(metric, period, block):
    """The reading of a metric that is not kept."""
    if metric.denominator is None:
        return Reading(metric.numerator.number(period, block))
    return Reading(metric.numerator.number(period, block), metric.denominator.number(period, block))


def timed(rows):
    """Those of ``rows`` (moves ``complete``) whose history says how long it took, with ``worked`` and ``waited``."""
    return rows.filter(details__has_key="worked").annotate(
        worked=Cast("details__worked", IntegerField()),
        waited=Cast("details__waited", IntegerField()),
    )


def _there_on(day):
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
