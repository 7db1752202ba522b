"""The desk itself: tabs with counters, a search, one page of dossiers."""

from django.core.paginator import Paginator
from django.db.models import Q

from dossiers.desk import legal_clock, tabs
from dossiers.desk.dossier_page import status
from dossiers.models import Dossier
from portal.agencies.models import Agency, Unit
from portal.catalogue.folding import fold

PER_PAGE = 25
LONGEST_SEARCH = 100  # characters


def context(request):
    """What the desk of this person shows for ``?tab=``, ``?q=`` and ``?page=``; odd values fall back to the first."""
    user = request.user
    dossiers = Dossier.objects.at_desk_of(user)
    numbers = tabs.counters(dossiers, user)
    wanted = search_text(request)
    if wanted:
        # Whoever looks for one dossier looks in all of them.
        tab = tabs.BY_KEY["all"]
        found = tabs.under(dossiers, tab, user).filter(matching(wanted))
    else:
        tab = tabs.BY_KEY.get(request.GET.get("tab", ""), tabs.BY_KEY[tabs.first_tab(user)])
        found = tabs.under(dossiers, tab, user)
    paginator = Paginator(with_names(found), PER_PAGE)
    if not wanted:
        paginator.count = numbers[tab.key]  # known already: no second count
    page = paginator.get_page(request.GET.get("page"))
    return {
        "places": places(user),
        "tabs": [
            {"tab": each, "number": numbers[each.key], "is_current": each is tab and not wanted}
            for each in tabs.TABS
        ],
        "tab": tab,
        "q": wanted,
        "page": page,
        "rows": [row(dossier) for dossier in page],
    }


def search_text(request):
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH]


def matching(text):
    """Dossiers by part of their code, or of the applicant's name with or without its marks."""
    found = Q(code__icontains=text)
    if folded := fold(text):
        found |= Q(applicant_folded__contains=folded)
    return found


def with_names(dossiers):
    return dossiers.select_related(
        "service", "receiving_unit", "handling_agency", "assigned_to"
    ).defer("answers")


def row(dossier):
    return {"dossier": dossier, "clock": legal_clock.reading(dossier), "status": status(dossier)}


def places(user):
    """The units and agencies at whose desk this person sits."""
    return [
        *Unit.objects.filter(pk__in=user.units_served()),
        *Agency.objects.filter(pk__in=user.nodes_with_dossiers()),
    ]
