"""The switches per merchant and per payment: in the console's forms, and signed by a merchant's program."""

import hashlib
import hmac
import json
import time
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from payments.protocol.messages import BadSignature
from payments.protocol.vnpay import verify_notice
from payments.sandbox.switches import Switches
from tests.payments.sandbox.running import SECRET, TMN_CODE
from tests.payments.sandbox.test_sandbox_api import query, refund

GOOD_CARD = "9704198526191432198"
AS_USUAL = {"delay_seconds": "0", "copies": "1", "order": ""}


@pytest.fixture
def merchant_switches(sandbox):
    """Sends a signed request to the switchboard; everything is off again after the test."""

    def turn(switches, txn_ref="", *, secret=SECRET, off=timedelta(0)):
        now = (timezone.now() + timedelta(hours=7) + off).strftime("%Y%m%d%H%M%S")
        written = switches
        if not isinstance(switches, str):
            written = json.dumps(switches, sort_keys=True, separators=(",", ":"))
        signed = "|".join([TMN_CODE, txn_ref, written, now])
        body = {
            "tmn_code": TMN_CODE,
            "txn_ref": txn_ref,
            "switches": switches,
            "create_date": now,
            "secure_hash": hmac.new(secret.encode(), signed.encode(), hashlib.sha512).hexdigest(),
        }
        return httpx.post(f"{sandbox.address}/console/switches", json=body)

    yield turn
    sandbox.sql("UPDATE sandbox_merchant SET switches = '{}', fee_basis_points = 0")


def console_of(sandbox, payer, order):
    number = sandbox.payment(order.txn_ref)["number"]
    payer.opens(f"{sandbox.address}/console/{number}/?lang=en")
    return payer


def test_the_merchant_s_switches_are_for_all_its_payments(
    sandbox, payer, new_order, merchant, merchant_switches
):
    assert merchant_switches({"copies": 2}).json() == {"switches": {"copies": 2}}

    for order in (new_order(), new_order()):
        payer.opens(order.url(sandbox))
        payer.pays_with(GOOD_CARD)
        assert len(merchant.wait_for(order.txn_ref, count=2)) == 2


def test_a_payment_s_own_switches_count_more(sandbox, payer, order, merchant, merchant_switches):
    merchant_switches("drop")
    payer.opens(order.url(sandbox))
    bank = payer.page.url
    saved = console_of(sandbox, payer, order).sends(**AS_USUAL | {"copies": "4", "forge": "on"})
    assert "Saved." in saved.text
    payer.opens(bank)
    payer.pays_with(GOOD_CARD)

    forged, *true = merchant.wait_for(order.txn_ref, count=5)
    with pytest.raises(BadSignature):
        verify_notice(forged, secret=SECRET)
    assert all(verify_notice(each, secret=SECRET).is_success for each in true)
    assert sandbox.payment(order.txn_ref)["switches"] == {"copies": 4, "forge": True}


def test_a_payment_can_be_given_back_to_its_merchant_s_switches(
    sandbox, payer, order, merchant, merchant_switches
):
    payer.opens(order.url(sandbox))
    bank = payer.page.url
    console_of(sandbox, payer, order).sends(**AS_USUAL | {"drop": "on"})
    assert sandbox.payment(order.txn_ref)["switches"] == {"drop": True}
    console_of(sandbox, payer, order).sends(as_merchant="1")
    assert sandbox.payment(order.txn_ref)["switches"] is None
    payer.opens(bank)
    payer.pays_with(GOOD_CARD)

    assert merchant.wait_for(order.txn_ref)


def test_the_notice_comes_before_the_payer_is_back(sandbox, payer, order, merchant):
    merchant.answers[order.txn_ref] = [1.5]  # seconds the merchant thinks
    payer.opens(order.url(sandbox))
    payer.sends(trouble="before")
    begin = time.monotonic()
    payer.sends(otp="123456", follow=False)

    assert time.monotonic() - begin >= 1.5
    answers = sandbox.sql(
        "SELECT c.rsp_code FROM sandbox_call c JOIN sandbox_notification n ON n.id = notification_id"
        " JOIN sandbox_transaction t ON t.id = n.transaction_id WHERE t.txn_ref = %s",
        order.txn_ref,
    )
    assert answers == [("00",)]


