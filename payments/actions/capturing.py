"""Money into the books, by the gateway's verified word."""

import structlog
from django.db import IntegrityError

from dossiers.models import Dossier, PaymentRequest
from dossiers.states import State as DossierState
from payments import ledger
from payments.actions.refunding import intend_refund
from payments.drivers import DRIVERS
from payments.models import Attempt, Notice, Refund
from payments.protocol import vnpay
from payments.protocol.messages import BadSignature, Malformed
from payments.states import HOLDS_MONEY, State
from portal import clock
from portal.workflow import carry_out, lock, locked, locked_along, one_commit

log = structlog.get_logger(__name__)


def absorb(raw, driver=vnpay.DRIVER):
    """Take a notice of payment (IPN) as received; returns the code to answer, valid only once committed.

    Order of the checks: signature, order, amount, merchant, status pair, not yet captured. A notice that is refused
    changes nothing but is kept. ``driver`` names the protocol it came in.
    """
    driver = DRIVERS[driver]
    try:
        notice = driver.believed(raw)
    except BadSignature:
        return _refused(raw, "97")
    except Malformed:
        return _refused(raw, "99")
    if notice.tmn_code != driver.config.tmn_code:
        return _refused(raw, "01")
    return book(notice, raw)


def book(notice, raw):
    """Book a believed notice and keep it as it came (``raw``); returns the code to answer."""
    try:
        with one_commit():
            code, attempt, verdict = settle(notice)
            Notice.objects.create(attempt=attempt, query=raw, answer=code, verdict=verdict)
    except (
        IntegrityError
    ):  # signed, but against the books: such as a gateway number that another order has
        return _refused(raw, "99")
    if verdict == Notice.Verdict.REFUSED:
        log.warning("notice_refused", code=code, order=notice.txn_ref)
    return code


def settle(notice):
    """Book what a believed notice says, in the caller's transaction: ``(code, attempt, verdict)``.

    The one lock order: dossier, payment request, attempt. A notice seen before changes nothing.
    """
    attempt = locked_along(
        Attempt,
        "dossier",
        "request",
        tmn_code=notice.tmn_code,
        txn_ref=notice.txn_ref,
        driver=notice.driver,  # who speaks the other protocol may have the same secret
    )
    if attempt is None:
        return "01", None, Notice.Verdict.REFUSED
    if notice.amount_vnd != attempt.amount:
        return "04", attempt, Notice.Verdict.REFUSED
    dossier, request = attempt.dossier, attempt.request
    if attempt.state in HOLDS_MONEY:
        return "02", attempt, Notice.Verdict.KNOWN
    if notice.is_success:
        capture(dossier, request, attempt, notice)
        return "00", attempt, Notice.Verdict.TAKEN
    if notice.held:
        return _held(attempt, notice)
    if attempt.state == State.FAILED:
        return "02", attempt, Notice.Verdict.KNOWN
    carry_out(attempt, "fail", by=None, response_code=notice.response_code)
    return "00", attempt, Notice.Verdict.TAKEN


def capture(dossier, request, attempt, notice):
    """Take the money into the books and let the dossier go on: all of it, or none. Rows are locked by the caller."""
    now = clock.now()
    if is_still_asked_for(dossier, request):
        carry_out(attempt, "capture", by=None, notice=notice)
        ledger.captured(attempt, now)
        carry_out(dossier, "record_payment", by=None, request=request)
    else:
        carry_out(attempt, "capture_surplus", by=None, notice=notice)
        ledger.surplus(attempt, now)
        intend_refund(attempt, dossier, attempt.amount, Refund.Reason.SURPLUS)


def is_still_asked_for(dossier, request):
    """Whether money for ``request`` lets the dossier go on; otherwise it is a surplus."""
    return request.closed_at is None and dossier.state == DossierState.PAYMENT_REQUESTED


def lock_for_money(attempt):
    """``(dossier, payment request, attempt)``, locked in the one lock order."""
    dossier = locked(Dossier, attempt.dossier_id)
    request = locked(PaymentRequest, attempt.request_id)
    lock(attempt)
    attempt.dossier = dossier
    return dossier, request, attempt


def _held(attempt, notice):
    """Money under suspicion, or taken and reversed: people decide, not this code. It need not be told twice."""
    if attempt.state == State.SUSPECTED:
        return "02", attempt, Notice.Verdict.KNOWN
    number = notice.gateway_number if notice.gateway_number.strip("0") else ""
    carry_out(attempt, "suspect", by=None, gateway_number=number, code=notice.held)
    return "00", attempt, Notice.Verdict.HELD


def _refused(raw, code):
    # What is stored must be storable: NUL and broken surrogates are what attackers send.
    kept = (
        raw[: vnpay.LONGEST_QUERY].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    )
    Notice.objects.create(query=kept, answer=code, verdict=Notice.Verdict.REFUSED)
    log.warning("notice_refused", code=code)
    return code
