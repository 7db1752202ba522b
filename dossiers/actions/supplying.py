"""Answering a request for supplement: each item by itself, then all of them sent together."""

from django.db import transaction

from dossiers import guards
from dossiers.actions.refusals import ItemsStillOpen
from dossiers.errors import NoOpenRequest
from dossiers.models import SupplementRequest
from dossiers.states import State
from portal.workflow import carry_out, lock


def open_request(dossier):
    """The supplement request that waits for an answer. Raises ``NoOpenRequest``."""
    request = SupplementRequest.objects.still_open().filter(dossier=dossier).first()
    if request is None or dossier.state != State.SUPPLEMENT_REQUESTED:
        raise NoOpenRequest()
    return request


def is_supplied(item, attached):
    """Whether one item of a request has been given; ``attached`` are the papers put in since it was asked."""
    if item["kind"] == "document":
        return item["key"] in attached
    return item.get("answered", False)


@transaction.atomic
def correct_answer(dossier, form):
    """Keep the corrected answers of ``form``, whose questions are items of the open request."""
    lock(dossier)
    request = open_request(dossier)
    dossier.refresh_from_db(fields=["answers"])
    corrected = form.cleaned_data
    files = dossier.version.definition.file_questions  # written when they were put in
    dossier.answers |= {key: each for key, each in corrected.items() if key not in files}
    dossier.save(update_fields=["answers", "changed_at"])
    for item in request.items:
        if item["kind"] == "question" and item["key"] in corrected:
            item["answered"] = True
    request.save(update_fields=["items"])


@transaction.atomic
def supply(dossier, *, by, seen=None):
    """Send the supplement. Sending it twice sends it once.

    Raises ``SupplementIncomplete`` or ``ItemsStillOpen`` while something is missing.
    """
    lock(dossier)
    if dossier.state != State.SUPPLEMENT_REQUESTED and answered_before(dossier):
        return
    request = open_request(dossier)
    questions = dossier.version.definition.questions
    still_open = [
        str(questions[item["key"]].label)
        for item in request.items
        if item["kind"] == "question" and not item.get("answered", False)
    ]
    if still_open:
        raise ItemsStillOpen(labels=", ".join(still_open))
    carry_out(dossier, "supply", by=by, seen=seen)
    if guards.falls_due_with_the_supplement(dossier):
        carry_out(dossier, "request_payment", by=None)


def answered_before(dossier):
    """Whether the latest request for supplement was answered by the applicant."""
    return dossier.history.filter(transition="supply").exists()
