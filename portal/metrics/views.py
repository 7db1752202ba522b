"""Public pages of the official figures. Nobody need sign in; no page names a person."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.views.decorators.http import require_safe

from dossiers.models import Dossier
from dossiers.states import Channel
from portal import clock, wording
from portal.metrics import (
    asked,
    blocks,
    durations,
    export,
    pages,
    periods,
    readings,
    reasons,
    registry,
)
from portal.metrics.addresses import (
    agency_address,
    comparison_address,
    home_address,
    list_address,
)
from portal.metrics.forms import DatesForm, PeriodForm
from portal.metrics.registry import NUMERATOR, Unit
from portal.metrics.tables import ENOUGH

PAGE_SIZE = 50
REASONS = {  # what stands above a list of what came back
    "supplements": reasons.of_supplements,
    "dossiers-refused-at-reception": reasons.of_refusals,
}
LATENESS = {
    "early": pgettext_lazy("completed", "early"),
    "on_time": pgettext_lazy("completed", "on time"),
    "late": pgettext_lazy("completed", "late"),
}


@require_safe
def home(request):
    """The whole country in one period."""
    return _figures_page(request, "metrics/home.html", pages.nation)


@require_safe
def kind(request, block):
    """All ministries or all provinces, one by one, in one period."""
    return _figures_page(
        request, "metrics/kind.html", lambda period: pages.kind(block, period), within=block
    )


@require_safe
def agency(request, code):
    """One agency, with everything below it, in one period."""
    block = blocks.agency_block(code)
    return _figures_page(
        request, "metrics/agency.html", lambda period: pages.agency(block, period), within=block
    )


@require_safe
def listing(request, code, side):
    """What one side of one metric counts, one by one."""
    period = asked.period(request)
    metric = registry.metric(code, period.as_of)
    term = metric.side(side)
    block = blocks.block(request.GET.get("block", blocks.NATION.code))
    found = readings.listing(term, period, block)
    pages = Paginator(found.rows, PAGE_SIZE)
    pages.count, total_amount = readings.size(term, found, period, block)
    page = pages.get_page(request.GET.get("page"))
    return render(
        request,
        "metrics/listing.html",
        {
            "metric": metric,
            "side": side,
            "term": term,
            "meaning": metric.meaning(side),
            "kind": found.kind,
            "figure": _figure_above(metric, period, block),
            "reasons": REASONS[code](found.rows) if code in REASONS and side == NUMERATOR else (),
            "page": page,
            "total_amount": total_amount,
            "lines": _lines(page, request.user),
            "others": [
                (metric.meaning(other), list_address(metric, other, period, block.code))
                for other in metric.sides
                if other != side
            ],
            "period": period,
            "within": block,  # “block” is Django's own name in templates
            "back": _page_of(block, period),
            "now": period.instant or clock.now(),
        },
    )


def _figure_above(metric, period, block):
    """What stands nowhere but above its list: a time in words, or a share; nothing for what pages show."""
    if metric.is_kept:
        return ""
    reading = readings.read([metric], period, block)[metric.code]
    if metric.unit is not Unit.MINUTES:
        return "" if reading.share is None else wording.percent(reading.share)
    if reading.numerator is None:
        return gettext("not enough dossiers yet")
    return durations.in_words(reading.numerator)


@require_safe
def method(request):
    """Every definition, with its source and how certain that is."""
    return render(request, "metrics/method.html", {"versions": registry.all_versions()})


@require_safe
def agencies_csv(request):
    """The figures of a period by ministry and province, as numbers to work on."""
    return export.agencies(asked.period(request))


@require_safe
def months_csv(request):
    """The figures behind the charts of a page, month by month."""
    block = blocks.block(request.GET.get("block", blocks.NATION.code))
    return export.months(asked.period(request), block)


def _figures_page(request, template, read, **context):
    """The page ``read(period)`` with its period forms; with two impossible dates, the forms alone."""
    dates = DatesForm(request.GET) if {"first", "last"} & request.GET.keys() else None
    if dates is not None and not dates.is_valid():
        context |= {"form": dates, "period_form": PeriodForm(shown=periods.year_to_date())}
        return render(request, template, context, status=400)
    period = dates.period if dates is not None else asked.period(request)
    context |= {
        "period": period,
        "figures": read(period),
        "period_form": PeriodForm(shown=period),
        "dates_form": DatesForm(
            initial={"first": period.first, "last": period.as_of, "as_of": period.instant}
        ),
        "is_year_to_date": period == periods.year_to_date(),
        "now": period.instant or clock.now(),
        "enough": ENOUGH,
    }
    return render(request, template, context)


def _page_of(block, period):
    """The page on which the figure stood."""
    if isinstance(block, blocks.AgencyBlock):
        return agency_address(block.agency.code, period)
    if block.code in blocks.WIDE:
        return home_address(period)
    return comparison_address(block.code, period)


def _lines(page, user):
    """The rows of ``page`` in words, with the address of each dossier that ``user`` may open."""
    rows = list(page.object_list)
    addresses = _addresses(user, {row["dossier"] for row in rows if "dossier" in row})
    return [
        {
            **row,
            "worked_words": durations.in_words(row["worked"]) if "worked" in row else "",
            "waited_words": durations.in_words(row["waited"]) if "waited" in row else "",
            "address": addresses.get(row.get("dossier")),
            "channel_name": Channel(row["channel"]).label if "channel" in row else "",
            "lateness_name": LATENESS.get(row.get("lateness"), ""),
        }
        for row in rows
    ]


def _addresses(user, keys):
    """``{dossier: address}`` of those that ``user`` may open."""
    if not keys or not user.is_authenticated:
        return {}
    listed = Dossier.objects.filter(pk__in=keys)
    addresses = {}
    for found, name in (
        (listed.at_desk_of(user), "admin:dossiers_dossier_change"),
        (listed.filed_online_by(user), "dossiers:detail"),
    ):
        for pk, public_id in found.values_list("pk", "public_id"):
            addresses[pk] = reverse(name, args=[public_id])
    return addresses
