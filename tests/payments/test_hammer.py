"""Many at once, on real PostgreSQL with connections of their own: exact books, and nobody waits for ever."""

import multiprocessing
import time
from collections import Counter

import pytest
from django.db import connection, connections
from django.test import Client

from payments import actions
from payments.errors import MoreThanWasPaid, NothingToGiveBack
from payments.models import Attempt, Entry, Notice, Refund
from portal.workflow import bell
from tests.dossiers.factories import DossierFactory, officer
from tests.faults.checker import violations
from tests.payments.books import balances
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.workflow.threads import patiently, run_together

PROCESSES, PAYMENTS, OFTEN = 8, 5_000, 3
TABS = 20  # payments of one fee: one is effective, the others go back
PATIENCE_SECONDS = 540
CALLS = 10  # of a gateway that is asked to call again; then it gives up


def sound():
    with connection.cursor() as cursor:
        return violations(cursor)


def tell(query):
    return Client().get(f"/pay/ipn/?{query}").json()["RspCode"]


def tell_until_heard(query):
    """As the gateway does: whoever waited too long for the lock is answered 99 and calls again."""
    for _call in range(CALLS):
        if (answer := tell(query)) != "99":
            break
    return answer


def test_32_threads_with_one_notice_capture_once(own_database, bank):
    attempt = AttemptFactory()
    query = notice_query(attempt)

    answers = run_together(tell_until_heard, [query] * 32)

    assert Counter(answers) == {"00": 1, "02": 31}
    assert Notice.objects.filter(verdict="taken").count() == Entry.objects.count() == 1
    assert balances(attempt.handling_agency) == {
        "gateway": attempt.amount,
        "agency": -attempt.amount,
    }
    assert sound() == {}


def test_64_threads_give_back_no_more_than_was_paid(own_database, bank):
    attempt = AttemptFactory()
    assert tell(notice_query(attempt)) == "00"
    cashier, leader = officer(attempt.dossier, "cashier"), officer(attempt.dossier, "leader")
    part = attempt.amount // 10

    def ask(number):
        refund = patiently(
            actions.request_refund,
            Attempt.objects.get(pk=attempt.pk),
            reason=Refund.Reason.MISTAKE,
            by=cashier,
            amount=part,
            note=f"Lần {number}.",
        )
        patiently(actions.approve_refund, refund, by=leader)
        return "owed"

    answers = run_together(ask, range(64))

    kinds = Counter(
        answer if isinstance(answer, str) else type(answer).__name__ for answer in answers
    )
    assert kinds["owed"] == 10
    assert kinds["owed"] + kinds[NothingToGiveBack.__name__] + kinds[MoreThanWasPaid.__name__] == 64
    assert sum(refund.amount for refund in Refund.objects.all()) == attempt.amount
    assert balances(attempt.handling_agency) == {
        "gateway": attempt.amount,
        "refunds": -attempt.amount,
    }
    assert sound() == {}


def test_64_threads_that_send_one_refund_give_it_back_once(own_database, bank):
    attempt = AttemptFactory()
    bank.owes(attempt)
    assert tell(notice_query(attempt)) == "00"
    refund = actions.request_refund(attempt, reason=Refund.Reason.SURPLUS)

    run_together(send_once_more, [refund.pk] * 64)

    refund.refresh_from_db()
    assert refund.state == "done"
    assert bank.payments[attempt.txn_ref].refunded == attempt.amount
    assert len(bank.asked("refund")) == 1
    assert sound() == {}


def test_a_refund_on_its_way_is_left_alone(own_database, bank):
    """Whoever reads it while the gateway thinks sees one try more than before, and does not take that for its turn."""
    attempt = AttemptFactory()
    bank.owes(attempt)
    assert tell(notice_query(attempt)) == "00"
    refund = actions.request_refund(attempt, reason=Refund.Reason.SURPLUS)

    def meanwhile(body):
        bank.before_answering = None
        run_together(send_once_more, [refund.pk])

    bank.before_answering = meanwhile
    send_once_more(refund.pk)

    refund.refresh_from_db()
    assert (refund.state, refund.tries) == ("done", 1)
    assert len(bank.asked("refund")) == 1


def send_once_more(pk):
    return actions.send_refund(Refund.objects.get(pk=pk))


# Eight processes -------------------------------------------------------------------------------


def _settle(queries, failed):
    """One process: every notice in its own order, over HTTP inside the process; what was not answered well is told."""
    connections.close_all()
    with bell.silenced():
        for query in queries:
            answer = tell_until_heard(query)
            if answer not in {"00", "02"}:
                failed.put((query, answer))
    connections.close_all()


@pytest.mark.slow
def test_8_processes_settle_5000_payments_exactly(own_database, bank, capsys):
    with bell.silenced():
        first = AttemptFactory()
        dossiers = [first.dossier] + [
            DossierFactory(
                offering=first.dossier.offering,
                filed_by=first.dossier.filed_by,
                payment_requested=True,
            )
            for _number in range(PAYMENTS // TABS - 1)
        ]
        attempts = [first]
        for dossier in dossiers:
            request = dossier.payment_requests.get()
            attempts += AttemptFactory.create_batch(
                TABS - (dossier == first.dossier), dossier=dossier, request=request
            )
    assert len(attempts) == PAYMENTS
    queries = [notice_query(attempt) for attempt in attempts]
    failed = multiprocessing.get_context("fork").SimpleQueue()
    began = time.monotonic()
    connections.close_all()
    processes = []
    for number in range(PROCESSES):
        # Each takes every payment of its share, and OFTEN - 1 others tell the same in another order.
        shares = [
            query for place, query in enumerate(queries) if (place - number) % PROCESSES < OFTEN
        ]
        shares = shares if number % 2 else shares[::-1]
        process = multiprocessing.get_context("fork").Process(target=_settle, args=(shares, failed))
        process.start()
        processes.append(process)
    for process in processes:
        process.join(PATIENCE_SECONDS - (time.monotonic() - began))
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    seconds = time.monotonic() - began

    assert [failed.get() for _ in iter(failed.empty, True)] == []
    states = Counter(Attempt.objects.values_list("state", flat=True))
    assert states == {"captured": len(dossiers), "surplus": PAYMENTS - len(dossiers)}
    assert Notice.objects.filter(verdict="taken").count() == PAYMENTS
    assert Notice.objects.count() == PAYMENTS * OFTEN
    amount = first.amount
    assert balances(first.handling_agency) == {
        "gateway": PAYMENTS * amount,
        "agency": -len(dossiers) * amount,
        "refunds": -(PAYMENTS - len(dossiers)) * amount,
    }
    assert deadlocks() == 0
    assert sound() == {}
    with capsys.disabled():
        print(
            f"\n{PROCESSES} processes: {PAYMENTS} payments told {OFTEN} times in {seconds:.0f} s, "
            f"{PAYMENTS * OFTEN / seconds:.0f} notices/s, no deadlock"
        )


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
