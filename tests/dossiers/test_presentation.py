"""The story of a dossier as its applicant reads it: stops of the clock explained, nothing of the agency's inside."""

from datetime import timedelta

import pytest

from dossiers import presentation
from dossiers.models import Dossier
from dossiers.timeline import timeline
from portal import clock, worktime
from portal.agencies.working_calendar import calendar
from portal.clock.models import PortalClock
from portal.workflow import perform
from tests.dossiers import factories
from tests.dossiers.factories import DossierFactory, officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_clock():
    """A clock that the tests may move; it starts on a Tuesday morning."""
    PortalClock.objects.update_or_create(pk=1, defaults={"is_demo": True, "offset": timedelta()})
    monday = worktime.at("2035-03-06 08:00")
    clock.advance(to=monday)


def story_of(dossier):
    dossier = Dossier.objects.get(pk=dossier.pk)
    return timeline(dossier, dossier.history.order_by("sequence"))


def test_the_newest_stands_on_top_and_what_comes_next_above_it():
    story = story_of(DossierFactory(in_process=True))
    assert [entry.kind for entry in story] == ["next", "", "past", "past"]
    assert story[-1].title == "Ông/bà gửi hồ sơ"
    assert story[0].when.startswith("Hẹn ")


def test_a_stop_is_explained_with_its_length_and_the_new_date():
    dossier = DossierFactory(received=True)
    was = dossier.expected_at
    clock.advance(to=worktime.at("2035-03-07 08:00"))
    factories.request_supplement(dossier)
    clock.advance(to=worktime.at("2035-03-09 08:00"))
    factories.AttachmentFactory(
        dossier=dossier, component="paper", supplement=dossier.supplement_requests.get()
    )
    perform(dossier, "supply", by=dossier.filed_by)
    story = story_of(dossier)
    assert [entry.kind for entry in story] == ["next", "", "pause", "past", "past", "past"]
    pause = story[2]
    assert "2 ngày làm việc" in pause.title
    assert was.strftime("%d/%m/%Y") in pause.text
    assert dossier.expected_at.strftime("%d/%m/%Y") in pause.text
    assert dossier.expected_at == worktime.extend(was, 2 * 480, calendar=calendar())


def test_a_stop_that_goes_on_says_that_the_date_moves():
    dossier = DossierFactory(received=True)
    factories.request_supplement(dossier)
    story = story_of(dossier)
    assert [entry.kind for entry in story][:2] == ["next", "pause"]
    assert story[0].when == "Ngày hẹn lùi cho đến khi ông/bà trả lời"


def test_waiting_before_reception_stops_no_clock():
    dossier = DossierFactory(supplement_requested=True)
    assert [entry.kind for entry in story_of(dossier)] == ["past", "past"]


def test_a_payment_after_completion_stops_no_clock():
    dossier = DossierFactory(
        completed=True, offering__service__fee_vnd=75_000, offering__service__fee_when="result"
    )
    factories.request_payment(dossier)
    assert "pause" not in [entry.kind for entry in story_of(dossier)]


def test_what_concerns_the_agency_alone_is_left_out():
    dossier = DossierFactory(proposed=True)
    titles = [entry.title for entry in story_of(dossier)]
    assert len(titles) == 4  # next, begun, received, sent: no proposal
    assert not any("Lê Thị Hoa" in title for title in titles)


def test_an_apology_gives_the_new_date():
    dossier = DossierFactory(in_process=True)
    until = dossier.expected_at + timedelta(days=7)
    perform(
        dossier, "reschedule", by=officer(dossier, "leader"), until=until, reason="Chờ xác minh."
    )
    day = until.strftime("%d/%m/%Y")
    assert day in presentation.standing(dossier).text
    story = story_of(dossier)
    assert day in story[0].when and day in story[1].text


def test_the_clock_badge_shows_while_the_clock_runs_or_stands():
    assert presentation.clock_badge(DossierFactory(submitted=True)) is None
    assert presentation.clock_badge(DossierFactory(received=True)).days == 3
    assert presentation.clock_badge(DossierFactory(returned=True)) is None
    dossier = DossierFactory(received=True)
    factories.request_supplement(dossier)
    assert presentation.clock_badge(dossier).kind == "paused"


def test_an_expired_dossier_says_why_it_was_closed():
    dossier = DossierFactory(supplement_requested=True)
    clock.advance(to=clock.now() + timedelta(days=40))
    perform(dossier, "expire", by=None)
    standing = presentation.standing(dossier)
    assert (standing.kind, standing.title) == (
        "closed",
        "Hồ sơ đã đóng vì quá hạn mà chưa có trả lời",
    )


def test_a_refused_result_is_no_success():
    dossier = DossierFactory(in_process=True)
    specialist, leader = officer(dossier, "specialist"), officer(dossier, "leader")
    perform(dossier, "propose", by=specialist, outcome="refused", statement="Thiếu điều kiện.")
    perform(dossier, "complete", by=leader, result=factories.signed_result())
    perform(dossier, "return_result", by=None)
    assert presentation.standing(dossier).kind == "no"
