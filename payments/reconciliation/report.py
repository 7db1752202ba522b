"""A comparison in figures: how many lines, and how much money on either side, for each finding."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from payments.models import ReconciliationLine

Finding, Kind = ReconciliationLine.Finding, ReconciliationLine.Kind


@dataclass(frozen=True)
class Total:
    """One finding: number of lines, and VND in our books and at the gateway, refunds deducted."""

    finding: str
    label: str
    lines: int
    ours: int
    theirs: int


def totals(lines):
    """A :class:`Total` for each finding, those with nothing included."""
    counted = {
        row["finding"]: row
        for row in lines.order_by()
        .values("finding")
        .annotate(lines=Count("pk"), our_sum=_net("ours"), their_sum=_net("theirs"))
    }
    nothing = {"lines": 0, "our_sum": 0, "their_sum": 0}
    return [
        Total(str(finding), finding.label, row["lines"], row["our_sum"], row["their_sum"])
        for finding in Finding
        for row in [counted.get(str(finding), nothing)]
    ]


def _net(column):
    paid, refunded = (
        Coalesce(Sum(column, filter=Q(kind=kind)), 0) for kind in (Kind.PAYMENT, Kind.REFUND)
    )
    return paid - refunded
