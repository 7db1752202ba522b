"""The history of a dossier as lines of a timeline, newest first; pauses of the clock dashed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.states import CLOCK_STOPS
from portal.wording import date_and_time

WHAT_HAPPENED = {
    "submit": gettext_lazy("Dossier sent"),
    "receive": gettext_lazy("Received; the clock runs"),
    "refuse_receipt": gettext_lazy("Receipt refused"),
    "request_supplement": gettext_lazy("Supplement requested"),
    "supply": gettext_lazy("Supplement received"),
    "start_processing": gettext_lazy("Handed over for processing"),
    "request_payment": gettext_lazy("Payment requested"),
    "record_payment": gettext_lazy("Payment received"),
    "request_withdrawal": gettext_lazy("Withdrawal asked for"),
    "refuse_withdrawal": gettext_lazy("Withdrawal refused"),
    "accept_withdrawal": gettext_lazy("Withdrawn"),
    "stop": gettext_lazy("Handling stopped"),
    "expire": gettext_lazy("Closed unanswered"),
    "complete": gettext_lazy("Result signed; the clock has stopped"),
    "return_result": gettext_lazy("Result returned"),
    "transfer": gettext_lazy("Transferred to another agency"),
    "reschedule": gettext_lazy("New date given, with an apology"),
    "hand_over": gettext_lazy("Handed over to the next step"),
    "send_back": gettext_lazy("Sent back a step"),
    "propose": gettext_lazy("Result proposed"),
}


def lines(rows, dossier, *, with_names=True):
    """One entry per history row, for ``components/timeline.html``.

    ``with_names=False`` leaves out who the applicant is: an auditor reads roles, never content.
    """
    rows = sorted(rows, key=lambda row: -row.sequence)
    return [
        {
            "title": str(WHAT_HAPPENED.get(row.transition, row.transition)),
            "when": f"{date_and_time(row.at)} · {_who(row, with_names)}",
            "kind": _kind(row, is_newest=row is rows[0]),
            "text": _remark(row, dossier),
        }
        for row in rows
    ]


def _who(row, with_names):
    if row.actor_id is None:
        return _("the portal")
    if row.grant_id is None:
        return f"{row.actor.full_name}, {_('the applicant')}" if with_names else _("the applicant")
    role = row.grant.get_role_display()
    return f"{row.actor.full_name}, {role}" if with_names else role


def _kind(row, *, is_newest):
    if row.target in CLOCK_STOPS:
        return "pause"
    return "" if is_newest else "past"


def _remark(row, dossier):
    """What the details of a move tell: names of steps, never free text."""
    steps = {step.key: str(step.name) for step in dossier.version.definition.process}
    if row.transition in ("hand_over", "send_back"):
        return f"{steps.get(row.details.get('from'), '')} → {steps.get(row.details.get('to'), '')}"
    return ""
