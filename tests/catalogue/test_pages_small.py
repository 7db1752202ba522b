"""The public catalogue where only a service or two exist: what is found, what is shown, what is not there."""

from datetime import date

import pytest
from django.urls import reverse

from portal.catalogue.levels import LEVELS
from tests.catalogue.factories import OfferingFactory, PublicServiceFactory

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode()


def found(client, **query):
    return [
        row["service"].code
        for row in client.get(reverse("catalogue:search"), query).context["rows"]
    ]


def test_the_home_page_of_an_empty_catalogue_is_no_fault(client):
    assert client.get("/").status_code == 200
    assert client.get(reverse("catalogue:search")).status_code == 200


def test_the_level_shown_is_the_highest_on_offer_today_at_the_agency_chosen(client):
    service = OfferingFactory(level=2).service
    best = OfferingFactory(service=service, level=4)
    OfferingFactory(service=service, level=3, valid_to=date(2021, 1, 1))
    low = service.offerings.get(level=2)
    top = low.handling_agency.top
    rows = client.get(reverse("catalogue:search")).context["rows"]
    assert rows[0]["level"] == 4
    rows = client.get(reverse("catalogue:search"), {"agency": top.code}).context["rows"]
    assert rows[0]["level"] == 2
    assert best.handling_agency.top != top


def test_the_results_have_pages_that_keep_the_choices(client):
    for _ in range(11):
        OfferingFactory()
    page = client.get(reverse("catalogue:search"), {"q": "thử", "level": "4"})
    assert len(page.context["rows"]) == 10
    assert "level=4&amp;page=2" in text_of(page)


def test_a_service_that_nobody_offers_or_that_is_not_published_is_not_found(client):
    PublicServiceFactory()
    OfferingFactory(service=PublicServiceFactory(version=None))
    assert found(client) == []


@pytest.mark.parametrize("level", LEVELS)
def test_the_button_to_apply_is_there_only_where_the_level_allows_it(client, level):
    service = OfferingFactory(level=level).service
    words = text_of(client.get(reverse("catalogue:service", args=[service.code])))
    assert (reverse("dossiers:start", args=[service.code]) in words) == (level >= 3)
    assert f"Mức độ {level}" in words


def test_a_service_offered_nowhere_cannot_be_applied_for(client):
    service = PublicServiceFactory()
    page = client.get(reverse("catalogue:service", args=[service.code]))
    assert not page.context["may_apply"]
    assert "Hôm nay chưa có nơi nào tiếp nhận thủ tục này." in text_of(page)


@pytest.mark.parametrize("code", ["9.999999", "x", "%00", "..%2f"])
def test_an_unknown_service_gets_a_page_that_leads_on(client, code):
    response = client.get(f"/services/{code}/")
    assert response.status_code == 404
    assert 'role="search"' in text_of(response)
