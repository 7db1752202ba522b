"""Decision 766: the points by hand, and the page of an agency after the August of the story."""

import doctest
from fractions import Fraction
from html import unescape

import pytest

from portal.metrics import blocks
from portal.metrics.scorecard import rules, shares, words
from portal.metrics.scorecard.rules import NEWER, OLDER, PROFILES, Card, points
from tests.metrics import stories
from tests.metrics.stories import clock_at
from tests.metrics.test_pages import MOST_QUERIES, Counts, counts_of, lines_of

A90 = "/metrics/scorecard/A90/?period=2022"


@pytest.fixture(autouse=True)
def two_figures(monkeypatch):
    """Two indicators have a source, however many figures there come to be."""
    sources = {"2.1": ("no-such-figure", "dossiers-on-time"), "3.2": ("services-used",)}
    monkeypatch.setattr(shares, "METRICS", sources)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_both_splits_give_a_hundred_points(profile):
    assert sum(each.most for each in profile) == 100
    for group in rules.GROUPS:
        assert sum(each.most for each in profile if each.group == group.id) == group.most
    assert {each.id for each in profile} <= words.INDICATORS.keys()
    assert {each.certainty for each in profile} <= words.SOURCES.keys()


def test_the_examples_in_the_rules_hold():
    assert doctest.testmod(rules) == (0, 5)


def test_the_splits_differ_in_online_services_only():
    differing = set(OLDER) ^ set(NEWER)
    assert {each.part for each in differing} == {"3a"}


def test_every_source_belongs_to_an_indicator(monkeypatch):
    monkeypatch.undo()
    assert shares.METRICS.keys() <= {each.id for each in OLDER + NEWER}


def test_what_is_left_out_says_why(client, land, monkeypatch):
    """Dossiers online have their counts, and no points without the rate of synchronisation."""
    monkeypatch.undo()
    lines = {
        line.score.indicator.id: line
        for group in client.get(A90 + "-08").context["card"].groups
        for line in group.lines
    }
    assert lines["3.3"].figure is not None and lines["3.3"].score.points is None
    assert lines["3.3"].why_not == lines["1.4"].why_not != ""


@pytest.mark.parametrize(
    ("share", "most", "target", "expected"),
    [
        (Fraction(0), 20, None, 0),
        (Fraction(9, 10), 20, None, 18),
        (Fraction(1, 4), 6, 50, 3),  # half of the target, half of the points
        (Fraction(1, 2), 6, 50, 6),
        (Fraction(3, 4), 6, 50, 6),  # beyond the target there is no more
        (Fraction(45, 100), 6, 90, 3),
        (Fraction(3, 2), 6, None, 6),
        (Fraction(-1, 2), 6, 90, 0),
    ],
)
def test_points_by_hand(share, most, target, expected):
    assert points(share, most=most, target=target) == expected


def test_what_is_not_known_is_left_out_of_the_maximum_too():
    card = Card(OLDER, {"2.1": Fraction(1, 2), "3.2": None})
    assert (card.total, card.most, card.share) == (10, 20, Fraction(1, 2))
    assert card.of("3a").most == 0
    assert Card(OLDER, {}).share is None


def test_online_dossiers_are_multiplied_by_what_is_synchronised():
    """Half online, four fifths synchronised: 40 % of a target of 50 %."""
    shares = {"3.3": Fraction(1, 2), "1.4": Fraction(4, 5)}
    assert Card(OLDER, shares).of("3a").total == Fraction(24, 5)
    assert Card(OLDER, {"3.3": Fraction(1, 2)}).of("3a").most == 0


def shown(client, address):
    return unescape(client.get(address).content.decode())


def test_the_card_of_a_province_by_hand(client, land):
    """Two of three completed on time: 13.33 of 20. Two of three online services used: 2.67 of 4."""
    page = client.get(A90 + "-08").context["card"]
    by_id = {each.indicator.id: each.points for each in page.card.scores}
    assert by_id["2.1"] == Fraction(40, 3)
    assert by_id["3.2"] == Fraction(8, 3)
    text = shown(client, A90 + "-08")
    assert "13,33" in text and "2,67" in text
    assert "chưa có nguồn" in text
    assert f"/ {page.card.most}" in text


def test_every_number_of_a_card_opens_a_list_as_long_as_it(client, land):
    links = counts_of(client.get(A90)).links
    assert len(links) >= 4
    for url, number in links:
        assert lines_of(client, url)[0] == number, url


def test_what_would_raise_the_score_is_counted_from_open_dossiers(client, land):
    """One more on time makes three of four: 15 of 20 in place of 13.33. The list shows that one."""
    stories.received(land.full, "2022-09-14 09:00")  # due on Monday, 19/09
    clock_at("2022-09-15 09:00")
    gains = {gain.proposal.key: gain for gain in client.get(A90).context["card"].gains}
    assert (gains["due"].number, gains["due"].points) == (1, Fraction(5, 3))
    assert (gains["unused"].number, gains["unused"].points) == (1, Fraction(4, 3))
    text = shown(client, A90)
    assert "+1,7 điểm" in text and "+1,3 điểm" in text
    for key in ("due", "unused"):
        listed = client.get(f"/metrics/scorecard/A90/at-hand/{key}/?period=2022")
        assert Counts(listed.content.decode()).named["total"] == 1
    assert "kỳ này đã qua" in shown(client, A90 + "-08").lower()
    assert client.get("/metrics/scorecard/A90/at-hand/magic/").status_code == 404


def test_cards_take_few_queries(client, land, django_assert_max_num_queries):
    stories.one_more_province()
    clock_at("2022-09-15 09:00")
    for address in (A90, "/metrics/scorecard/?period=2022", "/metrics/scorecard/A90.01/"):
        client.get(address)
        with django_assert_max_num_queries(MOST_QUERIES):
            client.get(address)


def test_all_provinces_are_ranked_by_the_points_to_be_had(client, land, monkeypatch):
    page = client.get("/metrics/scorecard/?period=2022-08")
    assert {each.rank for each in page.context["standings"]} == {None}  # too few dossiers
    monkeypatch.setattr("portal.metrics.scorecard.cards.ENOUGH", 1)
    standings = client.get("/metrics/scorecard/?period=2022-08").context["standings"]
    assert [(each.top.agency.code, each.rank) for each in standings][:2] == [
        ("A91", 1),  # all on time, its one service used
        ("A90", 2),
    ]
    csv = client.get("/metrics/scorecards.csv?period=2022-08").content.decode()
    assert "2,A90,Tỉnh Thử nghiệm A90,16.00,24" in csv


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/metrics/scorecard/Z99/", 404),
        ("/metrics/scorecard/A90/?profile=newest", 404),
        ("/metrics/scorecard/?kind=villages", 404),
        ("/metrics/scorecard/A90/?period=2022-13", 400),
        ("/metrics/scorecard/B90/?period=2001", 200),
        ("/metrics/scorecard/A90.csv?period=2022&profile=newer", 200),
    ],
)
def test_bad_addresses_are_answered_in_a_sentence(client, land, address, status):
    assert client.get(address).status_code == status


def test_nothing_to_count_is_no_data_and_no_zero(client, land):
    text = shown(client, "/metrics/scorecard/B90/?period=2001")
    assert "chưa có số liệu" in text
    assert client.get("/metrics/scorecard/B90/?period=2001").context["card"].card.share is None
    assert blocks.agency_block("B90").is_top
