"""Due instants worked out by hand. [F2] as read in a real system's code, [R] recalled law,
[D] derived here; see docs/sources.md."""

import doctest
import subprocess
import sys
from datetime import UTC, datetime

import pytest

import portal.worktime.calendar
import portal.worktime.deadlines
import portal.worktime.hours
from portal.worktime import (
    VIET_NAM,
    TimeLimit,
    at,
    due_at,
    extend,
    hand_over_due,
    into_working_time,
    lateness,
    working_minutes,
)


def due(received, amount, unit):
    shown = due_at(at(received), TimeLimit(amount, unit), calendar=VIET_NAM)
    return shown.strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        ("2022-08-26 06:10", "2022-08-26 07:00"),  # before opening [F2]
        ("2022-08-26 07:00", "2022-08-26 07:00"),
        ("2022-08-26 11:29", "2022-08-26 11:29"),
        ("2022-08-26 11:30", "2022-08-26 13:30"),  # lunch [F2]
        ("2022-08-26 13:29", "2022-08-26 13:30"),
        ("2022-08-26 16:59", "2022-08-26 16:59"),
        ("2022-08-26 17:00", "2022-08-29 07:00"),  # Friday evening → Monday [F2]
        ("2022-08-27 10:00", "2022-08-29 07:00"),  # Saturday
        ("2022-08-31 17:05", "2022-09-05 07:00"),  # over National Day and a weekend
        ("2026-08-22 10:00", "2026-08-22 10:00"),  # make-up Saturday: open
    ],
)
def test_receipt_moves_into_working_time(moment, moved):
    assert into_working_time(at(moment), calendar=VIET_NAM) == at(moved)


@pytest.mark.parametrize(
    ("received", "days", "expected"),
    [
        ("2022-08-26 09:00", 3, "2022-08-31 09:00"),  # Friday: Mon, Tue, Wed [F2]
        ("2022-08-31 14:20", 1, "2022-09-05 14:20"),  # 1, 2 September off [F2]
        ("2022-08-26 17:30", 3, "2022-08-31 17:00"),  # from Monday 07:00; Thu 07:00 = Wed 17:00 [D]
        ("2022-08-26 06:00", 1, "2022-08-26 17:00"),  # one whole day from 07:00 [D]
        ("2022-08-26 12:00", 1, "2022-08-29 13:30"),
        ("2022-01-28 10:00", 1, "2022-02-07 10:00"),  # Tết 2022 between [F]
        ("2026-02-13 10:00", 2, "2026-02-24 10:00"),  # Tết 2026
        ("2027-02-03 08:15", 5, "2027-02-17 08:15"),  # Tết 2027 [?]
        ("2026-08-21 08:00", 1, "2026-08-22 08:00"),  # make-up Saturday counts
        ("2024-04-26 08:00", 3, "2024-05-04 08:00"),  # 29/4–1/5 off, 2, 3 and Saturday 4/5 worked
    ],
)
def test_working_days(received, days, expected):
    assert due(received, days, "working_day") == expected


@pytest.mark.parametrize(
    ("received", "days", "expected"),
    [
        ("2022-08-26 09:00", 5, "2022-08-31 09:00"),
        ("2022-08-26 09:00", 8, "2022-09-05 09:00"),  # ends on Saturday 3/9 → Monday [F2]
        ("2022-08-26 09:00", 6, "2022-09-05 09:00"),  # ends on a holiday [F2]
        ("2022-08-22 06:00", 4, "2022-08-25 17:00"),  # Friday 07:00 = Thursday 17:00 [D]
        ("2026-08-15 09:00", 5, "2026-08-21 17:00"),  # from Monday 07:00; Saturday 22/8 is worked
    ],
)
def test_calendar_days(received, days, expected):
    assert due(received, days, "day") == expected


