"""The national portal's platform protocol with both sides running: the portal's driver and the sandbox's."""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from payments import actions
from payments.models import Attempt, Notice, Receipt, Refund
from payments.states import State
from payments.tasks import complete_open_attempts
from portal.workflow import outbox
from tests.dossiers.factories import DossierFactory, officer
from tests.payments.books import balances
from tests.payments.sandbox.running import TMN_CODE

GOOD, POOR = "9704198526191432198", "9704198526191432199"
PLATFORM = "platform"
TOLD = re.compile(r'"LoaiBanTin": ?"CONFIRM"')


@pytest.fixture
def dossier(both):
    return DossierFactory(payment_requested=True)


@pytest.fixture
def payer(citizen, dossier):
    return citizen(dossier.filed_by)


def now(attempt):
    return Attempt.objects.get(pk=attempt.pk)


def time_is_up(attempt):
    """As if its time to pay were over."""
    Attempt.objects.filter(pk=attempt.pk).update(
        expires_at=attempt.started_at + timedelta(microseconds=1)
    )


def test_a_fee_is_paid_and_captured_by_the_confirmation(both, dossier, payer, wait_until):
    attempt = payer.leaves_to_pay(dossier, PLATFORM)
    assert (attempt.driver, attempt.state) == (PLATFORM, State.STARTED)
    way_back = payer.pays_with(GOOD)

    wait_until(lambda: now(attempt).state == State.CAPTURED)  # nobody has come back yet
    (told,) = Notice.objects.filter(attempt=attempt)
    assert (TOLD.search(told.query) is not None, told.answer, told.verdict) == (True, "00", "taken")
    theirs = both.sandbox.payment(attempt.txn_ref)
    assert (theirs["protocol"], theirs["state"], theirs["amount_vnd"]) == (
        PLATFORM,
        "paid",
        dossier.payment_requests.get().amount,
    )
    assert now(attempt).gateway_number == str(theirs["number"])
    assert balances(dossier.handling_agency) == {"gateway": 75_000, "agency": -75_000}

    page = payer.opens(way_back.headers["location"])
    assert str(page.url).startswith(both.page("return", attempt))
    assert page.status_code == 200 and theirs["number"] and str(theirs["number"]) in page.text
    assert "Đã nộp 75.000 đồng" in page.text
    outbox.drain(linger=0)
    receipt = Receipt.objects.get(dossier=dossier)
    assert receipt.code in payer.opens(both.page("history", dossier)).text


def test_a_payment_that_failed_says_so_and_the_next_try_succeeds(both, dossier, payer, wait_until):
    refused = payer.leaves_to_pay(dossier, PLATFORM)
    way_back = payer.pays_with(POOR)
    wait_until(lambda: now(refused).state == State.FAILED)
    assert balances(dossier.handling_agency) == {}

    page = payer.opens(way_back.headers["location"])
    assert "Thử lại" in page.text and "không đủ" in page.text
    payer.sends(both.page("start", dossier), way=PLATFORM)  # the button “try again”
    payer.pays_with(GOOD)
    again = Attempt.objects.filter(dossier=dossier).latest("pk")
    wait_until(lambda: now(again).state == State.CAPTURED)

    assert [each.driver for each in dossier.attempts.all()] == [PLATFORM, PLATFORM]
    assert balances(dossier.handling_agency) == {"gateway": 75_000, "agency": -75_000}


def test_a_confirmation_that_never_comes_is_asked_for(both, dossier, payer):
    attempt = payer.leaves_to_pay(dossier, PLATFORM)
    payer.presses_trouble("drop")
    assert both.sandbox.payment(attempt.txn_ref)["state"] == "paid"
    assert now(attempt).state == State.STARTED

    actions.ask_gateway(attempt)

    assert (now(attempt).state, attempt.notices.count()) == (State.CAPTURED, 0)
    assert balances(dossier.handling_agency) == {"gateway": 75_000, "agency": -75_000}


