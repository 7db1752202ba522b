"""The books: every dong on two sides, whole, once; the database itself refuses anything else."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from payments import actions, ledger
from payments.models import Account, Attempt, Entry, Posting
from portal import clock
from portal.clock.errors import ClockIsReal
from tests.agencies.factories import CommuneFactory
from tests.payments.books import balances, references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.workflow.threads import run_together

Kind = Account.Kind


@pytest.fixture
def attempt(db):
    return AttemptFactory()


def commit():
    """What the end of a transaction does: check what was deferred."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def post(attempt, *amounts, reference="odd"):
    accounts = [ledger.account(kind, attempt.handling_agency_id) for kind in Kind]
    ledger.post(
        reference, attempt.dossier_id, clock.now(), list(zip(accounts, amounts, strict=False))
    )


@pytest.mark.parametrize("amounts", [(5, -5), (5, -2, -3), (1, 1, 1, -3), (10**15, -(10**15))])
def test_sides_that_sum_to_zero_are_booked(attempt, amounts):
    post(attempt, *amounts)
    commit()

    assert Posting.objects.aggregate(sum=Sum("amount"))["sum"] == 0
    assert Posting.objects.count() == len(amounts)


@pytest.mark.parametrize("amounts", [(5, -4), (5,), (-5,), (5, 5), (1, 2, -4)])
def test_sides_that_do_not_are_refused_at_commit(attempt, amounts):
    with pytest.raises(IntegrityError, match="sums to"), transaction.atomic():
        post(attempt, *amounts)
        commit()

    assert not Posting.objects.exists()


def test_an_entry_cannot_be_added_to_later(attempt):
    post(attempt, 5, -5)
    commit()

    with pytest.raises(IntegrityError, match="sums to"), transaction.atomic():
        Posting.objects.create(entry=Entry.objects.get(), account=Account.objects.first(), amount=1)
        commit()


def test_a_side_of_nothing_is_refused(attempt):
    with pytest.raises(IntegrityError, match="posting_not_zero"), transaction.atomic():
        post(attempt, 0, 5, -5)


def test_a_side_is_whole(attempt):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, data_type FROM information_schema.columns "
            "WHERE column_name = 'amount' AND table_name LIKE ANY (ARRAY['payments%', 'dossiers_paymentrequest'])"
        )
        kinds = dict(cursor.fetchall())

    assert set(kinds.values()) == {"bigint"}
    assert {
        "payments_posting",
        "payments_attempt",
        "payments_refund",
        "payments_cashreceipt",
    } <= set(kinds)


def test_nothing_is_booked_twice(attempt):
    post(attempt, 5, -5, reference="once")

    with pytest.raises(IntegrityError, match="reference"), transaction.atomic():
        post(attempt, 5, -5, reference="once")


def test_what_is_booked_stays(attempt):
    post(attempt, 5, -5)

    for change in (
        lambda: Posting.objects.update(amount=1),
        lambda: Entry.objects.update(reference="x"),
        lambda: Posting.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


# Accounts ------------------------------------------------------------------------------------


def test_an_account_is_opened_once_however_many_come_first(own_database):
    agency = CommuneFactory()

    keys = run_together(lambda _number: ledger.account(Kind.GATEWAY, agency.pk), range(8))

    assert keys == [Account.objects.get().pk] * 8


def test_an_account_of_a_booking_that_failed_is_not_remembered(own_database):
    """The first capture of an agency fails after its accounts were opened: the next one must not trip over it."""
    attempt = AttemptFactory()
    with pytest.raises(ClockIsReal), transaction.atomic():
        ledger.captured(attempt, clock.now())
        raise ClockIsReal
    assert not Account.objects.exists()

    assert actions.absorb(notice_query(attempt)) == "00"

    assert balances(attempt.handling_agency) == {
        "gateway": attempt.amount,
        "agency": -attempt.amount,
    }


def test_each_agency_has_its_own_books(db):
    first, second = AttemptFactory(), AttemptFactory()
    assert first.handling_agency != second.handling_agency
    actions.absorb(notice_query(first))

    assert balances(first.handling_agency) == {"gateway": 75_000, "agency": -75_000}
    assert balances(second.handling_agency) == {}


# Everything together ---------------------------------------------------------------------------


def test_the_same_notice_32_times_at_once_is_one_capture(own_database):
    attempt = AttemptFactory()
    query = notice_query(attempt)

    answers = run_together(actions.absorb, [query] * 32)

    assert sorted(answers) == ["00"] + ["02"] * 31
    assert references() == ["capture"]
    assert balances(attempt.handling_agency) == {
        "gateway": attempt.amount,
        "agency": -attempt.amount,
    }
    row = Attempt.objects.select_related("dossier").get()
    assert (row.state, row.sequence, row.dossier.state) == ("captured", 1, "submitted")
    assert row.notices.count() == 32


def test_notices_for_many_attempts_of_one_agency_meet_without_deadlock(own_database):
    """Captures share two accounts and a unit: whoever waits, nobody waits in a circle."""
    first = AttemptFactory()
    offering = first.dossier.offering
    attempts = [first] + [
        AttemptFactory(dossier__offering=offering, dossier__filed_by=first.dossier.filed_by)
        for _number in range(7)
    ]
    twins = [
        AttemptFactory(dossier=attempt.dossier, request=attempt.request) for attempt in attempts
    ]

    answers = run_together(
        actions.absorb, [notice_query(attempt) for attempt in [*attempts, *twins]]
    )

    assert answers == ["00"] * 16
    assert references() == ["capture"] * 8 + ["surplus"] * 8
    assert balances(first.handling_agency) == {
        "gateway": 16 * 75_000,
        "agency": -8 * 75_000,
        "refunds": -8 * 75_000,
    }
    assert Posting.objects.aggregate(sum=Sum("amount"))["sum"] == 0
