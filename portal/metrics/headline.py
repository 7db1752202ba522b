"""The headline figures of the home page: three rates of the year so far, each leading to its page."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import wording
from portal.metrics.effects import snapshot
from portal.metrics.periods import year_to_date
from portal.metrics.registry import metric

SHOWN = ("dossiers-online", "dossiers-on-time", "services-level-4")
ENOUGH = 30  # dossiers; below that a rate says nothing (docs/metrics.md)


def headline(request):
    """HTML for the slot ``home.figures``; nothing while there is too little to speak of."""
    period = year_to_date()
    readings = snapshot(period)
    if (readings["dossiers-online"].denominator or 0) < ENOUGH:
        return ""
    shown = [
        {
            "label": metric(code, period.as_of).name,
            "value": wording.percent(readings[code].share),
            "note": _("%(part)s of %(all)s")
            % {
                "part": wording.number(readings[code].numerator),
                "all": wording.number(readings[code].denominator),
            },
            "note_href": reverse("metrics:home"),
        }
        for code in SHOWN
        if readings[code].denominator
    ]
    return render_to_string("metrics/headline.html", {"figures": shown})
