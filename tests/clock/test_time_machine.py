"""The demo's steps in time: where they land, and that deadlines, duties and figures follow."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from dossiers import duties
from dossiers.actions import attaching
from dossiers.models import Dossier
from portal import clock
from portal.agencies.working_calendar import calendar
from portal.clock.errors import ClockIsReal
from portal.metrics.models import Cell
from portal.notifications.models import Message
from portal.simulator import time_machine
from portal.workflow import perform
from portal.workflow.models import Delta
from portal.worktime import lateness
from tests.dossiers.factories import (
    DossierFactory,
    complete,
    officer,
    propose,
    request_supplement,
    start_processing,
)
from tests.dossiers.journeys import pdf_file

pytestmark = pytest.mark.django_db

# Tết Đinh Mùi: the first day of the lunar year is Saturday, 6 February 2027.
FIRST_OF_TET = {2027: date(2027, 2, 6), 2028: date(2028, 1, 26)}


@pytest.mark.parametrize(
    ("present", "step", "lands"),
    [
        ("2026-11-17 09:20", "hour", "2026-11-17 10:20"),
        ("2026-11-17 09:20", "day", "2026-11-18 08:00"),
        ("2026-11-20 16:00", "day", "2026-11-23 08:00"),  # Friday to Monday
        ("2026-11-21 16:00", "day", "2026-11-23 08:00"),  # Saturday to Monday
        ("2026-11-16 09:20", "week", "2026-11-23 08:00"),
        ("2026-11-17 09:20", "week", "2026-11-25 08:00"),  # 24 November is a day off since 2026
        ("2026-04-29 09:00", "day", "2026-05-04 08:00"),  # over 30 April and 1 May
    ],
)
def test_a_step_lands_on_a_working_morning(demo_clock, present, step, lands):
    demo_clock(present)

    assert f"{time_machine.move(step):%Y-%m-%d %H:%M}" == lands


@pytest.mark.parametrize(
    ("present", "year"),
    [
        ("2026-11-22 20:00", 2027),
        ("2027-02-01 09:00", 2027),
        ("2027-02-06 10:00", 2027),  # on the first day of Tết: to the end of this one
        ("2027-02-10 23:00", 2027),
        ("2027-02-15 09:00", 2028),
    ],
)
def test_past_tet_lands_on_the_first_working_morning_after_it(demo_clock, present, year):
    demo_clock(present)

    landed = timezone.localtime(time_machine.move("tet"))

    days, first = calendar(), FIRST_OF_TET[year]
    expected = first
    while not days.is_working_day(expected):
        expected += timedelta(days=1)
    assert landed.date() == expected
    assert f"{landed:%H:%M}" == "08:00"
    assert timedelta(days=3) <= landed.date() - first < timedelta(days=14)
    holiday = [first + timedelta(days=number) for number in range(-1, (landed.date() - first).days)]
    assert not any(days.is_working_day(day) for day in holiday)


def test_the_tet_of_2027_ends_on_monday_the_15th_at_the_latest(demo_clock):
    demo_clock("2026-11-22 20:00")

    assert date(2027, 2, 11) <= time_machine.move("tet").date() <= date(2027, 2, 15)


def test_there_is_no_other_step(demo_clock):
    demo_clock("2026-11-17 09:00")

    with pytest.raises(KeyError):
        time_machine.move("year")


def test_a_real_portal_has_no_time_machine():
    with pytest.raises(ClockIsReal):
        time_machine.move("day")


def test_a_paper_is_attached_at_the_portals_time(demo_clock, media_folder):
    demo_clock("2026-11-16 09:00")
    dossier = DossierFactory(papers=())

    attaching.attach(dossier, "paper", pdf_file(), by=dossier.filed_by)

    attached_at = timezone.localtime(dossier.attachments.get().attached_at)
    assert f"{attached_at:%Y-%m-%d %H}" == "2026-11-16 09"


# What follows --------------------------------------------------------------------------------


def test_an_unanswered_request_is_closed_when_the_clock_passes_its_day(demo_clock):
    demo_clock("2026-11-16 09:00")
    dossier = DossierFactory(submitted=True)
    request_supplement(dossier)
    answer_by = dossier.supplement_requests.get().answer_by

    while clock.now() < answer_by:
        assert Dossier.objects.get(pk=dossier.pk).state == "supplement_requested"
        time_machine.move("week")

    stored = Dossier.objects.get(pk=dossier.pk)
    assert (stored.state, stored.outcome) == ("stopped", "expired")
    assert stored.history.last().at > answer_by
    assert Message.objects.filter(recipient=dossier.applicant_email).count() >= 3  # told of it, too


def test_the_duties_close_at_the_instant_and_not_before(demo_clock):
    demo_clock("2026-11-16 09:00")
    dossier = DossierFactory(payment_requested=True)
    answer_by = dossier.payment_requests.get().answer_by

    clock.advance(to=answer_by - timedelta(minutes=1))
    assert duties.close_unanswered() == 0
    clock.advance(to=answer_by + timedelta(seconds=1))
    assert duties.close_unanswered() == 1
    assert duties.close_unanswered() == 0
    assert Dossier.objects.get(pk=dossier.pk).outcome == "expired"


def test_the_duties_close_more_than_one_batch(demo_clock, monkeypatch):
    monkeypatch.setattr(duties, "BATCH", 2)
    demo_clock("2026-11-16 09:00")
    first = DossierFactory(supplement_requested=True)
    for _number in range(4):
        DossierFactory(offering=first.offering, filed_by=first.filed_by, supplement_requested=True)
    DossierFactory(payment_requested=True)
    clock.advance(by=timedelta(days=40))

    assert duties.close_unanswered() == 6
    assert set(Dossier.objects.values_list("outcome", flat=True)) == {"expired"}


def test_a_fee_asked_for_after_completion_is_never_closed_unanswered(demo_clock):
    demo_clock("2026-11-16 09:00")
    dossier = DossierFactory(completed=True, offering__service__fee_vnd=75_000)
    perform(dossier, "request_payment", by=None)
    clock.advance(by=timedelta(days=400))

    assert duties.close_unanswered() == 0
    assert Dossier.objects.get(pk=dossier.pk).state == "payment_requested"


@pytest.mark.parametrize(
    ("steps", "expected"), [([], "early"), (["day", "day", "day"], "on_time"), (["tet"], "late")]
)
def test_the_figures_follow_the_clock(demo_clock, steps, expected):
    """Three working days from Monday morning: done that day, on the Thursday, or after Tết."""
    demo_clock("2026-11-16 09:00")
    dossier = DossierFactory(received=True)
    start_processing(dossier)
    propose(dossier)
    for step in steps:
        time_machine.move(step)

    complete(dossier)

    assert lateness(clock.now(), dossier.expected_at) == expected
    assert Delta.objects.get(metric__startswith="completed").metric == f"completed_{expected}"
    time_machine.move("hour")
    assert not Delta.objects.exists()
    cell = Cell.objects.get(metric__startswith="completed")
    assert (cell.metric, cell.quantity) == (f"completed_{expected}", 1)


def test_roles_follow_the_clock(demo_clock):
    demo_clock("2026-11-16 09:00")
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")
    receiver.grants.update(valid_to=date(2026, 11, 17))

    assert [grant.role for grant in type(receiver).objects.get(pk=receiver.pk).role_grants()] == [
        "one_door"
    ]
    time_machine.move("day")
    assert type(receiver).objects.get(pk=receiver.pk).role_grants() == []
