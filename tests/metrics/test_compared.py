"""A year before, targets, ranks and maps, after the August of the story; today is 15/09/2022."""

import re
from datetime import date
from fractions import Fraction
from html import unescape

import pytest
from django.core.management import call_command

from portal.agencies import tree_files
from portal.agencies.models import Succession
from portal.metrics import blocks, periods
from portal.metrics.compared import earlier, league, targets, tiles, tops
from portal.metrics.compared.earlier import Change
from portal.metrics.registry import Reading, metric
from tests.agencies.factories import ProvinceFactory
from tests.metrics import stories
from tests.metrics.stories import clock_at
from tests.metrics.test_pages import MOST_QUERIES, counts_of, lines_of


def test_ratio_and_points_are_kept_apart():
    """From 28.63 % to 43.20 %: 1.51 times, half as much again, 14.57 points."""
    change = Change(Reading(4320, 10_000), Reading(2863, 10_000))
    assert round(float(change.ratio), 2) == 1.51
    assert round(float(change.percent), 3) == 0.509
    assert change.points == Fraction(1457, 100)
    counts = Change(Reading(300), Reading(200))
    assert (counts.ratio, counts.percent, counts.points) == (Fraction(3, 2), Fraction(1, 2), None)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (Reading(1, 2), None),
        (Reading(1, 2), Reading(0, 0)),
        (Reading(0, 0), Reading(1, 2)),
        (Reading(5), Reading(0)),
    ],
)
def test_nothing_is_divided_by_zero(now, before):
    assert Change(now, before).ratio is None
    assert Change(now, before).points is None


@pytest.mark.parametrize(
    ("text", "year_before", "preceding"),
    [
        ("2022-08", "2021-08", "2022-07"),
        ("2022-01", "2021-01", "2021-12"),
        ("2022-Q1", "2021-Q1", "2021-Q4"),
        ("2021", "2020", "2020"),
        ("2022", "2021-01-01..2021-09-15", "2021-01-01..2021-09-15"),  # still runs
        ("2022-Q3", "2021-07-01..2021-09-15", "2022-Q2"),
        ("2020-02-29..2020-02-29", "2019-02-28..2019-02-28", "2020-02-28..2020-02-28"),
        ("2022-08-11..2022-08-20", "2021-08-11..2021-08-20", "2022-08-01..2022-08-10"),
        ("2000", None, None),
    ],
)
def test_the_periods_that_a_period_is_compared_with(land, text, year_before, preceding):
    period = periods.parse(text)
    for found, expected in (
        (earlier.year_before(period), year_before),
        (earlier.preceding(period), preceding),
    ):
        assert found == (expected and periods.parse(expected))


SOME = ("/dossiers-online/", "/dossiers-on-time/", "/services-used/", "/payments-online-amount/")


def test_every_number_of_a_cut_opens_a_list_as_long_as_it(client, land):
    """All figures of a unit; of a region and a field, one of each kind."""
    field = blocks.slug(land.full.service.field)
    for block, wanted in (
        (f"unit:{land.full.unit.code}", ("/",)),
        ("region:red-river-delta", SOME),
        (f"field:{field}", SOME),
    ):
        page = client.get("/metrics/comparison/", {"period": "2022-08", "block": block})
        counted = [
            (url, number)
            for url, number in counts_of(page).links
            if number and any(each in url for each in wanted)
        ]
        assert len(counted) >= 7, block
        for url, number in counted:
            _lines, total, added_up = lines_of(client, url)
            assert number in (total, added_up), url


def test_the_cuts_across_agencies_by_hand(client, land, capsys):
    """The ward of the north received eight dossiers, four of them online; service A came to two provinces."""

    def online(block):
        call_command("metrics", "dossiers-online", period="2022-08", block=block)
        return re.search(r"\((\d+) / (\d+)\)", capsys.readouterr().out).groups()

    assert online(f"unit:{land.full.unit.code}") == ("4", "8")
    assert online(f"service:{land.full.service.code}") == ("5", "6")
    assert online("region:red-river-delta") == ("6", "10")


