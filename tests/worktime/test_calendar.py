"""Which days are worked in Viet Nam; the dates come from domain facts marked in docs/sources.md."""

from datetime import date, datetime, timedelta

import pytest

from portal.worktime import VIET_NAM, Calendar, add_working_days, viet_nam, working_days_between


def days_off(first, last):
    """Weekdays between two days, ends included, that nobody works."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5 and not VIET_NAM.is_working_day(day)]


def test_holidays_of_2022():
    """[F] Found by running the library: 3/1, 31/1–4/2, 11/4, 2/5, 3/5, 1/9, 2/9 on weekdays."""
    expected = [
        *[(1, 3), (1, 31), (2, 1), (2, 2), (2, 3), (2, 4)],
        *[(4, 11), (5, 2), (5, 3), (9, 1), (9, 2)],
    ]
    assert days_off(date(2022, 1, 1), date(2022, 12, 31)) == [
        date(2022, month, day) for month, day in expected
    ]


@pytest.mark.parametrize(
    ("before", "after", "off"),
    [
        # 13 February 2026 is a Friday, 23 February the Monday after Tết: 16–20 off. [F library]
        (date(2026, 2, 13), date(2026, 2, 23), 5),
        # Tết 2027: 4–10 February; the library's guess, the Government decides. [?]
        (date(2027, 2, 3), date(2027, 2, 11), 5),
    ],
)
def test_tet_is_one_step_of_working_days(before, after, off):
    assert add_working_days(before, 1, calendar=VIET_NAM) == after
    assert add_working_days(after, -1, calendar=VIET_NAM) == before
    assert working_days_between(before, after, calendar=VIET_NAM) == 1
    assert len(days_off(before, after)) == off


@pytest.mark.parametrize(
    ("worked", "off"),
    [(date(2026, 8, 22), date(2026, 8, 31)), (date(2024, 5, 4), date(2024, 4, 29))],
)
def test_make_up_saturday_pays_for_a_monday(worked, off):
    assert (worked.weekday(), off.weekday()) == (5, 0)
    assert VIET_NAM.is_working_day(worked)
    assert not VIET_NAM.is_working_day(off)
    assert not VIET_NAM.is_working_day(worked + timedelta(days=1))
    assert add_working_days(worked - timedelta(days=1), 1, calendar=VIET_NAM) == worked


def test_cultural_day_can_be_left_out():
    """24 November: on in the library from 2026 (a party resolution), not yet in the Labour Code."""
    day = date(2026, 11, 24)
    assert not VIET_NAM.is_working_day(day)
    assert viet_nam([2026], cultural_day=False).is_working_day(day)
    assert VIET_NAM.is_working_day(date(2025, 11, 24))
    without = viet_nam(range(2024, 2032), cultural_day=False)
    lost = viet_nam(range(2024, 2032)).holidays - without.holidays
    assert {day.month for day in lost} == {11}
    # In 2029 and 2030 the day falls on a weekend: its day off in lieu goes with it.
    assert {date(2029, 11, 26), date(2030, 11, 25)} <= lost


def test_overrides_have_the_last_word():
    calendar = viet_nam(
        [2026],
        {
            date(2026, 2, 16): "working",  # an eve of Tết that is worked after all
            date(2026, 2, 23): "holiday",  # a longer Tết
            date(2026, 2, 28): "working",  # a Saturday that pays for it
            date(2026, 8, 22): "holiday",  # a swap that was called off
            date(2026, 8, 31): "working",
            date(2026, 3, 3): "working",  # an ordinary Tuesday: says nothing new
        },
    )
    worked = [date(2026, 2, 16), date(2026, 2, 28), date(2026, 8, 31), date(2026, 3, 3)]
    assert all(map(calendar.is_working_day, worked))
    assert not any(map(calendar.is_working_day, [date(2026, 2, 23), date(2026, 8, 22)]))
    assert calendar.working_weekends == {date(2026, 2, 28)}


def test_an_override_of_a_third_kind_is_refused():
    with pytest.raises(ValueError, match="half"):
        viet_nam([2026], {date(2026, 2, 16): "half"})


def test_a_day_cannot_be_both():
    day = frozenset({date(2026, 8, 22)})
    with pytest.raises(ValueError, match="22/08/2026"):
        Calendar(day, day)


def test_equal_calendars_are_equal_and_frozen():
    assert viet_nam([2026]) == viet_nam([2026, 2026])
    assert len({viet_nam([2026]), viet_nam([2026])}) == 1
    with pytest.raises(AttributeError):
        viet_nam([2026]).holidays = frozenset()


def test_a_weekday_among_the_working_weekends_changes_nothing():
    monday = date(2026, 3, 2)
    calendar = Calendar(frozenset(), frozenset({monday}))
    assert working_days_between(date(2026, 3, 1), date(2026, 3, 8), calendar=calendar) == 5


def test_an_instant_is_no_day():
    noon = datetime.fromisoformat("2026-03-02T12:00+07:00")
    with pytest.raises(TypeError, match="not an instant"):
        working_days_between(noon, noon, calendar=VIET_NAM)
    with pytest.raises(TypeError, match="not an instant"):
        add_working_days(noon, 1, calendar=VIET_NAM)


@pytest.mark.parametrize("n", [10**7, -(10**7)])
def test_too_far_is_said_so(n):
    with pytest.raises(OverflowError, match="that far"):
        add_working_days(date(2026, 3, 2), n, calendar=VIET_NAM)


def test_a_long_row_of_holidays_is_crossed():
    closed = Calendar(frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(365)))
    assert add_working_days(date(2025, 12, 31), 1, calendar=closed) == date(2027, 1, 1)
    assert add_working_days(date(2027, 1, 1), -1, calendar=closed) == date(2025, 12, 31)
