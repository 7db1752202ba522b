"""The public catalogue: home page, search and the page of a service, for people without an account."""

from datetime import date

import pytest
from django.core.cache import cache
from django.urls import reverse

from portal.catalogue import definitions
from portal.catalogue.levels import LEVELS
from portal.catalogue.loading import load_catalogue
from portal.catalogue.models import Offering, PublicService
from portal.catalogue.search import LONGEST_QUERY
from tests.catalogue.factories import OfferingFactory, PublicServiceFactory

pytestmark = pytest.mark.django_db

FRAME = 2  # queries of every page for a visitor: the clock, and whether this is a demo


@pytest.fixture
def catalogue():
    load_catalogue()


def text_of(response):
    return response.content.decode()


def found(client, **query):
    return [
        row["service"].code
        for row in client.get(reverse("catalogue:search"), query).context["rows"]
    ]


# Home -----------------------------------------------------------------------------------------


def test_the_home_page_has_a_search_box_and_the_ways_in_by_life_event(client, catalogue):
    page = client.get("/")
    words = text_of(page)
    assert 'role="search"' in words
    assert {event.key for event in page.context["events"]} == {
        key for definition in definitions.load_all().values() for key in definition.life_events
    }
    assert "Sinh con" in words and "?event=birth" in words
    assert f"Tất cả {len(definitions.load_all())} thủ tục" in words


def test_the_home_page_of_an_empty_catalogue_is_no_fault(client):
    assert client.get("/").status_code == 200
    assert client.get(reverse("catalogue:search")).status_code == 200


# Search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Đăng ký khai sinh",
        "dang ky khai sinh",
        "DANG KY KHAI SINH",
        "  khai   sinh  dang ky",
        "khai sinh!",
        "1.001193",
        "giay khai sinh",
        "birth registration",
    ],
)
def test_a_service_is_found_by_its_words_with_or_without_marks(client, catalogue, words):
    assert found(client, q=words)[0] == "1.001193"


def test_the_closest_stands_first(client):
    near = OfferingFactory(service__code="8.000002").service
    far = OfferingFactory(service__code="8.000001").service
    PublicService.objects.filter(pk=near.pk).update(folded="khai sinh cho tre", name_vi="B")
    PublicService.objects.filter(pk=far.pk).update(
        folded="trich luc khai tu sinh hoat", name_vi="A"
    )
    assert found(client, q="khai sinh") == [near.code, far.code]


def test_levels_field_agency_audience_and_life_event_narrow(client, catalogue):
    by_code = definitions.load_all()
    assert set(found(client, level="1")) == {code for code, d in by_code.items() if d.level == 1}
    assert set(found(client, audience="enterprise", level=["3", "4"])) == {
        code for code, d in by_code.items() if "enterprise" in d.audience and d.level >= 3
    }
    assert set(found(client, event="birth")) == {
        c for c, d in by_code.items() if "birth" in d.life_events
    }
    assert found(client, agency="G02") == ["MOIT-CO-D"]
    assert set(found(client, field="Hộ tịch")) == {
        c for c, d in by_code.items() if d.field.vi == "Hộ tịch"
    }


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


def test_counts_beside_the_levels_fit_what_a_click_shows(client, catalogue):
    page = client.get(reverse("catalogue:search"), {"audience": "citizen"})
    for level, count, _chosen in page.context["levels"]:
        assert count == len(found(client, audience="citizen", level=str(level)))


def test_nothing_found_leads_on(client, catalogue):
    page = client.get(reverse("catalogue:search"), {"q": "tàu vũ trụ khai sinh"})
    words = text_of(page)
    assert page.status_code == 200 and page.context["rows"] == []
    assert "Không có thủ tục nào phù hợp với “tàu vũ trụ khai sinh”." in words
    assert "?q=khai" in words
    assert reverse("catalogue:search") in words


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "a\x00b%_\\'\""},
        {"q": "x" * 5000},
        {"q": "<script>alert(1)</script>"},
        {"level": ["x", "9", "-1", "4" * 50]},
        {"page": "zwei"},
        {"agency": "' OR 1=1"},
        {"agency": "\x00"},
        {"field": "\x00" * 300},
        {"event": "nonsense", "audience": "nonsense"},
    ],
)
def test_no_query_is_a_fault(client, catalogue, query):
    response = client.get(reverse("catalogue:search"), query)
    assert response.status_code == 200
    assert "<script>alert" not in text_of(response)
    assert len(response.context["wanted"].words) <= LONGEST_QUERY


def test_the_results_have_pages_that_keep_the_choices(client):
    for _ in range(11):
        OfferingFactory()
    page = client.get(reverse("catalogue:search"), {"q": "thử", "level": "4"})
    assert len(page.context["rows"]) == 10
    assert "level=4&amp;page=2" in text_of(page)


def test_a_service_that_nobody_offers_or_that_is_not_published_is_not_found(client):
    PublicServiceFactory()
    unpublished = OfferingFactory().service
    unpublished.versions.update(status="draft", published_at=None)
    assert found(client) == []


def test_queries_of_home_and_search_do_not_grow(client, catalogue, django_assert_max_num_queries):
    cache.clear()
    with django_assert_max_num_queries(FRAME + 6):  # one of its own, five for the headline figures
        client.get("/")
    with django_assert_max_num_queries(FRAME + 7):
        client.get(reverse("catalogue:search"), {"q": "khai sinh"})


# The page of a service ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", list(definitions.load_all()))
def test_the_page_tells_everything_about_the_service(client, catalogue, settings, code, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    definition = definitions.service(code)
    page = client.get(reverse("catalogue:service", args=[code]))
    words = text_of(page).replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")
    assert page.status_code == 200
    told = [definition.name, definition.summary, definition.who_may_apply, definition.result.name]
    told += [each.name for each in definition.documents]
    told += [part for each in definition.steps for part in (each.title, each.text)]
    told += [each.title for each in definition.legal_basis]
    for each in told:
        assert each.to(language) in words
    for offering in Offering.objects.filter(
        service__code=code, valid_to__isnull=True
    ).select_related("unit"):
        name = offering.unit.name_en if language == "en" else offering.unit.name_vi
        assert name in words
    assert page.context["may_apply"] == (definition.level >= 3)


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


def test_queries_of_the_page_of_a_service(client, catalogue, django_assert_max_num_queries):
    with django_assert_max_num_queries(FRAME + 3):
        client.get(reverse("catalogue:service", args=["1.001193"]))
