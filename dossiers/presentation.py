"""A dossier in words for the person who filed it: who must act now and by when."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dossiers.desk.legal_clock import reading
from dossiers.states import Delivery, Outcome, State
from portal import clock, worktime
from portal.agencies.working_calendar import calendar
from portal.wording import long_date, money, short_date

FIRST_ANSWER = worktime.TimeLimit(8, "working_hour")  # docs/sources.md, “Reception”


@dataclass(frozen=True)
class Standing:
    """Who must act now and by when. ``kind`` is that of ``components/status.html``."""

    kind: str
    badge: str
    title: str
    text: str = ""
    href: str = ""
    link: str = ""


# Who must act ---------------------------------------------------------------------------


def standing(dossier):
    """The sentence that opens every page about ``dossier``."""
    return STANDINGS[State(dossier.state)](dossier)


def not_sent(dossier):
    return Standing(
        "draft",
        _("Not sent yet"),
        _("You have not sent this dossier yet"),
        _("Nobody but you sees a draft. Nothing is checked until you send it."),
        reverse("dossiers:tasks", args=[dossier.public_id]),
        _("Go on with the draft"),
    )


def waiting_for_receipt(dossier):
    by = worktime.due_at(dossier.submitted_at, FIRST_ANSWER, calendar=calendar())
    return Standing(
        "agency",
        _("With the one-door unit"),
        _("{unit} is checking whether the dossier is complete").format(unit=dossier.receiving_unit),
        _("You do not need to do anything. The unit answers by {moment}.").format(
            moment=f"{short_date(by)}, {by:%H:%M}"
        ),
    )


def received(dossier):
    return Standing(
        "agency",
        _("Received"),
        _("{unit} has received the dossier and hands it over").format(unit=dossier.receiving_unit),
        nothing_to_do(dossier),
    )


def in_process(dossier):
    step = current_step(dossier)
    title = _("{agency} is working on your dossier").format(agency=dossier.handling_agency)
    if step is not None:
        title = _("{agency}: {step}").format(agency=dossier.handling_agency, step=step)
    return Standing("agency", _("The agency is working"), title, nothing_to_do(dossier))


def supplement_asked(dossier):
    request = open_request(dossier.supplement_requests)
    number = len(request.items)
    return Standing(
        "yours",
        _("Waiting for your supplement"),
        ngettext(
            "Supplement {number} item by {day}", "Supplement {number} items by {day}", number
        ).format(number=number, day=long_date(request.answer_by)),
        stopped_or_not(dossier),
        reverse("dossiers:supply", args=[dossier.public_id]),
        _("See what is asked and supply it"),
    )


def payment_asked(dossier):
    request = open_request(dossier.payment_requests)
    title = _("Pay {amount} by {day}").format(
        amount=money(request.amount), day=long_date(request.answer_by)
    )
    if request.online:
        return Standing(
            "yours",
            _("Waiting for your payment"),
            title,
            stopped_or_not(dossier),
            reverse("payments:pay", args=[dossier.public_id]),
            _("Pay {amount} online").format(amount=money(request.amount)),
        )
    return Standing(
        "yours",
        _("Waiting for your payment"),
        title,
        _("Pay at the counter of {unit}, {address}. Give the code of the dossier.").format(
            unit=dossier.receiving_unit, address=dossier.receiving_unit.address
        ),
    )


def withdrawal_asked(dossier):
    decides = dossier.handling_agency if dossier.processing_started_at else dossier.receiving_unit
    return Standing(
        "agency",
        _("Withdrawal asked for"),
        _("{agency} decides whether you can withdraw the dossier").format(agency=decides),
        _("You do not need to do anything. If it refuses, the dossier goes on where it stood."),
    )


def refused_receipt(dossier):
    return Standing(
        "no",
        _("Not received"),
        _("{unit} did not receive the dossier").format(unit=dossier.receiving_unit),
        _("Reason: {reason} You can file a new dossier.").format(
            reason=as_sentence(dossier.closing_reason)
        ),
    )


def ended(dossier):
    title, text = {
        Outcome.WITHDRAWN: (
            _("You have withdrawn the dossier"),
            _("The agency no longer handles it. You can file a new dossier at any time."),
        ),
        Outcome.STOPPED: (
            _("{agency} stopped handling the dossier").format(agency=dossier.handling_agency),
            _("Reason: {reason}").format(reason=as_sentence(dossier.closing_reason)),
        ),
        Outcome.EXPIRED: (
            _("The dossier was closed because no answer came in time"),
            _("You can file a new dossier at any time."),
        ),
    }[Outcome(dossier.outcome)]
    return Standing("closed", dossier.get_outcome_display(), title, text)


def completed(dossier):
    if dossier.delivery == Delivery.COUNTER:
        return Standing(
            "yours",
            _("Ready to collect"),
            _("Your result is ready: collect it at {unit}").format(unit=dossier.receiving_unit),
            _("{address}. {hours}. Give the code of the dossier.").format(
                address=dossier.receiving_unit.address, hours=dossier.receiving_unit.opening_hours
            ),
        )
    if dossier.delivery == Delivery.POST:
        return Standing(
            "agency",
            _("Result on its way"),
            _("{unit} sends you the result by post").format(unit=dossier.receiving_unit),
            _("It goes to: {address}").format(
                address=dossier.delivery_address or dossier.applicant_address
            ),
        )
    return Standing(
        "agency",
        _("Result signed"),
        _("The result is signed and will be here in a moment"),
        _("You do not need to do anything. We write to you when it can be downloaded."),
    )


def returned(dossier):
    name = dossier.version.definition.result.name
    if dossier.outcome == Outcome.REFUSED:
        return Standing(
            "no",
            _("Refused"),
            _("{agency} refused what you asked for").format(agency=dossier.handling_agency),
            _("The reasons stand in the notice. You can file a new dossier."),
            reverse("dossiers:result", args=[dossier.public_id]),
            _("Download the notice (PDF)"),
        )
    title = _("Your result is ready to download: {result}").format(result=name)
    if dossier.delivery != Delivery.ONLINE:
        title = _("You have received the result: {result}").format(result=name)
    return Standing(
        "done",
        _("Result returned"),
        title,
        _("Signed by {agency}.").format(agency=dossier.handling_agency),
        reverse("dossiers:result", args=[dossier.public_id]),
        _("Download the signed result (PDF)"),
    )


STANDINGS = {
    State.DRAFT: not_sent,
    State.SUBMITTED: waiting_for_receipt,
    State.RECEIVED: received,
    State.NOT_RECEIVED: refused_receipt,
    State.IN_PROCESS: in_process,
    State.SUPPLEMENT_REQUESTED: supplement_asked,
    State.PAYMENT_REQUESTED: payment_asked,
    State.WITHDRAWAL_REQUESTED: withdrawal_asked,
    State.STOPPED: ended,
    State.COMPLETED: completed,
    State.RETURNED: returned,
}


def clock_badge(dossier):
    """The clock of the agency while it runs or stands still; ``None`` before and after."""
    runs = (
        dossier.received_at
        and not dossier.outcome
        and dossier.state not in (State.NOT_RECEIVED, State.DRAFT)
    )
    return reading(dossier) if runs else None


def nothing_to_do(dossier):
    if dossier.promised_at is not None:
        return _(
            "You do not need to do anything. The agency apologised; the new date is {day}."
        ).format(day=long_date(dossier.promised_at))
    return _("You do not need to do anything. Result expected: {day}.").format(
        day=long_date(dossier.expected_at)
    )


def stopped_or_not(dossier):
    if dossier.received_at is None:
        return _("The unit goes on as soon as you have done this.")
    if dossier.stopped_since is None:
        return ""
    return _("The agency's clock stands still since {day}, until you have done this.").format(
        day=short_date(dossier.stopped_since)
    )


def open_request(requests):
    """The one request among ``requests`` that is still open (they may be prefetched)."""
    return next(request for request in requests.all() if request.closed_at is None)


def current_step(dossier):
    """The name of the step under way, or ``None``."""
    open_step = next((step for step in dossier.steps.all() if step.ended_at is None), None)
    if open_step is None:
        return None
    names = {step.key: step.name for step in dossier.version.definition.process}
    return names.get(open_step.key)


def as_sentence(text):
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def saved_at(draft):
    """When ``draft`` was last saved, by the portal clock (the row itself keeps real time)."""
    return clock.now() - (timezone.now() - draft.changed_at)
