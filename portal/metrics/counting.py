"""What a move adds to the official metrics. Imported at start-up; the floor writes the rows with the move.

Each function names the cells of one transition. The same cells can be recounted from history alone:
``portal/metrics/recount/`` says in SQL, and without this module, what must come out.
"""

from dossiers.states import Outcome
from portal.workflow import DeltaRow, counts
from portal.workflow.deltas import counts_fact
from portal.worktime import lateness
from portal.worktime.hours import ZONE

# Before reception.
FILED = "filed"
FILED_WITH_PAPERS = "filed_with_papers"  # with a digital paper attached
REFUSED_AT_RECEPTION = "refused_at_reception"

# In hand. What is completed carries the working minutes that the agency had it, as its amount.
RECEIVED = "received"
TRANSFERRED_IN, TRANSFERRED_OUT = "transferred_in", "transferred_out"
SUPPLEMENTS = "supplements"  # requests, not dossiers
COMPLETED = {"early": "completed_early", "on_time": "completed_on_time", "late": "completed_late"}

# The ends that are no completion, of dossiers that had been received, and of others.
ENDED = {
    Outcome.WITHDRAWN: "withdrawn",
    Outcome.STOPPED: "stopped",
    Outcome.EXPIRED: "expired",
}
ENDED_UNRECEIVED = {outcome: f"{cell}_unreceived" for outcome, cell in ENDED.items()}

# What else is true of a dossier that was completed.
REFUSED = "completed_refused"
SUPPLEMENTED = "completed_supplemented"  # after one request for a supplement or more
ASKED_TWICE = "completed_asked_twice"  # early or on time by dates, but after more than one

RETURNED = {
    "online": "returned_online",
    "counter": "returned_counter",
    "post": "returned_post",
}
PAID = "paid"  # the fee of a dossier, in whatever way
ONLINE_PAYMENTS = "online_payments"

# Opinions, by their value, and what the worst of them does to a dossier completed in time.
RATED = {3: "rated_3", 2: "rated_2", 1: "rated_1"}
DISLIKED_IN_TIME = "disliked_in_time"

DOSSIER, ATTEMPT = "dossiers.Dossier", "payments.Attempt"


@counts(DOSSIER, "submit")
def a_dossier_filed(move):
    """One dossier more at the counter's door, whether the agency will receive it or not."""
    cells = [FILED, FILED_WITH_PAPERS] if move.details.get("papers") else [FILED]
    return [_of_dossier(move, cell) for cell in cells]


@counts(DOSSIER, "refuse_receipt")
def a_dossier_refused_at_reception(move):
    return [_of_dossier(move, REFUSED_AT_RECEPTION)]


@counts(DOSSIER, "receive")
def a_dossier_received(move):
    """One dossier more at the agency that handles it, by the channel it came through."""
    return [_of_dossier(move, RECEIVED)]


@counts(DOSSIER, "transfer")
def a_dossier_transferred(move):
    """In hand at another agency from now on."""
    return [
        _of_dossier(move, TRANSFERRED_IN),
        _of_dossier(move, TRANSFERRED_OUT, agency=move.details["from"]),
    ]


@counts(DOSSIER, "request_supplement")
def a_supplement_requested(move):
    return [_of_dossier(move, SUPPLEMENTS)]


@counts(DOSSIER, "complete")
def a_dossier_completed(move):
    """One dossier more early, on time or late: by the dates of ``complete`` and ``expected_at``."""
    dossier = move.instance
    how = lateness(move.at, dossier.expected_at)
    rows = [_of_dossier(move, COMPLETED[how], amount=move.details.get("worked", 0))]
    if move.details["outcome"] == Outcome.REFUSED:
        rows.append(_of_dossier(move, REFUSED))
    if dossier.supplements:
        rows.append(_of_dossier(move, SUPPLEMENTED))
    if dossier.supplements > 1 and how != "late":
        rows.append(_of_dossier(move, ASKED_TWICE))
    return rows


@counts(DOSSIER, "accept_withdrawal")
def a_dossier_withdrawn(move):
    return [_of_dossier(move, _end(move.instance, Outcome.WITHDRAWN))]


@counts(DOSSIER, "stop")
def a_dossier_stopped(move):
    return [_of_dossier(move, _end(move.instance, Outcome.STOPPED))]


@counts(DOSSIER, "expire")
def a_dossier_expired(move):
    return [_of_dossier(move, _end(move.instance, Outcome.EXPIRED))]


@counts(DOSSIER, "return_result")
def a_result_returned(move):
    """One result more handed over, by the way the applicant chose."""
    return [_of_dossier(move, RETURNED[move.details["delivery"]])]


@counts(DOSSIER, "record_payment")
def a_fee_paid(move):
    """One fee more in the books, paid in whatever way."""
    return [_of_dossier(move, PAID, amount=move.details["amount"])]


@counts(ATTEMPT, "capture")
@counts(ATTEMPT, "accept_as_paid")
def an_online_payment(move):
    """One payment taken by the gateway, with its amount. A surplus is given back and counts nowhere."""
    service = move.instance.history_context()["service_id"]
    return [_cell(move, ONLINE_PAYMENTS, service=service, amount=move.instance.amount)]


@counts_fact("rating")
def an_opinion(fact, dossier):
    """One opinion more; a bad one also marks a dossier completed in time, on the day and at the agency of that."""
    rows = [DeltaRow(RATED[fact.value], _day(fact.at), fact.agency, fact.service, dossier.channel)]
    if fact.value == min(RATED):
        done = dossier.history.get(transition="complete")
        if lateness(done.at, dossier.expected_at) != "late":
            agency, service = done.handling_agency_id, dossier.service_id
            rows.append(DeltaRow(DISLIKED_IN_TIME, _day(done.at), agency, service, dossier.channel))
    return rows


def _day(at):
    return at.astimezone(ZONE).date()


def _end(dossier, outcome):
    """Dossiers that never were in hand do not leave it."""
    return (ENDED if dossier.received_at is not None else ENDED_UNRECEIVED)[outcome]


def _of_dossier(move, metric, **more):
    return _cell(move, metric, service=move.instance.service_id, **more)


def _cell(move, metric, *, service, agency=None, amount=0):
    """The cell of ``move``: its day in Viet Nam, and the agency and channel that its history row keeps."""
    context = move.instance.history_context()
    return DeltaRow(
        metric=metric,
        day=_day(move.at),
        agency=agency or context["handling_agency_id"],
        service=service,
        channel=context["channel"],
        amount=amount,
    )
