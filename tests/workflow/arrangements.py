"""Every declared edge of the four machines, arranged: an object that stands before it, who goes along it, with what.

    edge = next(edges(Dossier))
    dossier = before(Dossier, edge, land)
    perform(dossier, edge.transition, by=actor(dossier, edge), **details(dossier, edge))

Objects are brought there through ``perform()``. The clock is the caller's: ``frozen_clock`` in conftest.py.
"""

from datetime import timedelta
from types import SimpleNamespace

from dossiers.models import Dossier, PaymentRequest, SupplementRequest
from payments.models import Attempt, Refund
from payments.models.refunds import TRIES_BEFORE_GIVING_UP
from payments.protocol.messages import Notice
from portal import clock
from portal.catalogue.models import ServiceVersion
from portal.workflow import perform
from tests.accounts.factories import OfficialFactory
from tests.agencies.factories import DepartmentFactory
from tests.catalogue.factories import DraftFactory, OfferingFactory, small_content
from tests.dossiers.factories import (
    AttachmentFactory,
    DossierFactory,
    complete,
    officer,
    propose,
    receive,
    request_payment,
    request_withdrawal,
    signed_result,
    start_processing,
    submit,
)
from tests.payments.factories import AttemptFactory

ITEMS = [{"kind": "document", "key": "paper", "reason": "Bản chụp mờ, không đọc được số."}]
FORWARD = {
    "draft": [],
    "submitted": [submit],
    "received": [submit, receive],
    "in_process": [submit, receive, start_processing],
    "completed": [submit, receive, start_processing, propose, complete],
}
ORIGIN_OF_REQUESTS = "submitted"

APPLICANT, PORTAL = "applicant", None
ACTORS = {
    "submit": APPLICANT,
    "receive": "one_door",
    "refuse_receipt": "one_door",
    "request_supplement": "one_door",
    "supply": APPLICANT,
    "start_processing": "one_door",
    "request_payment": PORTAL,
    "record_payment": PORTAL,
    "request_withdrawal": APPLICANT,
    "refuse_withdrawal": "one_door",
    "accept_withdrawal": "one_door",
    "stop": "leader",
    "expire": PORTAL,
    "propose": "specialist",
    "complete": "leader",
    "return_result": "one_door",
    "transfer": "leader",
    "reschedule": "leader",
    "hand_over": "specialist",
    "send_back": "leader",
}
# What people do with money; the rest is the portal's own. Whoever confirms is not whoever proposed.
MONEY_ACTORS = {
    "propose_decision": "cashier",
    "accept_as_paid": "leader",
    "accept_as_surplus": "leader",
    "decide_unpaid": "leader",
    "approve": "leader",
    "reject": "leader",
    "give_up": "cashier",
    "request_again": "cashier",
    "pay_out": "cashier",
}
IN_PROCESS_ACTORS = ACTORS | {
    "request_supplement": "specialist",
    "refuse_withdrawal": "specialist",
    "accept_withdrawal": "specialist",
}


def land():
    """One offering with a fee, and a second agency to hand dossiers to."""
    offering = OfferingFactory(service__fee_vnd=75_000)
    return SimpleNamespace(offering=offering, elsewhere=DepartmentFactory())


def before(model, edge, land):
    """An object of ``model`` that stands before ``edge``."""
    return {
        Dossier: _dossier_before,
        Attempt: _attempt_before,
        Refund: _refund_before,
        ServiceVersion: _version_before,
    }[model](edge, land)


def actor(instance, edge):
    """Who goes along ``edge`` with ``instance``; ``None`` where it is the portal."""
    if isinstance(instance, ServiceVersion):
        return OfficialFactory(role="system_admin")
    if not isinstance(instance, Dossier):
        role = MONEY_ACTORS.get(edge.transition)
        return role and officer(instance.dossier, role)
    role = (IN_PROCESS_ACTORS if instance.processing_started_at else ACTORS)[edge.transition]
    if role is PORTAL:
        return None
    return instance.filed_by if role == APPLICANT else officer(instance, role)


def details(instance, edge, land):
    """The details that ``edge`` wants, by name."""
    if isinstance(instance, ServiceVersion) and edge.transition == "propose":
        return {"note": "Bớt một giấy tờ."}
    wanted = DETAILS.get(edge.transition)
    return wanted(instance, land) if wanted else {}


DETAILS = {
    "refuse_receipt": lambda dossier, land: {"reason": "Không đúng thẩm quyền."},
    "request_supplement": lambda dossier, land: {"items": ITEMS},
    "start_processing": lambda dossier, land: {"to": officer(dossier, "specialist")},
    "record_payment": lambda dossier, land: {
        "request": PaymentRequest.objects.still_open().get(dossier=dossier)
    },
    "request_withdrawal": lambda dossier, land: {"reason": "Tôi nộp nhầm nơi."},
    "refuse_withdrawal": lambda dossier, land: {"reason": "Hồ sơ đã được giải quyết xong."},
    "stop": lambda dossier, land: {"reason": "Người nộp đã mất."},
    "propose": lambda dossier, land: {"outcome": "granted", "statement": "Đủ điều kiện."},
    "complete": lambda dossier, land: {"result": signed_result()},
    "transfer": lambda dossier, land: {"to": land.elsewhere},
    "reschedule": lambda dossier, land: {
        "until": dossier.expected_at + timedelta(days=7),
        "reason": "Chờ cơ quan phối hợp trả lời.",
    },
    "send_back": lambda dossier, land: {"reason": "Thiếu căn cứ pháp lý."},
    "capture": lambda attempt, land: {"notice": notice_of(attempt)},
    "capture_surplus": lambda attempt, land: {"notice": notice_of(attempt)},
    "fail": lambda attempt, land: {"response_code": "24"},
    "suspect": lambda attempt, land: {"gateway_number": str(14_000_000 + attempt.pk)},
    "propose_decision": lambda attempt, land: {
        "decision": "paid",
        "note": "Sao kê ngân hàng số 12",
        "gateway_number": str(14_000_000 + attempt.pk),
    },
    "publish": lambda version, land: {"number": version.number},
    "refuse": lambda refund, land: {"code": "95"},
    "reject": lambda refund, land: {"reason": "Cơ quan đã bắt đầu xử lý."},
    "request_again": lambda refund, land: {"way": "transfer"},
}


