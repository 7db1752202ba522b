"""The settlement file of a merchant and a day, as the merchant's server fetches it."""

import csv
import hashlib
import hmac
import io
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from tests.payments.sandbox.running import SECRET, TMN_CODE
from tests.payments.sandbox.test_sandbox_api import refund

COLUMNS = [
    *("settlement_date", "booked_at", "type", "txn_ref", "create_date", "gateway_number"),
    *("pay_number", "amount_vnd", "fee_vnd", "bank_code", "status"),
]


def sign(*texts, secret=SECRET):
    return hmac.new(secret.encode(), "|".join(texts).encode(), hashlib.sha512).hexdigest()


def now_on_the_wire(off=timedelta(0)):
    return (timezone.now() + timedelta(hours=7) + off).strftime("%Y%m%d%H%M%S")


def fetch(sandbox, day=None, *, tmn_code=TMN_CODE, at=None, secure_hash=None):
    at = at or now_on_the_wire()
    day = day or now_on_the_wire()[:8]
    parameters = {
        "vnp_CreateDate": at,
        "vnp_SecureHash": secure_hash or sign(tmn_code, day, at),
    }
    return httpx.get(f"{sandbox.address}/settlement/{tmn_code}/{day}.csv", params=parameters)


def rows_about(answer, *txn_refs):
    found = csv.DictReader(io.StringIO(answer.text, newline=""))
    return [row for row in found if row["txn_ref"] in txn_refs]


@pytest.fixture
def merchant_page(sandbox, payer):
    """Opens the console's page of the default merchant and puts the fee back afterwards."""
    payer.opens(f"{sandbox.address}/console/merchants/{TMN_CODE}/?lang=en")
    yield payer
    sandbox.sql("UPDATE sandbox_merchant SET fee_basis_points = 0, switches = '{}'")


def test_payments_and_refunds_of_the_day(sandbox, payer, new_order):
    first, second, poor = new_order(), new_order(amount_vnd=30_000), new_order()
    for order, card in (
        (first, "9704198526191432198"),
        (second, "9704190000000000007"),
        (poor, "9704198526191432199"),
    ):
        payer.opens(order.url(sandbox))
        payer.pays_with(card)
    returned = refund(sandbox, first, 25_000, is_full=False)

    answer = fetch(sandbox)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["x-settlement-closed"] == "no"
    body_hash = hmac.new(SECRET.encode(), answer.content, hashlib.sha512).hexdigest()
    assert answer.headers["x-settlement-signature"] == body_hash
    assert answer.text.split("\r\n")[0] == ",".join(COLUMNS)
    paid, suspected, given_back = rows_about(answer, first.txn_ref, second.txn_ref, poor.txn_ref)
    books = sandbox.payment(first.txn_ref)
    assert paid == {
        "settlement_date": timezone.localtime().date().isoformat(),
        "booked_at": timezone.localtime(books["ended_at"]).replace(microsecond=0).isoformat(),
        "type": "pay",
        "txn_ref": first.txn_ref,
        "create_date": books["create_date"],
        "gateway_number": str(books["number"]),
        "pay_number": str(books["number"]),
        "amount_vnd": "75000",
        "fee_vnd": "0",
        "bank_code": "NCB",
        "status": "00",
    }
    assert (suspected["amount_vnd"], suspected["status"]) == ("30000", "07")
    assert given_back["type"] == "refund"
    assert given_back["gateway_number"] == returned.gateway_number
    assert given_back["pay_number"] == paid["gateway_number"]
    assert given_back["amount_vnd"] == "25000"
    assert given_back["status"] in ("05", "06")


def test_a_day_without_movements_is_a_header(sandbox):
    answer = fetch(sandbox, "20200229")

    assert answer.text == ",".join(COLUMNS) + "\r\n"
    assert answer.headers["x-settlement-closed"] == "yes"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"secure_hash": "0" * 128}, 403),
        ({"secure_hash": "ä"}, 403),
        ({"minutes_off": -16}, 403),
        ({"minutes_off": 16}, 403),
        ({"at": "tomorrow"}, 403),
        ({"tmn_code": "UNKNOWN1"}, 403),
        ({"day": "20200230"}, 400),
        ({"day": "2020-02-9"}, 400),
        ({"day": "20990101"}, 404),
    ],
    ids=str,
)
def test_whoever_may_not_read_it_is_refused(sandbox, changes, status):
    if minutes := changes.get("minutes_off"):
        changes = {"at": now_on_the_wire(timedelta(minutes=minutes))}
    answer = fetch(sandbox, **changes)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")


def test_the_fee_agreed_in_the_console_is_on_the_next_payment(
    sandbox, merchant_page, payer, new_order
):
    fields = {"delay_seconds": "0", "copies": "1", "order": ""}
    wrong = merchant_page.sends(fee_basis_points="1001", **fields)
    assert wrong.status_code == 422
    assert "Saved." in merchant_page.sends(fee_basis_points="110", **fields).text

    order = new_order(amount_vnd=75_050)
    payer.opens(order.url(sandbox))
    payer.pays_with("9704198526191432198")

    (row,) = rows_about(fetch(sandbox), order.txn_ref)
    assert row["fee_vnd"] == "826"  # 825.55


def test_the_console_offers_the_same_file(sandbox, paid, payer):
    page = payer.opens(f"{sandbox.address}/console/merchants/{TMN_CODE}/")
    day = now_on_the_wire()[:8]
    address = f"/console/merchants/{TMN_CODE}/settlement/{day}.csv"
    assert address in page.text

    answer = payer.opens(f"{sandbox.address}{address}")

    assert len(rows_about(answer, paid.txn_ref)) == 1
    assert payer.opens(f"{sandbox.address}{address.replace(day, '20990101')}").status_code == 404
    assert payer.opens(f"{sandbox.address}{address.replace(day, 'x')}").status_code == 404
