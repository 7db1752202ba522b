"""Finding in the real catalogue: what people type, what narrows it down, what they are told on the way."""

import tomllib
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse

from portal import clock
from portal.catalogue import bundles, definitions
from portal.catalogue.finding.hits import hits
from portal.catalogue.models import Offering

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_catalogue")]

FRAME = 2  # queries of every page for a visitor: the clock, and whether this is a demo
QUERIES = {
    query: code
    for group in tomllib.loads(Path(__file__).with_name("queries.toml").read_text()).values()
    for query, code in group.items()
}


@pytest.fixture
def on_offer():
    """The codes of the services that some unit offers today."""
    return set(Offering.objects.in_force(clock.today()).values_list("service__code", flat=True))


def searched(client, **query):
    return client.get(reverse("catalogue:search"), query)


def codes(page):
    return [row["service"].code for row in page.context["rows"]]


def test_what_people_type_finds_first_what_they_mean(client):
    """Ranked as the page ranks it; a page for each of so many would take seconds."""
    assert set(QUERIES.values()) == set(definitions.load_all())
    found = {query: hits(query).rows for query in QUERIES}
    assert {query: rows[0].code if rows else None for query, rows in found.items()} == QUERIES
    query = "khai sinh"
    assert codes(searched(client, q=query))[:10] == [row.code for row in hits(query).rows][:10]


def test_every_count_beside_a_choice_is_what_the_choice_shows(client):
    chosen = {"q": "đăng ký giấy phép", "audience": "citizen", "fee": "free"}
    page = searched(client, **chosen)
    choices = {
        "level": [(level, count) for level, count, _chosen in page.context["levels"]],
        "field": [(key, count) for key, _name, count in page.context["fields"]],
        "fee": [(key, count) for key, _name, count in page.context["fees"]],
        "event": [(key, count) for key, _name, count in page.context["life_events"]],
        "audience": [(key, count) for key, _name, count in page.context["audiences"]],
        "agency": [(key, count) for key, _name, count in page.context["provinces"][:2]]
        + [(key, count) for key, _name, count in page.context["ministries"][:2]],
    }
    for name, counted in choices.items():
        assert counted, name
        for key, count in counted[:3]:
            shown = searched(client, **{**chosen, name: key})
            assert shown.context["page"].paginator.count == count, (name, key)


def test_a_chip_takes_one_choice_back_and_keeps_the_others(client):
    page = searched(client, q="khai sinh", level=["3", "4"], fee="free", page="1")
    addresses = dict(page.context["chips"])
    assert addresses == {
        "Mức độ 3": "?q=khai+sinh&level=4&fee=free",
        "Mức độ 4": "?q=khai+sinh&level=3&fee=free",
        "Không thu phí": "?q=khai+sinh&level=3&level=4",
    }
    assert 'name="q" value="khai sinh"' in page.text


def test_a_misspelt_search_says_what_it_was_taken_for(client):
    assert "kết quả cho “khai sinh”" in searched(client, q="kahi sinh").text
    assert "không nằm trong thủ tục nào" not in searched(client, q="khai sinh").text


def test_a_search_that_nothing_fits_wholly_or_at_all_leads_on(client):
    nearly = searched(client, q="khai sinh xyzzy")
    assert codes(nearly)[0] == "1.001193"
    assert "Không thủ tục nào có đủ các từ này" in nearly.text
    nothing = searched(client, q="zzzz qqqq")
    assert codes(nothing) == []
    for way_on in ("bộ phận một cửa của xã", reverse("catalogue:search"), reverse("home")):
        assert way_on in nothing.text
    assert "Gần như thủ tục nào cũng có những từ này" in searched(client, q="xin giấy").text


@pytest.mark.parametrize(
    "typed",
    [
        "\0khai\0sinh",
        "\u202ekhai sinh\u202c",
        "khai\u200b sinh",
        "k\u0068ai sinh",
        "khai sinh" + " " * 9**6,
    ],
    ids=["nul", "right-to-left", "zero-width", "plain", "megabyte"],
)
def test_what_nobody_sees_does_not_hide_what_is_meant(client, typed):
    assert codes(searched(client, q=typed))[0] == "1.001193"


@pytest.mark.parametrize(
    "typed", ["?!… —", "\u200b\u200f", "\0", "😀"], ids=["marks", "unseen", "nul", "face"]
)
def test_a_search_without_a_word_is_no_fault(client, typed):
    assert searched(client, q=typed).status_code == 200
    assert client.get(reverse("catalogue:suggest"), {"q": typed}).context["suggestions"] == []


def test_suggestions_complete_what_is_begun_and_forgive_slips(client, django_assert_num_queries):
    def suggested(typed):
        page = client.get(reverse("catalogue:suggest"), {"q": typed})
        return [code for code, _name in page.context["suggestions"]]

    cache.clear()
    with django_assert_num_queries(2):
        assert suggested("khai si")[0] == "1.001193"
    with django_assert_num_queries(0):
        assert suggested("Khai sí")[0] == "1.001193"
    assert suggested("kahi sin")[0] == "1.001193"
    assert "1.004222" in suggested("thuongg t")
    assert suggested("") == []


def test_home_leads_in_by_life_event_by_agency_and_by_person(client):
    cache.clear()
    page = client.get("/")
    for address in ("/life/event/birth/", "?agency=H17", "?agency=G02", "?audience=enterprise"):
        assert address in page.text
    ministries = {code: services for code, _name, services in page.context["ministries"]}
    assert ministries["G02"] == searched(client, agency="G02").context["page"].paginator.count
    for bundle in bundles.load_all().values():
        assert reverse("life:bundle", args=[bundle.key]) in page.text


def test_the_queries_of_the_pages_do_not_grow(client, django_assert_max_num_queries):
    cache.clear()
    with django_assert_max_num_queries(
        FRAME + 2 + 5
    ):  # five for the headline figures, kept for a while
        client.get("/")
    with django_assert_max_num_queries(FRAME + 5):
        searched(client, q="khai sinh", level="4", event="birth")
    with django_assert_max_num_queries(FRAME + 6):  # and the agency
        searched(client, q="khai sinh", agency="H17")
    with django_assert_max_num_queries(FRAME + 3):
        client.get(reverse("life:event", args=["birth"]))
    with django_assert_max_num_queries(FRAME + 3):
        client.get(reverse("life:bundle", args=["birth"]))


def test_a_life_event_shows_what_goes_together_first(client, on_offer):
    page = client.get(reverse("life:event", args=["birth"]))
    shown = codes(page)
    assert shown[0] == "1.001193"
    assert set(shown) == {
        code for code in on_offer if "birth" in definitions.service(code).life_events
    }
    assert reverse("life:bundle", args=["birth"]) in page.text
    for address in ("/life/event/nonsense/", "/life/nonsense/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("key", list(bundles.load_all()))
def test_a_bundle_shows_its_steps_in_their_order(client, on_offer, key):
    bundle = bundles.get(key)
    page = client.get(reverse("life:bundle", args=[key]))
    assert [step for step, _row in page.context["steps"]] == list(bundle.steps)
    for step, row in page.context["steps"]:
        assert step.why.vi in page.text
        assert (row is not None) == (step.service in on_offer)
        assert step.carries_over is None or step.carries_over.vi in page.text
