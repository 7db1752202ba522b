"""One procedure at levels 1 to 4: what is done from home, and how often somebody has to come."""

import pytest
from django.urls import reverse

from portal.catalogue import definitions
from portal.catalogue.level_story import Procedure, Stage, is_done_from_home, procedure, trips
from portal.catalogue.levels import LEVELS
from tests.catalogue.factories import OfferingFactory

EVERY_WAY = ("online", "counter", "post")
USUAL = Procedure(fee_when="filing", ways_to_receive=EVERY_WAY, papers=2)
FROM_HOME = {  # at levels 1 to 4
    Stage.KNOW: "yes yes yes yes",
    Stage.GET_FORMS: "no yes yes yes",
    Stage.FILL_IN: "no no yes yes",
    Stage.HAND_IN: "no no yes yes",
    Stage.FOLLOW: "no no yes yes",
    Stage.PAY: "no no no yes",
    Stage.COLLECT: "no no no yes",
}
FORMS, HAND_IN, PAY, COLLECT = Stage.GET_FORMS, Stage.HAND_IN, Stage.PAY, Stage.COLLECT


@pytest.mark.parametrize("stage", Stage)
def test_what_is_done_from_home(stage):
    answers = ["yes" if is_done_from_home(stage, level, USUAL) else "no" for level in LEVELS]
    assert " ".join(answers) == FROM_HOME[stage]


@pytest.mark.parametrize(
    ("asked", "level", "expected"),
    [
        (USUAL, 1, [(FORMS,), (HAND_IN, PAY), (COLLECT,)]),
        (USUAL, 2, [(HAND_IN, PAY), (COLLECT,)]),
        (USUAL, 3, [(PAY, COLLECT)]),
        (USUAL, 4, []),
        (Procedure("result", EVERY_WAY, 2), 2, [(HAND_IN,), (PAY, COLLECT)]),
        (Procedure("result", EVERY_WAY, 2, same_day=True), 2, [(HAND_IN, PAY, COLLECT)]),
        (Procedure("result", EVERY_WAY, 2, same_day=True), 3, [(PAY, COLLECT)]),
        (Procedure(None, EVERY_WAY, 2), 3, [(COLLECT,)]),
        (Procedure(None, (), 2), 3, []),  # nothing to pay and nothing to collect
        (Procedure("filing", (), 2), 3, [(PAY,)]),
        (Procedure("filing", ("counter",), 2), 4, [(COLLECT,)]),
    ],
)
def test_the_trips_that_are_left(asked, level, expected):
    assert list(trips(level, asked)) == expected


@pytest.mark.parametrize("code", definitions.load_all())
def test_no_level_asks_for_more_trips_than_the_one_below(code):
    asked = procedure(definitions.service(code))
    numbers = [len(trips(level, asked)) for level in LEVELS]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]


@pytest.mark.django_db
def test_the_page_tells_all_four_levels(client, settings, django_assert_max_num_queries):
    service = OfferingFactory(level=3, service__fee_vnd=75_000).service
    address = reverse("catalogue:levels", args=[service.code])
    with django_assert_max_num_queries(2 + 3):  # the frame; the service, its version, its levels
        words = client.get(address).content.decode()
    for told in ("3 lần đến quầy", "2 lần đến quầy", "1 lần đến quầy", "Không phải đến quầy"):
        assert told in words
    assert words.count("đang áp dụng") == 1
    assert "nộp phí, nhận kết quả" in words
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "No trip to the counter" in client.get(address).content.decode()
    assert client.get(reverse("catalogue:levels_example")).url == address


@pytest.mark.django_db
def test_the_page_of_an_unknown_service_leads_on(client):
    response = client.get(reverse("catalogue:levels_example"), follow=True)
    assert response.status_code == 404
    assert 'role="search"' in response.content.decode()