def test_a_payer_does_not_wait_for_ever_for_the_merchant(sandbox, payer, order, merchant):
    merchant.answers[order.txn_ref] = [30.0]
    payer.opens(order.url(sandbox))
    payer.sends(trouble="before")
    begin = time.monotonic()
    answer = payer.sends(otp="123456", follow=False)

    assert answer.headers["location"].startswith(merchant.address)
    assert time.monotonic() - begin < 8  # a call may take 4 here


def test_the_notice_waits_for_the_payer_s_return(sandbox, payer, order, merchant):
    """Paid on another device, so that a while passes between paying and coming back."""
    payer.opens(order.url(sandbox))
    token = sandbox.payment(order.txn_ref)["token"]
    console_of(sandbox, payer, order).sends(**AS_USUAL | {"order": "after"})
    payer.opens(f"{sandbox.address}/qr/{sandbox.payment(order.txn_ref)['qr_token']}/")
    payer.sends(account="QR00")
    time.sleep(1.5)
    assert merchant.calls_about(order.txn_ref) == []

    back = payer.browser.get(f"{sandbox.address}/pay/{token}/qr/", follow_redirects=False)
    returned_at = time.monotonic()

    (query_sent,) = merchant.wait_for(order.txn_ref)
    assert back.headers["location"].endswith(query_sent)
    (_, called_at) = merchant.calls_about(order.txn_ref)[0]
    assert called_at > returned_at


def test_a_bank_that_refuses_refunds(sandbox, paid, payer):
    console_of(sandbox, payer, paid).sends(**AS_USUAL | {"refuse_refunds": "on"})
    refund(sandbox, paid)
    assert sandbox.payment(paid.txn_ref)["state"] == "refunded"

    for _attempt in range(100):
        outcome = query(sandbox, paid)
        if outcome.transaction_status == "09":
            break
        assert outcome.transaction_status == "05"
        time.sleep(0.1)

    assert outcome.transaction_status == "09"
    books = sandbox.payment(paid.txn_ref)
    assert (books["state"], books["refunded_vnd"]) == ("paid", 0)
    console_of(sandbox, payer, paid).sends(**AS_USUAL)
    assert refund(sandbox, paid).is_accepted  # asked again, it can still be given back


@pytest.mark.parametrize(
    "switches",
    [
        "nonsense",
        {"drop": "yes"},
        {"copies": 0},
        {"copies": 11},
        {"copies": True},
        {"delay_seconds": -1},
        {"delay_seconds": 1e9},
        {"order": "never"},
        {"explode": True},
        [],
        None,
        7,
    ],
    ids=str,
)
def test_what_is_no_switch_is_refused_and_changes_nothing(sandbox, merchant_switches, switches):
    answer = merchant_switches(switches)

    assert answer.status_code == 422
    assert "switches" in answer.json()["message"]
    assert sandbox.sql("SELECT switches FROM sandbox_merchant WHERE tmn_code = %s", TMN_CODE) == [
        ({},)
    ]


def test_only_the_merchant_may_turn_its_switches(sandbox, merchant_switches):
    assert merchant_switches("drop", secret="another").status_code == 403
    assert merchant_switches("drop", off=timedelta(minutes=-20)).status_code == 403
    assert merchant_switches("drop", txn_ref="nobody-knows-it").status_code == 422
    for body in (b"", b"[]", b"{}", b"\xff"):
        answer = httpx.post(f"{sandbox.address}/console/switches", content=body)
        assert answer.status_code == 422
    assert sandbox.sql("SELECT 1 FROM sandbox_merchant WHERE switches <> '{}'") == []


def test_the_console_says_what_is_wrong_with_a_switch(sandbox, payer):
    payer.opens(f"{sandbox.address}/console/merchants/{TMN_CODE}/?lang=en")
    page = payer.sends(fee_basis_points="0", delay_seconds="x", copies="11", order="")

    assert page.status_code == 422
    assert page.text.count("field--error") == 2


def test_what_is_stored_reads_back():
    for switches in (Switches(), Switches(drop=True, copies=3, order="after", delay_seconds=1.5)):
        assert Switches.read(switches.stored()) == switches
