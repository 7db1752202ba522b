"""What the gateway's database itself refuses, and how merchants are registered."""

import itertools
import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from payments.sandbox import cards
from payments.sandbox.states import EDGES, State
from tests.payments.sandbox import running

# A consistent row for each state: code, how much was given back, and whether it has ended.
ROWS = {
    State.OPEN: ("", 0, None),
    State.PAID: ("00", 0, "now"),
    State.SUSPECTED: ("07", 0, "now"),
    State.REVERSED: ("99", 0, "now"),
    State.FAILED: ("51", 0, "now"),
    State.CANCELLED: ("24", 0, "now"),
    State.EXPIRED: ("11", 0, "now"),
    State.REFUNDED: ("00", 75_000, "now"),
}


@pytest.fixture
def books(sandbox):
    """A connection to the gateway's database whose work is undone after the test."""
    with psycopg.connect(sandbox.database_url) as database:
        yield database
        database.rollback()


def insert(books, state, txn_ref="X-1"):
    code, refunded, ended = ROWS[state]
    return books.execute(
        "INSERT INTO sandbox_transaction (number, token, merchant_id, txn_ref, order_day,"
        " create_date, amount_vnd, order_info, order_type, locale, ip_addr, return_url,"
        " request_hash, opened_at, expires_at, bank_code, card_number, otp_failures, state,"
        " response_code, ended_at, refunded_vnd, result_query, qr_token, protocol, asked_bank,"
        " receipt, fee_vnd) "
        "VALUES (nextval('sandbox_number'), %s, (SELECT min(id) FROM sandbox_merchant), %s,"
        " '2026-11-22', '', 75000, '', '', 'vn', '', '', '', now(), now() + interval '1 hour',"
        " '', '', 0, %s, %s, %s, %s, %s, %s, 'vnpay', '', '{}', 0) RETURNING id",
        [
            *(f"token {txn_ref} {state}", txn_ref, state, code, ended, refunded),
            *("q" if code else "", f"qr {txn_ref} {state}"),
        ],
    ).fetchone()[0]


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(State, 2)))
def test_the_database_knows_the_declared_edges_and_no_other(books, source, target):
    number = insert(books, source)
    code, refunded, ended = ROWS[target]
    if State.SUSPECTED in (source, target) and State.REFUNDED in (source, target):
        code = "07"

    def move():
        books.execute(
            "UPDATE sandbox_transaction SET state = %s, response_code = %s, ended_at = %s,"
            " refunded_vnd = %s, result_query = %s WHERE id = %s",
            [target, code, ended, refunded, "q" if code else "", number],
        )

    if (source, target) in EDGES:
        move()
    else:
        with pytest.raises(psycopg.errors.CheckViolation, match="does not go from"):
            move()


@pytest.mark.parametrize(
    "change",
    [
        "amount_vnd = 1",
        "txn_ref = 'X-2'",
        "refunded_vnd = 75001",
        "refunded_vnd = -1",
        "refunded_vnd = 75000",  # all of it, and still not called refunded
        "response_code = '51'",
        "response_code = ''",
        "ended_at = NULL",
        "result_query = ''",
        "fee_vnd = -1",
        "fee_vnd = 75001",
    ],
)
def test_the_database_refuses_a_contradiction(books, change):
    number = insert(books, State.PAID)

    with pytest.raises(psycopg.errors.CheckViolation):
        books.execute(f"UPDATE sandbox_transaction SET {change} WHERE id = {number}")


def test_nothing_is_given_back_of_what_was_not_taken(books):
    number = insert(books, State.FAILED)

    with pytest.raises(psycopg.errors.CheckViolation, match="only_money_taken_is_given_back"):
        books.execute(f"UPDATE sandbox_transaction SET refunded_vnd = 1 WHERE id = {number}")


def test_a_reference_is_unique_within_merchant_and_day(books):
    insert(books, State.PAID)

    with pytest.raises(psycopg.errors.UniqueViolation, match="one_payment_per_reference_and_day"):
        insert(books, State.OPEN)


def command(sandbox, *words: str, **variables) -> subprocess.CompletedProcess:
    environment = running.environment(sandbox.database_url, port=18100, ipn_url=sandbox.ipn_url)
    return subprocess.run(
        [sys.executable, "-m", "django", *words],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment, "SANDBOX_SENDERS": "0", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_any_merchant_can_be_registered(sandbox, payer, merchant, new_order):
    done = command(sandbox, "sandbox_merchant", "--ipn-url", merchant.ipn_url, "--name", "Shop")
    account = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert account["pay_url"] == "http://localhost:18100/paymentv2/vpcpay.html"
    assert account["api_url"] == "http://localhost:18100/merchant_webapi/api/transaction"

    order = new_order()
    shop = running.Account(sandbox, account["tmn_code"], account["secret"])
    assert "Shop" in payer.opens(order.url(shop)).text
    payer.pays_with("9704198526191432198")
    merchant.wait_for(order.txn_ref)


def test_a_merchant_s_address_must_be_one(sandbox):
    done = command(sandbox, "sandbox_merchant", "--ipn-url", "localhost/ipn")

    assert done.returncode == 1
    assert "http://" in done.stderr


def test_the_gateway_does_not_start_without_a_merchant(sandbox):
    done = command(sandbox, "shell", "-v0", "-c", "import payments.sandbox.wsgi", GATEWAY_SECRET="")

    assert "GATEWAY_TMN_CODE" in done.stderr


def test_models_and_migrations_agree(sandbox):
    done = command(sandbox, "makemigrations", "--check", "--dry-run")

    assert done.returncode == 0, done.stdout


def test_the_gateway_loads_nothing_of_the_portal(sandbox):
    code = (
        "import sys, payments.sandbox.wsgi;"
        "print([m for m in sys.modules if m.partition('.')[0] in ('portal', 'dossiers')"
        " or m.startswith('payments.') and not m.startswith('payments.sandbox')])"
    )

    assert command(sandbox, "shell", "-v0", "-c", code).stdout.strip() == "[]"


def test_the_manual_lists_every_card():
    manual = (settings.BASE_DIR / "docs" / "sandbox.md").read_text("utf-8")
    rows = [line for line in manual.splitlines() if line.startswith("| ")]

    for card in cards.CARDS:
        (row,) = [row for row in rows if card.number in row]
        assert f"| {card.code} |" in row
        assert (card.holder in row) and (card.issued in row)
