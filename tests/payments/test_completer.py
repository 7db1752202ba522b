"""Where no notice comes, the portal asks the gateway until it knows; an answer that is not certain changes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dossiers.models import Dossier
from payments import actions, tasks
from payments.models import Attempt, Refund
from payments.states import State
from payments.tasks import SILENCES, attempts_to_ask_about, complete_open_attempts
from portal import clock
from tests.dossiers.factories import DossierFactory, stop
from tests.payments.books import balances, references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.waiting import an_hour_later
from tests.workflow.threads import run_together

MINUTE = timedelta(minutes=1)


def begun(minutes_ago, **fields):
    """An attempt that was started some minutes ago."""
    return AttemptFactory(started_at=timezone.now() - minutes_ago * MINUTE, **fields)


def stored(attempt):
    return Attempt.objects.select_related("dossier").get(pk=attempt.pk)


# Paid, and nobody said so ----------------------------------------------------------------------


@pytest.mark.django_db
def test_money_of_which_no_notice_came_is_found_and_booked(bank):
    attempt = begun(2)
    bank.owes(attempt)

    complete_open_attempts()

    row = stored(attempt)
    assert (row.state, row.gateway_number) == (
        State.CAPTURED,
        bank.payments[attempt.txn_ref].number,
    )
    assert row.dossier.state == "submitted"
    assert row.request.paid_at is not None
    assert balances(attempt.handling_agency) == {
        "gateway": attempt.amount,
        "agency": -attempt.amount,
    }
    complete_open_attempts()
    assert len(bank.requests) == 1


@pytest.mark.django_db
def test_all_of_many_are_found_with_the_notices_switched_off(bank):
    attempts = [begun(2) for _number in range(6)]
    for attempt in attempts:
        bank.owes(attempt)

    complete_open_attempts()

    assert set(Attempt.objects.values_list("state", flat=True)) == {State.CAPTURED}
    assert references() == ["capture"] * 6


@pytest.mark.django_db
def test_a_notice_after_the_answer_is_known_already(bank):
    attempt = begun(2)
    bank.owes(attempt)
    complete_open_attempts()

    assert actions.absorb(notice_query(attempt, secret=bank.config["secret"])) == "02"
    assert references() == ["capture"]


@pytest.mark.django_db
def test_a_dossier_stopped_meanwhile_gets_its_money_back(bank):
    attempt = begun(2)
    bank.owes(attempt)
    received = stored(attempt).dossier
    stop(received)

    complete_open_attempts()

    assert stored(attempt).state == State.SURPLUS
    assert Refund.objects.get().state == "done"  # sent in the same round
    assert balances(attempt.handling_agency) == {}


# When it asks ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_asks_after_1_5_15_and_60_minutes_and_then_every_hour(bank):
    attempt = begun(0)
    bank.owes(attempt, status="01")
    for queries, minutes in enumerate([1, 5, 15, 60, 60, 60]):
        for waited, due in ((minutes * MINUTE - 10 * MINUTE / 60, False), (minutes * MINUTE, True)):
            moment = timezone.now() - waited
            Attempt.objects.filter(pk=attempt.pk).update(
                started_at=moment,
                asked_at=moment if queries else None,
                expires_at=timezone.now() + MINUTE,
            )
            assert attempts_to_ask_about().exists() is due, (queries, waited)
        complete_open_attempts()
        assert stored(attempt).queries == queries + 1

    assert stored(attempt).state == State.STARTED
    assert len(bank.asked("querydr")) == 6


@pytest.mark.django_db
def test_those_asked_longest_ago_come_first(bank, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    attempts = [begun(200 - number) for number in range(5)]
    for attempt in attempts:
        bank.owes(attempt, status="01")
        Attempt.objects.filter(pk=attempt.pk).update(expires_at=timezone.now() + MINUTE)

    for _round in range(3):
        complete_open_attempts()

    assert [body["vnp_TxnRef"] for body in bank.requests] == [
        attempt.txn_ref for attempt in attempts
    ]


# Not paid ----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["02", None])
def test_what_was_not_paid_expires_with_its_time(bank, status):
    in_time, too_late = begun(2), begun(16)
    if status:
        bank.owes(in_time, status=status)
        bank.owes(too_late, status=status)

    complete_open_attempts()

    assert stored(in_time).state == State.STARTED
    assert stored(too_late).state == State.EXPIRED
    assert stored(too_late).dossier.state == "payment_requested"
    assert references() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "state"), [("01", "started"), ("07", "suspected")])
def test_what_the_gateway_still_has_open_or_suspects_does_not_expire(bank, status, state):
    attempt = begun(16)
    bank.owes(attempt, status=status)

    complete_open_attempts()

    assert stored(attempt).state == state
    assert references() == []


@pytest.mark.django_db
def test_money_that_comes_after_the_attempt_expired_is_money_received(bank):
    attempt = begun(16)
    complete_open_attempts()
    assert stored(attempt).state == State.EXPIRED

    assert actions.absorb(notice_query(attempt, secret=bank.config["secret"])) == "00"

    assert stored(attempt).state == State.CAPTURED
    assert stored(attempt).dossier.state == "submitted"


# Not certain -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_gateway_that_is_down_is_left_alone_after_some_silences(gateway_down):
    attempts = [begun(16) for _number in range(SILENCES + 3)]

    complete_open_attempts()

    rows = [stored(attempt) for attempt in attempts]
    assert {row.state for row in rows} == {State.STARTED}
    assert sum(row.queries for row in rows) == SILENCES


@pytest.mark.django_db
def test_one_unreadable_answer_holds_up_nobody(bank):
    odd, fine = begun(17), begun(16)
    bank.owes(odd)
    bank.owes(fine)
    bank.garbage_for.add(odd.txn_ref)

    complete_open_attempts()

    assert (stored(odd).state, stored(fine).state) == (State.STARTED, State.CAPTURED)


@pytest.mark.django_db
def test_an_error_of_ours_holds_up_nobody(bank):
    """The gateway says a number that another order has: against the books, so that one alone stays open."""
    first, second, third = begun(30), begun(20), begun(10)
    for attempt in (first, second, third):
        bank.owes(attempt)
    bank.payments[second.txn_ref].number = bank.payments[first.txn_ref].number

    complete_open_attempts()

    assert [stored(attempt).state for attempt in (first, second, third)] == [
        State.CAPTURED,
        State.STARTED,
        State.CAPTURED,
    ]
    assert references() == ["capture", "capture"]


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [74_900, 75_100])
def test_another_amount_at_the_gateway_is_never_taken_for_paid(bank, amount):
    attempt = begun(2)
    bank.owes(attempt, amount=amount)

    complete_open_attempts()

    assert stored(attempt).state == State.STARTED
    assert references() == []


@pytest.mark.django_db
def test_a_wrongly_signed_answer_is_no_answer(bank, settings):
    attempt = begun(16)
    bank.owes(attempt)
    settings.GATEWAY = bank.config | {"secret": "ANOTHER-SECRET-FOR-TESTS-0123456"}

    complete_open_attempts()

    assert stored(attempt).state == State.STARTED
    assert references() == []


# At the same time --------------------------------------------------------------------------------


def test_a_notice_that_comes_while_we_ask(own_database, bank):
    """The bank says “not paid”, and before the answer is read the notice of success is booked."""
    attempt = begun(16)
    bank.owes(attempt, status="02")
    told = []
    bank.before_answering = lambda body: told.extend(
        run_together(actions.absorb, [notice_query(attempt, secret=bank.config["secret"])])
    )

    complete_open_attempts()

    assert told == ["00"]
    assert stored(attempt).state == State.CAPTURED
    assert list(attempt.history.values_list("transition", flat=True)) == ["capture"]


def test_completers_and_notices_at_once_capture_once(own_database, bank):
    attempts = [begun(2) for _number in range(4)]
    queries = []
    for attempt in attempts:
        number = bank.owes(attempt).number
        queries += [notice_query(attempt, secret=bank.config["secret"], TransactionNo=number)] * 3

    def work(task):
        return complete_open_attempts() if task is None else actions.absorb(task)

    answers = run_together(work, [None, *queries, None])

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert set(answers) <= {None, "00", "02"}
    assert references() == ["capture"] * 4
    assert set(Dossier.objects.values_list("state", flat=True)) == {"submitted"}
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_gateway_dates_are_real_time_whatever_the_portal_clock_shows(bank, monkeypatch):
    """The demo may stand in last month: an attempt begun now is not asked about before a real minute."""
    monkeypatch.setattr(clock, "now", lambda: timezone.localtime() - timedelta(days=60))
    dossier = DossierFactory(payment_requested=True)
    attempt = AttemptFactory(dossier=dossier)
    bank.owes(attempt)

    complete_open_attempts()

    assert bank.requests == []
    assert stored(attempt).expires_at > timezone.now()


# What the gateway never tells ----------------------------------------------------------------------


@pytest.mark.django_db
def test_after_the_last_question_people_decide_and_the_gateway_is_asked_all_the_same(bank):
    attempt = begun(200, expires_at=timezone.now() + MINUTE)
    bank.garbage_for.add(attempt.txn_ref)
    bank.owes(attempt)
    for _number in range(4):
        assert stored(attempt).state == State.STARTED
        an_hour_later()
        complete_open_attempts()
        Attempt.objects.update(expires_at=timezone.now() - MINUTE)
    assert (stored(attempt).state, stored(attempt).queries) == (State.UNDECIDED, 4)

    bank.garbage_for.clear()
    an_hour_later()
    complete_open_attempts()

    assert stored(attempt).state == State.CAPTURED
    assert references() == ["capture"]


@pytest.mark.django_db
def test_a_gateway_that_is_gone_leaves_nothing_open_beyond_its_limit(gateway_down):
    attempts = [begun(120) for _number in range(SILENCES + 3)]

    complete_open_attempts()

    assert {stored(attempt).state for attempt in attempts} == {State.UNDECIDED}


@pytest.mark.django_db
def test_the_payers_looks_do_not_use_up_the_questions(bank):
    attempt = begun(2)
    bank.owes(attempt, status="01")

    for _number in range(6):
        actions.look_at_gateway(attempt)

    assert (stored(attempt).queries, stored(attempt).state) == (0, State.STARTED)
    assert attempts_to_ask_about().exists()


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [74_999, 75_001])
def test_another_amount_at_the_gateway_ends_before_people(bank, amount):
    attempt = begun(200, expires_at=timezone.now() + MINUTE)
    bank.owes(attempt, amount=amount)
    for _number in range(4):
        an_hour_later()
        complete_open_attempts()
        Attempt.objects.update(expires_at=timezone.now() - MINUTE)

    assert stored(attempt).state == State.UNDECIDED
    assert references() == []
