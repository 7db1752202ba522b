"""The public catalogue: home page, search and the page of a service, for people without an account."""

import html
import itertools

import pytest
from django.urls import reverse
from django.utils import translation

from portal.agencies.working_calendar import calendar
from portal.catalogue import definitions, level_words, presentation
from portal.catalogue.condition_words import in_words
from portal.catalogue.level_story import procedure
from portal.catalogue.models import Offering, PublicService
from portal.catalogue.search import LONGEST_QUERY
from tests.catalogue.chosen import each_service

pytestmark = pytest.mark.django_db

FRAME = 2  # queries of every page for a visitor: the clock, and whether this is a demo


@pytest.fixture
def catalogue(whole_catalogue):
    """The pages of the real catalogue."""


def text_of(response):
    return response.content.decode()


def unescaped(response):
    return html.unescape(text_of(response))


def found(client, **query):
    """The codes found, in their order, from the first page of results to the last."""
    page = client.get(reverse("catalogue:search"), query).context
    codes = [row["service"].code for row in page["rows"]]
    for number in range(2, page["page"].paginator.num_pages + 1):
        further = client.get(reverse("catalogue:search"), {**query, "page": number}).context
        codes += [row["service"].code for row in further["rows"]]
    return codes


# Home -----------------------------------------------------------------------------------------


def test_the_home_page_has_a_search_box_and_the_ways_in_by_life_event(client, catalogue):
    page = client.get("/")
    words = text_of(page)
    assert 'role="search"' in words
    on_offer = [
        definitions.service(code)
        for code in PublicService.objects.filter(offerings__isnull=False)
        .distinct()
        .values_list("code", flat=True)
    ]
    assert {event.key for event in page.context["events"]} == {
        key for definition in on_offer for key in definition.life_events
    }
    assert "Sinh con" in words and "/life/event/birth/" in words
    assert f"Tất cả {len(on_offer)} thủ tục" in words


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


def test_levels_field_agency_audience_and_life_event_narrow(client, catalogue):
    by_code = definitions.load_all()
    assert set(found(client, level="1")) == {code for code, d in by_code.items() if d.level == 1}
    assert set(found(client, audience="enterprise", level=["3", "4"])) == {
        code for code, d in by_code.items() if "enterprise" in d.audience and d.level >= 3
    }
    assert set(found(client, event="birth")) == {
        c for c, d in by_code.items() if "birth" in d.life_events
    }
    of_industry_and_trade = {
        code
        for code, d in by_code.items()
        if (d.owner_ministry, d.agency_level) == ("G02", "ministry")
    }
    assert "MOIT-CO-D" in of_industry_and_trade
    assert set(found(client, agency="G02")) == of_industry_and_trade
    assert set(found(client, field="Hộ tịch")) == {
        c for c, d in by_code.items() if d.field.vi == "Hộ tịch"
    }


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


# The page of a service ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", each_service())
def test_the_page_tells_everything_about_the_service(client, catalogue, settings, code, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    definition = definitions.service(code)
    page = client.get(reverse("catalogue:service", args=[code]))
    words = unescaped(page)
    assert page.status_code == 200
    told = [definition.name, definition.summary, definition.who_may_apply, definition.result.name]
    told += [each.name for each in definition.documents]
    told += [part for each in definition.steps for part in (each.title, each.text)]
    told += [each.title for each in definition.legal_basis]
    told += [each.sample for each in definition.documents if each.sample]
    told += [each.text for each in definition.prerequisites]
    told += [part for each in definition.asked_often for part in (each.question, each.answer)]
    told += [part for each in definition.fee.reductions for part in (each.reason, each.legal_basis)]
    for each in told:
        assert each.to(language) in words
    with translation.override(language):
        for part in itertools.chain(*definition.fee.tariff(definition.questions)):
            assert part in words
        assert str(presentation.CERTAINTY[definition.certainty["time"]]) in words
        for paper in definition.documents:
            if paper.needed_if:
                assert in_words(paper.needed_if, definition.questions) in words
        for told in level_words.told(page.context["level"], procedure(definition)).stages:
            assert told.text in words
    assert {"vi": "không phải mã quốc gia", "en": "is not national"}[language] in words or (
        definition.code_certainty != "placeholder"
    )
    assert reverse("catalogue:levels", args=[code]) in words
    unit = Offering.objects.filter(service__code=code, valid_to__isnull=True).first().unit
    near = client.get(page.request["PATH_INFO"], {"province": unit.agency.top.code})
    assert any(unit == each.unit for each in near.context["competence"].nearest)
    shown = near.context["competence"].page[0].unit
    assert (shown.name_en if language == "en" else shown.name_vi) in unescaped(near)
    assert page.context["may_apply"] == (definition.level >= 3)
    begins = "catalogue:suitable" if definition.suitability else "dossiers:start"
    for each in (page, near):
        is_linked = f'href="{reverse(begins, args=[code])}' in unescaped(each)
        assert is_linked == page.context["may_apply"]


@pytest.mark.parametrize(
    ("code", "place", "most"),
    [
        ("1.001193", {}, 4),  # more units than any page could list
        ("1.001193", {"province": "H17"}, 7),
        ("1.001193", {"province": "H17", "page": "2"}, 7),
        ("2.000488", {}, 4),
    ],
)
def test_queries_of_the_page_of_a_service(
    client, catalogue, django_assert_max_num_queries, code, place, most
):
    calendar()  # kept for some seconds
    with django_assert_max_num_queries(FRAME + most):
        client.get(reverse("catalogue:service", args=[code]), place)


def test_what_an_address_suggests_is_fetched_by_its_picked_province(client):
    url = reverse("catalogue:places", args=["commune"])
    assert (
        '<option value="Phường Thạch Thang">'
        in client.get(url, {"q_province": "H17"}).content.decode()
    )
    for asked in ({}, {"q_province": "H99\x00"}, {"q_province": "<b>"}):
        assert client.get(url, asked).content.strip() == b""


def test_a_service_is_shown_as_of_a_day(client):
    """Who offers it, at which level, under which name: all of it as it was on that day."""
    address = reverse("catalogue:service", args=["1.001193"])
    then = client.get(address, {"as_of": "2022-08-01"}).content.decode()
    now = client.get(address).content.decode()
    assert "tình trạng ngày 01/08/2022" in then
    assert "tình trạng ngày" not in now
    # Levels were called by their numbers alone until 15/08/2022.
    assert "toàn trình" in now
    assert "toàn trình" not in then
    before = client.get(address, {"as_of": "2021-12-31"})
    assert before.status_code == 404  # published on 01/01/2022


@pytest.mark.parametrize("text", ["soon", "2022-02-30", "2999-01-01", "1999-12-31", "2022-13"])
def test_what_is_no_day_of_the_past_is_refused_in_a_sentence(client, text):
    address = reverse("catalogue:service", args=["1.001193"])
    refused = client.get(address, {"as_of": text})
    assert refused.status_code == 400
    assert text in refused.content.decode()
    assert client.get(reverse("catalogue:search"), {"as_of": text}).status_code == 400
