"""What has happened to a dossier, as its applicant reads it: newest first, the stops of the clock explained."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dossiers.desk.legal_clock import working_time
from dossiers.presentation import as_sentence
from dossiers.states import CLOCK_STOPS, Outcome, State
from portal import worktime
from portal.agencies.working_calendar import calendar
from portal.wording import date_and_time, long_date, money, short_date


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
            if lasted:  # else the stop lay outside working hours and moved nothing
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
        entries[-1] = replace(entries[-1], kind="")
    entries.reverse()
    return [*what_comes_next(dossier), *entries]


STILL_GOES_ON = {State.SUBMITTED, State.RECEIVED, State.IN_PROCESS, State.WITHDRAWAL_REQUESTED}


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
