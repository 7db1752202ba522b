"""What would raise a score: the dossiers and services at hand, and the points if all of them turn out well.

Each proposal changes the two counts of one indicator, nothing else; the gain is the difference of the points.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from fractions import Fraction

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from dossiers.models import Dossier
from dossiers.states import State
from portal import clock
from portal.metrics import listings
from portal.metrics.errors import NoSuchProposal
from portal.metrics.registry import Reading
from portal.worktime.hours import ZONE

DAYS_AHEAD = 7
NOT_COMPLETED = (
    State.RECEIVED,
    State.IN_PROCESS,
    State.SUPPLEMENT_REQUESTED,
    State.WITHDRAWAL_REQUESTED,
)
ONLINE_LEVELS = frozenset({3, 4})


@dataclass(frozen=True)
class Proposal:
    """Rows at hand that touch ``indicator``, and what its counts become if all of ``number`` turn out well."""

    key: str
    indicator: str
    kind: str  # of the rows: dossiers or services
    rows: Callable  # (period, block) → queryset
    after: Callable  # (Reading, number) → Reading
    sentence: object
    heading: object


@dataclass(frozen=True)
class Gain:
    """A proposal with its numbers for one agency."""

    proposal: Proposal
    number: int
    points: Fraction

    @property
    def is_tiny(self):
        """Whether one decimal would say nothing."""
        return self.points < Fraction(1, 20)

    @property
    def sentence(self):
        return self.proposal.sentence % {"n": self.number}


def gains(card, counted, metrics, period, block):
    """What is at hand at ``block`` and would raise ``card``, the greatest gain first; nothing for a past period."""
    if not is_running(period):
        return []
    found = []
    for proposal in PROPOSALS:
        score = next((each for each in card.known if each.indicator.id == proposal.indicator), None)
        if score is None or metrics[proposal.indicator].code not in COUNTED_AS[proposal.key]:
            continue
        number = rows_of(proposal, period, block).count()
        points = _points_after(score, proposal.after(counted[proposal.indicator], number))
        if number and points > score.points:
            found.append(Gain(proposal, number, points - score.points))
    return sorted(found, key=lambda gain: -gain.points)


def is_running(period):
    """Whether what is done now still counts in ``period``."""
    return period.instant is None and period.first <= clock.today() <= period.last


def proposal(key):
    """Raises ``NoSuchProposal``."""
    for each in PROPOSALS:
        if each.key == key:
            return each
    raise NoSuchProposal(code=key[:40])


def rows_of(proposal, period, block):
    return block.narrow(proposal.rows(period, block))


def _points_after(score, reading):
    return replace(score, share=reading.share).points


def due_soon(period, block):
    """Received, not yet completed, and expected within the next seven days: not overdue yet.

    Who was asked for a supplement twice would not count as on time by the Decision's reading, and is left out.
    """
    today = clock.today()
    first = datetime.combine(today, time(), ZONE)
    return (
        Dossier.objects.filter(
            block.where("handling_agency"),
            state__in=NOT_COMPLETED,
            expected_at__gte=first,
            expected_at__lt=first + timedelta(days=DAYS_AHEAD),
        )
        .annotate(asked=Count("supplement_requests"))
        .filter(asked__lte=1)
        .select_related("service", "handling_agency")
        .order_by("expected_at", "pk")
    )


def waiting_for_payment(period, block):
    """Waiting for a fee that can be paid online."""
    return (
        Dossier.objects.filter(
            block.where("handling_agency"),
            state=State.PAYMENT_REQUESTED,
            payment_requests__online=True,
            payment_requests__closed_at__isnull=True,
        )
        .select_related("service", "handling_agency")
        .order_by("pk")
    )


def never_used(period, block):
    """Online services without a dossier received online in the period."""
    return listings.services(period, block, ONLINE_LEVELS, used=False).rows


def _added_to_both(reading, number):
    return Reading(reading.numerator + number, reading.denominator + number)


def _counted_too(reading, number):
    """They are in the denominator already."""
    return Reading(min(reading.numerator + number, reading.denominator), reading.denominator)


PROPOSALS = (
    Proposal(
        "due",
        "2.1",
        "dossiers",
        due_soon,
        _added_to_both,
        ngettext_lazy(
            "%(n)d dossier is due within seven days: complete it on time",
            "%(n)d dossiers are due within seven days: complete all of them on time",
            "n",
        ),
        _("Dossiers due within seven days"),
    ),
    Proposal(
        "unpaid",
        "3.6",
        "dossiers",
        waiting_for_payment,
        _added_to_both,
        ngettext_lazy(
            "%(n)d dossier waits for a fee that can be paid online: have it paid there",
            "%(n)d dossiers wait for a fee that can be paid online: have all of them paid there",
            "n",
        ),
        _("Dossiers that wait for a fee"),
    ),
    Proposal(
        "unused",
        "3.2",
        "services",
        never_used,
        _counted_too,
        ngettext_lazy(
            "%(n)d online service has had no dossier online: receive one there",
            "%(n)d online services have had no dossier online: receive one for each",
            "n",
        ),
        _("Online services without a dossier online"),
    ),
)

# The figures for which these sums are right: another reading of an indicator would need another.
COUNTED_AS = {
    "due": {"dossiers-on-time", "dossiers-on-time-766"},
    "unpaid": {"payments-online-dossiers"},
    "unused": {"services-used"},
}
