"""“Who is competent for me?”: on the page of a service and on the page where a dossier begins."""

import pytest
from django.urls import reverse

from portal.catalogue.competence import PER_PAGE
from portal.catalogue.models import Offering
from tests.catalogue.factories import OfferingFactory
from tests.dossiers import journeys

pytestmark = pytest.mark.django_db

FRAME = 2  # queries of every page for a visitor: the clock, and whether this is a demo
BIRTH, HOUSEHOLD_BUSINESS, CRIMINAL_RECORD, ORIGIN = "1.001193", "1.001612", "2.000488", "MOIT-CO-D"


@pytest.fixture
def catalogue(whole_catalogue):
    """Every agency, unit and service is loaded."""


def page_of(client, code, **place):
    return client.get(reverse("catalogue:service", args=[code]), place)


def shown(page):
    return [offering.unit.code for offering in page.context["competence"].page]


def competent(page):
    found = page.context["competence"].competent
    return found and found.unit.code


@pytest.mark.parametrize(
    ("code", "place", "unit"),
    [
        (BIRTH, {"province": "H17", "commune": "Phường Thạch Thang"}, "H17.01.01"),
        (BIRTH, {"province": "Đà Nẵng", "commune": "thach thang"}, "H17.01.01"),
        (BIRTH, {"province": "H17", "district": "H17.01", "commune": "H17.01.02"}, "H17.01.02"),
        (BIRTH, {"province": "H17", "district": "quận Hải Châu"}, None),  # which of its wards?
        (BIRTH, {"province": "H17"}, None),
        (HOUSEHOLD_BUSINESS, {"province": "H29", "district": "Quận 1"}, "H29.01"),
        (HOUSEHOLD_BUSINESS, {"province": "H29", "commune": "Phường 25"}, "H29.02"),
        (CRIMINAL_RECORD, {"province": "H17", "commune": "xã Hòa Châu"}, "H17.21"),
        (CRIMINAL_RECORD, {"province": "H01"}, "H01"),
        (ORIGIN, {}, "G02.01"),
    ],
)
def test_the_unit_that_is_competent(client, catalogue, code, place, unit):
    page = page_of(client, code, **place)
    assert competent(page) == unit
    if unit:
        assert shown(page)[0] == unit


def test_the_nearest_stand_first_and_the_place_goes_along_to_the_start(client, catalogue):
    page = page_of(client, BIRTH, province="H17", district="Thanh Khê")
    assert [code[:6] for code in shown(page)[:4]] == ["H17.02"] * 3 + ["H17.01"]
    assert len(shown(page)) == PER_PAGE
    assert page.context["competence"].page.has_next()
    words = page.content.decode()
    onwards = next(line for line in words.split("<a ") if "Nộp trực tuyến tại đây" in line)
    assert "?province=H17&amp;district=Thanh" in onwards
    assert "07:00–11:30" in words
    assert '<option value="Phường Chính Gián">' in words


def test_without_a_place_the_page_asks_for_one_and_lists_nobody(client, catalogue):
    page = page_of(client, BIRTH)
    assert shown(page) == []
    assert len(page.context["competence"].place.provinces) == 63
    number = Offering.objects.filter(service__code=BIRTH, valid_to=None).count()
    assert f"Có {number} nơi tiếp nhận" in page.content.decode()


def test_a_place_that_is_not_in_the_tree_leads_to_the_units_around_it(client, catalogue):
    page = page_of(client, BIRTH, province="H17", district="Hải Châu", commune="Phường <b>Lạ</b>")
    assert "“Phường &lt;b&gt;Lạ&lt;/b&gt;” không có trong danh sách" in page.content.decode()
    assert {code[:6] for code in shown(page)[:4]} == {"H17.01"}
    assert competent(page) is None


def test_where_nobody_offers_the_service_the_page_says_so(client):
    service = OfferingFactory().service
    OfferingFactory.create_batch(PER_PAGE, service=service)
    elsewhere = OfferingFactory().unit.agency.top
    page = page_of(client, service.code, province=elsewhere.code)
    assert "Chưa có nơi nào" in page.content.decode()


@pytest.mark.parametrize(
    "place",
    [
        {"province": "\0"},
        {"province": "H99", "commune": "x"},
        {"province": "H17", "district": "\0" * 9, "commune": "x" * 5000},
        {"province": "H17", "page": "zwei"},
        {"province": ["H17", "H26"], "district": "‮​"},
    ],
)
def test_no_place_is_a_fault(client, catalogue, place):
    assert page_of(client, BIRTH, **place).status_code == 200


def test_the_start_page_takes_the_place_and_puts_the_competent_unit_first(
    client, catalogue, django_assert_max_num_queries
):
    journeys.citizen(client)
    start = reverse("dossiers:start", args=[BIRTH])
    assert client.get(start).context["online"] == []
    with django_assert_max_num_queries(FRAME + 10):
        page = client.get(start, {"province": "H17", "commune": "Thạch Thang"})
    assert page.context["online"][0].unit.code == "H17.01.01"
    assert page.content.decode().count('<button class="btn btn-primary">') == 1
    offering = page.context["online"][0]
    assert journeys.begin(client, offering).receiving_unit == offering.unit


def test_queries_of_the_page_with_a_place(client, catalogue, django_assert_max_num_queries):
    with django_assert_max_num_queries(FRAME + 8):  # one of them: the calendar's own days
        page_of(client, BIRTH, province="H26", district="Đống Đa", commune="Kim Liên")
