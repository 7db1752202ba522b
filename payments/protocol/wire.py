"""What both protocols write alike: dates, text without accents, and the comparison of codes."""

import hmac
import re
import unicodedata
from datetime import datetime, timedelta, timezone

from payments.protocol.messages import Malformed

GMT7 = timezone(timedelta(hours=7))
LARGEST_AMOUNT_VND = 9_999_999_999  # twelve digits at VNPAY, two of them its factor 100

_DATE = re.compile(r"[0-9]{14}", re.ASCII)
_LOWER_HEX = re.compile(r"[0-9a-f]+", re.ASCII)
_UNSAFE_RUN = re.compile(r"[^A-Za-z0-9.,:_-]+", re.ASCII)


def ascii_text(text: str, longest: int = 255) -> str:
    """Vietnamese reduced to the letters every encoder agrees on: ``[A-Za-z0-9 .,:_-]``.

    Encoders disagree on ``~ * ! ' ( )``, and some turn accented letters into question marks, so
    nothing else is ever signed.

    >>> ascii_text("Lệ phí (bản sao), Đà Nẵng")
    'Le phi ban sao , Da Nang'
    """
    folded = text.replace("Đ", "D").replace("đ", "d")
    letters = "".join(c for c in unicodedata.normalize("NFD", folded) if c.isascii())
    return _UNSAFE_RUN.sub(" ", letters).strip()[:longest].strip()


def wire_date(instant: datetime) -> str:
    """``yyyyMMddHHmmss`` in GMT+7, with 24 hours. Raises ``Malformed`` for a naive datetime."""
    if instant.tzinfo is None:
        raise Malformed("dates for a gateway need a time zone")
    return instant.astimezone(GMT7).strftime("%Y%m%d%H%M%S")


def instant_of(text: str) -> datetime:
    """The instant that ``yyyyMMddHHmmss`` names in GMT+7. Raises ``Malformed``."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=GMT7)
    except ValueError as problem:
        raise Malformed(f"not a date: {text[:20]!r}") from problem


def same_code(given: str, expected: str) -> bool:
    """Whether ``given`` is the code ``expected`` (lower-case hexadecimal), compared in constant time."""
    # Bytes, because compare_digest raises TypeError for a str that is not ASCII.
    data = given.encode("utf-8", "surrogatepass")
    return hmac.compare_digest(data, expected.encode()) and bool(_LOWER_HEX.fullmatch(given))
