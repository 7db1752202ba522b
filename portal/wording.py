"""Dates, amounts and shares in the words of the language in use.

Used by templates (library ``mc``), e-mails and refusals alike, so that a date reads the same everywhere:
“thứ Năm, 22/09/2022” or “Thursday 22 September 2022”, “75.000 đồng” or “75,000 dong”.
Aware datetimes are shown in Asia/Ho_Chi_Minh.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext

VIETNAMESE, ENGLISH = "vi", "en"

# Own tables: Django's catalogue says “Thứ 5” and knows no place for the preposition before a date.
WEEKDAYS = {
    VIETNAMESE: ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

SOON_WORKING_DAYS = 2  # from here on a deadline is shown as near
BYTES_PER_KB = 1000
NO_VALUE = "–"
OUR_SIGNS = str.maketrans(",.", ".,")  # from the English ones


def spoken():
    """The language in use, ``"vi"`` or ``"en"``."""
    return ENGLISH if (get_language() or VIETNAMESE).startswith(ENGLISH) else VIETNAMESE


def short_date(value: date | datetime) -> str:
    """22/09/2022, or 22 September 2022."""
    day = _local(value)
    if spoken() == ENGLISH:
        return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"
    return f"{day:%d/%m/}{day.year}"


def long_date(value: date | datetime) -> str:
    """With the weekday, for days on which somebody must come or act: thứ Năm, 22/09/2022."""
    weekday = WEEKDAYS[spoken()][_local(value).weekday()]
    separator = " " if spoken() == ENGLISH else ", "
    return f"{weekday}{separator}{short_date(value)}"


def time_of_day(value: datetime) -> str:
    """14:32."""
    return f"{_local(value):%H:%M}"


def date_and_time(value: datetime) -> str:
    """14/09/2022, 08:05."""
    return f"{short_date(value)}, {time_of_day(value)}"


def long_date_and_time(value: datetime) -> str:
    """thứ Tư, 14/09/2022, 09:10."""
    return f"{long_date(value)}, {time_of_day(value)}"


def number(value: int | float | Decimal | Fraction, places: int = 0) -> str:
    """1.256.270 or 1,256,270; ``places`` digits after the decimal sign, halves rounded up."""
    if type(value) is int and places == 0:  # most of what is shown
        return numbers().whole(value)
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    quantum = Decimal(1).scaleb(-places)
    text = f"{Decimal(str(value)).quantize(quantum, ROUND_HALF_UP):,f}"
    return text if spoken() == ENGLISH else text.translate(OUR_SIGNS)


class Numbers:
    """:func:`number`, :func:`rate` and :func:`money` in the language in use when it is made (:func:`numbers`)."""

    def __init__(self):
        self._thousands, self._decimals = (",", ".") if spoken() == ENGLISH else (".", ",")
        self._dong = gettext("{amount} dong")

    def whole(self, value: int) -> str:
        return f"{value:,}".replace(",", self._thousands)

    def rate(self, numerator: int, denominator: int) -> str:
        """Of two counts; ``denominator`` is not zero."""
        tenths = (2000 * numerator + denominator) // (2 * denominator)  # of a percent
        return f"{self.whole(tenths // 10)}{self._decimals}{tenths % 10}%"

    def money(self, amount: int) -> str:
        return self._dong.format(amount=self.whole(amount))


def numbers() -> Numbers:
    """For a page of a thousand numbers, which asks for the language once."""
    return _numbers(get_language())


@cache
def _numbers(_language):
    return Numbers()


def money(amount: int | Decimal) -> str:
    """75.000 đồng. ``amount`` is in whole đồng; anything else is a programming error (``ValueError``)."""
    if amount != int(amount):
        raise ValueError(f"an amount in đồng is a whole number, not {amount}")
    return numbers().money(int(amount))


def percent(share: float | Decimal | Fraction) -> str:
    """94,2% for a share of 0.942; one decimal."""
    if not isinstance(share, Fraction):
        share = Decimal(str(share))
    return f"{number(share * 100, places=1)}%"


def rate(numerator: int, denominator: int) -> str:
    """The share of ``numerator`` in ``denominator`` as :func:`percent`, a dash where nothing is counted."""
    return percent(Fraction(numerator, denominator)) if denominator else NO_VALUE


def file_size(size_bytes: int) -> str:
    """96 kB, 1,8 MB; never 0 for a file that is not empty."""
    if size_bytes >= BYTES_PER_KB**2:
        return f"{number(Decimal(size_bytes) / BYTES_PER_KB**2, places=1)} MB"
    return f"{number(-(-size_bytes // BYTES_PER_KB))} kB"


def working_days_left(days: int) -> str:
    """The clock of a dossier in words; ``days`` are working days until the expected date, negative when past."""
    if days < 0:
        sentence = ngettext("{days} working day overdue", "{days} working days overdue", -days)
    elif days == 0:
        return pgettext("clock of a dossier", "Due today")
    else:
        sentence = ngettext("{days} working day left", "{days} working days left", days)
    return sentence.format(days=number(abs(days)))


def _local(value):
    """The day or instant as a wall clock in Viet Nam shows it; naive values are taken as such."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
