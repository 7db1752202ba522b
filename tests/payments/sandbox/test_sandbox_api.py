"""querydr and refund as merchants' servers use them, through the portal's client and by hand."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import httpx
import pytest
from django.utils import timezone

from payments.protocol import calls, vnpay
from payments.protocol.messages import GatewayConfig, OutcomeUnknown, QueryOrder, RefundOrder
from payments.sandbox import signing
from tests.payments.sandbox.running import SECRET, TMN_CODE

_numbers = count(1)


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """What is tested here is the gateway, not how fast a busy machine is."""
    monkeypatch.setattr(calls, "CALL_SECONDS", 30)


def request_id() -> str:
    return f"R{time.time_ns()}-{next(_numbers)}"


def query(sandbox, order, **details):
    details = {"request_id": request_id(), "created_at": order.now, **details}
    return vnpay.query(
        QueryOrder(txn_ref=order.txn_ref, ip_addr="127.0.0.1", **details),
        config=sandbox.config,
        now=timezone.now(),
    )


def refund(sandbox, order, amount_vnd=75_000, *, is_full=True, **details):
    details = {"request_id": request_id(), "gateway_number": "", **details}
    return vnpay.refund(
        RefundOrder(
            txn_ref=order.txn_ref,
            created_at=order.now,
            amount_vnd=amount_vnd,
            is_full=is_full,
            created_by="Kế toán Hải Châu",
            ip_addr="127.0.0.1",
            **details,
        ),
        config=sandbox.config,
        now=timezone.now(),
    )


def body_of(order, command="querydr", **changes) -> dict:
    """A request as another merchant's library writes it: dates as numbers."""
    wire = int(f"{order.now + timedelta(hours=7):%Y%m%d%H%M%S}")
    body = {
        "vnp_RequestId": request_id(),
        "vnp_Version": "2.1.0",
        "vnp_Command": command,
        "vnp_TmnCode": TMN_CODE,
        "vnp_TxnRef": order.txn_ref,
        "vnp_TransactionDate": wire,
        "vnp_CreateDate": wire,
        "vnp_IpAddr": "127.0.0.1",
        "vnp_OrderInfo": "Hoi ket qua",
    }
    if command == "refund":
        body |= {"vnp_TransactionType": "02", "vnp_Amount": 7500000, "vnp_CreateBy": "an"}
    return body | changes


QUERY = "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo"
REFUND = (
    "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo "
    "TransactionDate CreateBy CreateDate IpAddr OrderInfo"
)


