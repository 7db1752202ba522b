"""“My unit”: the month of the unit or agency at which an official sits, each number with its list."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import clock
from portal.agencies.models import Agency, Unit
from portal.metrics import blocks, periods, readings, registry
from portal.metrics.tables import shown_reading

# What somebody at a desk wants to know of a month, in the order of the work.
CODES = (
    "dossiers-filed",
    "dossiers-refused-at-reception",
    "dossiers-received",
    "dossiers-online",
    "dossiers-carried-over",
    "dossiers-in-hand",
    "dossiers-ended",
    "dossiers-open",
    "dossiers-on-time",
    "dossiers-late",
    "supplements",
    "dossiers-supplemented",
    "dossiers-refused",
    "satisfaction",
)


@dataclass(frozen=True)
class Place:
    """A unit or agency at which the person sits. ``code`` names its block."""

    code: str
    name: str


def places_of(user):
    """Where ``user`` works with dossiers: one-door units first."""
    units = Unit.objects.filter(pk__in=user.units_served()).order_by("code")
    agencies = Agency.objects.filter(pk__in=user.nodes_with_dossiers()).order_by("code")
    return [
        *(Place(f"unit:{unit.code}", unit.name) for unit in units),
        *(Place(agency.code, agency.name) for agency in agencies),
    ]


@require_safe
def page(request):
    """The figures of one place of this person; ``?place=`` chooses among several."""
    places = places_of(request.user)
    chosen = request.GET.get("place", places[0].code if places else "")
    place = next((place for place in places if place.code == chosen), None)
    if place is None:
        raise Http404
    period = periods.month_of(clock.today())
    metrics = [registry.metric(code, period.as_of) for code in CODES]
    found = readings.read(metrics, period, blocks.block(place.code))
    context = {
        **admin.site.each_context(request),
        "title": _("My unit this month"),
        "period": period,
        "place": place,
        "others": [other for other in places if other != place],
        "figures": [
            shown_reading(metric, found[metric.code], period, place.code)
            for metric in metrics
            if metric.code in found
        ],
        "now": clock.now(),
    }
    return TemplateResponse(request, "metrics/my_unit.html", context)


def link(request):
    """On the first page of the desk: the way to the page. Reads nothing."""
    user = request.user
    if not (user.units_served() or user.nodes_with_dossiers()):
        return ""
    return format_html(
        '<p class="desk-turn"><a href="{}">{}</a></p>',
        reverse("metrics:my_unit"),
        _("My unit this month, in figures"),
    )
