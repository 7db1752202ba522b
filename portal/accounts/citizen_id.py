"""The structure of a citizen ID number. Source: docs/sources.md, “Identity numbers” (recalled)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal import clock

CENTURY_OF = {digit: 1900 + 100 * (digit // 2) for digit in range(10)}


def birth_year(number):
    """The year of birth that a 12-digit number carries; ``None`` if the number is not built like one.

    >>> birth_year("048090012345"), birth_year("001205123456"), birth_year("999")
    (1990, 2005, None)
    """
    if len(number) != 12 or not number.isascii() or not number.isdigit():
        return None
    if not 1 <= int(number[:3]) <= 96:
        return None
    return CENTURY_OF[int(number[3])] + int(number[4:6])


def validate_citizen_id(number):
    """Raise ``ValidationError`` unless ``number`` is built like a citizen ID of somebody born by now."""
    year = birth_year(number)
    if year is None or year > clock.today().year:
        raise ValidationError(
            _("Enter the 12 digits of the citizen ID, for example 048090012345."), code="citizen_id"
        )
