"""The verbs of payment: start, absorb what the gateway says, take cash, give back."""

import secrets
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from dossiers.models import Dossier, PaymentRequest
from dossiers.states import State as DossierState
from payments import gateway, ledger
from payments.errors import GatewayUnreachable, NothingOpenToPay, NotTheCashier, PayAtTheCounter
from payments.models import Attempt, CashReceipt, Notice, Refund
from payments.protocol.reachability import answers
from payments.states import HOLDS_MONEY, RefundState, State
from portal import clock
from portal.errors import NotOffered
from portal.workflow import allows, carry_out, having, lock, locked, perform

log = structlog.get_logger(__name__)

OWN_ADDRESS = "127.0.0.1"  # the protocol wants the caller's address; the gateway only stores it
TIME_TO_PAY = timedelta(minutes=15)
REFUND_REFUSED = "09"  # status of a refund that the bank turned down
TAKES_CASH = allows("payment.receive_cash")


def gateway_config():
    return gateway.GatewayConfig(**settings.GATEWAY)


def start(request, *, by, ip_addr):
    """Open an attempt for ``request`` and return the gateway's address to send the payer to.

    Raises ``NothingOpenToPay``, ``PayAtTheCounter`` (level 3) or ``GatewayUnreachable``; then nothing was opened.
    """
    config = gateway_config()
    address = urlsplit(config.pay_url)
    if not answers(address.hostname, address.port or (443 if address.scheme == "https" else 80)):
        raise GatewayUnreachable()
    with transaction.atomic():
        dossier = lock(Dossier.objects.select_related("receiving_unit").get(pk=request.dossier_id))
        request = PaymentRequest.objects.select_for_update().get(pk=request.pk)
        if request.closed_at is not None or dossier.state != DossierState.PAYMENT_REQUESTED:
            raise NothingOpenToPay()
        if not request.online:
            raise PayAtTheCounter(level=dossier.level, unit=dossier.receiving_unit)
        now = timezone.now().replace(microsecond=0)
        attempt = Attempt.objects.create(
            request=request,
            dossier=dossier,
            handling_agency_id=dossier.handling_agency_id,
            tmn_code=config.tmn_code,
            txn_ref=f"{dossier.code}.{secrets.token_hex(4)}",
            amount=request.amount,
            started_at=now,
            expires_at=now + TIME_TO_PAY,
        )
    log.info("payment_started", attempt=attempt.txn_ref, by=by.pk)
    order = gateway.PayOrder(
        txn_ref=attempt.txn_ref,
        amount_vnd=attempt.amount,
        order_info=gateway.ascii_text(f"Le phi ho so {dossier.code}"),
        return_url=settings.PORTAL_PUBLIC_URL
        + reverse("payments:return", args=[attempt.public_id]),
        ip_addr=ip_addr,
        locale="en" if get_language() == "en" else "vn",
        expires_at=attempt.expires_at,
    )
    return gateway.pay_url(order, config=config, now=now)


def absorb(raw_query):
    """Take a notice of payment (IPN) as received; returns the code to answer, valid only once committed.

    Order of the checks: signature, order, amount, merchant, status pair, not yet captured. A notice that is refused
    changes nothing but is kept.
    """
    config = gateway_config()
    try:
        notice = gateway.verify_notice(raw_query, secret=config.secret)
    except gateway.BadSignature:
        return _refused(raw_query, "97")
    except gateway.Malformed:
        return _refused(raw_query, "99")
    if notice.tmn_code != config.tmn_code:
        return _refused(raw_query, "01")
    try:
        with transaction.atomic():
            code, attempt, verdict = settle(notice)
            Notice.objects.create(attempt=attempt, query=raw_query, answer=code, verdict=verdict)
    except (
        IntegrityError
    ):  # signed, but against the books: such as a gateway number that another order has
        return _refused(raw_query, "99")
    if verdict == Notice.Verdict.REFUSED:
        log.warning("notice_refused", code=code, order=notice.txn_ref)
    return code


