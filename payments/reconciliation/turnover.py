"""Money by day, agency and bank, read from the histories of attempts and refunds and from cash receipts."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from payments.models import AttemptHistory, CashReceipt, RefundHistory
from payments.states import HOLDS_MONEY, RefundState

CASH = ""  # stands for the counter where a bank would stand


@dataclass
class Sums:
    """Number and VND of what came in, and what was given back."""

    online: int = 0
    online_vnd: int = 0
    cash: int = 0
    cash_vnd: int = 0
    returned: int = 0
    returned_vnd: int = 0

    @property
    def number(self):
        return self.online + self.cash

    @property
    def amount(self):
        return self.online_vnd + self.cash_vnd


@dataclass
class Turnover:
    """Sums of a span of days (portal clock), by day, agency (key) and bank (code)."""

    total: Sums = field(default_factory=Sums)
    by_day: dict = field(default_factory=lambda: defaultdict(Sums))
    by_agency: dict = field(default_factory=lambda: defaultdict(Sums))
    by_bank: dict = field(default_factory=lambda: defaultdict(Sums))

    def add(self, name, day, agency, bank, number, amount):
        places = [self.total, self.by_day[day], self.by_agency[agency]]
        if bank is not None:
            places.append(self.by_bank[bank])
        for sums in places:
            setattr(sums, name, getattr(sums, name) + number)
            setattr(sums, f"{name}_vnd", getattr(sums, f"{name}_vnd") + amount)


def read(first, last, within):
    """The :class:`Turnover` of the days ``first`` to ``last`` of the rows within a :class:`Reach`."""
    begins, ends = (
        timezone.make_aware(datetime.combine(day, time()))
        for day in (first, last + timedelta(days=1))
    )
    found = Turnover()
    moves = (
        AttemptHistory.objects.filter(at__gte=begins, at__lt=ends, target__in=HOLDS_MONEY)
        .exclude(source__in=HOLDS_MONEY)
        .filter(within.rows(unit="attempt__dossier__receiving_unit", agency="handling_agency"))
    )
    for day, agency, bank, number, amount in _grouped(
        moves, "at", "handling_agency", "attempt__bank_code"
    ):
        found.add("online", day, agency, bank or "?", number, amount)
    receipts = CashReceipt.objects.filter(received_at__gte=begins, received_at__lt=ends).filter(
        within.rows(
            unit="request__dossier__receiving_unit", agency="request__dossier__handling_agency"
        )
    )
    for day, agency, number, amount in _grouped(
        receipts, "received_at", "request__dossier__handling_agency"
    ):
        found.add("cash", day, agency, CASH, number, amount)
    returns = RefundHistory.objects.filter(
        at__gte=begins, at__lt=ends, target=RefundState.DONE
    ).exclude(source=RefundState.DONE)
    returns = returns.filter(
        within.rows(unit="refund__dossier__receiving_unit", agency="refund__handling_agency")
    )
    for day, agency, number, amount in _grouped(returns, "at", "refund__handling_agency"):
        found.add("returned", day, agency, None, number, amount)
    return found


def _grouped(rows, instant, *places):
    return (
        rows.order_by()
        .values_list(TruncDate(instant), *places)
        .annotate(number=Count("pk"), sum_vnd=Sum("amount"))
    )
