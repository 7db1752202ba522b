"""Everything an official sees of one dossier: data left, documents right, the clock, what can be done."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dossiers import guards
from dossiers.desk import history_lines, legal_clock
from dossiers.desk.acts import acts
from dossiers.models import Dossier
from dossiers.papers import issued_for
from dossiers.states import FINAL, Channel, Outcome, State
from portal import slots
from portal.catalogue.review import review
from portal.documents.models import StoredDocument
from portal.wording import date_and_time, long_date, money

STATUS_KINDS = {
    State.SUPPLEMENT_REQUESTED: "yours",
    State.PAYMENT_REQUESTED: "yours",
    State.NOT_RECEIVED: "no",
    State.STOPPED: "closed",
    State.COMPLETED: "done",
    State.RETURNED: "done",
}


def with_everything(dossiers):
    """``dossiers`` with the rows that their page names anyway."""
    return dossiers.select_related(
        "service",
        "version",
        "receiving_unit__agency",
        "handling_agency__parent",
        "handling_agency__root",
        "filed_by",
        "assigned_to",
        "result",
    )


def page(request, dossier: Dossier):
    """The context of the page of ``dossier``, which the person may read."""
    history = list(dossier.history.select_related("actor", "grant").order_by("sequence"))
    completed_at = next((row.at for row in reversed(history) if row.transition == "complete"), None)
    return {
        "dossier": dossier,
        "status": status(dossier),
        "clock": legal_clock.reading(dossier),
        "turn": whose_turn(dossier),
        "clock_rows": legal_clock.explanation(dossier, completed_at),
        "about": about(dossier),
        "applicant": applicant(dossier),
        "answers": review(dossier.version.definition, dossier.answers, get_language()),
        "papers": papers(dossier),
        "issued": issued(dossier),
        "requests": requests(dossier),
        "steps": steps(dossier),
        "proposals": list(dossier.proposals.select_related("proposed_by")),
        "acts": acts(dossier, request.user),
        "more_acts": slots.filled("desk.dossier.actions", request, dossier=dossier),
        "history": history_lines.lines(history, dossier),
    }


def status(dossier):
    """The badge of the present state."""
    kind = STATUS_KINDS.get(dossier.state, "agency")
    label = dossier.get_state_display()
    if dossier.outcome == Outcome.REFUSED and dossier.state in (State.COMPLETED, State.RETURNED):
        kind, label = "no", f"{label}: {dossier.get_outcome_display()}"
    elif dossier.state == State.STOPPED:
        label = f"{label}: {dossier.get_outcome_display()}"
    return {"kind": kind, "label": label}


def whose_turn(dossier):
    """One sentence: who acts now, and by when."""
    if dossier.state in FINAL:
        return _("Nobody has to act: the dossier is closed.")
    by = long_date(dossier.expected_at) if dossier.expected_at else ""
    handler = dossier.assigned_to or dossier.handling_agency
    sentences = {
        State.SUBMITTED: _("{unit} has to receive the dossier."),
        State.RECEIVED: _("{unit} has to hand the dossier over for processing. Result due {by}."),
        State.IN_PROCESS: _("{handler} is processing the dossier. Result due {by}."),
        State.SUPPLEMENT_REQUESTED: _(
            "The applicant has to supply what was asked. The clock stands still."
        ),
        State.PAYMENT_REQUESTED: _("The applicant has to pay the fee."),
        State.WITHDRAWAL_REQUESTED: _("The agency has to decide on the withdrawal."),
        State.COMPLETED: _("{unit} has to return the result."),
    }
    return sentences[State(dossier.state)].format(
        unit=dossier.receiving_unit, handler=handler, by=by
    )


def about(dossier):
    rows = [
        {"term": _("Service"), "value": f"{dossier.service.name}, {dossier.service.code}"},
        {"term": _("Level"), "value": dossier.level},
        {"term": _("Filed"), "value": _filed(dossier)},
        {"term": _("One-door unit"), "value": dossier.receiving_unit},
        {"term": _("Handled by"), "value": dossier.handling_agency},
        {"term": _("With"), "value": dossier.assigned_to or _("nobody yet")},
        {"term": _("Result wanted"), "value": _delivery(dossier)},
    ]
    if line := guards.exemption(dossier):
        rows.append({"term": line.name, "value": line.why})
    if dossier.closing_reason:
        rows.append({"term": _("Reason for closing"), "value": dossier.closing_reason})
    return rows


def applicant(dossier):
    """The applicant as filed; empty facts are left out."""
    rows = [
        (_("Name"), dossier.applicant_name),
        (_("Citizen ID or tax code"), dossier.applicant_identifier),
        (_("Telephone"), dossier.applicant_phone),
        (_("E-mail"), dossier.applicant_email),
        (_("Address"), dossier.applicant_address),
        (_("On behalf of"), dossier.on_behalf_of),
        (_("Authorisation"), dossier.authorisation),
    ]
    return [{"term": term, "value": value} for term, value in rows if value]


def papers(dossier):
    """Each paper that concerns this applicant with what lies under it; also what lies there all the same."""
    attached = {}
    for each in dossier.attachments.select_related("document", "supplement"):
        attached.setdefault(each.component, []).append(document_row(dossier, each))
    definition = dossier.version.definition
    asked = definition.documents_for(dossier.answers, channel=channel_name(dossier))
    return [
        {
            "key": paper.key,
            "name": str(paper.name),
            "required": paper.required,
            "documents": attached.get(paper.key, []),
        }
        for paper in definition.documents
        if paper in asked or paper.key in attached
    ]


def channel_name(dossier):
    """The channel as the catalogue calls it: online, counter or post."""
    return Channel(dossier.channel).name.lower()


def document_row(dossier, attachment):
    return {
        **document_link(dossier, attachment.document),
        "attached_at": attachment.document.created_at,  # by the portal clock
        "is_supplement": attachment.supplement_id is not None,
    }


def document_link(dossier, document):
    """A document with the address of the view that asks who may read it."""
    return {
        "public_id": document.public_id,
        "name": document.name,
        "role": document.get_role_display(),
        "kind": document.get_kind_display(),
        "size": document.size,
        "signed_by": document.signed_by,
        "is_picture": document.kind != StoredDocument.Kind.PDF,
        "href": reverse("dossiers:document", args=[dossier.public_id, document.public_id]),
    }


def issued(dossier):
    """What the agency gave out: receipts and official forms, and the signed result."""
    found = [document_link(dossier, document) for document in issued_for(dossier)]
    return [*found, document_link(dossier, dossier.result)] if dossier.result is not None else found


def requests(dossier):
    """Supplements, payments and withdrawals that were asked for, newest first."""
    names = _item_names(dossier.version.definition)
    found = []
    for request in dossier.supplement_requests.select_related("asked_by"):
        found.append(
            {
                "title": _("Supplement, {stage}").format(stage=request.get_stage_display()),
                "request": request,
                "by": request.asked_by,
                "items": [
                    {
                        "name": names.get((item["kind"], item["key"]), item["key"]),
                        "reason": item["reason"],
                    }
                    for item in request.items
                ],
            }
        )
    for request in dossier.payment_requests.all():
        found.append(
            {
                "title": _("Payment, {amount}").format(amount=money(request.amount)),
                "request": request,
                "items": [],  # else templates read the method of the dict
                "paid_at": request.paid_at,
            }
        )
    for request in dossier.withdrawal_requests.all():
        found.append(
            {
                "title": _("Withdrawal"),
                "request": request,
                "items": [],
                "reason": request.reason,
                "answer": request.answer,
            }
        )
    return sorted(found, key=lambda row: row["request"].asked_at, reverse=True)


def steps(dossier):
    """The control slip: each step with its limit, and whether it was kept."""
    names = {step.key: str(step.name) for step in dossier.version.definition.process}
    return [
        {
            "name": names.get(step.key, step.key),
            "handler": step.handler,
            "started_at": step.started_at,
            "due_at": step.due_at,
            "ended_at": step.ended_at,
            "is_late": step.ended_at is not None and step.ended_at > step.due_at,
        }
        for step in dossier.steps.select_related("handler")
    ]


def _item_names(definition):
    papers_ = {("document", paper.key): str(paper.name) for paper in definition.documents}
    questions = {
        ("question", key): str(question.label) for key, question in definition.questions.items()
    }
    return {**papers_, **questions}


def _filed(dossier):
    return f"{date_and_time(dossier.submitted_at)}, {dossier.get_channel_display()}"


def _delivery(dossier):
    way = dossier.get_delivery_display()
    return f"{way}: {dossier.delivery_address}" if dossier.delivery_address else way
