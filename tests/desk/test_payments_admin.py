"""Payments at the desk: lists of the own agency, and the cash desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dossiers.models import PaymentRequest
from dossiers.states import State
from payments.models import Attempt, CashReceipt, Entry
from tests.accounts.factories import OfficialFactory, RoleGrantFactory
from tests.dossiers.factories import DossierFactory, officer

pytestmark = pytest.mark.django_db

LISTS = ["attempt", "notice", "refund", "entry", "cashreceipt", "receipt"]


@pytest.fixture
def dossier(db):
    return DossierFactory(payment_requested=True)


@pytest.fixture
def cashier(dossier):
    return OfficialFactory(role="cashier", agency=dossier.handling_agency)


@pytest.fixture
def attempt(dossier):
    now = timezone.now()
    return Attempt.objects.create(
        request=request_of(dossier),
        dossier=dossier,
        handling_agency=dossier.handling_agency,
        tmn_code="TEST",
        txn_ref=f"{dossier.code}.abcd",
        amount=75_000,
        started_at=now,
        expires_at=now + timedelta(minutes=15),
    )


def request_of(dossier):
    return PaymentRequest.objects.get(dossier=dossier)


def take(dossier):
    return reverse("admin:payments_take_cash", args=[request_of(dossier).public_id])


def test_cash_goes_into_the_books_and_lets_the_dossier_go_on(sits_at, cashier, dossier):
    client = sits_at(cashier)
    home = client.get("/desk/").content.decode()
    assert take(dossier) in home
    page = client.get(take(dossier)).content.decode()
    assert "75.000" in page
    assert dossier.applicant_name in page

    answer = client.post(take(dossier))

    assert answer.url == "/desk/"
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED
    receipt = CashReceipt.objects.get()
    assert (receipt.amount, receipt.cashier) == (75_000, cashier)
    assert sum(posting.amount for posting in Entry.objects.get().postings.all()) == 0
    assert take(dossier) not in client.get("/desk/").content.decode()


def test_two_clicks_take_the_money_once(sits_at, cashier, dossier):
    client = sits_at(cashier)

    answers = [client.post(take(dossier)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert CashReceipt.objects.count() == 1


def test_a_second_cashier_is_told_that_it_is_paid(sits_at, cashier, dossier):
    sits_at(cashier).post(take(dossier))
    colleague = OfficialFactory(role="cashier", agency=dossier.handling_agency)

    answer = sits_at(colleague).post(take(dossier))

    assert answer.status_code == 409
    assert CashReceipt.objects.count() == 1


def test_the_button_stands_on_the_dossiers_page_for_who_is_both(sits_at, dossier):
    both = officer(dossier, "one_door")
    page = reverse("admin:dossiers_dossier_change", args=[dossier.public_id])
    assert take(dossier) not in sits_at(both).get(page).content.decode()
    RoleGrantFactory(user=both, role="cashier", unit=dossier.receiving_unit)

    client = sits_at(both)
    assert take(dossier) in client.get(page).content.decode()
    assert client.post(take(dossier)).url == page


def test_nobody_else_takes_cash(sits_at, staff, strangers, dossier):
    others = [officer(dossier, role) for role in ("one_door", "specialist", "leader", "auditor")]
    for user in [*others, *staff.values(), *strangers.values()]:
        client = sits_at(user)
        assert client.get(take(dossier)).status_code == 404
        assert client.post(take(dossier)).status_code == 404
    assert not CashReceipt.objects.exists()


def test_an_unknown_request_does_not_exist(sits_at, cashier):
    address = reverse("admin:payments_take_cash", args=["00000000-0000-0000-0000-000000000000"])

    assert sits_at(cashier).get(address).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_for_cashiers_and_auditors(sits_at, dossier, cashier, name):
    address = reverse(f"admin:payments_{name}_changelist")

    for user in (cashier, OfficialFactory(role="auditor")):
        assert sits_at(user).get(address).status_code == 200
    # A leader is the second pair of eyes on refunds and on what the gateway leaves open.
    leader = 200 if name in ("attempt", "refund") else 403
    assert sits_at(officer(dossier, "leader")).get(address).status_code == leader
    for role in ("one_door", "specialist", "clerk"):
        assert sits_at(officer(dossier, role)).get(address).status_code == 403


def test_a_cashier_sees_the_own_agencys_attempts_only(sits_at, attempt, cashier, strangers):
    page = reverse("admin:payments_attempt_change", args=[attempt.pk])
    lists = reverse("admin:payments_attempt_changelist")

    home = sits_at(cashier)
    assert attempt.txn_ref in home.get(lists).content.decode()
    assert home.get(page).status_code == 200
    foreign = sits_at(strangers["cashier"])
    for query in ("", f"?q={attempt.txn_ref}", f"?q={attempt.dossier.code}"):
        assert not foreign.get(lists + query).context["cl"].result_list
    assert foreign.get(page).status_code == 404
    assert foreign.get(f"{page.removesuffix('change/')}history/").status_code == 404


def test_the_page_of_an_attempt_says_that_only_the_portal_moves_it(sits_at, attempt, cashier):
    page = reverse("admin:payments_attempt_change", args=[attempt.pk])
    client = sits_at(cashier)

    assert [entry["offer"].permitted for entry in client.get(page).context["offers"]] == [False] * 6
    for name in ("capture", "expire", "delete"):
        address = reverse("admin:payments_attempt_transition", args=[attempt.pk, name])
        assert client.get(address).status_code == (404 if name == "delete" else 403)
        assert client.post(address, {"seen": attempt.sequence}).status_code == (
            404 if name == "delete" else 403
        )
    assert client.post(page, {"state": "captured"}).status_code == 403
    attempt.refresh_from_db()
    assert attempt.state == "started"