@pytest.mark.parametrize(
    ("received", "hours", "expected"),
    [
        ("2022-08-26 08:00", 2, "2022-08-26 10:00"),
        ("2022-08-26 10:30", 2, "2022-08-26 14:30"),  # over lunch
        ("2022-08-26 08:00", 8, "2022-08-29 08:00"),  # a working day is 8 hours [F2]
        ("2022-08-26 15:00", 2, "2022-08-26 17:00"),
        ("2022-08-26 17:00", 8, "2022-08-29 17:00"),
        ("2022-08-31 16:00", 2, "2022-09-05 08:00"),
    ],
)
def test_working_hours(received, hours, expected):
    assert due(received, hours, "working_hour") == expected


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2022-08-26 08:00", "2022-08-26 17:00"),
        ("2022-08-26 15:00", "2022-08-26 17:00"),  # at 15:00 is not after 15:00 [F2, R]
        ("2022-08-26 15:01", "2022-08-29 17:00"),
        ("2022-08-26 17:20", "2022-08-29 17:00"),
        ("2022-08-27 16:00", "2022-08-29 17:00"),  # Saturday afternoon: Monday, not Tuesday [D]
        ("2022-08-31 15:30", "2022-09-05 17:00"),
    ],
)
def test_the_15_00_rule(received, expected):
    assert due(received, 0, "same_day") == expected
    handed_over = hand_over_due(at(received), calendar=VIET_NAM)
    assert handed_over.strftime("%Y-%m-%d %H:%M") == expected


def test_seconds_are_cut_off():
    received = datetime(2022, 8, 26, 8, 0, 59, 999, tzinfo=UTC)  # 15:00:59 in Viet Nam
    assert due_at(received, TimeLimit(0, "same_day"), calendar=VIET_NAM) == at("2022-08-26 17:00")
    assert due_at(received, TimeLimit(1, "working_day"), calendar=VIET_NAM) == at(
        "2022-08-29 15:00"
    )


def test_a_stop_moves_the_date_by_its_working_time():
    due = at("2022-08-31 09:00")
    # Asked on Friday 26/8 at 10:00, supplied on Monday 29/8 at 08:30: 5 h + 1.5 h stopped.
    stopped = working_minutes(at("2022-08-26 10:00"), at("2022-08-29 08:30"), calendar=VIET_NAM)
    assert stopped == 390
    assert extend(due, stopped, calendar=VIET_NAM) == at("2022-09-05 07:30")


def test_a_stop_outside_working_time_moves_nothing():
    stopped = working_minutes(at("2022-09-01 08:00"), at("2022-09-04 23:00"), calendar=VIET_NAM)
    assert stopped == 0
    due = at("2022-09-07 09:10")
    assert extend(due, stopped, calendar=VIET_NAM) == due


def test_extension_to_the_end_of_a_day_is_written_17_00():
    assert extend(at("2022-08-26 16:00"), 60, calendar=VIET_NAM) == at("2022-08-26 17:00")
    assert extend(at("2022-08-26 17:00"), 480, calendar=VIET_NAM) == at("2022-08-29 17:00")


@pytest.mark.parametrize(
    ("completed", "expected"),
    [
        ("2022-08-30 23:59", "early"),
        ("2022-08-31 00:01", "on_time"),
        ("2022-08-31 23:59", "on_time"),  # hours after the instant, the same date [F2]
        ("2022-09-01 00:00", "late"),
    ],
)
def test_lateness_is_by_date(completed, expected):
    assert lateness(at(completed), at("2022-08-31 09:00")) == expected
    # The same instants told in UTC are the same dates in Viet Nam.
    assert (
        lateness(at(completed).astimezone(UTC), at("2022-08-31 09:00").astimezone(UTC)) == expected
    )


@pytest.mark.parametrize(
    ("amount", "unit"),
    [(0, "working_day"), (-1, "day"), (0, "working_hour"), (1, "same_day"), (3, "week")],
)
def test_impossible_limits_are_refused(amount, unit):
    with pytest.raises(ValueError, match="limit"):
        TimeLimit(amount, unit)


def test_naive_instants_are_refused():
    naive = datetime(2022, 8, 26, 9)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="time zone"):
        due_at(naive, TimeLimit(1, "day"), calendar=VIET_NAM)
    with pytest.raises(ValueError, match="time zone"):
        lateness(naive, naive)


def test_a_negative_stop_is_refused():
    with pytest.raises(ValueError, match="stop"):
        extend(at("2022-08-26 16:00"), -1, calendar=VIET_NAM)


@pytest.mark.parametrize("module", ["calendar", "hours", "deadlines"])
def test_the_examples_in_the_docstrings(module):
    result = doctest.testmod(getattr(portal.worktime, module))
    assert result.attempted > 0
    assert result.failed == 0


def test_imports_neither_django_nor_celery():
    check = "import sys, portal.worktime; print(sorted({'django', 'celery'} & set(sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
