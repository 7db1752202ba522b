from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.metrics import export
from portal.metrics.registry import CERTAINTY
from portal.metrics.un import checks, indices, published

BANDS = {
    "very_high": _("very high"),
    "high": _("high"),
    "middle": _("middle"),
    "low": _("low"),
}


@require_safe
def un(request):
    """What was published of Viet Nam, and this portal judged by its own checks."""
    findings = checks.assess()
    shares = checks.shares(findings)
    parts = [
        {
            "name": checks.PARTS[part],
            "weight": weight,
            "share": shares[part],
            "findings": [each for each in findings if each.check.part == part],
        }
        for part, weight in indices.WEIGHTS.items()
    ]
    context = {
        "years": [(year, BANDS[year.band]) for year in published.years()],
        "parts": parts,
        "osi": checks.self_assessed(findings),
        "found": sum(each.found for each in findings),
        "checked": len(findings),
        "latest": published.years()[-1],
        "marks": CERTAINTY.items(),
    }
    return render(request, "metrics/un.html", context)


@require_safe
def un_csv(request):
    head = "year,egdi,egdi_certainty,mean_of_components,rank,rank_certainty,osi,tii,hci,components_certainty,source"
    rows = [
        [
            year.year,
            year.egdi,
            year.egdi_certainty,
            year.mean,
            year.rank,
            year.rank_certainty,
            year.osi,
            year.tii,
            year.hci,
            year.components_certainty,
            year.source,
        ]
        for year in published.years()
    ]
    return export.as_file("un-viet-nam.csv", head.split(","), rows)
