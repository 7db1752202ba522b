"""The legal clock of a dossier: when it starts, stands, runs again and ends; early, on time or late by date.

Dates are worked out by hand beside each test. 16 November 2026 is a Monday; the 24th (a Tuesday) is a day off.
A working day has 480 minutes: 07:00 to 11:30 and 13:30 to 17:00.
"""

import pytest
from django.db import DatabaseError, transaction

from dossiers.models import Dossier
from portal import clock
from portal.agencies.models import CalendarDay
from portal.agencies.working_calendar import forget
from portal.workflow import perform
from portal.workflow.models import Delta
from portal.worktime import at
from tests.agencies.factories import CalendarDayFactory
from tests.dossiers.factories import (
    AttachmentFactory,
    DossierFactory,
    accept_withdrawal,
    complete,
    officer,
    pay,
    propose,
    receive,
    request_payment,
    request_withdrawal,
    start_processing,
    stop,
)
from tests.workflow.arrangements import ask_for_supplement

pytestmark = pytest.mark.django_db


@pytest.fixture
def shows(monkeypatch):
    """Let the portal clock stand at ``shows("2026-11-16 09:00")``."""

    def stand(text):
        instant = at(text)
        monkeypatch.setattr(clock, "now", lambda: instant)
        return instant

    stand("2026-11-16 08:00")
    return stand


def supply(dossier):
    request = dossier.supplement_requests.still_open().get()
    AttachmentFactory(dossier=dossier, supplement=request)
    perform(dossier, "supply", by=dossier.filed_by)


def shown(instant):
    return f"{instant.astimezone(clock.now().tzinfo):%Y-%m-%d %H:%M}"


def stored(dossier):
    return Dossier.objects.get(pk=dossier.pk)


# It starts -----------------------------------------------------------------------------------


def test_receive_fixes_the_date_three_working_days_on(shows):
    dossier = DossierFactory(submitted=True)
    assert stored(dossier).due_at is None
    shows("2026-11-16 09:20")

    receive(dossier)

    assert shown(stored(dossier).due_at) == shown(stored(dossier).expected_at) == "2026-11-19 09:20"


def test_the_calendar_in_force_counts(shows):
    CalendarDayFactory(day="2026-11-18", kind=CalendarDay.Kind.HOLIDAY)
    forget()

    dossier = DossierFactory(received=True)

    assert shown(stored(dossier).due_at) == "2026-11-20 08:00"


def test_the_database_lets_nobody_move_the_legal_date(shows):
    dossier = DossierFactory(received=True)

    for value in (at("2027-01-01 08:00"), None):
        with pytest.raises(DatabaseError, match="due_at never changes"), transaction.atomic():
            Dossier.objects.filter(pk=dossier.pk).update(due_at=value)
    assert shown(stored(dossier).due_at) == "2026-11-19 08:00"


def test_no_move_moves_the_legal_date(shows):
    dossier = DossierFactory(received=True, offering__service__fee_vnd=75_000)
    due = stored(dossier).due_at
    start_processing(dossier)
    shows("2026-11-17 10:00")
    ask_for_supplement(dossier)
    shows("2026-11-20 10:00")
    supply(dossier)
    request_payment(dossier)
    shows("2026-12-01 10:00")
    pay(dossier)
    perform(
        dossier,
        "reschedule",
        by=officer(dossier, "leader"),
        until=at("2027-01-04 08:00"),
        reason="Chờ ý kiến.",
    )
    propose(dossier)
    complete(dossier)

    assert stored(dossier).due_at == due
    assert stored(dossier).expected_at > due


# It stands and runs again ----------------------------------------------------------------------


def test_a_supplement_before_reception_stops_nothing(shows):
    dossier = DossierFactory(supplement_requested=True)
    shows("2026-11-20 10:00")
    supply(dossier)

    receive(dossier)

    row = stored(dossier)
    assert (row.stopped_minutes, row.stopped_since) == (0, None)
    assert (
        shown(row.expected_at) == "2026-11-26 10:00"
    )  # three working days over the weekend and the day off


def test_waiting_for_a_supplement_is_added_to_the_expected_date(shows):
    shows("2026-11-16 09:00")
    dossier = DossierFactory(received=True)
    start_processing(dossier)
    shows("2026-11-16 10:00")
    ask_for_supplement(dossier)
    assert shown(stored(dossier).stopped_since) == "2026-11-16 10:00"
    assert shown(stored(dossier).expected_at) == "2026-11-19 09:00"
    shows("2026-11-18 14:30")

    supply(dossier)

    # Monday 10:00–11:30 (90) and 13:30–17:00 (210); Tuesday 480; Wednesday 07:00–11:30 (270) and 13:30–14:30 (60).
    row = stored(dossier)
    assert row.stopped_minutes == 90 + 210 + 480 + 270 + 60
    # 1110 minutes after Thursday 09:00: 150 + 210 left of Thursday, 480 of Friday, 270 of Monday morning.
    assert shown(row.expected_at) == "2026-11-23 11:30"
    assert row.stopped_since is None