def settle(notice):
    """Book what a believed notice says, in the caller's transaction: ``(code, attempt, verdict)``.

    The one lock order: dossier, payment request, attempt. A notice seen before changes nothing.
    """
    [found] = having(Attempt, tmn_code=notice.tmn_code, txn_ref=notice.txn_ref) or [None]
    if found is None:
        return "01", None, Notice.Verdict.REFUSED
    if notice.amount_vnd != found.amount:
        return "04", found, Notice.Verdict.REFUSED
    dossier, request, attempt = _lock_for_money(found)
    if attempt.state in HOLDS_MONEY:
        return "02", attempt, Notice.Verdict.KNOWN
    if notice.is_success:
        capture(dossier, request, attempt, notice)
        return "00", attempt, Notice.Verdict.TAKEN
    if "07" in (notice.response_code, notice.transaction_status):
        return (
            "00",
            attempt,
            Notice.Verdict.HELD,
        )  # money taken, under suspicion: people decide, not this code
    if attempt.state == State.FAILED:
        return "02", attempt, Notice.Verdict.KNOWN
    carry_out(attempt, "fail", by=None, response_code=notice.response_code)
    return "00", attempt, Notice.Verdict.TAKEN


def capture(dossier, request, attempt, notice):
    """Take the money into the books and let the dossier go on: all of it, or none. Rows are locked by the caller."""
    now = clock.now()
    if request.closed_at is None and dossier.state == DossierState.PAYMENT_REQUESTED:
        carry_out(attempt, "capture", by=None, notice=notice)
        ledger.captured(attempt, now)
        carry_out(dossier, "record_payment", by=None, request=request)
    else:
        carry_out(attempt, "capture_surplus", by=None, notice=notice)
        ledger.surplus(attempt, now)
        _intend_refund(attempt, Refund.Reason.SURPLUS)


def receive_cash(request, *, by):
    """The cashier took the fee at the counter: receipt, ledger entry and ``record_payment`` in one transaction."""
    with transaction.atomic():
        dossier = lock(
            Dossier.objects.select_related("handling_agency", "receiving_unit__agency").get(
                pk=request.dossier_id
            )
        )
        request = PaymentRequest.objects.select_for_update().get(pk=request.pk)
        grant = TAKES_CASH.grant_of(by, dossier)
        if grant is None:
            raise NotTheCashier()
        if request.closed_at is not None or dossier.state != DossierState.PAYMENT_REQUESTED:
            raise NothingOpenToPay()
        now = clock.now()
        receipt = CashReceipt.objects.create(
            request=request, amount=request.amount, cashier=by, grant_id=grant.pk, received_at=now
        )
        ledger.cash(receipt, dossier, now)
        carry_out(dossier, "record_payment", by=None, request=request)
    return receipt


def ask_gateway(attempt):
    """Ask what became of an attempt (``querydr``) and book the answer; returns whether the gateway gave one.

    An unknown outcome changes nothing, nor does money under suspicion: people decide about that.
    """
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(asked_at=now, queries=F("queries") + 1)
    try:
        outcome = _state_at_gateway(attempt)
    except gateway.OutcomeUnknown as unknown:
        log.warning("gateway_outcome_unknown", order=attempt.txn_ref, reason=unknown.reason)
        return bool(unknown.code)
    if outcome.is_paid:
        notice = gateway.Notice(
            tmn_code=attempt.tmn_code,
            txn_ref=attempt.txn_ref,
            amount_vnd=outcome.amount_vnd,
            gateway_number=outcome.gateway_number,
            response_code="00",
            transaction_status=outcome.transaction_status,
            bank_code=outcome.bank_code,
            pay_date=outcome.pay_date,
        )
        with transaction.atomic():
            code, _attempt, verdict = settle(notice)
        if verdict == Notice.Verdict.REFUSED:
            log.error("gateway_disagrees", order=attempt.txn_ref, code=code)
    elif (
        attempt.state == State.STARTED
        and now > attempt.expires_at
        and not outcome.is_open
        and outcome.transaction_status != "07"
    ):
        with suppress(NotOffered):  # a notice came while we asked
            perform(attempt, "expire", by=None)
    return True


