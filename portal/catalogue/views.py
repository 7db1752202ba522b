"""The page of a public service."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.catalogue import bundles, presentation
from portal.catalogue.competence import Competence
from portal.catalogue.errors import UnknownService
from portal.catalogue.levels import Capability, allows
from portal.catalogue.models import PublicService, ServiceVersion
from portal.catalogue.reference_lists import places_of
from portal.slots import filled


@require_safe
def service(request, code):
    """Everything about one service, and the button to apply where its level allows it."""
    found = (
        PublicService.objects.filter(code=code)
        .with_current_version()
        .select_related("owner_ministry")
        .first()
    )
    if found is None or found.version_id is None:
        raise UnknownService(code=code)
    definition = ServiceVersion.objects.get(pk=found.version_id).definition
    return render(request, "catalogue/service.html", service_context(request, found, definition))


def service_context(request, found, definition):
    """What the page of a service shows for one content of it: the published one, or one that is looked at before."""
    competence = Competence(found, request.GET)
    levels = competence.levels
    level = levels[-1] if levels else definition.level
    has_fee = definition.fee.highest_vnd() > 0
    online, elsewhere = presentation.online_and_not(level, has_fee=has_fee)
    return {
        "service": found,
        "definition": definition,
        "level": level,
        "level_short": presentation.LEVEL_SHORT[level],
        "what_to_do": presentation.WHAT_TO_DO[level],
        "may_apply": bool(levels) and allows(level, Capability.SUBMIT_ONLINE),
        "levels_differ": len(levels) > 1,
        "online": online,
        "elsewhere": elsewhere,
        "competence": competence,
        "limit": presentation.limit_in_words(definition.time_limit),
        "limit_explained": presentation.limit_explained(definition.time_limit),
        "fee": definition.fee.describe(),
        "fee_falls_due": presentation.FEE_FALLS_DUE[definition.fee.when] if has_fee else "",
        "forms_on_paper": level == 2,
        "certainty": {
            key: presentation.CERTAINTY[mark] for key, mark in definition.certainty.items()
        },
        "legal_basis": [
            (basis.title, presentation.CERTAINTY[basis.certainty])
            for basis in definition.legal_basis
        ],
        "bundles": bundles.of_service(found.code),
        "figures": filled("catalogue.service", request, service=found),
    }


@require_safe
def start(request, code):
    """The address of the button to apply; the room of dossiers answers it."""
    return redirect("dossiers:start", code)


@require_safe
def places(request, kind):
    """What an address suggests as ``kind`` of place once its province is picked: htmx asks, forms do without."""
    picked = (value for name, value in request.GET.items() if name.endswith("_province"))
    suggested = places_of(next(picked, "")).get(kind, ())
    return render(request, "components/question/suggestions.html", {"places": suggested})
