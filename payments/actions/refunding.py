"""Giving money back: asked for by one, approved by another, owed from then on."""

from django.db import transaction
from django.db.models import Sum

from dossiers.models import Dossier, PaymentRequest
from payments import drivers, ledger
from payments.errors import (
    AnotherWay,
    MoreThanWasPaid,
    NothingToGiveBack,
    RefundReasonMissing,
)
from payments.models import Attempt, CashReceipt, Refund
from payments.states import HOLDS_MONEY, RefundState
from portal import clock
from portal.errors import NotPermitted
from portal.wording import money
from portal.workflow import allows, carry_out, lock, locked

MAY_ASK = allows("refund.request")


def request_refund(payment, *, reason, by=None, amount=None, note=""):
    """Ask for ``amount`` VND of a captured attempt or a cash receipt back; ``None`` means all that is left.

    ``by=None`` is the portal itself, which approves at once what the rules owe; it asks once, however often this is
    called. Returns the refund, or ``None`` where the portal finds nothing left to give back. Raises ``NotPermitted``,
    ``NothingToGiveBack``, ``MoreThanWasPaid`` or ``RefundReasonMissing``.
    """
    with transaction.atomic():
        dossier, payment = _lock_payment(payment)
        if by is not None:
            if MAY_ASK.grant_of(by, dossier) is None:
                raise NotPermitted(who=MAY_ASK.who())
            if not note.strip():
                raise RefundReasonMissing()
        if by is None:
            _approve_what_was_asked(payment, dossier)
        left = left_to_give_back(payment)
        if not left:
            if by is None:
                return None
            raise NothingToGiveBack()
        wanted = left if amount is None else amount
        if type(wanted) is not int or not 1 <= wanted <= left:
            raise MoreThanWasPaid(left=money(left))
        return intend_refund(payment, dossier, wanted, reason, by=by, note=note)


def left_to_give_back(payment):
    """What of an attempt or cash receipt was neither given back nor asked for, VND."""
    if isinstance(payment, Attempt) and payment.state not in HOLDS_MONEY:
        return 0
    asked = payment.refunds.exclude(state=RefundState.REJECTED).aggregate(sum=Sum("amount"))["sum"]
    return payment.amount - (asked or 0)


def intend_refund(payment, dossier, amount, reason, *, by=None, note=""):
    """Store the intent, approved if the portal itself asks. The rows are locked by the caller."""
    paid_online = isinstance(payment, Attempt)
    refund = Refund.objects.create(
        attempt=payment if paid_online else None,
        cash_receipt=None if paid_online else payment,
        dossier=dossier,
        handling_agency_id=payment.handling_agency_id
        if paid_online
        else dossier.handling_agency_id,
        amount=amount,
        reason=reason,
        note=note,
        way=way_back(payment),
        requested_at=clock.now(),
        requested_by=by,
    )
    if by is None:
        _approve(refund, by=None)
    return refund


def way_back(payment):
    """The way the money came, where that way leads back."""
    if isinstance(payment, CashReceipt):
        return Refund.Way.COUNTER
    return Refund.Way.GATEWAY if drivers.gives_back(payment.driver) else Refund.Way.TRANSFER


def approve_refund(refund, *, by, seen=None):
    """Somebody other than who asked agrees: the money is owed from now on and goes on its way."""
    with transaction.atomic():
        lock_refund(refund)
        _approve(refund, by=by, seen=seen)
    return refund


def reject_refund(refund, *, reason, by, seen=None):
    """Somebody other than who asked turns it down, with the reason."""
    with transaction.atomic():
        lock_refund(refund)
        return carry_out(refund, "reject", by=by, seen=seen, reason=reason)


def give_up_refund(refund, *, by, seen=None):
    """Stop asking a gateway that never tells what became of the refund; it can then be asked for in another way."""
    with transaction.atomic():
        lock_refund(refund)
        return carry_out(refund, "give_up", by=by, seen=seen)


def request_again(refund, *, way, by, seen=None):
    """Ask anew for what the gateway refused, perhaps in another way. Raises ``AnotherWay`` where that leads nowhere."""
    with transaction.atomic():
        lock_refund(refund)
        if way == Refund.Way.GATEWAY and way_back(refund.attempt) != way:
            raise AnotherWay(way=Refund.Way(way_back(refund.attempt)).label)
        return carry_out(refund, "request_again", by=by, seen=seen, way=way)


def pay_out(refund, *, by, seen=None):
    """The cashier gave the cash back, or the agency's bank carried out the transfer: into the books, once."""
    with transaction.atomic():
        lock_refund(refund)
        move = carry_out(refund, "pay_out", by=by, seen=seen)
        ledger.paid_out(refund, clock.now())
    return move


def lock_refund(refund):
    """Lock what a refund touches in the one lock order: dossier, payment request, attempt, refund."""
    dossier, _payment = _lock_payment(refund.attempt or refund.cash_receipt)
    lock(refund)
    refund.dossier = dossier
    return refund


def _approve(refund, *, by, seen=None):
    carry_out(refund, "approve", by=by, seen=seen)
    ledger.owed_back(refund, clock.now())


def _approve_what_was_asked(payment, dossier):
    """What somebody asked for and nobody has answered is owed by the rules now."""
    for refund in payment.refunds.filter(state=RefundState.REQUESTED).order_by("pk"):
        lock(refund)
        refund.dossier = dossier
        if refund.state == RefundState.REQUESTED and refund.is_owed_by_rule():
            _approve(refund, by=None)


def _lock_payment(payment):
    dossier = locked(
        Dossier,
        payment.dossier_id if isinstance(payment, Attempt) else payment.request.dossier_id,
    )
    locked(PaymentRequest, payment.request_id)
    if isinstance(payment, Attempt):
        lock(payment)
        payment.dossier = dossier
    return dossier, payment
