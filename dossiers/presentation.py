"""A dossier in words for the person who filed it: who must act now, and what has happened so far."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dossiers.desk.legal_clock import reading, working_time
from dossiers.states import CLOCK_STOPS, Delivery, Outcome, State
from portal import clock, worktime
from portal.agencies.working_calendar import calendar
from portal.wording import date_and_time, long_date, money, short_date

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


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, for ``components/timeline.html``."""

    title: str
    at: datetime | None = None
    when: str = ""
    text: str = ""
    kind: str = "past"
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


# What has happened -------------------------------------------------------------------------

TITLES = {
    "submit": lambda d, m: _("You sent the dossier"),
    "receive": lambda d, m: _("{unit} received the dossier").format(unit=d.receiving_unit),
    "refuse_receipt": lambda d, m: _("{unit} did not receive the dossier").format(
        unit=d.receiving_unit
    ),
    "request_supplement": lambda d, m: ngettext(
        "The agency asked for {number} item",
        "The agency asked for {number} items",
        len(m.details["items"]),
    ).format(number=len(m.details["items"])),
    "supply": lambda d, m: _("You sent the supplement"),
    "start_processing": lambda d, m: _("{agency} began to work on it").format(
        agency=d.handling_agency
    ),
    "request_payment": lambda d, m: _("Payment of {amount} asked for").format(
        amount=money(m.details["amount"])
    ),
    "record_payment": lambda d, m: _("Payment of {amount} received").format(
        amount=money(m.details["amount"])
    ),
    "request_withdrawal": lambda d, m: _("You asked to withdraw the dossier"),
    "refuse_withdrawal": lambda d, m: _("The withdrawal was refused"),
    "accept_withdrawal": lambda d, m: _("The dossier was withdrawn"),
    "stop": lambda d, m: _("The agency stopped handling the dossier"),
    "expire": lambda d, m: _("Closed: no answer came in time"),
    "complete": lambda d, m: _("The result was signed"),
    "return_result": lambda d, m: _("The result was returned"),
    "transfer": lambda d, m: _("Passed on to the competent agency"),
    "reschedule": lambda d, m: _("The agency apologised and gave a new date"),
    "hand_over": lambda d, m: step_title(d, m.details["to"]),
    "send_back": lambda d, m: step_title(d, m.details["to"]),
}


def timeline(dossier, history):
    """Entries newest first: what comes next, what happened, and the stops of the clock explained.

    ``history`` are the rows of the dossier in their order. Moves that concern the agency only are left out.
    """
    entries, stop, minutes = [], None, 0
    runs = False
    for move in history:
        if move.transition in TITLES:
            entries.append(
                Entry(
                    title=str(TITLES[move.transition](dossier, move)),
                    at=move.at,
                    text=remark(dossier, move),
                    **link_of(dossier, move),
                )
            )
        runs = (runs or move.transition == "receive") and move.transition != "complete"
        if runs and stop is None and move.target in CLOCK_STOPS:
            stop = move.at
        elif stop is not None and move.target not in CLOCK_STOPS:
            lasted = worktime.working_minutes(stop, move.at, calendar=calendar())
            entries.insert(len(entries) - 1, pause(dossier, stop, move.at, minutes, lasted))
            stop, minutes = None, minutes + lasted
    if stop is not None:
        entries.append(
            Entry(
                _("The clock of the agency stands still"),
                when=_("since {moment}").format(moment=date_and_time(stop)),
                text=_(
                    "The time until your answer does not count towards the agency's time limit."
                ),
                kind="pause",
            )
        )
    if entries and entries[-1].kind == "past" and dossier.state in STILL_GOES_ON:
        entries[-1] = present(entries[-1])
    entries.reverse()
    return [*what_comes_next(dossier), *entries]


STILL_GOES_ON = {State.SUBMITTED, State.RECEIVED, State.IN_PROCESS, State.WITHDRAWAL_REQUESTED}


def present(entry):
    return Entry(entry.title, entry.at, entry.when, entry.text, "", entry.href, entry.link)


def pause(dossier, since, until, before, lasted):
    """A stop that has ended: how long it lasted, and how far it moved the date."""
    days = calendar()
    text = _("The time until your answer does not count towards the agency's time limit.")
    was = worktime.extend(dossier.due_at, before, calendar=days)
    became = worktime.extend(dossier.due_at, before + lasted, calendar=days)
    if was.date() != became.date():
        text += " " + _("So the date moved from {was} to {became}.").format(
            was=short_date(was), became=short_date(became)
        )
    return Entry(
        _("The clock of the agency stood still for {time}").format(time=working_time(lasted)),
        when=_("from {start} to {end}").format(
            start=date_and_time(since), end=date_and_time(until)
        ),
        text=text,
        kind="pause",
    )


def what_comes_next(dossier):
    if (
        dossier.expected_at is None
        or dossier.outcome
        or dossier.state in (State.STOPPED, State.RETURNED)
    ):
        return []
    day = dossier.promised_at or dossier.expected_at
    return [
        Entry(
            _("Result"),
            when=_("Expected {day}").format(day=long_date(day))
            if dossier.stopped_since is None
            else _("The date moves on until you answer"),
            kind="next",
        )
    ]


def remark(dossier, move):
    """One sentence more, where the bare fact leaves a question open."""
    if move.transition == "receive":
        return _("The clock of the agency started. Result due: {day}.").format(
            day=long_date(dossier.due_at)
        )
    if move.transition in ("refuse_receipt", "stop"):
        return as_sentence(dossier.closing_reason)
    if move.transition == "request_payment" and move.grant_id is None and move.actor_id is None:
        return _("The fee falls due at this point by the rules of the procedure.")
    if move.transition == "reschedule":
        return _("New date: {day}. The dossier still counts as late.").format(
            day=long_date(dossier.promised_at)
        )
    if move.transition == "complete":
        return RESULTS[Outcome(dossier.outcome)]()
    return ""


RESULTS = {
    Outcome.GRANTED: lambda: _("What you asked for was granted."),
    Outcome.REFUSED: lambda: _("What you asked for was refused; the reasons stand in the notice."),
}


def link_of(dossier, move):
    if move.transition == "request_supplement" and dossier.state == State.SUPPLEMENT_REQUESTED:
        return {
            "href": reverse("dossiers:supply", args=[dossier.public_id]),
            "link": _("See what is asked and why"),
        }
    return {}


def step_title(dossier, key):
    names = {step.key: step.name for step in dossier.version.definition.process}
    return str(names.get(key, key))
