from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def dong(amount_vnd: int) -> str:
    """75000 as 75.000 VND, in English 75,000 VND."""
    if get_language() == "en":
        return f"{amount_vnd:,} VND"
    return f"{grouped(amount_vnd)} VND"


def grouped(amount_vnd: int) -> str:
    """75000 as 75.000, as it is written in Vietnamese."""
    return f"{amount_vnd:,}".replace(",", ".")
