"""Periods by the portal clock; 15/09/2022 is today."""

from datetime import date

import pytest

from portal.metrics import periods
from portal.metrics.errors import (
    ImpossiblePeriod,
    PeriodEndsBeforeItBegins,
    PeriodNotBegun,
    PeriodTooEarly,
)
from portal.worktime import at
from tests.metrics.stories import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    clock_at("2022-09-15 09:00")


@pytest.mark.parametrize(
    ("text", "first", "last", "as_of"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31), date(2022, 9, 15)),
        ("2021", date(2021, 1, 1), date(2021, 12, 31), date(2021, 12, 31)),
        ("2022-Q3", date(2022, 7, 1), date(2022, 9, 30), date(2022, 9, 15)),
        ("2022Q1", date(2022, 1, 1), date(2022, 3, 31), date(2022, 3, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29), date(2020, 2, 29)),
        ("2022-08-15..2022-08-15", date(2022, 8, 15), date(2022, 8, 15), date(2022, 8, 15)),
        ("2022-09-15..2023-01-01", date(2022, 9, 15), date(2023, 1, 1), date(2022, 9, 15)),
        ("2022-09-15..9999-12-31", date(2022, 9, 15), date(2023, 12, 31), date(2022, 9, 15)),
    ],
)
def test_what_an_address_may_say(text, first, last, as_of):
    period = periods.parse(text)
    assert (period.first, period.last, period.as_of) == (first, last, as_of)
    again = periods.parse(period.text)
    assert (again.first, again.last) == (first, last)


def test_the_instants_of_a_period_are_midnights_in_viet_nam():
    period = periods.parse("2022-08")
    assert period.start == at("2022-08-01 00:00")
    assert period.end == at("2022-09-01 00:00")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("2022-13", ImpossiblePeriod),
        ("2022-Q5", ImpossiblePeriod),
        ("0000", ImpossiblePeriod),
        ("22", ImpossiblePeriod),
        ("٢٠٢٢", ImpossiblePeriod),
        ("2022-02-30..2022-03-01", ImpossiblePeriod),
        ("", ImpossiblePeriod),
        ("{text}", ImpossiblePeriod),
        ("2022-08-02..2022-08-01", PeriodEndsBeforeItBegins),
        ("1999-12", PeriodTooEarly),
        ("2022-10", PeriodNotBegun),
    ],
)
def test_what_is_no_period_is_refused_with_a_sentence(text, refusal):
    with pytest.raises(refusal) as refused:
        periods.parse(text)
    assert type(refused.value) is refusal
    assert refused.value.status == 400
    assert str(refused.value)


def test_suggestions_are_periods_up_to_today():
    assert [period.text for period in periods.suggestions()] == [
        "2022",
        "2021",
        "2022-Q3",
        "2022-Q2",
        "2022-09",
        "2022-08",
        "2022-07",
        "2022-06",
        "2022-05",
        "2022-04",
    ]


def test_suggestions_at_the_turn_of_the_year():
    clock_at("2023-01-01 00:30")
    assert [period.text for period in periods.suggestions(months=2)] == [
        "2023",
        "2022",
        "2023-Q1",
        "2022-Q4",
        "2023-01",
        "2022-12",
    ]
