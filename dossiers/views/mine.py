"""My dossiers: the list by who must act, and the page of one dossier."""

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from dossiers import guards, papers, presentation
from dossiers.actions.rating import rating_of
from dossiers.continuation import continuation_of, with_continuation
from dossiers.forms import RatingForm
from dossiers.models import Dossier, DossierHistory, PaymentRequest, SupplementRequest
from dossiers.states import FINAL, WAITING_FOR_CITIZEN, Delivery, State
from dossiers.timeline import timeline
from dossiers.views.access import own_dossier, personal
from portal.slots import filled
from portal.workflow import offers

PER_PAGE = 10

YOURS = Q(state__in=[State.DRAFT, *WAITING_FOR_CITIZEN]) | Q(
    state=State.COMPLETED, delivery=Delivery.COUNTER
)
ENDED = Q(state__in=FINAL)
TABS = {
    "": (_("All"), Q(pk__isnull=False)),
    "yours": (_("Waiting for you"), YOURS),
    "agency": (_("With the agency"), ~YOURS & ~ENDED),
    "ended": (pgettext_lazy("dossiers", "Ended"), ENDED),
}
NOTHING_HERE = {
    "yours": _("Nothing waits for you."),
    "agency": _("No dossier is with an agency now."),
    "ended": _("No dossier has ended yet."),
}


@personal
@require_safe
def mine(request):
    """What this person has filed, what moved last on top."""
    chosen = request.GET.get("who", "")
    chosen = chosen if chosen in TABS else ""
    everything = Dossier.objects.filed_online_by(request.user)
    counted = everything.aggregate(
        **{key or "all": Count("pk", filter=condition) for key, (_name, condition) in TABS.items()}
    )
    last_move = Subquery(
        DossierHistory.objects.filter(dossier=OuterRef("pk")).order_by("-sequence").values("at")[:1]
    )
    found = (
        everything.filter(TABS[chosen][1])
        .select_related("service", "version", "receiving_unit", "handling_agency")
        .prefetch_related(
            Prefetch("supplement_requests", SupplementRequest.objects.still_open()),
            Prefetch("payment_requests", PaymentRequest.objects.still_open()),
            "steps",
        )
        .annotate(moved_at=Coalesce(last_move, "created_at"))
        .order_by("-moved_at", "-pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "dossier": dossier,
            "standing": presentation.standing(dossier),
            "clock": presentation.clock_badge(dossier),
        }
        for dossier in page
    ]
    tabs = [
        {"key": key, "name": name, "count": counted[key or "all"], "is_current": key == chosen}
        for key, (name, _condition) in TABS.items()
    ]
    return render(
        request,
        "dossiers/list.html",
        {"page": page, "rows": rows, "tabs": tabs, "nothing_here": NOTHING_HERE.get(chosen)},
    )


@personal
@require_safe
def detail(request, public_id):
    """One dossier: who must act now and by when, what has happened, papers, payment, result."""
    dossier = own_dossier(request, public_id, "result")
    if dossier.state == State.DRAFT:
        return redirect("dossiers:tasks", dossier.public_id)
    history = dossier.history.order_by("sequence")
    payments = list(dossier.payment_requests.all())
    attached = list(dossier.attachments.select_related("document", "supplement"))
    names = dossier.version.definition.component_names
    may = {offer.name for offer in offers(dossier, request.user) if offer.permitted}
    continuation = continuation_of(dossier)
    rating = rating_of(dossier) if dossier.state == State.RETURNED else None
    return render(
        request,
        "dossiers/detail.html",
        {
            "dossier": dossier,
            "standing": presentation.standing(dossier),
            "clock": presentation.clock_badge(dossier),
            "continuation": continuation,
            "timeline": with_continuation(timeline(dossier, history), continuation),
            "attached": [
                {
                    "name": names.get(each.component, each.component),
                    "document": each.document,
                    "attachment": each,
                }
                for each in attached
            ],
            "issued": papers.issued_for(dossier),
            "payments": payments,
            "exempt": guards.exemption(dossier),
            "payment_slot": filled("dossier.payments", request, dossier=dossier),
            "has_result": dossier.state == State.RETURNED and dossier.result is not None,
            "may_withdraw": "request_withdrawal" in may,
            "rating": rating,
            "rating_form": RatingForm()
            if dossier.state == State.RETURNED and rating is None
            else None,
        },
    )
