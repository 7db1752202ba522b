"""Money goes back once: to whom it is owed, through unknown answers, and never more than was taken."""

import pytest
from django.utils import timezone

from dossiers.models import Dossier
from payments import actions
from payments.models import Attempt, Refund
from payments.states import RefundState, State
from payments.tasks import complete_open_attempts
from portal.workflow import outbox, perform
from tests.dossiers.factories import (
    accept_withdrawal,
    officer,
    receive,
    refuse_receipt,
    request_withdrawal,
    start_processing,
)
from tests.payments.books import balances, references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.waiting import an_hour_later
from tests.workflow.threads import run_together


@pytest.fixture
def paid(bank, db):
    return captured(bank)


def captured(bank):
    """An attempt whose money the bank took and the portal booked."""
    attempt = AttemptFactory()
    bank.owes(attempt)
    query = notice_query(
        attempt, secret=bank.config["secret"], TransactionNo=bank.payments[attempt.txn_ref].number
    )
    assert actions.absorb(query) == "00"
    attempt.refresh_from_db()
    attempt.dossier.refresh_from_db()
    return attempt


def owed_back(attempt):
    refuse_receipt(attempt.dossier)
    outbox.drain(linger=0)
    return Refund.objects.get(attempt=attempt)


# To whom -------------------------------------------------------------------------------------


def test_what_was_paid_for_a_refused_dossier_goes_back(bank, paid):
    refund = owed_back(paid)
    assert (refund.state, refund.reason, refund.amount) == (
        "approved",
        "not_received",
        paid.amount,
    )
    assert balances(paid.handling_agency) == {"gateway": paid.amount, "refunds": -paid.amount}

    complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "done"
    assert list(refund.history.order_by("sequence").values_list("transition", flat=True)) == [
        "approve",
        "send",
        "settle",
    ]
    assert balances(paid.handling_agency) == {}
    assert references() == ["capture", "owed", "refund"]
    assert bank.payments[paid.txn_ref].refunded == paid.amount
    complete_open_attempts()
    assert len(bank.asked("refund")) == 1


def test_a_withdrawal_before_processing_gives_the_fee_back(bank, paid):
    request_withdrawal(paid.dossier)
    accept_withdrawal(paid.dossier)
    outbox.drain(linger=0)

    assert Refund.objects.get().reason == "withdrawn"


def test_a_withdrawal_during_processing_does_not(bank, paid):
    receive(paid.dossier)
    start_processing(paid.dossier)
    request_withdrawal(paid.dossier)
    perform(paid.dossier, "accept_withdrawal", by=officer(paid.dossier, "leader"))
    outbox.drain(linger=0)

    assert not Refund.objects.exists()
    assert balances(paid.handling_agency) == {"gateway": paid.amount, "agency": -paid.amount}


def test_money_paid_twice_goes_back_by_itself(bank, paid):
    second = AttemptFactory(dossier=paid.dossier, request=paid.request)
    bank.owes(second)

    assert actions.absorb(notice_query(second, secret=bank.config["secret"])) == "00"
    complete_open_attempts()

    assert Refund.objects.get().attempt == second
    assert Refund.objects.get().state == "done"
    assert balances(paid.handling_agency) == {"gateway": paid.amount, "agency": -paid.amount}


def test_asking_twice_gives_back_once(bank, paid):
    for _number in range(3):
        actions.request_refund(paid, reason=Refund.Reason.NOT_RECEIVED)

    assert Refund.objects.count() == 1
    assert references() == ["capture", "owed"]


@pytest.mark.parametrize("state", ["started", "failed", "expired", "surplus"])
def test_only_what_was_captured_is_owed_back_on_request(bank, db, state):
    attempt = AttemptFactory()
    if state == "failed":
        perform(attempt, "fail", by=None, response_code="24")
    if state == "expired":
        perform(attempt, "expire", by=None)
    if state == "surplus":
        actions.absorb(
            notice_query(AttemptFactory(dossier=attempt.dossier), secret=bank.config["secret"])
        )
        actions.absorb(notice_query(attempt, secret=bank.config["secret"]))
    before = Refund.objects.count()

    actions.request_refund(attempt, reason=Refund.Reason.NOT_RECEIVED)

    assert Refund.objects.count() == before


# Through unknown answers -------------------------------------------------------------------------


def test_an_answer_that_is_lost_is_asked_for_and_not_repeated(bank, paid):
    refund = owed_back(paid)
    bank.lose_answers = 1

    complete_open_attempts()
    refund.refresh_from_db()
    assert refund.state == "sent"
    assert references() == ["capture", "owed"]
    complete_open_attempts()
    assert len(bank.requests) == 1  # not before its time
    an_hour_later()
    complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "done"
    assert len(bank.asked("refund")) == 1
    assert len(bank.asked("querydr")) == 1
    assert balances(paid.handling_agency) == {}