def notice_of(attempt):
    """A believed notice of success, as the gateway client hands it on."""
    return Notice(
        tmn_code=attempt.tmn_code,
        txn_ref=attempt.txn_ref,
        amount_vnd=attempt.amount,
        gateway_number=str(14_000_000 + attempt.pk),
        response_code="00",
        transaction_status="00",
        bank_code="NCB",
        pay_date=None,
    )


# Dossiers --------------------------------------------------------------------------------


def _dossier_before(edge, land):
    # A request returns to where it was made from, so the target of such an edge says where that was.
    answers = edge.transition in ("supply", "record_payment", "refuse_withdrawal")
    dossier = dossier_in(edge.source, land, origin=edge.target if answers else ORIGIN_OF_REQUESTS)
    if edge.transition == "complete":
        propose(dossier)
    if edge.transition == "send_back" and edge.source == "in_process":
        perform(dossier, "hand_over", by=officer(dossier, "specialist"))
    if edge.transition == "supply":
        request = SupplementRequest.objects.get(dossier=dossier)
        AttachmentFactory(dossier=dossier, component="paper", supplement=request)
    return dossier


def dossier_in(state, land, *, origin=ORIGIN_OF_REQUESTS):
    """A dossier in ``state``; where that is a waiting state, asked for from ``origin``."""
    if state in FORWARD:
        dossier = DossierFactory(offering=land.offering)
        for move in FORWARD[state]:
            move(dossier)
        return dossier
    dossier = dossier_in(origin, land)
    {
        "supplement_requested": ask_for_supplement,
        "payment_requested": request_payment,
        "withdrawal_requested": request_withdrawal,
    }[state](dossier)
    return dossier


def ask_for_supplement(dossier):
    role = "specialist" if dossier.state == "in_process" else "one_door"
    perform(dossier, "request_supplement", by=officer(dossier, role), items=ITEMS)


def past_answer_by(dossier):
    """An instant after the last day to answer the open request."""
    request = (
        PaymentRequest.objects.still_open().filter(dossier=dossier).first()
        or SupplementRequest.objects.still_open().filter(dossier=dossier).first()
    )
    return request.answer_by + timedelta(minutes=1)


# Money -----------------------------------------------------------------------------------


DECISIONS = {"accept_as_paid": "paid", "accept_as_surplus": "return", "decide_unpaid": "unpaid"}


def _attempt_before(edge, land):
    attempt = AttemptFactory(dossier=dossier_in("payment_requested", land), started_at=clock.now())
    if edge.source == "expired":
        perform(attempt, "expire", by=None)
    if edge.source == "failed":
        perform(attempt, "fail", by=None, response_code="11")
    if edge.source == "suspected":
        perform(attempt, "suspect", by=None, **DETAILS["suspect"](attempt, land))
    if edge.source == "undecided":
        perform(attempt, "set_aside", by=None)
    if decision := DECISIONS.get(getattr(edge, "transition", "")):
        details = DETAILS["propose_decision"](attempt, land) | {"decision": decision}
        perform(attempt, "propose_decision", by=officer(attempt.dossier, "cashier"), **details)
    return attempt


def _refund_before(edge, land):
    attempt = AttemptFactory(dossier=dossier_in("payment_requested", land), started_at=clock.now())
    perform(attempt, "capture_surplus", by=None, notice=notice_of(attempt))
    refund = Refund.objects.create(
        attempt=attempt,
        dossier=attempt.dossier,
        handling_agency=attempt.handling_agency,
        amount=attempt.amount,
        reason=Refund.Reason.SURPLUS,
        way="transfer" if getattr(edge, "transition", "") == "pay_out" else "gateway",
        tries=TRIES_BEFORE_GIVING_UP,
        requested_at=clock.now(),
    )
    for name, details in WAY_OF_REFUNDS[edge.source]:
        perform(refund, name, by=None, **details)
    return refund


WAY_OF_REFUNDS = {
    "requested": [],
    "approved": [("approve", {})],
    "sent": [("approve", {}), ("send", {})],
    "refused": [("approve", {}), ("send", {}), ("refuse", {"code": "95"})],
}


# Versions --------------------------------------------------------------------------------


def _version_before(edge, land):
    version = DraftFactory(content=small_content(code="9.999999"))
    if edge.source == "proposed":
        perform(version, "propose", by=version.drafted_by, note="Bớt một giấy tờ.")
    return version