def test_a_stop_outside_working_hours_costs_nothing(shows):
    dossier = DossierFactory(received=True, offering__service__fee_vnd=75_000)
    shows("2026-11-20 17:30")
    request_payment(dossier)
    shows("2026-11-23 06:59")

    pay(dossier)

    assert stored(dossier).stopped_minutes == 0
    assert stored(dossier).expected_at == stored(dossier).due_at


def test_stops_add_up(shows):
    dossier = DossierFactory(received=True, offering__service__fee_vnd=75_000)
    shows("2026-11-16 09:00")
    ask_for_supplement(dossier)
    shows("2026-11-16 10:00")
    supply(dossier)
    shows("2026-11-16 11:00")
    request_payment(dossier)
    shows("2026-11-16 14:00")
    pay(dossier)

    assert stored(dossier).stopped_minutes == 60 + 30 + 30
    assert shown(stored(dossier).expected_at) == "2026-11-19 10:00"  # due at 08:00, two hours on


def test_while_a_withdrawal_is_decided_the_clock_runs_on(shows):
    dossier = DossierFactory(received=True)
    shows("2026-11-16 09:00")
    request_withdrawal(dossier)
    shows("2026-11-18 09:00")
    perform(
        dossier, "refuse_withdrawal", by=officer(dossier, "one_door"), reason="Đã giải quyết xong."
    )

    assert stored(dossier).stopped_minutes == 0
    assert stored(dossier).expected_at == stored(dossier).due_at


def test_a_withdrawal_on_top_of_a_stop_lets_it_run_and_stand_again(shows):
    dossier = DossierFactory(received=True)
    shows("2026-11-16 09:00")
    ask_for_supplement(dossier)
    shows("2026-11-16 10:00")
    request_withdrawal(dossier)  # stood for one hour
    shows("2026-11-17 10:00")
    perform(
        dossier, "refuse_withdrawal", by=officer(dossier, "one_door"), reason="Đã giải quyết xong."
    )
    assert shown(stored(dossier).stopped_since) == "2026-11-17 10:00"
    assert stored(dossier).stopped_minutes == 60
    shows("2026-11-17 10:45")
    supply(dossier)  # and for three quarters of one

    assert stored(dossier).stopped_minutes == 105
    assert shown(stored(dossier).expected_at) == "2026-11-19 09:45"


# It ends -----------------------------------------------------------------------------------------


def test_the_end_of_the_dossier_ends_a_stop(shows):
    stopped, expired, withdrawn = (DossierFactory(received=True) for _number in range(3))
    shows("2026-11-16 09:00")
    for dossier in (stopped, expired, withdrawn):
        ask_for_supplement(dossier)
    shows("2026-11-16 10:00")
    stop(stopped)
    request_withdrawal(withdrawn)
    accept_withdrawal(withdrawn)
    shows("2027-03-01 10:00")
    perform(expired, "expire", by=None)

    for dossier, outcome in ((stopped, "stopped"), (expired, "expired"), (withdrawn, "withdrawn")):
        row = stored(dossier)
        assert (row.state, row.outcome, row.stopped_since) == ("stopped", outcome, None)
        assert row.expected_at > row.due_at
    assert stored(stopped).stopped_minutes == stored(withdrawn).stopped_minutes == 60


def test_after_completion_nothing_stands(shows):
    dossier = DossierFactory(completed=True, offering__service__fee_vnd=75_000)
    request_payment(dossier)
    shows("2026-11-27 10:00")
    pay(dossier)

    row = stored(dossier)
    assert (row.stopped_since, row.stopped_minutes, row.expected_at) == (None, 0, row.due_at)


@pytest.mark.parametrize(
    ("done", "verdict"),
    [
        ("2026-11-18 16:59", "early"),
        ("2026-11-19 00:01", "on_time"),  # due on the 19th at 08:00: the date counts, not the hour
        ("2026-11-19 23:59", "on_time"),
        ("2026-11-20 00:00", "late"),
    ],
)
def test_early_on_time_or_late_goes_by_the_date(shows, done, verdict):
    dossier = DossierFactory(proposed=True)
    officer(dossier, "leader")
    shows(done)

    complete(dossier)

    assert completed_cells() == [f"completed_{verdict}"]


def test_a_stop_is_taken_into_account_for_being_late(shows):
    dossier = DossierFactory(in_process=True)
    ask_for_supplement(dossier)
    shows("2026-11-19 08:00")  # three working days later
    supply(dossier)
    propose(dossier)
    shows("2026-11-25 09:00")
    assert (
        shown(stored(dossier).expected_at) == "2026-11-25 08:00"
    )  # over the weekend and the day off

    complete(dossier)

    assert completed_cells() == ["completed_on_time"]


def test_an_apology_does_not_make_it_on_time(shows):
    dossier = DossierFactory(proposed=True)
    perform(
        dossier,
        "reschedule",
        by=officer(dossier, "leader"),
        until=at("2026-12-10 08:00"),
        reason="Chờ ý kiến.",
    )
    shows("2026-12-09 08:00")

    complete(dossier)

    assert Delta.objects.get(metric__startswith="completed").metric == "completed_late"


def completed_cells():
    """Early, on time or late: the cell in which the completion was counted."""
    verdicts = [f"completed_{verdict}" for verdict in ("early", "on_time", "late")]
    return list(Delta.objects.filter(metric__in=verdicts).values_list("metric", flat=True))
