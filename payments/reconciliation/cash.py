"""The cash desk at the end of a day: what a cashier counted beside what the books say this cashier took."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from payments import ledger
from payments.models import (
    Account,
    CashCount,
    CashDifference,
    CashReceipt,
    Refund,
    RefundHistory,
)
from payments.reconciliation.errors import (
    NoSuchAmount,
    NothingToAccept,
    NotTheReconciler,
    NotYourOwnDifference,
    ReasonMissing,
)
from payments.states import RefundState
from portal import clock
from portal.accounts.models import User
from portal.agencies.models import Agency
from portal.errors import NotPermitted
from portal.workflow import allows
from portal.workflow.reach import reach_of

KEY = "payment.receive_cash"
ACCEPT = "payment.accept_cash_difference"
MAY_ACCEPT = allows(ACCEPT)
AMOUNT = re.compile(r"0|[1-9][0-9]{0,11}", re.ASCII)
SHORTEST_REASON, LONGEST_REASON = 3, 500


@dataclass(frozen=True)
class Till:
    """One cashier's cash of one agency and day: taken in, less what was given back across the counter. VND.

    ``count`` is the newest count, if any.
    """

    agency: Agency
    cashier: User
    day: date
    booked: int
    receipts: int
    count: CashCount | None

    @property
    def difference(self):
        """Counted less booked; ``None`` while nobody has counted what the books say now."""
        return None if self.count is None else self.count.counted - self.booked

    @property
    def accepted(self):
        return getattr(self.count, "difference", None) if self.count else None

    @property
    def finding(self):
        """``uncounted``, ``matched``, ``accepted`` or ``different``."""
        if self.count is None:
            return "uncounted"
        if self.difference == 0:
            return "matched"
        accepted = self.accepted
        return "accepted" if accepted and accepted.amount == self.difference else "different"

    # What the policy asks of whatever it judges.
    receiving_unit_id = None

    @property
    def handling_agency_id(self):
        return self.agency.pk

    def agency_roots(self):
        return {self.agency.root_id}

    def is_filed_by(self, user):
        return False


def tills(first, last, *, within=None):
    """The tills of the days ``first`` to ``last`` in which there was cash or a count; newest day first.

    ``within`` is a :class:`Reach` that cuts them to what a person may see.
    """
    begins, ends = (
        timezone.make_aware(datetime.combine(day, time()))
        for day in (first, last + timedelta(days=1))
    )
    receipts = CashReceipt.objects.filter(received_at__gte=begins, received_at__lt=ends)
    counts = CashCount.objects.filter(day__gte=first, day__lte=last)
    if within is not None:
        receipts = receipts.filter(
            within.rows(
                unit="request__dossier__receiving_unit", agency="request__dossier__handling_agency"
            )
        )
        counts = counts.filter(within_reach(within))
    booked = {
        (agency, cashier, day): (amount, number)
        for agency, cashier, day, amount, number in receipts.values_list(
            "request__dossier__handling_agency", "cashier", TruncDate("received_at")
        )
        .annotate(amount_sum=Sum("amount"), number=Count("pk"))
        .order_by()
    }
    for key, amount in _paid_out(begins, ends, within).items():
        taken, number = booked.get(key, (0, 0))
        booked[key] = taken - amount, number
    newest = {
        (count.agency_id, count.cashier_id, count.day): count
        for count in counts.select_related("difference__by").order_by("pk")
    }
    keys = sorted(set(booked) | set(newest), key=lambda key: (key[2], -key[1]), reverse=True)
    agencies = Agency.objects.in_bulk({key[0] for key in keys})
    cashiers = User.objects.in_bulk({key[1] for key in keys})
    return [
        Till(agencies[key[0]], cashiers[key[1]], key[2], *booked.get(key, (0, 0)), newest.get(key))
        for key in keys
    ]


def _paid_out(begins, ends, within):
    """``{(agency, cashier, day): VND}`` given back across the counter."""
    moves = RefundHistory.objects.filter(
        at__gte=begins,
        at__lt=ends,
        target=RefundState.DONE,
        transition="pay_out",
        refund__way=Refund.Way.COUNTER,
    )
    if within is not None:
        moves = moves.filter(
            within.rows(unit="refund__dossier__receiving_unit", agency="refund__handling_agency")
        )
    return {
        (agency, cashier, day): amount
        for agency, cashier, day, amount in moves.order_by()
        .values_list("refund__handling_agency", "actor", TruncDate("at"))
        .annotate(paid_out=Sum("amount"))
    }


def till_of(agency, cashier, day):
    """One till, empty where nothing happened."""
    for each in tills(day, day):
        if (each.agency.pk, each.cashier.pk) == (agency.pk, cashier.pk):
            return each
    return Till(agency, cashier, day, 0, 0, None)


def count(agency, day, counted, *, by):
    """Note what the cashier ``by`` counted in their own till; counting again replaces the count before.

    ``counted`` is text as typed. Raises ``NoSuchAmount`` or ``NotTheReconciler``.
    """
    permission = allows(KEY)
    grant = permission.grant_of(by, Till(agency, by, day, 0, 0, None))
    if grant is None:
        raise NotTheReconciler(who=permission.who())
    if not AMOUNT.fullmatch(counted.strip()):
        raise NoSuchAmount()
    return CashCount.objects.create(
        agency=agency,
        cashier=by,
        grant_id=grant.pk,
        day=day,
        counted=int(counted.strip()),
        booked=till_of(agency, by, day).booked,
        at=clock.now(),
    )


def accept(counted, *, reason, by):
    """Accept the difference of a count and book it: the till then holds what was counted.

    Raises ``NotPermitted``, ``NotYourOwnDifference``, ``ReasonMissing`` or ``NothingToAccept``.
    """
    reason = reason.strip()
    with transaction.atomic():
        # One at a time: whoever comes second finds it accepted.
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=counted.cashier_id)
        till = till_of(counted.agency, counted.cashier, counted.day)
        grant = MAY_ACCEPT.grant_of(by, till)
        if grant is None:
            raise NotPermitted(transition="accept_cash_difference", who=MAY_ACCEPT.who())
        if by.pk == counted.cashier_id:
            raise NotYourOwnDifference()
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise ReasonMissing()
        if till.count is None or till.count.pk != counted.pk or till.finding != "different":
            raise NothingToAccept()
        now = clock.now()
        accepted = CashDifference.objects.create(
            count=counted,
            amount=till.difference,
            reason=reason,
            by=by,
            grant_id=grant.pk,
            at=now,
        )
        ledger.post(
            f"cash-difference:{counted.pk}",
            None,
            now,
            [
                (ledger.account(Account.Kind.CASH_DESK, counted.agency_id), accepted.amount),
                (ledger.account(Account.Kind.DIFFERENCES, counted.agency_id), -accepted.amount),
            ],
        )
    return accepted


def agencies_of(user):
    """The agencies for which ``user`` takes cash: the nodes of their grants, and those they took cash for."""
    reach = reach_of(user, KEY)
    taken = CashReceipt.objects.filter(cashier=user).values("request__dossier__handling_agency")
    nodes = Agency.objects.filter(pk__in=reach.agencies) | Agency.objects.filter(pk__in=taken)
    return nodes.distinct().order_by("code")


def within_reach(reach):
    """The counts and tills of the agencies within ``reach``, as a ``Q``."""
    if reach.everywhere:
        return Q()
    return Q(agency__in=reach.agencies) | Q(agency__root__in=reach.roots)