def test_the_question_tells_waiting_from_cancelled(both, dossier, payer):
    attempt = payer.leaves_to_pay(dossier, PLATFORM)
    time_is_up(attempt)

    actions.ask_gateway(now(attempt))
    assert now(attempt).state == State.STARTED  # TrangThaiGD 3: the payer may still be at the bank

    both.sandbox.sql(
        "UPDATE sandbox_merchant SET switches = '{\"drop\": true}' WHERE tmn_code = %s", TMN_CODE
    )
    payer.sends(payer.page.url.path + "cancel/", follow=False)
    both.sandbox.sql("UPDATE sandbox_merchant SET switches = '{}'")
    actions.ask_gateway(now(attempt))
    assert now(attempt).state == State.EXPIRED  # TrangThaiGD 4
    assert balances(dossier.handling_agency) == {}


@pytest.mark.parametrize(
    ("trouble", "refusal"), [("forge", "97"), ("wrong_amount", "04"), ("duplicate", None)]
)
def test_a_false_confirmation_is_refused_and_the_true_one_counts_once(
    both, dossier, payer, wait_until, trouble, refusal
):
    attempt = payer.leaves_to_pay(dossier, PLATFORM)
    payer.presses_trouble(trouble)

    wait_until(lambda: now(attempt).state == State.CAPTURED)
    number = both.sandbox.payment(attempt.txn_ref)["id"]
    wait_until(
        lambda: (
            not both.sandbox.sql(
                "SELECT 1 FROM sandbox_notification WHERE transaction_id = %s AND state = 'due'",
                number,
            )
        )
    )
    answers = set(
        Notice.objects.filter(query__contains=attempt.txn_ref).values_list("answer", flat=True)
    )
    assert answers == ({refusal, "00"} if refusal else {"00", "02"})
    assert balances(dossier.handling_agency) == {"gateway": 75_000, "agency": -75_000}


def test_the_protocol_has_no_refund_so_the_money_goes_back_by_transfer(
    both, dossier, payer, wait_until
):
    attempt = payer.leaves_to_pay(dossier, PLATFORM)
    payer.pays_with(GOOD)
    wait_until(lambda: now(attempt).state == State.CAPTURED)
    payer.opens(both.page("ask_for_refund", dossier))
    assert payer.sends(note="Tôi nộp nhầm hồ sơ.").status_code == 200

    refund = Refund.objects.get(dossier=dossier)
    assert (refund.way, refund.state) == ("transfer", "requested")
    actions.approve_refund(refund, by=officer(dossier, "leader"))
    complete_open_attempts()  # nothing is sent to the gateway
    actions.pay_out(Refund.objects.get(pk=refund.pk), by=officer(dossier, "cashier"))

    theirs = both.sandbox.payment(attempt.txn_ref)
    assert (theirs["state"], theirs["refunded_vnd"]) == ("paid", 0)
    assert not both.sandbox.sql(
        "SELECT 1 FROM sandbox_refund WHERE transaction_id = %s", theirs["id"]
    )
    assert Refund.objects.get().state == "done"


# A driver is one file on each side ------------------------------------------------------------------

ROOMS = ("dossiers", "payments", "portal", "templates")
WORDS = re.compile(r"MaXacThuc|ThoiGianGD|TrangThaiGD|MaThamChieu|UrlThanhToan|ThongTinBienLai")


def test_the_words_of_the_protocol_stand_in_one_file_on_each_side():
    found = {
        str(file.relative_to(settings.BASE_DIR))
        for room in ROOMS
        for file in (settings.BASE_DIR / room).rglob("*")
        if file.suffix in (".py", ".html", ".txt") and WORDS.search(file.read_text())
    }

    assert found == {"payments/protocol/platform.py", "payments/sandbox/platform.py"}


def test_neither_side_imports_the_other():
    mine = (settings.BASE_DIR / "payments/protocol/platform.py").read_text()
    theirs = (settings.BASE_DIR / "payments/sandbox/platform.py").read_text()

    assert "payments.sandbox" not in mine
    assert not re.search(r"^(from|import) payments\.(?!sandbox)", theirs, re.MULTILINE)
