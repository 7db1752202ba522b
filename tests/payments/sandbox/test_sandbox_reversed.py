"""Status 04: the bank took the money, and nothing arrived at the gateway. What each side makes of it."""

import dataclasses

import pytest
from django.utils import timezone

from payments import actions
from payments.models import Entry
from payments.tasks import complete_open_attempts
from tests.payments.factories import AttemptFactory
from tests.payments.sandbox.test_sandbox_api import query, refund
from tests.payments.sandbox.test_sandbox_settlement import fetch, rows_about

REVERSED = "9704190000000000004"


@pytest.fixture
def reversed_order(sandbox, payer, order):
    """An order paid with the card whose payments are reversed; ``page`` is where the bank's pages began."""
    order.page = payer.opens(order.url(sandbox)).url
    payer.pays_with(REVERSED)
    return order


def test_the_gateway_calls_it_neither_paid_nor_failed(sandbox, merchant, reversed_order):
    outcome = query(sandbox, reversed_order)

    assert (outcome.transaction_status, outcome.is_held) == ("04", True)
    assert not (outcome.is_paid or outcome.is_open)
    assert refund(sandbox, reversed_order).response_code == "95"
    assert rows_about(fetch(sandbox), reversed_order.txn_ref) == []


def test_the_payer_reads_that_the_bank_took_the_money(sandbox, payer, reversed_order):
    page = payer.opens(reversed_order.page)

    assert "Ngân hàng đã trừ tiền, nhưng giao dịch chưa hoàn tất." in page.text


@pytest.mark.django_db
def test_the_portal_leaves_it_to_people(sandbox, payer, new_order, settings):
    settings.GATEWAY = dataclasses.asdict(sandbox.config)
    began = timezone.now().replace(microsecond=0)
    attempt = AttemptFactory(started_at=began, tmn_code=sandbox.config.tmn_code)
    order = new_order(amount_vnd=attempt.amount)
    order.now = began
    order.order = dataclasses.replace(order.order, txn_ref=attempt.txn_ref)
    payer.opens(order.url(sandbox))
    back = payer.pays_with(REVERSED).headers["location"].partition("?")[2]

    actions.look_at_gateway(attempt)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.response_code) == ("suspected", "04")
    assert actions.absorb(back) == "02"  # the notice says the same
    complete_open_attempts()
    attempt.refresh_from_db()
    assert attempt.state == "suspected"
    assert not Entry.objects.exists()
