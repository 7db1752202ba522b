"""Public pages of figures beside one another. What an address asks for wrongly is refused in a sentence."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import clock
from portal.metrics import asked, blocks, export, registry
from portal.metrics.addresses import league_address, map_address
from portal.metrics.compared import comparison, league, progress, tiles
from portal.metrics.compared.forms import BlockForm, RateForm, rates
from portal.metrics.errors import NoSuchChoice
from portal.metrics.forms import PeriodForm
from portal.metrics.tables import ENOUGH

LEAGUES = {block.code: block for block in (blocks.MINISTRIES, blocks.PROVINCES)}
FIRST_METRIC = "dossiers-on-time"
MAPS = {"63": 63, "34": 34}


@require_safe
def compare(request):
    """One block beside the same period a year before."""
    period = asked.period(request)
    block = blocks.block(request.GET.get("block", blocks.NATION.code))
    return render(
        request,
        "metrics/comparison.html",
        {
            "compared": comparison.compare(block, period),
            "form": BlockForm(shown=period, block=block),
            **_common(period),
        },
    )


@require_safe
def compare_csv(request):
    period = asked.period(request)
    block = blocks.block(request.GET.get("block", blocks.NATION.code))
    rows = [
        [
            block.code,
            line.metric.code,
            *_counts(line.change.now),
            *(_counts(line.change.before) if line.change.before else ("", "")),
            _plain(line.change.ratio),
            _plain(line.change.points),
        ]
        for line in comparison.compare(block, period).lines
    ]
    head = "block,metric,numerator,denominator,numerator_before,denominator_before,ratio,points"
    return export.as_file(f"comparison-{period.text}.csv", head.split(","), rows)


@require_safe
def targets(request):
    """The announced targets and who meets them."""
    period = asked.period(request)
    return render(
        request,
        "metrics/targets.html",
        {"rows": progress.progress(period), "form": PeriodForm(shown=period), **_common(period)},
    )


@require_safe
def targets_csv(request):
    period = asked.period(request)
    rows = [
        [
            row.target.code,
            row.target.by or "",
            _plain(row.target.share),
            block.block.code,
            *(_counts(block.figure.reading) if block.figure else ("", "")),
            block.meeting,
            block.counted,
        ]
        for row in progress.progress(period)
        for block in row.blocks
    ]
    head = "target,by,share,block,numerator,denominator,agencies_meeting,agencies_counted"
    return export.as_file(f"targets-{period.text}.csv", head.split(","), rows)


@require_safe
def ranked(request, kind):
    """Ministries or provinces ranked by one rate."""
    within, metric, period, found = _league(request, kind)
    order = request.GET.get("order", "rank")
    return render(
        request,
        "metrics/league.html",
        {
            "league": found,
            "within": within,
            "metric": metric,
            "order": order,
            "orders": _orders(),
            "others": [
                (each.name, league_address(code, metric.code, period))
                for code, each in LEAGUES.items()
                if code != kind
            ],
            "is_provinces": kind == blocks.PROVINCES.code,
            "map_url": map_address(metric.code, period),
            "form": RateForm(shown=period, metric=metric, order=order),
            **_common(period),
        },
    )


@require_safe
def ranked_csv(request, kind):
    _within, metric, period, found = _league(request, kind)
    rows = [
        [
            place.rank or "",
            place.rank_before or "",
            place.top.agency.code,
            place.top.name,
            metric.code,
            *_counts(place.reading),
        ]
        for place in found.places
    ]
    head = "rank,rank_before,agency,name,metric,numerator,denominator"
    return export.as_file(f"{kind}-{metric.code}-{period.text}.csv", head.split(","), rows)


@require_safe
def mapped(request):
    """The provinces as tiles: the 63, or the 34 since 1 July 2025."""
    period = asked.period(request)
    metric = _rate(request, period)
    chosen = request.GET.get("provinces") or str(tiles.how_many(period))
    provinces = MAPS[_one_of(chosen, MAPS)]
    return render(
        request,
        "metrics/map.html",
        {
            "map": tiles.draw(metric, period, provinces),
            "metric": metric,
            "provinces": provinces,
            "other": 34 if provinces == 63 else 63,
            "map_url": map_address(metric.code, period),
            "league_url": league_address(blocks.PROVINCES.code, metric.code, period),
            "form": RateForm(shown=period, metric=metric, provinces=provinces),
            **_common(period),
        },
    )


def _league(request, kind):
    within = LEAGUES[_one_of(kind, LEAGUES)]
    period = asked.period(request)
    metric = _rate(request, period)
    order = _one_of(request.GET.get("order", "rank"), league.ORDERS)
    return within, metric, period, league.league(metric, period, within.kind, order=order)


def _rate(request, period):
    """The rate that is asked for. Raises ``NoSuchMetric`` or ``NoSuchChoice``."""
    metric = registry.metric(request.GET.get("metric") or FIRST_METRIC, period.as_of)
    _one_of(metric.code, [each.code for each in rates(period.as_of)])
    return metric


def _one_of(text, choices):
    if text not in choices:
        raise NoSuchChoice(text=text[:40], choices=", ".join(choices))
    return text


def _orders():
    return {
        "rank": _("by rank"),
        "name": _("by name"),
        "change": _("by change"),
        "counted": _("by number counted"),
    }.items()


def _common(period):
    return {"period": period, "now": period.instant or clock.now(), "enough": ENOUGH}


def _counts(reading):
    return reading.numerator, "" if reading.denominator is None else reading.denominator


def _plain(fraction):
    """A fraction as other programs read it."""
    return "" if fraction is None else f"{float(fraction):.6f}"
