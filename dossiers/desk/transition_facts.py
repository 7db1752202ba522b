"""What the page of a transition shows before the official decides: rows for ``components/facts.html``."""

from django.utils.translation import gettext as _

from dossiers import guards
from dossiers.desk.forms import present_step
from dossiers.desk.legal_clock import calendar_days, time_limit, working_hours
from dossiers.errors import NoSuchStep
from dossiers.models import WithdrawalRequest
from dossiers.models.dossier import PAYMENT_DAYS
from portal import clock, worktime
from portal.agencies.working_calendar import calendar
from portal.wording import date_and_time, long_date_and_time, money


def facts(dossier, name):
    """The rows for the transition called ``name``; none for most."""
    tell = TELLERS.get(name)
    return tell(dossier) if tell else []


def _receive(dossier):
    due = worktime.due_at(clock.now(), dossier.version.time_limit, calendar=calendar())
    return [
        {"term": _("Time limit"), "value": time_limit(dossier)},
        {"term": _("Due by law, if received now"), "value": long_date_and_time(due)},
    ]


def _request_payment(dossier):
    fee = guards.fee_of(dossier)
    rows = [{"term": str(line.name), "value": money(line.amount_vnd)} for line in fee.lines]
    way = _("online or at the counter") if guards.may_pay_online(dossier) else _("at the counter")
    return [
        *rows,
        {"term": _("Together"), "value": money(fee.amount_vnd)},
        {"term": _("To be paid"), "value": way},
        {"term": _("Time to pay"), "value": calendar_days(PAYMENT_DAYS)},
    ]


def _complete(dossier):
    proposal = guards.latest_proposal(dossier)
    return [
        {"term": _("Proposed result"), "value": proposal.get_outcome_display()},
        {"term": _("Statement"), "value": proposal.statement},
        {
            "term": _("Proposed by"),
            "value": f"{proposal.proposed_by}, {date_and_time(proposal.proposed_at)}",
        },
        {"term": _("Signs"), "value": dossier.handling_agency},
    ]


def _return_result(dossier):
    way = dossier.get_delivery_display()
    return [
        {"term": _("Result"), "value": dossier.get_outcome_display()},
        {
            "term": _("Result wanted"),
            "value": f"{way}: {dossier.delivery_address}" if dossier.delivery_address else way,
        },
    ]


def _withdrawal(dossier):
    request = WithdrawalRequest.objects.still_open().filter(dossier=dossier).first()
    return [{"term": _("Reason given"), "value": request.reason}] if request else []


def _hand_over(dossier):
    try:
        following = guards.step_after(dossier.version.definition, present_step(dossier).key)
    except NoSuchStep:
        return []
    return [
        {"term": _("Next step"), "value": str(following.name)},
        {
            "term": _("Time limit"),
            "value": working_hours(following.limit_hours),
        },
    ]


TELLERS = {
    "receive": _receive,
    "request_payment": _request_payment,
    "complete": _complete,
    "return_result": _return_result,
    "accept_withdrawal": _withdrawal,
    "refuse_withdrawal": _withdrawal,
    "hand_over": _hand_over,
}
