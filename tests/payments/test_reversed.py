"""Money that the bank took and the gateway never got (04): never captured, never called failed, left to two people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from payments import actions
from payments.models import Attempt, Entry, Notice
from payments.tasks import complete_open_attempts
from portal.workflow import perform
from tests.dossiers.factories import officer
from tests.payments.books import references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.waiting import an_hour_later

CHARGED = "Ngân hàng đã trừ tiền, nhưng giao dịch chưa hoàn tất"
NOT_CHARGED = "Ông/bà không bị trừ tiền"


def told(client, attempt, **codes):
    answer = client.get(f"/pay/ipn/?{notice_query(attempt, **codes)}").json()["RspCode"]
    attempt.refresh_from_db()
    return answer


def reversed_by_notice(client, attempt):
    return told(client, attempt, ResponseCode="99", TransactionStatus="04")


@pytest.fixture
def attempt(db, bank):
    return AttemptFactory()


@pytest.mark.parametrize("before", [None, "expire", "set_aside", "fail"])
@pytest.mark.parametrize("code", ["99", "00", "04"])
def test_a_notice_of_it_puts_the_attempt_before_people(client, attempt, before, code):
    if before:
        perform(attempt, before, by=None, **({"response_code": "24"} if before == "fail" else {}))

    assert told(client, attempt, ResponseCode=code, TransactionStatus="04") == "00"
    assert told(client, attempt, ResponseCode=code, TransactionStatus="04") == "02"

    assert (attempt.state, attempt.response_code) == ("suspected", "04")
    assert attempt.history.last().details["code"] == "04"
    assert not Entry.objects.exists()
    verdicts = Notice.objects.order_by("pk").values_list("verdict", flat=True)
    assert list(verdicts) == ["held", "known"]


def test_the_completer_hears_it_too_and_goes_on_asking(attempt, bank):
    bank.owes(attempt, status="04")
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    complete_open_attempts()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.response_code) == ("suspected", "04")

    for _hour in range(3):
        an_hour_later()
        complete_open_attempts()
    attempt.refresh_from_db()
    assert attempt.state == "suspected"
    assert len(bank.asked("querydr")) > 1
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("codes", "ends", "booked"),
    [
        (("00", "00"), "captured", ["capture"]),  # it arrived after all
        (("24", "02"), "failed", []),  # the bank gave it back
    ],
)
def test_what_becomes_of_it_in_the_end_is_heard(client, attempt, codes, ends, booked):
    reversed_by_notice(client, attempt)

    assert told(client, attempt, ResponseCode=codes[0], TransactionStatus=codes[1]) == "00"

    assert (attempt.state, references()) == (ends, booked)


def test_the_payer_is_told_what_is_known_and_not_to_pay_again(client, attempt):
    reversed_by_notice(client, attempt)
    client.force_login(attempt.dossier.filed_by)

    page = client.get(reverse("payments:return", args=[attempt.public_id])).content.decode()

    assert CHARGED in page
    assert "đừng nộp lại" in page
    assert NOT_CHARGED not in page


def test_two_people_decide_and_see_why(client, attempt):
    reversed_by_notice(client, attempt)
    cashier, leader = (officer(attempt.dossier, role) for role in ("cashier", "leader"))
    client.force_login(cashier)
    page = client.get(reverse("admin:payments_attempt_change", args=[attempt.pk])).content.decode()
    assert "giao dịch chưa hoàn tất tại cổng thanh toán (04)" in page

    actions.propose_decision(attempt, decision="unpaid", note="Ngân hàng đã hoàn.", by=cashier)
    actions.confirm_decision(attempt, by=leader)

    assert Attempt.objects.get().state == "failed"
    assert not Entry.objects.exists()
