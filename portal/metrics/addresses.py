"""Addresses of pages and lists of figures, so that each figure leads to what it counts."""

from functools import cache, lru_cache
from urllib.parse import quote, urlencode

from django.urls import reverse


def list_address(metric, side, period, block_code):
    """The list of what ``side`` of ``metric`` counts."""
    return f"{_list_path(metric.code, side)}?{period.asked}&block={in_address(block_code)}"


def in_address(block_code):
    """A block’s code as addresses write it; nothing in it means anything to HTML."""
    return quote(block_code, safe="")


def agency_address(code, period):
    """The page of one agency for the same period."""
    return f"{_path('metrics:agency', code)}?{period.asked}"


def kind_address(code, period):
    """The page of all ministries, or all provinces, for the same period."""
    return f"{reverse(f'metrics:{code}')}?{period.asked}"


def comparison_address(block_code, period):
    """Any block beside the same period a year before."""
    return f"{reverse('metrics:comparison')}?{period.asked}&{urlencode({'block': block_code})}"


def scorecard_address(code, period):
    return f"{_path('metrics:scorecard', code)}?{period.asked}"


def league_address(kind, metric_code, period):
    """Ministries or provinces, ranked by one figure."""
    asked = urlencode({"metric": metric_code})
    return f"{reverse('metrics:league', args=[kind])}?{period.asked}&{asked}"


def map_address(metric_code, period):
    asked = urlencode({"metric": metric_code})
    return f"{reverse('metrics:map')}?{period.asked}&{asked}"


def home_address(period):
    return f"{reverse('metrics:home')}?{period.asked}"


@lru_cache(maxsize=2000)
def _path(name, code):
    """The path of a page of one agency; tables have dozens of them."""
    return reverse(name, args=[code])


@cache
def _list_path(code, side):
    return reverse("metrics:list", args=[code, side])
