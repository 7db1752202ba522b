from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from portal import wording

THURSDAY = date(2022, 9, 22)
EVENING_UTC = datetime(2022, 9, 13, 18, 5, tzinfo=UTC)  # past midnight in Viet Nam

SAID = [
    (wording.short_date, (THURSDAY,), "22/09/2022", "22 September 2022"),
    (wording.long_date, (THURSDAY,), "thứ Năm, 22/09/2022", "Thursday 22 September 2022"),
    (wording.long_date, (date(2022, 9, 25),), "Chủ nhật, 25/09/2022", "Sunday 25 September 2022"),
    (wording.short_date, (EVENING_UTC,), "14/09/2022", "14 September 2022"),
    (wording.time_of_day, (EVENING_UTC,), "01:05", "01:05"),
    (wording.date_and_time, (EVENING_UTC,), "14/09/2022, 01:05", "14 September 2022, 01:05"),
    (
        wording.long_date_and_time,
        (EVENING_UTC,),
        "thứ Tư, 14/09/2022, 01:05",
        "Wednesday 14 September 2022, 01:05",
    ),
    (wording.number, (1256270,), "1.256.270", "1,256,270"),
    (wording.number, (Decimal("72.45"), 1), "72,5", "72.5"),
    (wording.number, (-1234,), "-1.234", "-1,234"),
    (wording.money, (75000,), "75.000 đồng", "75,000 dong"),
    (wording.money, (0,), "0 đồng", "0 dong"),
    (wording.percent, (Decimal("0.942"),), "94,2%", "94.2%"),
    (wording.percent, (0.9995,), "100,0%", "100.0%"),
    (wording.percent, (Fraction(1, 3),), "33,3%", "33.3%"),
    (wording.rate, (183, 200), "91,5%", "91.5%"),
    (wording.rate, (0, 0), "–", "–"),
    (wording.file_size, (1_800_000,), "1,8 MB", "1.8 MB"),
    (wording.file_size, (95_100,), "96 kB", "96 kB"),
    (wording.file_size, (1,), "1 kB", "1 kB"),
    (wording.working_days_left, (9,), "Còn 9 ngày làm việc", "9 working days left"),
    (wording.working_days_left, (1,), "Còn 1 ngày làm việc", "1 working day left"),
    (wording.working_days_left, (0,), "Đến hạn hôm nay", "Due today"),
    (wording.working_days_left, (-2,), "Quá hạn 2 ngày làm việc", "2 working days overdue"),
]


@pytest.mark.parametrize(("function", "arguments", "vietnamese", "english"), SAID)
def test_both_languages(function, arguments, vietnamese, english):
    with translation.override("vi"):
        assert function(*arguments) == vietnamese
    with translation.override("en"):
        assert function(*arguments) == english


def test_no_active_language_is_vietnamese():
    with translation.override(None):
        assert wording.short_date(THURSDAY) == "22/09/2022"


def test_half_a_dong_is_a_mistake():
    with pytest.raises(ValueError, match="whole number"):
        wording.money(Decimal("0.5"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_numbers_of_a_page_are_written_as_each_alone(language):
    """Also where half a tenth of a percent is rounded up."""
    with translation.override(language):
        numbers = wording.numbers()
        for denominator in (1, 3, 7, 8, 2000, 1_234_567):
            for numerator in {
                0,
                1,
                denominator // 2,
                denominator - 1,
                denominator,
                31 * denominator,
            }:
                assert numbers.rate(numerator, denominator) == wording.rate(numerator, denominator)
                assert numbers.whole(numerator) == wording.number(numerator)
                assert numbers.money(numerator) == wording.money(numerator)
        assert numbers.whole(-1234) == wording.number(-1234)
