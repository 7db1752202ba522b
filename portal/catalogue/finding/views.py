"""The pages by which people find a service: home, search, suggestions while typing, and what happens in life."""

from django.core.cache import cache
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.catalogue import bundles, presentation, search
from portal.catalogue.errors import UnknownLifeEvent
from portal.catalogue.finding import choices
from portal.catalogue.finding.hits import hits
from portal.catalogue.folding import fold
from portal.catalogue.levels import LEVELS
from portal.catalogue.past import shown_as_of
from portal.catalogue.service_files import LIFE_EVENTS
from portal.slots import filled

PER_PAGE = 10
SUGGESTIONS = 8
SUGGESTIONS_KEPT_SECONDS = 300


@require_safe
def home(request):
    """What do you need? A search box, the ways in by life event, agency and person, and the headline figures."""
    counts = search.Results(search.Wanted()).counts
    return render(
        request,
        "catalogue/home.html",
        {
            "events": presentation.life_events(counts["event"], search.names_by_event()),
            "bundles": bundles.load_all().values(),
            "ministries": choices.named(counts["ministry"]),
            "provinces": choices.named(counts["province"]),
            "audiences": choices.keyed(counts["audience"], presentation.AUDIENCES),
            "number_of_services": counts["all"][0].services,
            "levels": [(level, presentation.LEVEL_LONG[level]) for level in LEVELS],
            "figures": filled("home.figures", request),
        },
    )


@require_safe
@shown_as_of
def find(request):
    """The services that fit, ten to a page, with what narrows them down."""
    wanted = search.Wanted.from_query(request.GET)
    results = search.Results(wanted)
    page = Paginator(results, PER_PAGE).get_page(request.GET.get("page"))
    rows = [row_of(version, level) for version, level in page]
    offered = choices.offered(wanted, results.counts)
    return render(
        request,
        "catalogue/search.html",
        {
            "wanted": wanted,
            "hits": wanted.hits,
            "read_as": read_as(wanted, rows),
            "page": page,
            "rows": rows,
            "chips": choices.chips(wanted, request.GET),
            "bundles": bundles.of_event(wanted.event),
            "event_title": presentation.LIFE_EVENT_TITLES.get(wanted.event, ""),
            **offered,
        },
    )


@require_safe
def suggest(request):
    """Names of services for a search box in which somebody is typing: a fragment, kept for a while."""
    typed = search.shown_text(request.GET.get("q", ""))
    key = f"suggestions:{fold(typed)}:{typed[-1:].isspace()}".replace(" ", "_")
    found = cache.get(key)
    if found is None:
        closest = hits(typed, still_typing=True, most=SUGGESTIONS).rows if fold(typed) else ()
        found = [(hit.code, hit.name_vi, hit.name_en) for hit in closest]
        cache.set(key, found, SUGGESTIONS_KEPT_SECONDS)
    in_english = get_language() == "en"
    suggestions = [(code, english if in_english else name) for code, name, english in found]
    return render(request, "catalogue/suggestions.html", {"suggestions": suggestions})


@require_safe
@shown_as_of
def life_event(request, event):
    """Everything that one thing in life asks for: what goes together first, then the services one by one."""
    if event not in LIFE_EVENTS:
        raise UnknownLifeEvent(event=event)
    together = bundles.of_event(event)
    codes = dict.fromkeys(step.service for bundle in together for step in bundle.steps)
    results = search.Results(search.Wanted(event=event))
    rows = [row_of(version, level) for version, level in results[0 : len(results)]]
    order = {code: place for place, code in enumerate(codes)}
    rows.sort(key=lambda row: order.get(row["service"].code, len(order)))
    return render(
        request,
        "catalogue/life_event.html",
        {
            "title": presentation.LIFE_EVENT_TITLES[event],
            "event": event,
            "bundles": together,
            "rows": rows,
        },
    )


@require_safe
@shown_as_of
def bundle(request, key):
    """What has to be done, in its order, when one thing happens in life."""
    bundle = bundles.get(key)
    rows = {
        version.service.code: row_of(version, level)
        for version, level in search.by_codes([step.service for step in bundle.steps])
    }
    return render(
        request,
        "catalogue/bundle.html",
        {
            "bundle": bundle,
            "steps": [(step, rows.get(step.service)) for step in bundle.steps],
            "mark": presentation.CERTAINTY[bundle.certainty],
            "event_title": presentation.LIFE_EVENT_TITLES[bundle.life_event],
        },
    )


def read_as(wanted, rows):
    """The words by which the first service was found, as it writes them."""
    if not rows or wanted.hits is None:
        return ""
    return choices.spelt(wanted.hits.read_as, rows[0]["definition"])


def row_of(version, level):
    definition = version.definition
    return {
        "service": version.service,
        "definition": definition,
        "summary": definition.summary,
        "level": level,
        "agency_level": presentation.AGENCY_LEVELS[definition.agency_level],
        "limit": presentation.limit_in_words(definition.time_limit),
        "fee": definition.fee.describe(),
    }
