"""The arithmetic of the indices, without Django or a database.

EGDI is the mean of three indices, each between 0 and 1: online services (OSI), telecommunication infrastructure (TII)
and human capital (HCI). Equal weights are recalled [R]; they reproduce every published value to 0.0001.

>>> egdi(osi=Decimal("0.7081"), tii=Decimal("0.8780"), hci=Decimal("0.7267"))
Decimal('0.7709')
>>> band(Decimal("0.7709")), band(Decimal("0.5"))
('very_high', 'high')

Since 2022 the OSI is a weighted sum of five parts [R].

>>> osi({part: Decimal(1) for part in WEIGHTS})
Decimal('1.0000')
>>> osi({"institutions": 1, "content": 1, "services": Decimal("0.5"), "participation": 0, "technology": 1})
Decimal('0.4250')
"""

from decimal import ROUND_HALF_UP, Decimal

PLACES = Decimal("0.0001")

# Parts of the OSI since 2022, in percent [R].
WEIGHTS = {
    "institutions": 10,
    "content": 5,
    "services": 45,
    "participation": 35,
    "technology": 5,
}

# Bands of the EGDI, from their lower limit on [R].
BANDS = (
    (Decimal("0.75"), "very_high"),
    (Decimal("0.50"), "high"),
    (Decimal("0.25"), "middle"),
    (Decimal(0), "low"),
)


def egdi(*, osi, tii, hci):
    return _rounded((osi + tii + hci) / 3)


def osi(parts):
    """The weighted sum of ``{part: value from 0 to 1}``; every part must be there."""
    return _rounded(sum(Decimal(parts[part]) * weight for part, weight in WEIGHTS.items()) / 100)


def band(value):
    return next(name for least, name in BANDS if value >= least)


def _rounded(value):
    return value.quantize(PLACES, ROUND_HALF_UP)