def request_refund(attempt, *, reason):
    """Give back what ``attempt`` captured. Asking twice gives it back once."""
    with transaction.atomic():
        _dossier, _request, attempt = _lock_for_money(attempt)
        if attempt.state == State.CAPTURED and not Refund.objects.filter(attempt=attempt).exists():
            ledger.owed_back(_intend_refund(attempt, reason), clock.now())


def send_refund(refund):
    """Send an intended refund to the gateway and book the answer; returns whether the gateway gave one.

    Where an earlier answer is missing, the gateway is asked what it did before anything is sent again, and the
    number of the request stays the same: the money goes back once. A refund that another worker has just booked
    is left alone.
    """
    try:
        if refund.state == RefundState.REQUESTED:
            perform(refund, "send", by=None)
            return _ask_for_refund(refund)
        return _look_for_refund(refund)
    except NotOffered:
        return True
    except gateway.OutcomeUnknown as unknown:
        log.warning("refund_outcome_unknown", order=refund.attempt.txn_ref, reason=unknown.reason)
        return bool(unknown.code)


def _look_for_refund(refund):
    outcome = _state_at_gateway(refund.attempt)
    if outcome.transaction_type in ("02", "03") and outcome.amount_vnd == refund.amount:
        if outcome.transaction_status == REFUND_REFUSED:
            perform(refund, "refuse", by=None, code=outcome.transaction_status)
        else:
            _book_refund(refund)
        return True
    if outcome.is_paid:
        return _ask_for_refund(refund)
    log.warning("refund_not_found", order=refund.attempt.txn_ref, status=outcome.transaction_status)
    return True


def _ask_for_refund(refund):
    attempt = refund.attempt
    order = gateway.RefundOrder(
        request_id=refund.request_id.hex,
        txn_ref=attempt.txn_ref,
        amount_vnd=refund.amount,
        gateway_number=attempt.gateway_number,
        created_at=attempt.started_at,
        ip_addr=OWN_ADDRESS,
        is_full=True,
        created_by="motcua",
    )
    outcome = gateway.refund(order, config=gateway_config(), now=timezone.now())
    if outcome.is_accepted:
        _book_refund(refund)
    else:
        perform(refund, "refuse", by=None, code=outcome.response_code)
    return True


def _book_refund(refund):
    with transaction.atomic():
        perform(refund, "settle", by=None)
        ledger.refunded(refund, clock.now())


def _state_at_gateway(attempt):
    """The gateway's answer about an attempt. Raises ``OutcomeUnknown``."""
    order = gateway.QueryOrder(
        request_id=secrets.token_hex(16),
        txn_ref=attempt.txn_ref,
        created_at=attempt.started_at,
        ip_addr=OWN_ADDRESS,
    )
    return gateway.query(order, config=gateway_config(), now=timezone.now())


def _intend_refund(attempt, reason):
    return Refund.objects.create(
        attempt=attempt, amount=attempt.amount, reason=reason, requested_at=clock.now()
    )


def _lock_for_money(attempt):
    dossier = locked(Dossier, attempt.dossier_id)
    request = locked(PaymentRequest, attempt.request_id)
    lock(attempt)
    attempt.dossier = dossier
    return dossier, request, attempt


def _refused(raw_query, code):
    # What is stored must be storable: NUL and broken surrogates are what attackers send.
    kept = (
        raw_query[: gateway.LONGEST_QUERY]
        .encode("utf-8", "backslashreplace")
        .decode()
        .replace("\0", "\\0")
    )
    Notice.objects.create(query=kept, answer=code, verdict=Notice.Verdict.REFUSED)
    log.warning("notice_refused", code=code)
    return code
