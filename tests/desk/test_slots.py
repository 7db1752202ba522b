"""Places in pages that other rooms fill."""

from uuid import uuid4

import pytest

from portal import slots


@pytest.fixture
def place():
    return f"test.{uuid4()}"


def test_an_empty_place_holds_nothing(place, rf):
    assert slots.filled(place, rf.get("/")) == []


def test_rooms_fill_it_in_their_order_with_one_text_several_or_none(place, rf):
    for answer in ("one", ["two", "three"], "", None):
        slots.fill(place, lambda request, answer=answer: answer)

    assert slots.filled(place, rf.get("/")) == ["one", "two", "three"]


def test_filling_twice_is_filling_once_and_the_page_hands_over_what_it_knows(place, rf):
    def greet(request, *, name):
        return f"{request.path} {name}"

    slots.fill(place, greet)
    slots.fill(place, greet)

    assert slots.filled(place, rf.get("/desk/"), name="Mai") == ["/desk/ Mai"]
