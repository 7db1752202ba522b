"""``portal.worktime`` and a minute-by-minute walk must agree on calendars nobody would think of."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.worktime import (
    Calendar,
    TimeLimit,
    add_working_days,
    due_at,
    extend,
    hand_over_due,
    working_days_between,
    working_minutes,
)
from tests.worktime.oracle import Oracle

FIRST = date(2026, 1, 19)
DAYS = 40


@st.composite
def calendars(draw):
    """Holidays and make-up weekends strewn over six weeks around Tết, weekends off or on."""
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    off = set(draw(st.sets(st.sampled_from(days), max_size=18)))
    weekends = [day for day in days if day.isoweekday() > 5 and day not in off]
    worked = set(draw(st.sets(st.sampled_from(weekends), max_size=5))) if weekends else set()
    return Calendar(frozenset(off), frozenset(worked)), Oracle(off, worked)


@st.composite
def instants(draw, days=DAYS):
    """Any second of the six weeks, in UTC; the edges of working time more often than chance."""
    midnight = datetime(2026, 1, 18, 17, tzinfo=UTC) + timedelta(days=draw(st.integers(0, days)))
    edges = [hour * 60 + minute for hour, minute in EDGES]
    minute = draw(st.one_of(st.integers(0, 1439), st.sampled_from(edges)))
    return midnight + timedelta(minutes=minute, seconds=draw(st.sampled_from([0, 0, 1, 59])))


EDGES = [(0, 0), (6, 59), (7, 0), (7, 1), (11, 29), (11, 30), (13, 29), (13, 30)]
EDGES += [(13, 31), (15, 0), (15, 1), (16, 59), (17, 0), (17, 1), (23, 59)]

limits = st.one_of(
    st.builds(TimeLimit, st.integers(1, 20), st.just("working_day")),
    st.builds(TimeLimit, st.integers(1, 30), st.just("day")),
    st.builds(TimeLimit, st.integers(1, 60), st.just("working_hour")),
    st.just(TimeLimit(0, "same_day")),
)


few = settings(max_examples=40, deadline=None)


@few
@given(calendars(), instants(), limits)
def test_due_at(both, received, limit):
    calendar, oracle = both
    assert due_at(received, limit, calendar=calendar) == oracle.due(
        received, limit.amount, limit.unit
    )


@few
@given(calendars(), instants(), st.integers(0, 4000))
def test_extend(both, due, minutes):
    calendar, oracle = both
    assert extend(due, minutes, calendar=calendar) == oracle.after_minutes(due, minutes)


@few
@given(calendars(), instants(), instants())
def test_working_minutes(both, start, end):
    calendar, oracle = both
    start, end = sorted((start, end))
    expected = oracle.minutes_between(start, end)
    assert working_minutes(start, end, calendar=calendar) == expected
    assert working_minutes(end, start, calendar=calendar) == -expected


@few
@given(calendars(), st.integers(-10, DAYS + 10), st.integers(0, 80))
def test_working_days_between(both, offset, length):
    calendar, oracle = both
    a = FIRST + timedelta(days=offset)
    b = a + timedelta(days=length)
    expected = oracle.days_between(a, b)
    assert working_days_between(a, b, calendar=calendar) == expected
    assert working_days_between(b, a, calendar=calendar) == -expected


@few
@given(calendars(), st.integers(-10, DAYS + 10), st.integers(1, 40))
def test_add_working_days(both, offset, n):
    calendar, oracle = both
    day = FIRST + timedelta(days=offset)
    later = add_working_days(day, n, calendar=calendar)
    assert oracle.is_worked(later)
    assert oracle.days_between(day, later) == n
    earlier = add_working_days(day, -n, calendar=calendar)
    assert oracle.is_worked(earlier)
    assert oracle.days_between(earlier - timedelta(days=1), day - timedelta(days=1)) == n


@few
@given(calendars(), instants())
def test_hand_over_due(both, received):
    calendar, oracle = both
    assert hand_over_due(received, calendar=calendar) == oracle.due(received, 0, "same_day")


@few
@given(calendars(), instants(), limits, st.integers(1, 900), st.integers(1, 900))
def test_two_stops_move_the_date_as_one(both, received, limit, first, second):
    calendar, _ = both
    due = due_at(received, limit, calendar=calendar)
    twice = extend(extend(due, first, calendar=calendar), second, calendar=calendar)
    assert twice == extend(due, first + second, calendar=calendar)
    assert working_minutes(due, twice, calendar=calendar) == first + second


AT_LENGTH = {
    test_due_at: (calendars(), instants(), limits),
    test_extend: (calendars(), instants(), st.integers(0, 4000)),
    test_working_minutes: (calendars(), instants(), instants()),
    test_working_days_between: (calendars(), st.integers(-10, DAYS + 10), st.integers(0, 80)),
    test_add_working_days: (calendars(), st.integers(-10, DAYS + 10), st.integers(1, 40)),
    test_hand_over_due: (calendars(), instants()),
    test_two_stops_move_the_date_as_one: (
        calendars(),
        instants(),
        limits,
        st.integers(1, 900),
        st.integers(1, 900),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("rule", AT_LENGTH)
def test_at_length(rule):
    many = settings(max_examples=1000, deadline=None)
    many(given(*AT_LENGTH[rule])(rule.hypothesis.inner_test))()
