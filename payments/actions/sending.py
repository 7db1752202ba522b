"""Refunds at the gateway: intent first, and a question before anything is repeated."""

from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from payments import ledger
from payments.actions.asking import OWN_ADDRESS, state_at_gateway
from payments.actions.refunding import approve_refund, lock_refund
from payments.actions.starting import gateway_config
from payments.models import Refund
from payments.protocol import vnpay
from payments.protocol.messages import OutcomeUnknown, RefundOrder
from payments.states import RefundState
from portal import clock
from portal.errors import NotOffered
from portal.workflow import carry_out, perform

log = structlog.get_logger(__name__)

REFUSED_BY_BANK = "09"  # status of a refund that the bank turned down
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]  # and every hour after that


def send_refund(refund, *, even_if_put_off=False):
    """Send an approved refund to the gateway and book the answer; returns whether the gateway gave one.

    Where an earlier answer is missing, the gateway is asked what it did before anything is sent again, and the
    number of the request stays the same: the money goes back once. Each try puts the next one off; a refund that
    was put off, because another worker has just taken it or no answer came, is left alone unless somebody insists.
    """
    if not _claim(refund, even_if_put_off):
        return True
    try:
        if refund.state == RefundState.REQUESTED:
            approve_refund(refund, by=None)
        if refund.state == RefundState.APPROVED:
            perform(refund, "send", by=None)
            return _ask_for_refund(refund)
        return _look_for_refund(refund)
    except NotOffered:
        return True
    except IntegrityError as problem:
        if "refund_one_at_the_gateway" not in str(problem):
            raise
        return True  # another refund of this payment is on its way: the gateway tells of the latest only
    except OutcomeUnknown as unknown:
        log.warning("refund_outcome_unknown", order=refund.attempt.txn_ref, reason=unknown.reason)
        return bool(unknown.code)


def _claim(refund, even_if_put_off):
    """Put the next try off before this one begins; whether nobody else did so first."""
    now = timezone.now()
    free = Refund.objects.filter(pk=refund.pk, tries=refund.tries)
    if not even_if_put_off:
        free = free.filter(due_by(now))
    wait = WAITS[min(refund.tries, len(WAITS) - 1)]
    return bool(free.update(tries=F("tries") + 1, next_try_at=now + wait))


def due_by(instant):
    """The condition that a refund's next try has come at ``instant``, in real time."""
    return Q(next_try_at=None) | Q(next_try_at__lte=instant)


def _look_for_refund(refund):
    outcome = state_at_gateway(refund.attempt)
    if outcome.transaction_type in ("02", "03") and not _is_an_earlier_one(outcome, refund):
        if outcome.amount_vnd != refund.amount:
            log.warning("refund_of_another_amount", order=refund.attempt.txn_ref)
        elif outcome.transaction_status == REFUSED_BY_BANK:
            perform(refund, "refuse", by=None, code=outcome.transaction_status)
        else:
            _book(refund, outcome.gateway_number)
        return True
    if outcome.is_paid or outcome.transaction_type in ("02", "03"):
        return _ask_for_refund(refund)
    log.warning("refund_not_found", order=refund.attempt.txn_ref, status=outcome.transaction_status)
    return True


def _is_an_earlier_one(outcome, refund):
    """Whether the gateway speaks of a refund that is in the books already: then ours was never carried out."""
    earlier = refund.attempt.refunds.filter(state=RefundState.DONE).exclude(pk=refund.pk)
    return outcome.gateway_number in earlier.values_list("gateway_number", flat=True)


def _ask_for_refund(refund):
    attempt = refund.attempt
    order = RefundOrder(
        request_id=refund.request_id.hex,
        txn_ref=attempt.txn_ref,
        amount_vnd=refund.amount,
        gateway_number=attempt.gateway_number,
        created_at=attempt.started_at,
        ip_addr=OWN_ADDRESS,
        is_full=refund.amount == attempt.amount,
        created_by="motcua",
    )
    outcome = vnpay.refund(order, config=gateway_config(), now=timezone.now())
    if outcome.is_accepted:
        _book(refund, outcome.gateway_number)
    else:
        perform(refund, "refuse", by=None, code=outcome.response_code)
    return True


def _book(refund, gateway_number):
    with transaction.atomic():
        lock_refund(refund)
        carry_out(refund, "settle", by=None, gateway_number=gateway_number)
        ledger.refunded(refund, clock.now())
