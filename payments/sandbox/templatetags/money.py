from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def dong(amount_vnd: int) -> str:
    """75000 as 75.000 VND, in English 75,000 VND."""
    text = f"{amount_vnd:,} VND"
    return text if get_language() == "en" else text.replace(",", ".")
