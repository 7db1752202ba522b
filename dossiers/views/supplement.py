"""Supplying exactly what the agency asked for, item by item, each with its reason."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dossiers import presentation
from dossiers.actions import supplying
from dossiers.actions.refusals import ItemsStillOpen
from dossiers.errors import SupplementIncomplete
from dossiers.forms import SuppliedAnswersForm
from dossiers.states import State
from dossiers.views.access import keeps_what_was_typed, own_dossier, personal, seen
from dossiers.views.documents import put_in, upload_rules
from dossiers.views.posting import posted
from dossiers.views.typed import typed_before
from portal import clock


@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST"])
def supply(request, public_id):
    """GET: the items. POST: a file for one of them, or corrected answers."""
    dossier = own_dossier(request, public_id)
    if dossier.state != State.SUPPLEMENT_REQUESTED:
        return redirect(dossier)
    wanted = supplying.open_request(dossier)
    refused, form = {}, answers_form(dossier, wanted, typed_before(request))
    if request.method == "POST" and "component" in request.POST:
        refused = put_in(request, dossier)
        if not refused:
            return redirect("dossiers:supply", dossier.public_id)
    elif request.method == "POST":
        page = posted(
            request, dossier, form.asked, lambda data: answers_form(dossier, wanted, data)
        )
        form = page.form
        if page.is_saving and form.is_valid():
            supplying.correct_answer(dossier, form)
            messages.success(request, _("Saved. Send the supplement once everything is there."))
            return redirect("dossiers:supply", dossier.public_id)
    items = item_rows(dossier, wanted, refused, form)
    left = sum(not item["is_supplied"] for item in items)
    return render(
        request,
        "dossiers/supply.html",
        {
            "dossier": dossier,
            "wanted": wanted,
            "items": items,
            "left": left,
            "form": form if form.fields else None,
            "standing": presentation.standing(dossier),
            "clock": presentation.clock_badge(dossier),
            "asker": dossier.handling_agency
            if dossier.processing_started_at
            else dossier.receiving_unit,
            **upload_rules(),
        },
        status=422 if refused or form.errors else 200,
    )


def answers_form(dossier, wanted, data=None):
    keys = [item["key"] for item in wanted.items if item["kind"] == "question"]
    return SuppliedAnswersForm(dossier, keys, today=clock.today(), data=data)


def item_rows(dossier, wanted, refused, form):
    """The items in the order of the request, each with its reason, what is there, and how to give it."""
    definition = dossier.version.definition
    documents = {paper.key: paper for paper in definition.documents}
    given = {}
    for attachment in wanted.attachments.select_related("document"):
        given.setdefault(attachment.component, []).append(attachment)
    rows = []
    for item in wanted.items:
        is_document = item["kind"] == "document"
        rows.append(
            {
                "key": item["key"],
                "name": documents[item["key"]].name
                if is_document
                else definition.questions[item["key"]].label,
                "reason": item["reason"],
                "is_document": is_document,
                "attachments": given.get(item["key"], []) if is_document else [],
                "is_supplied": supplying.is_supplied(item, given),
                "errors": refused.get(item["key"], []),
                "field": None if is_document else form[item["key"]],
            }
        )
    return rows


@personal
@require_POST
def send(request, public_id):
    """Send everything that was supplied. Pressing twice sends once."""
    dossier = own_dossier(request, public_id)
    try:
        supplying.supply(dossier, by=request.user, seen=seen(request))
    except (SupplementIncomplete, ItemsStillOpen) as refusal:
        messages.error(request, str(refusal))
        return redirect("dossiers:supply", dossier.public_id)
    messages.success(request, _("The supplement was sent."))
    return redirect(dossier)