def test_the_year_before_stands_beside(client, land):
    stories.received(land.full, "2021-08-10 09:00", paper=True)
    stories.received(land.full, "2021-08-10 09:00")
    clock_at("2022-09-15 09:00")
    page = client.get("/metrics/comparison/?period=2022-08")
    line = next(
        each for each in page.context["compared"].lines if each.metric.code == "dossiers-online"
    )
    assert (line.now.reading, line.before.reading) == (Reading(7, 11), Reading(1, 2))
    text = unescape(page.content.decode())
    assert "× 1,27" in text and "+27,3%" in text and "+13,6" in text
    csv = client.get("/metrics/comparison.csv?period=2022-08").content.decode()
    assert "nation,dossiers-online,7,11,1,2,1.272727,13.636364" in csv


def test_targets_say_who_meets_them(client, land):
    """Services with dossiers: four of six; the south has all of its own, the north two of three."""
    rows = client.get("/metrics/targets/?period=2022-08").context["rows"]
    used = next(row for row in rows if row.target.code == "used-2022")
    nation, ministries, provinces = used.blocks
    assert nation.figure.reading == Reading(4, 6)
    assert used.target.in_words(nation.figure.reading) == "còn thiếu 13,3 điểm"
    assert (ministries.meeting, ministries.counted) == (0, 1)
    assert (provinces.meeting, provinces.counted) == (1, 2)
    for url, number in counts_of(client.get("/metrics/targets/?period=2022-08")).links:
        assert lines_of(client, url)[0] == number, url
    assert {row.target.share * 100 for row in rows} == {30, 50, 80, 90, 100}


def test_a_target_without_a_figure_says_so(client, land, monkeypatch):
    monkeypatch.setattr(targets, "has_source", lambda found: False)
    text = unescape(client.get("/metrics/targets/").content.decode())
    assert text.count("Chưa có nguồn") == len(targets.targets())


def test_ranks_are_shared_and_nobody_is_ranked_below_thirty(land):
    on_time = metric("dossiers-on-time")
    readings = {
        "a": Reading(90, 100),
        "b": Reading(45, 50),
        "c": Reading(30, 40),
        "d": Reading(29, 29),
    }
    assert league.ranks(readings, on_time) == {"a": 1, "b": 1, "c": 3}
    assert league.ranks({"a": Reading(1, 2)}, metric("services-used")) == {"a": 1}


def test_a_league_says_who_climbed(client, land):
    """In July only the north had a dossier online; in August the south overtook it."""
    address = "/metrics/league/provinces/?period=2022-08&metric=services-used"
    places = {
        place.top.agency.code: place for place in client.get(address).context["league"].places
    }
    assert (places["A91"].rank, places["A90"].rank) == (1, 2)
    assert (places["A91"].climbed, places["A90"].climbed) == (1, -1)
    text = unescape(client.get(address).content.decode())
    assert "▲ lên 1" in text and "▼ xuống 1" in text
    for order in league.ORDERS:
        assert client.get(f"{address}&order={order}").status_code == 200
    by_name = client.get(f"{address}&order=name").context["league"].places
    assert [place.top.agency.code for place in by_name] == ["A90", "A91"]
    for url, number in counts_of(client.get(address)).links:
        assert lines_of(client, url)[0] == number, url
    csv = client.get(
        "/metrics/league/provinces.csv?period=2022-08&metric=services-used"
    ).content.decode()
    assert "1,2,A91,Tỉnh Thử nghiệm A91,services-used,1,1" in csv


