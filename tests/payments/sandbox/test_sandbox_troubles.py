"""What can go wrong on purpose between charging and telling."""

import time

import pytest

from payments.protocol.messages import BadSignature
from payments.protocol.vnpay import verify_notice
from tests.payments.sandbox import running
from tests.payments.sandbox.running import SECRET


@pytest.fixture
def pay(sandbox, payer, order):
    """Pay the order and make this trouble."""

    def pay(trouble, sandbox=sandbox):
        payer.opens(order.url(sandbox))
        payer.sends(trouble=trouble)
        answer = payer.sends(otp="123456", follow=False)
        query = answer.headers["location"].partition("?")[2]
        assert verify_notice(query, secret=SECRET).is_success
        return query

    return pay


def due_in_seconds(sandbox, order) -> list[float]:
    rows = sandbox.sql(
        "SELECT extract(epoch FROM n.due_at - t.ended_at)::float FROM sandbox_notification n "
        "JOIN sandbox_transaction t ON t.id = n.transaction_id WHERE t.txn_ref = %s",
        order.txn_ref,
    )
    return [seconds for (seconds,) in rows]


def test_told_later(sandbox, order, pay):
    pay("delay")

    assert due_in_seconds(sandbox, order) == [600]


@pytest.mark.slow
def test_told_later_is_told_in_the_end(tmp_path, order, pay, merchant):
    with (
        running.database() as url,
        running.sandbox(
            url, tmp_path, ipn_url=merchant.ipn_url, SANDBOX_IPN_DELAY_SECONDS="1.5"
        ) as impatient,
    ):
        begin = time.monotonic()
        query = pay("delay", impatient)
        assert merchant.wait_for(order.txn_ref) == [query]
    assert time.monotonic() - begin > 1.5


def test_never_told(sandbox, order, pay, merchant):
    pay("drop")

    assert due_in_seconds(sandbox, order) == []
    assert merchant.calls_about(order.txn_ref) == []
    assert sandbox.payment(order.txn_ref)["state"] == "paid"


def test_told_three_times(order, pay, merchant):
    query = pay("duplicate")

    assert merchant.wait_for(order.txn_ref, count=3) == [query] * 3


def test_a_forged_notice_comes_first(order, pay, merchant):
    merchant.answers[order.txn_ref] = ["02"]
    query = pay("forge")

    forged, true = merchant.wait_for(order.txn_ref, count=2)

    assert true == query
    assert forged.partition("&vnp_SecureHash=")[0] == true.partition("&vnp_SecureHash=")[0]
    with pytest.raises(BadSignature):
        verify_notice(forged, secret=SECRET)


def test_a_notice_of_another_amount_comes_first(order, pay, merchant):
    merchant.answers[order.txn_ref] = ["02"]
    query = pay("wrong_amount")

    wrong, true = merchant.wait_for(order.txn_ref, count=2)

    assert true == query
    notice = verify_notice(wrong, secret=SECRET)
    assert notice.is_success
    assert notice.amount_vnd == 74_999


def test_unknown_trouble_is_none(order, pay, merchant):
    query = pay("earthquake")

    assert merchant.wait_for(order.txn_ref) == [query]
