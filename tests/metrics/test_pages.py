"""The public pages: every number opens a list that has exactly as many lines, or adds up to it."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from dossiers.models import Dossier
from portal.metrics import rollup
from portal.metrics.registry import all_versions, headlines
from tests.accounts.factories import UserFactory
from tests.agencies.factories import UnitFactory
from tests.catalogue.factories import OfferingFactory
from tests.dossiers.factories import unit_officer
from tests.metrics import stories
from tests.metrics.stories import clock_at

HOME = "/metrics/"
AUGUST = {"period": "2022-08"}
MOST_QUERIES = 12
EVERYTHING = "/metrics/?period=2022-08"


class Counts(HTMLParser):
    """Every ``<a href><data value>`` of a page, as (address, number); and all ``<data class>`` by class."""

    def __init__(self, html):
        super().__init__()
        self.links, self.named, self._address = [], {}, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a":
            self._address = attributes.get("href")
        elif tag == "data" and self._address:
            self.links.append((self._address, int(attributes["value"])))
        elif tag == "data":
            self.named[attributes["class"]] = int(attributes["value"])

    def handle_endtag(self, tag):
        if tag == "a":
            self._address = None


def counts_of(response):
    assert response.status_code == 200
    return Counts(response.content.decode())


def lines_of(client, address):
    """``(lines over all pages of the list, total it states, sum it states)``."""
    lines, page = 0, 1
    while True:
        response = client.get(f"{address}&page={page}")
        stated = counts_of(response).named
        lines += len(response.context["lines"])
        if not response.context["page"].has_next():
            return lines, stated["total"], stated.get("sum")
        page += 1


@pytest.mark.parametrize(
    "address",
    [
        "/metrics/?period=2022-08",
        "/metrics/?period=2022",
        "/metrics/?period=2022-Q3",
        "/metrics/?period=2021",
        "/metrics/provinces/?period=2022-08",
        "/metrics/provinces/?first=2022-08-05&last=2022-09-12",
        "/metrics/ministries/?period=2022",
        "/metrics/?first=2022-08-15&last=2022-08-17",
        "/metrics/A90/?period=2022-08",
        "/metrics/A90.01/",
        "/metrics/A90.01.01/?period=2022-08",
        "/metrics/A91/",
        "/metrics/B90/?period=2022-07",
    ],
)
def test_every_number_of_the_page_opens_a_list_as_long_as_it(client, land, address):
    """Of one page, all further figures; of the others, those at the top and in their tables."""
    stories.received(land.full, "2022-09-02 09:00")
    clock_at("2022-09-15 09:00")
    links = counts_of(client.get(address)).links
    assert len(links) >= 10  # four shares with two counts each, one count, one sum
    wanted = [metric.code for metric in headlines()]
    for url, number in links:
        if (url.split("/")[3] in wanted) == (address == EVERYTHING):
            continue
        lines, total, added_up = lines_of(client, url)
        assert lines == total, url
        if "payments-online-amount" in url or "payments-online-value" in url:
            assert added_up == number, url
        else:
            assert lines == number, url


def test_an_agency_that_handles_dossiers_itself_and_has_others_below(client, land):
    """What it handles itself stands in a line of its own, with lists of its own."""
    at_district = OfferingFactory(
        service=land.full.service, unit=UnitFactory(agency=land.district), level=3
    )
    stories.completed(at_district, "2022-08-08 09:00", "2022-08-09 09:00")
    clock_at("2022-09-15 09:00")
    response = client.get("/metrics/A90.01/", AUGUST)
    links = counts_of(response).links
    assert any("block=A90.01%3Aown" in url for url, _number in links)
    for url, number in links:
        if "%3Aown" not in url:
            continue  # like those of any agency
        lines, _total, added_up = lines_of(client, url)
        assert number == (added_up if "amount" in url else lines), url


def test_the_home_page_says_what_was_counted(client, land):
    response = client.get(HOME, AUGUST)
    text = response.content.decode()
    numbers = [number for _url, number in Counts(text).links]
    # Headlines: shares by unit, then payments and their sum.
    assert numbers[:10] == [7, 11, 3, 4, 3, 5, 4, 6, 1, 75_000]
    for shown in ("63,6%", "75,0%", "60,0%", "66,7%", "75.000"):
        assert shown in text
    assert "Tỉnh Thử nghiệm A90" in client.get("/metrics/provinces/", AUGUST).content.decode()
    assert "Bộ Thử nghiệm B90" in client.get("/metrics/ministries/", AUGUST).content.decode()


@pytest.mark.parametrize(
    "address", ["/metrics/", "/metrics/provinces/", "/metrics/A90/", "/metrics/A90.01/"]
)
@pytest.mark.parametrize("folded", [False, True])
def test_pages_take_few_queries_however_many_agencies(
    client, land, django_assert_max_num_queries, address, folded
):
    for _number in range(3):
        stories.one_more_province()
    clock_at("2022-09-15 09:00")
    if folded:
        rollup.fold_all()
    client.get(address)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(address)


def test_queries_of_the_home_page_are_pinned(client, land, django_assert_num_queries):
    client.get(HOME)
    with django_assert_num_queries(4):  # clock, figures, services, months
        client.get(HOME)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("period=2022-13", "2022-13"),
        ("period=2022-08-32..2022-09-01", "2022-08-32"),
        ("period=tháng tám", "tháng tám"),
        ("period=2023", "01/01/2023"),
        ("period=1999", "01/01/2000"),
        ("period=0000", "0000"),
        ("period=2022-09-01..2022-08-01", "01/08/2022"),
        ("first=2022-09-01&last=2022-08-01", "01/08/2022"),
        ("first=2022-02-30&last=2022-08-01", "error-summary"),
        ("first=2022-08-01", "error-summary"),
        ("first=&last=", "error-summary"),
        ("first=9999-12-31&last=9999-12-31", "31/12/9999"),
    ],
)
@pytest.mark.parametrize("page", ["/metrics/", "/metrics/A90/"])
def test_an_impossible_period_is_a_sentence(client, land, page, query, sentence):
    response = client.get(f"{page}?{query}")
    assert response.status_code == 400
    assert sentence in unescape(response.content.decode())


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/metrics/Z99/", 404),
        ("/metrics/H17%00/", 404),
        ("/metrics/list/no-such/numerator/", 404),
        ("/metrics/list/dossiers-online/middle/", 404),
        ("/metrics/list/payments-online/denominator/", 404),
        ("/metrics/list/dossiers-online/numerator/?block=Z99", 404),
        ("/metrics/list/dossiers-online/numerator/?block=:own", 404),
        ("/metrics/list/dossiers-online/numerator/?period=x", 400),
        ("/metrics/months.csv?block=Z99", 404),
        ("/metrics/agencies.csv?period=2022-99", 400),
        ("/metrics/list/dossiers-online/numerator/?page=x", 200),
        ("/metrics/list/dossiers-online/numerator/?page=999", 200),
        ("/metrics/?last_page=1", 200),
        ("/metrics/?period=2022-01-01..9999-12-31", 200),
    ],
)
def test_bad_addresses_never_break_a_page(client, land, address, status):
    assert client.get(address).status_code == status


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/metrics/", "Số liệu giải quyết thủ tục"),
        ("/metrics/A90/", "Tỉnh Thử nghiệm A90"),
        (
            "/metrics/list/dossiers-online/numerator/?period=2022-08&block=provinces",
            "Tỉnh, thành phố, Tháng 8/2022 Hồ sơ tiếp nhận trên mạng",
        ),
        ("/metrics/method/", "Cách tính số liệu"),
    ],
)
def test_a_page_says_in_its_heading_what_it_is_about(client, land, address, heading):
    html = unescape(client.get(address).content.decode())
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)[1]
    assert re.sub(r"<[^>]+>", "", found) == heading


def test_a_page_only_shows(client, db):
    assert client.post(HOME).status_code == 405


def test_a_share_of_nothing_says_no_data(client, land):
    page = client.get("/metrics/B90/", AUGUST).content.decode()
    top = page.split('<dl class="figures">')[1].split("</dl>")[0]
    assert "chưa có số liệu" in top
    assert ">0,0%" not in top


def test_an_empty_portal_has_empty_pages(client, db):
    clock_at("2022-09-15 09:00")
    response = client.get(HOME)
    assert response.status_code == 200
    assert "chưa có số liệu" in response.content.decode()
    assert all(number == 0 for _url, number in counts_of(response).links)


def test_lists_name_no_person(client, land):
    """Neither an anonymous visitor nor anybody else reads a name or a number of a person in a list."""
    people = set(Dossier.objects.values_list("applicant_name", flat=True)) | set(
        Dossier.objects.values_list("applicant_identifier", flat=True)
    )
    client.force_login(UserFactory(full_name="Đỗ Thị Khách"))
    kinds = {url.split("/")[3]: url for url, _number in counts_of(client.get(HOME)).links}
    for url in kinds.values():
        text = client.get(url).content.decode()
        assert not any(person in text for person in people), url


def test_a_list_opens_the_dossiers_a_person_may_open(client, land):
    address = reverse("metrics:list", args=["dossiers-online", "denominator"]) + "?period=2022-08"
    rows = client.get(address).context["lines"]
    assert not any(row["address"] for row in rows)

    mine = Dossier.objects.filter(history__transition="receive", channel=2).first()
    client.force_login(mine.filed_by)
    opened = [row["code"] for row in client.get(address).context["lines"] if row["address"]]
    assert opened == [mine.code]

    client.force_login(unit_officer(land.full.unit))
    opened = {row["code"] for row in client.get(address).context["lines"] if row["address"]}
    assert opened == {
        row["code"] for row in rows if row["code"].startswith(land.full.unit.code + "-")
    }
    assert len(opened) == 8


def test_a_list_takes_few_queries_and_is_cut_into_pages(
    client, land, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("portal.metrics.views.PAGE_SIZE", 4)
    address = reverse("metrics:list", args=["dossiers-online", "denominator"]) + "?period=2022-08"
    client.get(address)
    with django_assert_num_queries(3):  # clock, count, page
        response = client.get(address)
    assert len(response.context["lines"]) == 4
    assert lines_of(client, address) == (11, 11, None)


def test_a_long_list_is_as_long_as_the_figure_that_it_opens_from(client, land, monkeypatch):
    """Its length and sum are read from the rollup: no other than when every row is counted."""
    for address in ("/metrics/?period=2022-08", "/metrics/A90/?period=2022-08"):
        links = {url for url, _number in counts_of(client.get(address)).links}
        counted = {url: lines_of(client, url) for url in links}
        with monkeypatch.context() as long:
            long.setattr("portal.metrics.readings.COUNTED", 1)
            assert {url: lines_of(client, url) for url in links} == counted


def test_the_method_page_names_every_definition_with_its_source(client, db):
    text = unescape(client.get("/metrics/method/").content.decode())
    for version in all_versions():
        for words in (version.name, version.counts, version.excludes, version.source):
            assert str(words) in text
        assert f"[{version.certainty}]" in text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("address", [HOME, "/metrics/A90/", "/metrics/method/"])
def test_pages_carry_no_style_and_no_script_of_their_own(client, land, settings, language, address):
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})
    text = client.get(address).content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert "data:" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "{{" not in text and "{%" not in text


def test_figures_can_be_taken_away_as_csv(client, land):
    response = client.get("/metrics/agencies.csv", AUGUST)
    assert response["Content-Type"].startswith("text/csv")
    lines = response.content.decode().lstrip("\ufeff").splitlines()
    assert "2022-08-01,2022-08-31,A90,Tỉnh Thử nghiệm A90,dossiers-online,4,8" in lines
    assert "2022-08-01,2022-08-31,B90,Bộ Thử nghiệm B90,services-used,1,2" in lines

    lines = client.get("/metrics/months.csv", {"block": "A90"}).content.decode().splitlines()
    assert "2022-07-01,2022-07-31,A90,dossiers-online,1,1" in lines
    assert "2022-08-01,2022-08-31,A90,payments-online-amount,75000," in lines
    lines = client.get("/metrics/months.csv").content.decode().splitlines()
    assert "2022-08-01,2022-08-31,nation,dossiers-online,7,11" in lines


@pytest.mark.parametrize("path", ["/metrics/", "/metrics/A90/", "/metrics/targets/"])
def test_whatever_a_page_of_the_past_leads_to_is_of_that_instant(land, client, path):
    page = client.get(path, {"period": "2022-08", "as_of": "2022-08-20"}).content.decode()
    onwards = [
        unescape(address)
        for address in re.findall(r'href="([^"]*period=2022-08[^"]*)"', page)
        if address != "?period=2022-08"  # as it stands now
    ]
    assert any(".csv" in address for address in onwards)
    assert [address for address in onwards if "as_of=2022-08-20T23" not in address] == []