def test_provinces_that_were_joined_are_added_up(client, land):
    """From 1 July 2025 the south continues the north: its figures of 2022 are those of both, and so is the list."""
    land.north.valid_to = tops.MERGER
    land.north.save()
    Succession.objects.create(
        agency=land.north, successor=land.south, day=tops.MERGER, basis="thử nghiệm"
    )
    period = periods.parse("2022-08")
    drawn = tiles.draw(metric("dossiers-online"), period, 34)
    (place,) = [each for each in drawn.places if each.top.agency == land.south]
    assert place.reading == Reading(6, 10)
    assert place.top.block_code == "A91@2025-07-01"
    assert lines_of(client, place.figure.denominator_url)[0] == 10
    assert land.north not in [each.top.agency for each in drawn.places]
    before = tiles.draw(metric("dossiers-online"), period, 63)
    assert {each.reading for each in before.places} >= {Reading(4, 8), Reading(2, 2)}


@pytest.mark.parametrize(("provinces", "day"), [(63, tops.BEFORE_MERGER), (34, tops.MERGER)])
def test_every_province_has_one_tile(provinces, day):
    there = {
        row.code
        for row in tree_files.agencies().values()
        if row.kind == "province" and (row.valid_to is None or row.valid_to > day)
    }
    grid = tiles.grid(provinces)
    assert grid.keys() == there and len(there) == provinces
    assert len({(column, row) for _name, column, row in grid.values()}) == provinces
    assert len({name for name, _column, _row in grid.values()}) == provinces


def test_a_map_says_its_values_in_words(client, land):
    hoa_binh = ProvinceFactory(
        code="H28", name_vi="Tỉnh Hòa Bình", region="Northern Midlands and Mountains"
    )
    page = client.get("/metrics/map/?period=2022-08&provinces=63")
    (tile,) = page.context["map"].tiles
    assert (tile.abbreviation, tile.css, tile.words) == ("HB", "s0", "chưa có số liệu")
    assert f"/metrics/{hoa_binh.code}/" in tile.href
    assert 'aria-label="Tỉnh Hòa Bình: chưa có số liệu"' in page.content.decode()
    regions = {
        str(name): figure.reading for name, _number, _url, figure in page.context["map"].regions
    }
    assert regions["Đồng bằng sông Hồng"] == Reading(3, 4)  # on time, both provinces pooled


def test_pages_take_few_queries(client, land, django_assert_max_num_queries):
    stories.one_more_province()
    clock_at("2022-09-15 09:00")
    for address in (
        "/metrics/comparison/",
        f"/metrics/comparison/?block=unit:{land.full.unit.code}",
        "/metrics/targets/",
        "/metrics/league/provinces/",
        "/metrics/map/",
    ):
        client.get(address)
        with django_assert_max_num_queries(MOST_QUERIES):
            client.get(address)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/metrics/league/villages/", 404),
        ("/metrics/league/provinces/?order=beauty", 404),
        ("/metrics/league/provinces/?metric=no-such", 404),
        ("/metrics/league/provinces/?metric=payments-online", 404),
        ("/metrics/map/?provinces=64", 404),
        ("/metrics/map/?period=2000", 200),
        ("/metrics/comparison/?block=region:atlantis", 404),
        ("/metrics/comparison/?block=unit:%00", 404),
        ("/metrics/months.csv?block=field:thu-nghiem", 404),
        ("/metrics/comparison/?block=service:9.999999", 404),
        ("/metrics/comparison/?block=field:", 404),
        ("/metrics/comparison/?block=A90@yesterday", 404),
        ("/metrics/comparison/?block=Z99@2025-07-01", 404),
        ("/metrics/comparison/?period=2000", 200),
        ("/metrics/comparison/?first=2022-02-30&last=2022-03-01", 400),
        ("/metrics/targets/?period=1999", 400),
        ("/metrics/targets.csv", 200),
    ],
)
def test_bad_addresses_never_break_a_page(client, land, address, status):
    assert client.get(address).status_code == status


def test_the_tree_of_the_period_decides_how_many_provinces(land, settings):
    settings.TREE_STANDS_AT = None
    clock_at("2026-03-02 09:00")
    period = periods.between(date(2026, 1, 1), date(2026, 3, 1))
    assert tiles.how_many(period) == 34
    settings.TREE_STANDS_AT = date(2024, 12, 31)
    assert tiles.how_many(period) == 63
