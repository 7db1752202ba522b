"""What differs between two versions, place by place."""

from copy import deepcopy

from portal.catalogue.changes import Change, changes
from tests.catalogue.factories import small_content


def changed(**_none):
    before = small_content(code="9.000001")
    return before, deepcopy(before)


def test_the_same_content_differs_nowhere():
    before, after = changed()
    assert changes(before, after) == []


def test_words_papers_and_questions_are_found_by_their_keys():
    before, after = changed()
    after["summary"]["vi"] = "Đã sửa."
    after["documents"][0]["copies"] = 2
    after["documents"].pop(1)
    after["groups"][0]["questions"].insert(
        0, {"key": "why", "type": "text", "label": {"vi": "Lý do", "en": "Reason"}}
    )
    after["synonyms"].append("sao y")

    found = {
        change.place: (change.kind, change.before, change.after)
        for change in changes(before, after)
    }

    assert found["summary › vi"] == ("changed", "Để thử cổng dịch vụ.", "Đã sửa.")
    assert found["documents › paper › copies"] == ("changed", "1", "2")
    assert found["documents › extra"][0] == "removed"
    assert found["groups › request › questions › why"][0] == "added"
    assert "Lý do" in found["groups › request › questions › why"][2]
    assert found["synonyms"] == ("changed", "bản sao thử", "bản sao thử, sao y")
    assert len(found) == 5


def test_entries_that_only_changed_places_are_one_change():
    before, after = changed()
    after["documents"].reverse()
    assert changes(before, after) == [Change("documents › …", "paper, extra", "extra, paper")]


def test_entries_without_a_key_are_compared_by_their_number():
    before, after = changed()
    after["steps"][0]["text"]["en"] = "By post."
    after["steps"].append(
        {"title": {"vi": "Nhận", "en": "Receive"}, "text": {"vi": "x", "en": "y"}}
    )
    places = [change.place for change in changes(before, after)]
    assert places == ["steps › 1 › text › en", "steps › 2"]
