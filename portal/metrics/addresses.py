"""Addresses of pages and lists of figures, so that each figure leads to what it counts."""

from functools import cache, lru_cache
from urllib.parse import quote, urlencode

from django.urls import reverse

from portal.metrics import instants


def list_address(metric, side, period, block_code):
    """The list of what ``side`` of ``metric`` counts."""
    return f"{_list_path(metric.code, side)}?{_asked(period)}&block={quote(block_code, safe='')}"


def agency_address(code, period):
    """The page of one agency for the same period."""
    return f"{reverse('metrics:agency', args=[code])}?{_asked(period)}"


def comparison_address(block_code, period):
    """Any block beside the same period a year before."""
    return f"{reverse('metrics:comparison')}?{_asked(period)}&{urlencode({'block': block_code})}"


def scorecard_address(code, period):
    return f"{reverse('metrics:scorecard', args=[code])}?{_asked(period)}"


def league_address(kind, metric_code, period):
    """Ministries or provinces, ranked by one figure."""
    asked = urlencode({"metric": metric_code})
    return f"{reverse('metrics:league', args=[kind])}?{_asked(period)}&{asked}"


def map_address(metric_code, period):
    asked = urlencode({"metric": metric_code})
    return f"{reverse('metrics:map')}?{_asked(period)}&{asked}"


def home_address(period):
    return f"{reverse('metrics:home')}?{_asked(period)}"


@lru_cache(maxsize=64)
def _asked(period):
    """The period, and the instant as of which it is asked for, if that is a past one."""
    query = {"period": period.text}
    if period.instant is not None:
        query["as_of"] = instants.written(period.instant)
    return urlencode(query)


@cache
def _list_path(code, side):
    return reverse("metrics:list", args=[code, side])
