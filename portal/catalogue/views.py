"""The public catalogue: home page, search, and the page of a service."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.catalogue import presentation, search
from portal.catalogue.competence import Competence
from portal.catalogue.errors import UnknownService
from portal.catalogue.levels import LEVELS, Capability, allows
from portal.catalogue.models import PublicService, ServiceVersion
from portal.catalogue.reference_lists import places_of
from portal.slots import filled

PER_PAGE = 10


@require_safe
def home(request):
    """What do you need? A search box, the ways in by life event, and the headline figures."""
    versions = list(
        search.current_versions().values(
            "content__name__vi", "content__name__en", "content__life_events"
        )
    )
    return render(
        request,
        "catalogue/home.html",
        {
            "events": presentation.life_events(versions),
            "number_of_services": len(versions),
            "levels": [(level, presentation.LEVEL_LONG[level]) for level in LEVELS],
            "figures": filled("home.figures", request),
        },
    )


@require_safe
def find(request):
    """The services that fit, ten to a page, with what narrows them down."""
    wanted = search.Wanted.from_query(request.GET)
    page = Paginator(search.found(wanted), PER_PAGE).get_page(request.GET.get("page"))
    versions = ServiceVersion.objects.in_bulk([service.version_id for service in page])
    rows = [row_of(service, versions[service.version_id].definition) for service in page]
    counts = search.level_counts(wanted)
    in_english = get_language() == "en"
    return render(
        request,
        "catalogue/search.html",
        {
            "wanted": wanted,
            "page": page,
            "rows": rows,
            "levels": [
                (level, counts[level], level in wanted.levels) for level in reversed(LEVELS)
            ],
            "fields": [
                (stored, english if in_english else vietnamese)
                for stored, vietnamese, english in search.fields_on_offer()
            ],
            "agencies": search.agencies_on_offer(),
            "audiences": presentation.AUDIENCES.items(),
            "event_title": presentation.LIFE_EVENT_TITLES.get(wanted.event, ""),
            "better_words": [] if rows else search.words_that_find(wanted),
        },
    )


def row_of(service, definition):
    return {
        "service": service,
        "summary": definition.summary,
        "level": service.level,
        "agency_level": presentation.AGENCY_LEVELS[service.agency_level],
        "limit": presentation.limit_in_words(definition.time_limit),
        "fee": definition.fee.describe(),
    }


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
