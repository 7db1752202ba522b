"""Agencies, one-door units, successions and the working calendar at the desk."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import clock
from portal.agencies import working_calendar
from portal.agencies.models import Agency, CalendarDay, Succession
from tests.agencies.factories import CommuneFactory, ProvinceFactory, UnitFactory

pytestmark = pytest.mark.django_db

AGENCIES = "/desk/agencies/agency/"
UNITS = "/desk/agencies/unit/"
SUCCESSIONS = "/desk/agencies/succession/"
CALENDAR = "/desk/agencies/calendarday/"


@pytest.fixture
def desk(sits_at, staff):
    """The browser of a system administrator."""
    return sits_at(staff["system_admin"])


def change_of(row):
    return reverse(f"admin:agencies_{row._meta.model_name}_change", args=[row.pk])


def errors_of(response):
    return response.context["adminform"].form.errors


def agency_form(agency, **changes):
    form = {
        "name_vi": agency.name_vi,
        "name_en": agency.name_en,
        "valid_from": agency.valid_from or "",
        "valid_to": agency.valid_to or "",
        "namings-TOTAL_FORMS": 0,
        "namings-INITIAL_FORMS": 0,
    }
    return form | changes


def test_lists_cost_the_same_however_many_agencies_there_are(desk, django_assert_num_queries):
    for address in (AGENCIES, UNITS, SUCCESSIONS):
        desk.get(address)
        with CaptureQueriesContext(connection) as few:
            desk.get(address)
        closed = ProvinceFactory.create_batch(3, valid_to=date(2026, 1, 1))
        for agency in closed:
            Succession.objects.create(
                agency=agency, successor=ProvinceFactory(), day=date(2026, 1, 1), basis="–"
            )
            UnitFactory(agency=CommuneFactory(parent__parent=agency))
        with django_assert_num_queries(len(few)):
            assert desk.get(f"{address}").status_code == 200
    assert desk.get(f"{AGENCIES}?day=after&kind__exact=province").status_code == 200


def test_an_agency_is_closed_and_continued_in_two_steps(desk):
    closed, heir = ProvinceFactory(), ProvinceFactory()
    day = clock.today() + timedelta(days=30)
    succession = {"agency": closed.pk, "successor": heir.pk, "day": f"{day}", "basis": "NQ 1"}

    assert "day" in errors_of(desk.post(f"{SUCCESSIONS}add/", succession))
    assert desk.post(change_of(closed), agency_form(closed, valid_to=day)).status_code == 302
    assert desk.post(f"{SUCCESSIONS}add/", succession).status_code == 302

    assert Succession.objects.get().successor == heir
    page = desk.get(change_of(closed)).content.decode()
    assert str(heir) in page
    refused = desk.post(change_of(closed), agency_form(closed, valid_to=day + timedelta(days=1)))
    assert "valid_to" in errors_of(refused)
    assert desk.post(change_of(heir), agency_form(heir, valid_to=day)).status_code == 200
    assert Agency.objects.get(pk=heir.pk).valid_to is None


def test_a_day_on_record_is_in_the_control_as_browsers_read_it(desk):
    closed = ProvinceFactory(valid_to=date(2030, 1, 2))
    assert 'value="2030-01-02"' in desk.get(change_of(closed)).content.decode()


def test_nobody_outlives_the_agency_above(desk):
    district = CommuneFactory(parent__parent=ProvinceFactory(valid_to=date(2030, 1, 1))).parent
    refused = desk.post(change_of(district), agency_form(district))
    assert "01/01/2030" in str(errors_of(refused)["valid_to"])
    backwards = agency_form(district, valid_from="2029-01-01", valid_to="2028-01-01")
    assert "valid_to" in errors_of(desk.post(change_of(district), backwards))


def test_the_page_of_a_unit_names_its_people_and_keeps_its_code(desk, staff, offering):
    page = desk.get(change_of(offering.unit)).content.decode()
    officer = staff["one_door"]
    assert f"{officer.full_name} ({officer.username}), cán bộ một cửa" in page
    assert staff["leader"].username not in page
    address = f"/desk/accounts/rolegrant/?unit__id__exact={offering.unit.pk}"
    assert address in page
    people = desk.get(address).content.decode()
    assert staff["one_door"].username in people
    assert staff["leader"].username not in people


def test_parents_and_agencies_of_a_role_are_looked_up_not_listed(desk):
    province = ProvinceFactory(name_vi="Tỉnh Tìm Thấy")
    for address, model, field in (
        (f"{AGENCIES}add/", "agency", "parent"),
        ("/desk/accounts/rolegrant/add/", "rolegrant", "agency"),
    ):
        assert f'<option value="{province.pk}"' not in desk.get(address).content.decode()
        app = "accounts" if model == "rolegrant" else "agencies"
        answer = desk.get(
            "/desk/autocomplete/",
            {"app_label": app, "model_name": model, "field_name": field, "term": "Tìm Thấy"},
        )
        assert [row["id"] for row in answer.json()["results"]] == [str(province.pk)]


@pytest.mark.parametrize(
    ("day", "kind", "refusal"),
    [
        ("2026-12-01", "working", "là ngày làm việc"),  # a Tuesday
        ("2026-12-05", "holiday", "Thứ Bảy"),
        ("2026-09-02", "holiday", "ngày nghỉ theo luật"),
        ("2026-13-45", "holiday", ""),
        ("2026-12-05", "", ""),
    ],
)
def test_a_calendar_day_that_says_nothing_new_is_refused(desk, day, kind, refusal):
    answer = desk.post(f"{CALENDAR}add/", {"day": day, "kind": kind, "reason": "Thử"})
    assert answer.status_code == 200
    assert refusal in str(errors_of(answer))
    assert not CalendarDay.objects.exists()


def test_a_make_up_day_counts_at_once(desk):
    saturday = {"day": "2026-12-05", "kind": "working", "reason": "Làm bù"}

    assert desk.post(f"{CALENDAR}add/", saturday).status_code == 302

    assert working_calendar.calendar().is_working_day(date(2026, 12, 5))
