"""Asking the gateway (``querydr``) what became of money of which no notice came."""

import secrets
from contextlib import suppress

import structlog
from django.db.models import F
from django.utils import timezone

from payments import drivers
from payments.actions.capturing import settle
from payments.models import Attempt, Notice
from payments.protocol import messages
from payments.protocol.messages import OutcomeUnknown, QueryOrder
from payments.states import State
from portal.errors import NotOffered
from portal.workflow import one_commit, perform

log = structlog.get_logger(__name__)

OWN_ADDRESS = "127.0.0.1"  # the protocol wants the caller's address; the gateway only stores it
QUESTIONS = (
    4  # after 1, 5, 15 and 60 minutes; then people are asked, and the gateway only now and then
)


def ask_gateway(attempt):
    """Ask what became of an attempt and book the answer; returns whether the gateway gave one.

    This is one of its :data:`QUESTIONS`; whoever else has just asked leaves nothing to do here. Where the last
    answer says nothing certain either, the attempt is put before people.
    """
    asked = Attempt.objects.filter(pk=attempt.pk, queries=attempt.queries).update(
        asked_at=timezone.now(), queries=F("queries") + 1
    )
    if not asked:
        return True
    answered = look_at_gateway(attempt)
    attempt.refresh_from_db()
    if attempt.queries >= QUESTIONS and timezone.now() > attempt.expires_at:
        set_aside(attempt)
    return answered


def look_at_gateway(attempt):
    """:func:`ask_gateway` without counting it: the payer is looking. An unknown outcome changes nothing."""
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(looked_at=now)
    try:
        outcome = state_at_gateway(attempt)
    except OutcomeUnknown as unknown:
        log.warning("gateway_outcome_unknown", order=attempt.txn_ref, reason=unknown.reason)
        return bool(unknown.code)
    if outcome.is_paid or outcome.is_held:
        with one_commit():
            code, _attempt, verdict = settle(_as_notice(attempt, outcome))
        if verdict == Notice.Verdict.REFUSED:
            log.error("gateway_disagrees", order=attempt.txn_ref, code=code)
    elif (
        attempt.state in (State.STARTED, State.UNDECIDED)
        and now > attempt.expires_at
        and not outcome.is_open
        and outcome.transaction_type in ("", "01")  # a refund is no answer about the payment
    ):
        with suppress(NotOffered):  # a notice came while we asked
            perform(attempt, "expire", by=None)
    return True


def set_aside(attempt):
    """Put an attempt of which nothing certain is known before people; returns True."""
    if attempt.state == State.STARTED:
        with suppress(NotOffered):  # a notice came meanwhile
            perform(attempt, "set_aside", by=None)
    return True


def state_at_gateway(attempt):
    """The gateway's answer about an attempt. Raises ``OutcomeUnknown``."""
    order = QueryOrder(
        request_id=secrets.token_hex(16),
        txn_ref=attempt.txn_ref,
        created_at=attempt.started_at,
        ip_addr=OWN_ADDRESS,
    )
    return drivers.of(attempt).query(order, now=timezone.now())


def _as_notice(attempt, outcome):
    return messages.Notice(
        tmn_code=attempt.tmn_code,
        txn_ref=attempt.txn_ref,
        amount_vnd=outcome.amount_vnd,
        gateway_number=outcome.gateway_number,
        response_code=outcome.transaction_status,
        transaction_status=outcome.transaction_status,
        bank_code=outcome.bank_code,
        pay_date=outcome.pay_date,
        driver=attempt.driver,
    )
