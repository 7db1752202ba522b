"""The gateway's settlement file beside our books: what is found, what a repair does, and what is never believed."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments import actions as payments
from payments.models import (
    Attempt,
    Entry,
    Reconciliation,
    ReconciliationLine,
    Refund,
    Repair,
    SettlementFile,
)
from payments.reconciliation import actions, comparing, daily
from payments.reconciliation.books import Booking
from payments.reconciliation.errors import (
    BadSettlementFile,
    DayNotBegun,
    NoSettlementFile,
    NothingToRepair,
    NotTheReconciler,
)
from payments.reconciliation.settlement import Movement
from portal import clock
from portal.workflow import outbox
from tests.accounts.factories import OfficialFactory
from tests.dossiers.factories import DossierFactory, refuse_receipt
from tests.payments import settlement
from tests.payments.books import balances
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query

pytestmark = pytest.mark.django_db
Result = Repair.Result


@pytest.fixture
def attempt(bank):
    return AttemptFactory()


@pytest.fixture
def paid(bank, attempt):
    """An attempt that both sides have."""
    bank.owes(attempt)
    payments.absorb(notice_query(attempt))
    attempt.refresh_from_db()
    return attempt


@pytest.fixture
def cashier(attempt):
    return OfficialFactory(role="cashier", agency=attempt.handling_agency)


def compared(day=None):
    return actions.reconcile(day or settlement.today())


def findings(taken):
    return {(line.kind, line.txn_ref): line.finding for line in taken.lines.all()}


def only_line(taken, finding):
    return taken.lines.get(finding=finding)


def test_what_both_sides_have_matches_and_the_file_is_kept_as_it_came(bank, paid):
    taken = compared()

    assert findings(taken) == {("payment", paid.txn_ref): "matched"}
    file = SettlementFile.objects.get()
    assert paid.txn_ref.encode() in bytes(file.content)
    assert bytes(file.content).startswith(settlement.HEAD.encode())


def test_comparing_again_without_news_is_the_same_comparison(bank, paid):
    assert compared() == compared()
    assert (Reconciliation.objects.count(), SettlementFile.objects.count()) == (1, 1)


def test_money_of_which_no_notice_came_is_found_and_taken_in(bank, attempt, cashier):
    bank.owes(attempt)
    line = only_line(compared(), "theirs_only")
    assert (line.ours, line.theirs, line.attempt) == (None, attempt.amount, attempt)

    done = actions.repair(line, by=cashier)

    assert (done.result, done.by) == (Result.BOOKED, cashier)
    assert Attempt.objects.get().state == "captured"
    assert set(findings(actions.latest("MOTCUA01", settlement.today())).values()) == {"matched"}


def test_money_for_a_dossier_closed_meanwhile_is_taken_in_and_goes_back(
    bank, attempt, cashier, monkeypatch
):
    from dossiers.models import Dossier
    from portal.workflow import perform

    bank.owes(attempt)
    late = attempt.request.answer_by + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    perform(Dossier.objects.get(pk=attempt.dossier_id), "expire", by=None)

    done = actions.repair(only_line(compared(), "theirs_only"), by=cashier)
    payments.send_refund(Refund.objects.get())

    assert done.result == Result.BOOKED
    assert Attempt.objects.get().state == "surplus"
    assert set(findings(compared()).values()) == {"matched"}
    assert len(findings(compared())) == 2


def test_a_refund_whose_answer_was_lost_is_booked(bank, paid, cashier):
    refuse_receipt(paid.dossier.__class__.objects.get(pk=paid.dossier_id))
    payments.request_refund(paid, reason=Refund.Reason.NOT_RECEIVED)
    bank.lose_answers = 1
    payments.send_refund(Refund.objects.get())
    line = only_line(compared(), "theirs_only")
    assert line.kind == "refund"

    assert actions.repair(line, by=cashier).result == Result.BOOKED
    assert Refund.objects.get().state == "done"
    assert set(findings(compared()).values()) == {"matched"}
    assert balances(paid.handling_agency) == {}


def test_what_the_file_forgot_is_confirmed_by_the_gateway(bank, paid, cashier):
    bank.settlement_rows = []
    line = only_line(compared(), "ours_only")
    assert (line.ours, line.theirs) == (paid.amount, None)

    assert actions.repair(line, by=cashier).result == Result.CONFIRMED

    newest = actions.latest("MOTCUA01", settlement.today())
    assert [(row.finding, row.confirmed) for row in newest.lines.all()] == [("matched", True)]


def test_what_the_gateway_does_not_know_stays_open(bank, paid, cashier):
    bank.settlement_rows = []
    bank.payments.clear()
    line = only_line(compared(), "ours_only")

    assert actions.repair(line, by=cashier).result == Result.DENIED
    assert only_line(actions.latest("MOTCUA01", settlement.today()), "ours_only")


def test_a_silent_gateway_changes_nothing(bank, paid, cashier):
    bank.settlement_rows = []
    line = only_line(compared(), "ours_only")
    bank.lose_requests = 1

    assert actions.repair(line, by=cashier).result == Result.SILENT
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("difference", [1, -1])
def test_another_amount_is_seen_to_the_dong(bank, paid, cashier, difference):
    payment = bank.payments[paid.txn_ref]
    bank.settlement_rows = [
        settlement.row("pay", paid.txn_ref, paid.amount + difference, payment.number)
    ]
    line = only_line(compared(), "different")
    assert (line.ours, line.theirs) == (paid.amount, paid.amount + difference)

    assert actions.repair(line, by=cashier).result == Result.CONFIRMED
    bank.settlement_rows = None
    assert set(findings(compared()).values()) == {"matched"}


def test_money_of_no_order_of_ours_goes_back_once_and_is_booked_both_ways(bank, attempt):
    from tests.payments.bank import Payment

    somebody = OfficialFactory(role="system_admin")
    bank.payments["LOST-1"] = Payment(90_000, "555")
    line = only_line(compared(), "theirs_only")
    assert line.attempt is None
    bank.lose_answers = 1  # the gateway gives back, and we do not hear of it

    assert actions.repair(line, by=somebody).result == Result.SILENT
    assert not Entry.objects.exists()
    newest = line_of("LOST-1", "payment")
    assert actions.repair(newest, by=somebody).result == Result.RETURNED

    assert len(bank.asked("refund")) == 1
    assert bank.payments["LOST-1"].refunded == 90_000
    assert sorted(e.reference.split(":")[0] for e in Entry.objects.all()) == [
        "stray",
        "stray-refund",
    ]
    assert findings(compared()) == {
        ("payment", "LOST-1"): "matched",
        ("refund", "LOST-1"): "matched",
    }


def line_of(txn_ref, kind):
    newest = actions.latest("MOTCUA01", settlement.today())
    return newest.lines.get(txn_ref=txn_ref, kind=kind)


def test_a_cashier_gives_back_nothing_that_is_nobodys(bank, attempt, cashier):
    from tests.payments.bank import Payment

    bank.payments["LOST-1"] = Payment(90_000, "555")
    with pytest.raises(NotTheReconciler):
        actions.repair(only_line(compared(), "theirs_only"), by=cashier)
    assert not Repair.objects.exists()


def test_a_cashier_of_another_agency_repairs_nothing(bank, attempt):
    bank.owes(attempt)
    stranger = OfficialFactory(role="cashier", agency=DossierFactory().handling_agency)

    with pytest.raises(NotTheReconciler):
        actions.repair(only_line(compared(), "theirs_only"), by=stranger)
    assert Attempt.objects.get().state == "started"


def test_a_line_that_a_newer_comparison_replaced_is_not_repaired(bank, attempt, cashier):
    bank.owes(attempt)
    line = only_line(compared(), "theirs_only")
    actions.repair(line, by=cashier)

    with pytest.raises(NothingToRepair):
        actions.repair(line, by=cashier)


# What is not believed --------------------------------------------------------------------

BROKEN = {
    "no columns": b"",
    "html": b"<html>not today</html>",
    "not text": b"\xff\xfe\x00",
    "another day": settlement.file("2020-01-01", [settlement.row("pay", "A", 1000, "1")]),
    "negative": None,
    "too many columns": None,
    "unknown kind": None,
    "float": None,
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_file_that_cannot_be_read_changes_nothing(bank, paid, fault):
    day = settlement.today().isoformat()
    good = settlement.row("pay", paid.txn_ref, paid.amount, "1")
    rows = {
        "negative": [[*good[:3], "1", "1", -5, 0, "NCB", "00"]],
        "too many columns": [[*good, "x"]],
        "unknown kind": [["steal", *good[1:]]],
        "float": [[*good[:5], "75000.0", 0, "NCB", "00"]],
    }
    bank.settlement_content = BROKEN[fault] or (
        settlement.file(day, rows[fault]) if fault in rows else b""
    )

    with pytest.raises(BadSettlementFile):
        compared()
    assert not SettlementFile.objects.exists()


def test_a_file_signed_by_somebody_else_changes_nothing(bank, paid):
    bank.settlement_signature = "0" * 128

    with pytest.raises(BadSettlementFile):
        compared()
    assert not Reconciliation.objects.exists()


def test_a_gateway_that_is_down_changes_nothing(gateway_down):
    with pytest.raises(NoSettlementFile):
        compared()


def test_a_day_that_has_not_begun_is_not_compared(bank):
    with pytest.raises(DayNotBegun):
        compared(settlement.today() + timedelta(days=1))


# By the clock, and by hand ------------------------------------------------------------------


def test_the_command_says_what_was_found(bank, paid):
    said = StringIO()
    call_command("reconcile", day=settlement.today().isoformat(), stdout=said)

    assert "khớp: 1" in said.getvalue()
    for nonsense in ("yesterday", "2026-13-01", "2026-1"):
        with pytest.raises(CommandError):
            call_command("reconcile", day=nonsense)


def test_each_closed_day_is_compared_by_itself_until_it_matches(bank, paid):
    Attempt.objects.filter(pk=paid.pk).update(asked_at=None)
    backdate(paid)
    assert list(daily.days_to_compare())

    daily.reconcile_days()
    assert not list(daily.days_to_compare())
    assert Reconciliation.objects.count() == daily.DAYS_BACK
    daily.reconcile_days()
    assert Reconciliation.objects.count() == daily.DAYS_BACK


def backdate(attempt):
    """An older attempt, so that there are closed days."""
    older = attempt.started_at - timedelta(days=5)
    AttemptFactory(dossier=attempt.dossier, request=attempt.request, started_at=older)


def test_no_task_can_find_two_comparisons_of_one_day_at_once(bank, paid):
    daily.reconcile_days()
    assert not ReconciliationLine.objects.filter(finding="ours_only").exists()


# Pairing, without a database -------------------------------------------------------------------


def movement(amount, kind="payment", txn_ref="A"):
    return Movement(kind, txn_ref, "20261122101500", "1", amount, "NCB", "00")


def booking(amount, day, kind="payment", txn_ref="A"):
    return Booking(kind, txn_ref, "1", "NCB", amount, day, 1, 1)


TODAY = settlement.today()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("movements", "bookings", "elsewhere", "expected"),
    [
        ([movement(5)], [booking(5, TODAY)], [], ["matched"]),
        ([movement(5)], [booking(5, TODAY + timedelta(days=3))], [], ["matched"]),
        ([movement(5)], [], [], ["theirs_only"]),
        ([], [booking(5, TODAY)], [], ["ours_only"]),
        ([], [booking(5, YESTERDAY)], [], []),
        ([movement(5)], [booking(6, TODAY)], [], ["different"]),
        # booked after midnight, in yesterday's file
        ([], [booking(5, TODAY)], [("payment", "A", 5)], []),
        # one booking matches one day only
        ([movement(5)], [booking(5, TODAY)], [("payment", "A", 5)], ["theirs_only"]),
        # two partial refunds of one order, one a day
        (
            [movement(3, "refund")],
            [booking(3, YESTERDAY, "refund"), booking(3, TODAY, "refund")],
            [("refund", "A", 3)],
            ["matched"],
        ),
        (
            [movement(3, "refund"), movement(4, "refund")],
            [booking(4, TODAY, "refund"), booking(3, TODAY, "refund")],
            [],
            ["matched", "matched"],
        ),
        (
            [movement(3, "refund"), movement(3, "refund")],
            [booking(3, TODAY, "refund")],
            [],
            ["matched", "theirs_only"],
        ),
    ],
)
def test_pairing(movements, bookings, elsewhere, expected):
    found = comparing.compare(TODAY, movements, bookings, elsewhere=elsewhere)

    assert [each.finding for each in found] == expected


def test_every_event_was_followed(bank, paid):
    """Nothing of a comparison is an event: the outbox is left alone."""
    while outbox.drain(linger=0):
        pass
    compared()
    assert not outbox.drain(linger=0)