def test_a_request_that_never_arrived_is_sent_again_with_its_number(bank, paid):
    refund = owed_back(paid)
    bank.lose_requests = 1
    complete_open_attempts()
    refund.refresh_from_db()
    assert refund.state == "sent"

    an_hour_later()
    complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "done"
    first, again = bank.asked("refund")
    assert first["vnp_RequestId"] == again["vnp_RequestId"] == refund.request_id.hex
    assert bank.payments[paid.txn_ref].refunded == paid.amount


def test_a_number_used_before_is_no_proof_of_money_given_back(bank, paid):
    """94 says that the number is known, not that the refund was carried out: the bank refused it, and that was lost."""
    refund = owed_back(paid)
    bank.refuse_with("99")
    complete_open_attempts()
    for _number in range(3):
        an_hour_later()
        complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "sent"
    assert len(bank.asked("refund")) == 4
    assert bank.payments[paid.txn_ref].refunded == 0
    assert references() == ["capture", "owed"]
    assert balances(paid.handling_agency) == {"gateway": paid.amount, "refunds": -paid.amount}


def test_a_refund_without_a_gateway_waits(gateway_down, db):
    attempt = AttemptFactory()
    actions.absorb(notice_query(attempt, secret=gateway_down["secret"]))
    attempt.dossier.refresh_from_db()
    refund = owed_back(attempt)

    complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "sent"
    assert balances(attempt.handling_agency) == {
        "gateway": attempt.amount,
        "refunds": -attempt.amount,
    }


@pytest.mark.parametrize("code", ["02", "03", "91", "95", "97"])
def test_a_certain_refusal_is_recorded_and_the_debt_stays(bank, paid, code):
    refund = owed_back(paid)
    bank.refuse_with(code)

    complete_open_attempts()
    an_hour_later()
    complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "refused"
    assert refund.history.last().details == {"code": code}
    assert balances(paid.handling_agency) == {"gateway": paid.amount, "refunds": -paid.amount}
    assert len(bank.asked("refund")) == 1


def test_a_refund_that_the_bank_turned_down_later_is_refused(bank, paid):
    refund = owed_back(paid)
    bank.lose_answers = 1
    complete_open_attempts()
    bank.payments[paid.txn_ref].refund_status = "09"

    an_hour_later()
    complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "refused"
    assert "refund" not in references()


def test_another_amount_given_back_settles_nothing(bank, paid):
    refund = owed_back(paid)
    bank.lose_answers = 1
    complete_open_attempts()
    bank.payments[paid.txn_ref].refunded -= 1000

    an_hour_later()
    complete_open_attempts()

    refund.refresh_from_db()
    assert refund.state == "sent"
    assert "refund" not in references()


# Several at once -----------------------------------------------------------------------------------


def test_many_who_ask_at_once_get_one_refund(own_database, bank):
    attempt = captured(bank)

    answers = run_together(
        lambda _number: actions.request_refund(
            Attempt.objects.get(pk=attempt.pk), reason=Refund.Reason.NOT_RECEIVED
        ),
        range(16),
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType"] * 15 + ["Refund"]
    assert Refund.objects.count() == 1
    assert references() == ["capture", "owed"]


def test_several_completers_at_once_give_back_once(own_database, bank):
    attempts = [captured(bank) for _number in range(4)]
    for attempt in attempts:
        owed_back(attempt)

    answers = run_together(lambda _number: complete_open_attempts(), range(4))
    complete_open_attempts()

    assert answers == [None] * 4
    assert set(Refund.objects.values_list("state", flat=True)) == {RefundState.DONE}
    assert references() == ["capture"] * 4 + ["owed"] * 4 + ["refund"] * 4
    for attempt in attempts:
        assert bank.payments[attempt.txn_ref].refunded == attempt.amount
        assert balances(attempt.handling_agency) == {}


@pytest.mark.django_db
def test_a_dossier_that_was_never_paid_owes_nothing(bank):
    attempt = AttemptFactory()
    dossier = Dossier.objects.get(pk=attempt.dossier_id)
    request_withdrawal(dossier)
    accept_withdrawal(dossier)
    outbox.drain(linger=0)

    assert not Refund.objects.exists()
    assert Attempt.objects.get().state == State.STARTED
    assert timezone.now() < Attempt.objects.get().expires_at
