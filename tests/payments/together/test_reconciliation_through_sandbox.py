"""Reconciliation reads the file that the sandbox itself writes, over HTTP, whichever protocol the money came by.

What differs is made to differ in the gateway's own books: a notice that was dropped, an entry that the gateway dates
to the day before, an amount that it mistook and put right later, an order of the merchant that the portal never made.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from payments.models import Attempt, Entry, Reconciliation
from payments.protocol.messages import PayOrder
from payments.protocol.vnpay import pay_url
from payments.reconciliation import actions
from payments.states import State
from tests.accounts.factories import OfficialFactory
from tests.dossiers.factories import DossierFactory
from tests.payments.books import balances
from tests.payments.sandbox.running import TMN_CODE, Payer

GOOD = "9704198526191432198"
COMPARE = "/desk/payments/reconciliation/compare/"


@pytest.fixture
def pay(both, citizen, wait_until):
    """``pay(dossier, way)`` through the pages of both sides; ``told=False``: the portal never hears of it."""

    def pay(dossier, way, *, told=True):
        payer = citizen(dossier.filed_by)
        attempt = payer.leaves_to_pay(dossier, way)
        if told:
            payer.pays_with(GOOD)
            wait_until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.CAPTURED)
        else:
            payer.presses_trouble("drop")
        return attempt

    return pay


def compared_at_the_desk(client):
    """The comparison of today that the button of the desk makes."""
    answer = client.post(COMPARE, {"day": actions.gateway_today().isoformat()})
    taken = Reconciliation.objects.latest("pk")
    assert answer.url == reverse("admin:payments_reconciliation_change", args=[taken.pk])
    return taken


def mistaken(both, attempt, amount_vnd):
    """What the gateway's books say was paid, against the rule that an order never changes."""
    both.sandbox.sql("ALTER TABLE sandbox_transaction DISABLE TRIGGER guard")
    both.sandbox.sql(
        "UPDATE sandbox_transaction SET amount_vnd = %s WHERE txn_ref = %s",
        amount_vnd,
        attempt.txn_ref,
    )
    both.sandbox.sql("ALTER TABLE sandbox_transaction ENABLE TRIGGER guard")


def found(taken, *attempts):
    lines = {line.txn_ref: line for line in taken.lines.all()}
    return [
        (line.finding, line.ours, line.theirs)
        for line in (lines[attempt.txn_ref] for attempt in attempts)
    ]


@pytest.mark.parametrize("way", ["vnpay", "platform"])
def test_each_kind_of_line_is_found_and_after_repair_all_match(both, client, pay, way):
    first = DossierFactory(payment_requested=True)
    dossiers = [first]
    dossiers += [DossierFactory(offering=first.offering, payment_requested=True) for _ in range(3)]
    same, ours, theirs, other = (
        pay(dossier, way, told=number != 2) for number, dossier in enumerate(dossiers)
    )
    # The gateway charged just before its midnight, the portal booked after it.
    both.sandbox.sql(
        "UPDATE sandbox_transaction SET ended_at = ended_at - interval '1 day' WHERE txn_ref = %s",
        ours.txn_ref,
    )
    mistaken(both, other, 74_000)
    client.force_login(OfficialFactory(role="cashier", agency=first.handling_agency))

    taken = compared_at_the_desk(client)

    assert found(taken, same, ours, theirs, other) == [
        ("matched", 75_000, 75_000),
        ("ours_only", 75_000, None),
        ("theirs_only", None, 75_000),
        ("different", 75_000, 74_000),
    ]
    mistaken(both, other, 75_000)  # the gateway has put its mistake right
    for attempt in (ours, theirs, other):
        newest = actions.latest(TMN_CODE, actions.gateway_today())
        line = newest.lines.get(txn_ref=attempt.txn_ref)
        assert client.post(reverse("admin:payments_repair", args=[line.pk])).status_code == 302
    assert set(compared_at_the_desk(client).lines.values_list("finding", flat=True)) == {"matched"}
    assert set(
        actions.reconcile(actions.gateway_today() - timedelta(days=1)).lines.values_list(
            "finding", flat=True
        )
    ) == {"matched"}
    assert Attempt.objects.get(pk=theirs.pk).state == State.CAPTURED
    assert balances(first.handling_agency) == {"gateway": 300_000, "agency": -300_000}
    on_file = both.sandbox.sql(
        "SELECT sum(amount_vnd)::bigint FROM sandbox_transaction WHERE txn_ref = ANY(%s)",
        [each.txn_ref for each in (same, ours, theirs, other)],
    )
    assert on_file == [(300_000,)]


def test_money_of_an_order_that_the_portal_never_made_goes_back(both, client):
    order = PayOrder(
        txn_ref="NOT-OURS-1",
        amount_vnd=90_000,
        order_info="Le phi",
        return_url=f"{both.portal}/pay/",
        ip_addr="127.0.0.1",
    )
    stranger = Payer()
    stranger.opens(pay_url(order, config=both.sandbox.config, now=timezone.now()))
    stranger.pays_with(GOOD)
    stranger.browser.close()
    client.force_login(OfficialFactory(role="system_admin"))

    line = actions.reconcile(actions.gateway_today()).lines.get(txn_ref="NOT-OURS-1")
    assert (line.finding, line.ours, line.theirs, line.attempt) == (
        "theirs_only",
        None,
        90_000,
        None,
    )
    repair = reverse("admin:payments_repair", args=[line.pk])
    assert client.post(repair).status_code == 302
    assert client.post(repair).status_code == 409

    assert both.sandbox.payment("NOT-OURS-1")["refunded_vnd"] == 90_000
    assert Entry.objects.filter(reference__startswith="stray", dossier=None).count() == 2
    newest = actions.reconcile(actions.gateway_today())
    assert {row.kind: row.finding for row in newest.lines.filter(txn_ref="NOT-OURS-1")} == {
        "payment": "matched",
        "refund": "matched",
    }
