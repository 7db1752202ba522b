"""Check your answers, send, and the confirmation."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dossiers import guards, presentation
from dossiers.actions import filing
from dossiers.errors import DraftDiscarded
from dossiers.forms import WAYS
from dossiers.states import Delivery, State
from dossiers.views.access import own_dossier, personal, seen
from dossiers.views.documents import paper_rows
from dossiers.views.wizard import task_rows
from portal.agencies.working_calendar import calendar
from portal.catalogue.errors import FeeAnswerMissing
from portal.catalogue.presentation import limit_in_words
from portal.catalogue.review import review
from portal.errors import NotPermitted, PortalError, StalePage
from portal.wording import money
from portal.worktime import due_at


@personal
@require_safe
def check(request, public_id):
    """Everything once more, each answer with a link to change it, and the button to send."""
    dossier = own_dossier(request, public_id)
    if dossier.state != State.DRAFT:
        return redirect(dossier)
    return check_page(request, dossier)


def check_page(request, dossier, *, declaration_missing=False, refusal=None, status=200):
    definition = dossier.version.definition
    address = dossier.public_id
    change = {"link": _("Change")}
    pages = [
        {
            "page": page,
            "change": reverse("dossiers:step", args=[address, page.group.key]),
        }
        for page in review(definition, dossier.answers, request.LANGUAGE_CODE)
    ]
    delivery = WAYS[Delivery(dossier.delivery)]
    if dossier.delivery == Delivery.POST:
        delivery = f"{delivery}: {dossier.delivery_address}"
    fee = fee_if_known(dossier)
    return render(
        request,
        "dossiers/check.html",
        {
            "dossier": dossier,
            "pages": pages,
            "applicant": applicant_rows(
                dossier,
                change | {"href": f"{reverse('dossiers:applicant', args=[address])}?came=check"},
            ),
            "papers": paper_rows(dossier),
            "delivery_and_fee": [
                {
                    "term": _("How to receive the result"),
                    "value": delivery,
                    "href": f"{reverse('dossiers:delivery', args=[address])}?came=check",
                    **change,
                },
                *(
                    {
                        "term": line.name,
                        "value": ", ".join(filter(None, [money(line.amount_vnd), line.why])),
                    }
                    for line in (fee.lines if fee else ())
                ),
            ],
            "fee": fee,
            "fee_at_filing": fee.amount_vnd if fee and definition.fee.when == "filing" else 0,
            "unfinished": [row for row in task_rows(dossier) if row.state != "done"],
            "declarations": [definition.questions[key] for key in filing.declarations(definition)],
            "declaration_missing": declaration_missing,
            "refusal": refusal,
        },
        status=status,
    )


def applicant_rows(dossier, link):
    rows = [
        (_("Full name of the applicant"), dossier.applicant_name),
        (_("Citizen ID or tax code"), dossier.applicant_identifier),
        (_("Telephone"), dossier.applicant_phone),
        (_("E-mail"), dossier.applicant_email),
        (_("Address"), dossier.applicant_address),
    ]
    return [{"term": term, "value": value or _("Not given"), **link} for term, value in rows]


def fee_if_known(dossier):
    """The fee by the answers so far; ``None`` while the answer it depends on is missing."""
    try:
        return guards.fee_of(dossier)
    except FeeAnswerMissing:
        return None


@personal
@require_POST
def submit(request, public_id):
    """Send the dossier. Pressing the button twice leads to the same confirmation."""
    dossier = own_dossier(request, public_id)
    if dossier.state == State.DRAFT:
        if not all(
            request.POST.get(key) for key in filing.declarations(dossier.version.definition)
        ):
            return check_page(request, dossier, declaration_missing=True, status=422)
        try:
            filing.submit(dossier, by=request.user, seen=seen(request))
        except (NotPermitted, StalePage, DraftDiscarded):
            raise
        except PortalError as refusal:
            dossier = own_dossier(
                request, public_id
            )  # what the refused move left in memory is forgotten
            return check_page(request, dossier, refusal=refusal, status=refusal.status)
    return redirect("dossiers:sent", dossier.public_id)


@personal
@require_safe
def sent(request, public_id):
    """The confirmation: code, estimated date, receipt, and what happens next."""
    dossier = own_dossier(request, public_id)
    if dossier.state == State.DRAFT:
        return redirect("dossiers:tasks", dossier.public_id)
    limit = dossier.version.time_limit
    estimated = dossier.expected_at or due_at(dossier.submitted_at, limit, calendar=calendar())
    return render(
        request,
        "dossiers/sent.html",
        {
            "dossier": dossier,
            "estimated": estimated,
            "limit": limit_in_words(limit),
            "standing": presentation.standing(dossier),
            "first_answer": due_at(
                dossier.submitted_at, presentation.FIRST_ANSWER, calendar=calendar()
            ),
            "waits_for_payment": dossier.state == State.PAYMENT_REQUESTED,
        },
    )


@personal
def discard(request, public_id):
    """Throw a draft away, after asking once more."""
    dossier = own_dossier(request, public_id)
    if request.method != "POST":
        if dossier.state != State.DRAFT:
            return redirect(dossier)
        return render(request, "dossiers/discard.html", {"dossier": dossier})
    filing.discard(dossier)
    messages.success(request, _("The draft was discarded."))
    return redirect("dossiers:list")
