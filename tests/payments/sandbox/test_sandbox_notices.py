"""Telling the merchant: at once, until it has taken note, at most ten times, whatever dies."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from payments.protocol.vnpay import verify_notice
from tests.payments.sandbox import running
from tests.payments.sandbox.running import SECRET

GOOD_CARD = "9704198526191432198"


def notification(sandbox, order) -> tuple:
    """State and number of calls, from the gateway's own books."""
    ((state, calls),) = sandbox.sql(
        "SELECT n.state, n.calls_made FROM sandbox_notification n "
        "JOIN sandbox_transaction t ON t.id = n.transaction_id WHERE t.txn_ref = %s",
        order.txn_ref,
    )
    return state, calls


def wait_until_told(sandbox, order, state="delivered", seconds=15):
    give_up = time.monotonic() + seconds
    while notification(sandbox, order)[0] != state:
        assert time.monotonic() < give_up, notification(sandbox, order)
        time.sleep(0.02)


def test_the_merchant_is_told_within_a_second_what_the_payer_brings_back(
    sandbox, payer, order, merchant
):
    payer.opens(order.url(sandbox))
    answer = payer.pays_with(GOOD_CARD)
    charged = time.monotonic()

    (query,) = merchant.wait_for(order.txn_ref)
    ((_, called),) = merchant.calls_about(order.txn_ref)

    assert called - charged < 1
    assert verify_notice(query, secret=SECRET).is_success
    assert answer.headers["location"].endswith(query)


def test_a_refused_payment_is_told_as_well(sandbox, payer, order, merchant):
    payer.opens(order.url(sandbox))
    payer.pays_with("9704195798459170488")

    notice = verify_notice(merchant.wait_for(order.txn_ref)[0], secret=SECRET)

    assert (notice.response_code, notice.transaction_status) == ("51", "02")


def test_the_merchant_is_called_until_it_says_00(sandbox, payer, order, merchant):
    merchant.answers[order.txn_ref] = ["99", "97", 500, "04", "01", "00"]
    payer.opens(order.url(sandbox))
    payer.pays_with(GOOD_CARD)

    queries = merchant.wait_for(order.txn_ref, count=6)
    wait_until_told(sandbox, order)

    assert len(set(queries)) == 1
    moments = [moment for _, moment in merchant.calls_about(order.txn_ref)]
    # The interval of these tests is 0.2 seconds; on a busy machine one call may arrive late, not all of them early.
    assert moments[-1] - moments[0] > 5 * 0.15
    time.sleep(0.6)
    assert len(merchant.calls_about(order.txn_ref)) == 6


def test_02_stops_the_calls(sandbox, payer, order, merchant):
    merchant.answers[order.txn_ref] = ["02"]
    payer.opens(order.url(sandbox))
    payer.pays_with(GOOD_CARD)

    wait_until_told(sandbox, order)

    assert notification(sandbox, order) == ("delivered", 1)


def test_after_ten_calls_the_gateway_gives_up(sandbox, payer, order, merchant):
    merchant.answers[order.txn_ref] = ["99"]
    payer.opens(order.url(sandbox))
    payer.pays_with(GOOD_CARD)

    wait_until_told(sandbox, order, state="given_up")
    time.sleep(0.5)

    assert len(merchant.calls_about(order.txn_ref)) == 10


def test_a_silent_merchant_is_called_again(sandbox, payer, order, merchant):
    merchant.answers[order.txn_ref] = [5.0, "00"]  # four seconds are the limit of these tests
    payer.opens(order.url(sandbox))
    payer.pays_with(GOOD_CARD)

    merchant.wait_for(order.txn_ref, count=2)
    wait_until_told(sandbox, order)

    ((first,), *_) = sandbox.sql(
        "SELECT c.answer FROM sandbox_call c JOIN sandbox_notification n "
        "ON n.id = c.notification_id JOIN sandbox_transaction t ON t.id = n.transaction_id "
        "WHERE t.txn_ref = %s ORDER BY c.ordinal",
        order.txn_ref,
    )
    assert first.startswith("ReadTimeout")


def test_two_workers_send_each_notice_once(sandbox, new_order, merchant):
    orders = [new_order() for _ in range(12)]

    def pay(order):
        payer = running.Payer()
        payer.opens(order.url(sandbox))
        payer.pays_with(GOOD_CARD)
        payer.browser.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(pay, orders))
    for order in orders:
        wait_until_told(sandbox, order)

    assert [len(merchant.calls_about(order.txn_ref)) for order in orders] == [1] * 12


@pytest.fixture
def own_books():
    """A gateway database for one test that kills what works on it."""
    with running.database() as url:
        yield url


def test_a_gateway_killed_between_charging_and_telling_tells_after_its_return(
    own_books, tmp_path, payer, order, merchant
):
    """The first process has no senders, so it dies for certain in between."""
    with running.sandbox(
        own_books, tmp_path, ipn_url=merchant.ipn_url, SANDBOX_SENDERS="0"
    ) as mute:
        payer.opens(order.url(mute))
        payer.pays_with(GOOD_CARD)
        running.kill(mute)
    assert merchant.calls_about(order.txn_ref) == []

    with running.sandbox(own_books, tmp_path, ipn_url=merchant.ipn_url) as back:
        (query,) = merchant.wait_for(order.txn_ref)
        assert verify_notice(query, secret=SECRET).is_success
        wait_until_told(back, order)
        assert back.payment(order.txn_ref)["state"] == "paid"


def test_a_gateway_killed_while_the_merchant_answers_calls_again(
    own_books, tmp_path, payer, order, merchant
):
    merchant.answers[order.txn_ref] = [0.9, "02"]
    impatient = {"SANDBOX_IPN_TIMEOUT_SECONDS": "1"}
    with running.sandbox(own_books, tmp_path, ipn_url=merchant.ipn_url, **impatient) as dying:
        payer.opens(order.url(dying))
        payer.pays_with(GOOD_CARD)
        merchant.wait_for(order.txn_ref)
        running.kill(dying)

    with running.sandbox(own_books, tmp_path, ipn_url=merchant.ipn_url) as back:
        merchant.wait_for(order.txn_ref, count=2)
        wait_until_told(back, order)
        assert notification(back, order) == ("delivered", 2)
