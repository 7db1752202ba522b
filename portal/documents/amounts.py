"""Sums of money as a Vietnamese receipt writes them."""

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
THOUSANDS = ("", "nghìn", "triệu")
BILLION = 10**9


def dong(amount: int) -> str:
    """“75.000 đồng”."""
    return f"{amount:,} đồng".replace(",", ".")


def dong_in_words(amount: int) -> str:
    """The sum in words, as receipts demand.

    >>> dong_in_words(1_205_000)
    'Một triệu hai trăm linh năm nghìn đồng'

    Raises ``ValueError`` for a negative sum.
    """
    if amount < 0:
        raise ValueError("a receipt is not written for less than nothing")
    words = " ".join(_number(amount)) if amount else DIGITS[0]
    return f"{words[0].upper()}{words[1:]} đồng"


def _number(n: int, *, leading: bool = True) -> list[str]:
    words: list[str] = []
    if n >= BILLION:
        words += [*_number(n // BILLION, leading=leading), "tỷ"]
        n, leading = n % BILLION, False
    for power in (2, 1, 0):
        group = n // 1000**power % 1000
        if not group:
            continue
        words += _group(group, leading=leading)
        words += [THOUSANDS[power]] if power else []
        leading = False
    return words


def _group(n: int, *, leading: bool) -> list[str]:
    hundreds, tens, units = n // 100, n // 10 % 10, n % 10
    # After a higher group the hundreds are spoken even when there are none: “không trăm”.
    words = [DIGITS[hundreds], "trăm"] if hundreds or not leading else []
    if tens == 1:
        words.append("mười")
    elif tens:
        words += [DIGITS[tens], "mươi"]
    elif units and words:
        words.append("linh")
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == 5 and tens:
        words.append("lăm")
    elif units:
        words.append(DIGITS[units])
    return words
