"""Levels by number until 14 August 2022; from the day after, in the words of Decree 42/2022 as well."""

from datetime import date, timedelta

import pytest
from django.template import engines
from django.utils import translation

from portal import clock
from portal.catalogue.vocabulary import process_on

LAST_DAY_OF_NUMBERS = date(2022, 8, 14)


@pytest.mark.parametrize(
    ("level", "name"), [(1, "information"), (2, "information"), (3, "partial"), (4, "full")]
)
def test_the_later_name_begins_on_15_august_2022(level, name):
    assert process_on(level, LAST_DAY_OF_NUMBERS) is None
    assert process_on(level, LAST_DAY_OF_NUMBERS + timedelta(days=1)) == name


@pytest.mark.parametrize("level", [0, 5, None])
def test_a_level_that_does_not_exist_has_no_name_on_any_day(level):
    with pytest.raises(ValueError, match="level"):
        process_on(level, LAST_DAY_OF_NUMBERS)


@pytest.mark.parametrize(
    ("day", "language", "words"),
    [
        (date(2022, 8, 14), "vi", "Mức độ 4</span>"),
        (date(2022, 8, 15), "vi", "Mức độ 4 · toàn trình</span>"),
        (date(2022, 8, 15), "en", "Level 4 · full-process</span>"),
    ],
)
def test_the_badge_bears_both_names_on_the_day_of_the_portal(monkeypatch, day, language, words):
    monkeypatch.setattr(clock, "today", lambda: day)
    source = '{% include "components/level.html" with level=4 only %}'
    with translation.override(language):
        assert words in engines["django"].from_string(source).render()
