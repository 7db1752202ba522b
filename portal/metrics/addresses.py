"""Addresses of pages and lists of figures, so that each figure leads to what it counts."""

from functools import cache
from urllib.parse import urlencode

from django.urls import reverse


def list_address(metric, side, period, block_code):
    """The list of what ``side`` of ``metric`` counts."""
    query = urlencode({"period": period.text, "block": block_code})
    return f"{_list_path(metric.code, side)}?{query}"


def agency_address(code, period):
    """The page of one agency for the same period."""
    return f"{reverse('metrics:agency', args=[code])}?{urlencode({'period': period.text})}"


def home_address(period):
    return f"{reverse('metrics:home')}?{urlencode({'period': period.text})}"


@cache
def _list_path(code, side):
    return reverse("metrics:list", args=[code, side])