def post(sandbox, body, *, sign=True, absent="") -> dict:
    """Sign with the joined raw values, send, and return the answer, always a 200."""
    if sign:
        names = REFUND if body.get("vnp_Command") == "refund" else QUERY
        texts = [str(body.get(f"vnp_{name}", absent)) for name in names.split()]
        body = {**body, "vnp_SecureHash": signing.joined(texts, secret=SECRET)}
    answer = httpx.post(
        sandbox.config.api_url,
        content=body if isinstance(body, bytes) else json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200
    return answer.json()


def test_a_paid_payment_is_found(sandbox, paid):
    outcome = query(sandbox, paid)

    assert outcome.is_found
    assert outcome.is_paid
    assert (outcome.amount_vnd, outcome.bank_code) == (75_000, "NCB")
    assert outcome.gateway_number == str(sandbox.payment(paid.txn_ref)["number"])
    assert abs(outcome.pay_date - timezone.now()) < timedelta(minutes=1)


def test_the_day_of_the_order_is_enough_to_find_it(sandbox, paid):
    midnight = timezone.localtime(paid.now).replace(hour=0, minute=0, second=0)

    assert query(sandbox, paid, created_at=midnight).is_paid
    assert not query(sandbox, paid, created_at=midnight - timedelta(seconds=1)).is_found


def test_an_open_payment_is_open_and_a_refused_one_is_not_paid(sandbox, payer, order):
    payer.opens(order.url(sandbox))
    assert query(sandbox, order).is_open

    payer.pays_with("9704195798459170488")
    outcome = query(sandbox, order)

    assert (outcome.is_open, outcome.is_paid) == (False, False)
    assert outcome.transaction_status == "02"


def test_an_unknown_payment_is_91(sandbox, order):
    outcome = query(sandbox, order)

    assert outcome.response_code == "91"
    assert not outcome.is_found


def test_a_full_refund_reaches_the_bank(sandbox, paid):
    outcome = refund(sandbox, paid)
    assert outcome.is_accepted
    assert (outcome.transaction_status, outcome.amount_vnd) == ("05", 75_000)

    give_up = time.monotonic() + 5
    while (found := query(sandbox, paid)).transaction_status != "06":
        assert time.monotonic() < give_up
        time.sleep(0.05)

    assert (found.transaction_type, found.gateway_number) == ("02", outcome.gateway_number)
    assert not found.is_paid
    payment = sandbox.payment(paid.txn_ref)
    assert (payment["state"], payment["refunded_vnd"]) == ("refunded", 75_000)


def test_partial_refunds_never_exceed_what_was_paid(sandbox, paid):
    assert refund(sandbox, paid, 50_000, is_full=False).is_accepted

    over = refund(sandbox, paid, 25_001, is_full=False)
    assert (over.is_accepted, over.response_code) == (False, "03")
    with pytest.raises(OutcomeUnknown) as again:
        refund(sandbox, paid)
    assert again.value.code == "94"  # a full refund after a partial one

    assert refund(sandbox, paid, 25_000, is_full=False).is_accepted
    assert sandbox.payment(paid.txn_ref)["state"] == "refunded"
    with pytest.raises(OutcomeUnknown) as again:
        refund(sandbox, paid, 1, is_full=False)
    assert again.value.code == "94"


def test_a_full_refund_is_of_the_whole_amount(sandbox, paid):
    assert refund(sandbox, paid, 74_999).response_code == "03"
    assert sandbox.payment(paid.txn_ref)["refunded_vnd"] == 0


def test_many_refunds_at_once_stop_at_what_was_paid(sandbox, paid):
    with ThreadPoolExecutor(8) as pool:
        outcomes = pool.map(
            lambda _: refund(sandbox, paid, 10_000, is_full=False).is_accepted, range(16)
        )

    assert sum(outcomes) == 7
    assert sandbox.payment(paid.txn_ref)["refunded_vnd"] == 70_000


def test_only_what_was_paid_is_given_back(sandbox, payer, order):
    payer.opens(order.url(sandbox))
    assert refund(sandbox, order).response_code == "95"

    payer.pays_with("9704195798459170488")
    assert refund(sandbox, order).response_code == "95"


def test_a_suspicious_payment_can_be_given_back(sandbox, payer, order):
    payer.opens(order.url(sandbox))
    payer.pays_with("9704190000000000007")

    assert refund(sandbox, order).is_accepted


def test_the_gateway_s_number_must_belong_to_the_payment(sandbox, paid):
    assert refund(sandbox, paid, gateway_number="1").response_code == "91"

    number = str(sandbox.payment(paid.txn_ref)["number"])
    assert refund(sandbox, paid, gateway_number=number).is_accepted


def test_a_request_number_is_used_once_a_day(sandbox, paid):
    same = request_id()
    assert refund(sandbox, paid, 10_000, is_full=False, request_id=same).is_accepted

    with pytest.raises(OutcomeUnknown) as again:
        refund(sandbox, paid, 10_000, is_full=False, request_id=same)
    assert again.value.code == "94"
    with pytest.raises(OutcomeUnknown) as again:
        query(sandbox, paid, request_id=same)
    assert again.value.code == "94"

    assert sandbox.payment(paid.txn_ref)["refunded_vnd"] == 10_000


def test_one_request_number_sent_many_times_at_once_counts_once(sandbox, paid):
    body = body_of(
        paid, "refund", vnp_TransactionType="03", vnp_Amount=1000000, vnp_TransactionNo=""
    )
    with ThreadPoolExecutor(8) as pool:
        codes = [a["vnp_ResponseCode"] for a in pool.map(lambda _: post(sandbox, body), range(8))]

    assert sorted(codes) == ["00"] + ["94"] * 7
    assert sandbox.payment(paid.txn_ref)["refunded_vnd"] == 10_000


def test_a_forged_request_does_not_use_up_the_number(sandbox, paid):
    body = body_of(paid)
    assert (
        post(sandbox, {**body, "vnp_SecureHash": "0" * 128}, sign=False)["vnp_ResponseCode"] == "97"
    )

    assert post(sandbox, body)["vnp_ResponseCode"] == "00"


@pytest.mark.parametrize("given", ["", "0" * 128, "é", "A" * 500])
def test_a_wrong_checksum_is_97(sandbox, paid, given):
    answer = post(sandbox, {**body_of(paid, "refund"), "vnp_SecureHash": given}, sign=False)

    assert answer["vnp_ResponseCode"] == "97"
    assert sandbox.payment(paid.txn_ref)["refunded_vnd"] == 0


def test_an_unknown_merchant_is_02_and_gets_no_signature(sandbox, paid):
    answer = post(sandbox, body_of(paid, vnp_TmnCode="NOBODY01"))

    assert answer["vnp_ResponseCode"] == "02"
    assert "vnp_SecureHash" not in answer


def test_the_portal_does_not_believe_an_unsigned_answer(sandbox, paid):
    unknown = GatewayConfig("NOBODY01", SECRET, "", sandbox.config.api_url)
    order = QueryOrder(request_id(), paid.txn_ref, paid.now, "127.0.0.1")

    with pytest.raises(OutcomeUnknown):
        vnpay.query(order, config=unknown, now=timezone.now())


def test_numbers_and_texts_are_both_taken(sandbox, paid):
    as_text = {key: str(value) for key, value in body_of(paid).items()}

    assert post(sandbox, body_of(paid))["vnp_ResponseCode"] == "00"
    assert post(sandbox, as_text)["vnp_ResponseCode"] == "00"


@pytest.mark.parametrize("absent", ["", "0"])
def test_a_refund_without_the_gateway_s_number_may_be_signed_in_two_ways(sandbox, paid, absent):
    assert post(sandbox, body_of(paid, "refund"), absent=absent)["vnp_ResponseCode"] == "00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vnp_Amount", 110.00000000000001),
        ("vnp_Amount", 7500000.0),
        ("vnp_Amount", None),
        ("vnp_Amount", True),
        ("vnp_Amount", [7500000]),
        ("vnp_Amount", {"vnd": 7500000}),
        ("vnp_Amount", -7500000),
        ("vnp_Amount", 0),
        ("vnp_Amount", "7500000 "),
        ("vnp_Amount", 7500050),
        ("vnp_Amount", 10**13),
        ("vnp_Amount", 10**4000),
        ("vnp_TransactionNo", None),
        ("vnp_TransactionType", "01"),
        ("vnp_RequestId", ""),
        ("vnp_RequestId", "x" * 33),
        ("vnp_Command", "pay"),
        ("vnp_TransactionDate", 20260231000000),
        ("vnp_IpAddr", "x"),
        ("vnp_OrderInfo", "\ud800"),
        ("vnp_OrderInfo", "a\x00b"),
        ("vnp_CreateBy", None),
    ],
)
def test_a_value_of_another_form_is_03(sandbox, paid, field, value):
    answer = post(sandbox, body_of(paid, "refund", **{field: value}))

    assert answer["vnp_ResponseCode"] == "03"
    assert sandbox.payment(paid.txn_ref)["refunded_vnd"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"vnp_Command=querydr",
        b"[]",
        b"null",
        b'{"vnp_Command": NaN}',
        b'{"vnp_Command": "querydr", "vnp_Command": "refund"}',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"a": "' + b"x" * 100_000 + b'"}',
    ],
    ids=["empty", "form", "list", "null", "NaN", "repeated key", "no UTF-8", "deep", "long"],
)
def test_a_body_that_is_no_flat_object_is_03(sandbox, body):
    assert post(sandbox, body, sign=False)["vnp_ResponseCode"] == "03"


def test_the_address_takes_post_only(sandbox):
    assert httpx.get(sandbox.config.api_url).status_code == 405


def test_the_banks_are_listed(sandbox):
    answer = httpx.post(
        f"{sandbox.address}/qrpayauth/api/merchant/get_bank_list", data={"tmn_code": TMN_CODE}
    )

    banks = {bank["bank_code"]: bank["bank_name"] for bank in answer.json()}
    assert "Quốc Dân" in banks["NCB"]


def test_the_console_shows_every_request(sandbox, payer, paid):
    wanted = request_id()
    query(sandbox, paid, request_id=wanted)

    assert wanted in payer.opens(f"{sandbox.address}/console/requests/").text
