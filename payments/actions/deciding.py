"""What people decide about money of which the gateway says nothing certain: one proposes, another confirms."""

from django.db import transaction

from payments import ledger
from payments.actions.capturing import is_still_asked_for, lock_for_money
from payments.actions.refunding import intend_refund
from payments.errors import DecisionDiffers, NobodyProposed
from payments.models import Attempt, Refund
from portal import clock
from portal.workflow import carry_out, perform

Decision = Attempt.Decision


def propose_decision(attempt, *, decision, note, by, gateway_number="", seen=None):
    """Say what became of the money of ``attempt``, and by which proof. Raises what the transition refuses with."""
    return perform(
        attempt,
        "propose_decision",
        by=by,
        seen=seen,
        decision=decision,
        note=note,
        gateway_number=gateway_number,
    )


def confirm_decision(attempt, *, by, seen=None, only=None):
    """Carry out what somebody else proposed, with everything that belongs to it in the books, or nothing.

    Money for a request that was paid or closed meanwhile is a surplus, whatever was proposed: it goes back. ``only``
    names the one transition that the person saw. Raises ``DecisionDiffers`` where that is not what was proposed.
    """
    with transaction.atomic():
        dossier, request, attempt = lock_for_money(attempt)
        name = confirming(attempt, dossier, request)
        if only is not None and only != name and not _becomes_surplus(only, name):
            raise DecisionDiffers(decision=attempt.get_decision_display())
        move = carry_out(attempt, name, by=by, seen=seen)
        if name == "accept_as_paid":
            ledger.captured(attempt, clock.now())
            carry_out(dossier, "record_payment", by=None, request=request)
        elif name == "accept_as_surplus":
            ledger.surplus(attempt, clock.now())
            intend_refund(attempt, dossier, attempt.amount, Refund.Reason.SURPLUS)
    return move


def confirming(attempt, dossier, request):
    """The name of the transition that carries out what was proposed. Raises ``NobodyProposed``."""
    if attempt.decision == Decision.UNPAID:
        return "decide_unpaid"
    if attempt.decision == Decision.RETURN:
        return "accept_as_surplus"
    if attempt.decision == Decision.PAID:
        return "accept_as_paid" if is_still_asked_for(dossier, request) else "accept_as_surplus"
    raise NobodyProposed()


def _becomes_surplus(wanted, found):
    return (wanted, found) == ("accept_as_paid", "accept_as_surplus")
