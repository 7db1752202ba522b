"""What nobody waits for: asking the gateway about money of which no notice came, and giving money back."""

import time
from datetime import timedelta

import structlog
from celery import shared_task
from django.db.models import F, Q
from django.utils import timezone

from payments import actions
from payments.actions.sending import due_by
from payments.models import Attempt, Refund
from payments.reconciliation.daily import reconcile_days  # noqa: F401  # found here by Celery
from payments.states import FOR_PEOPLE, ON_ITS_WAY, RefundState, State

log = structlog.get_logger(__name__)

# Asked after 1, 5, 15 and 60 minutes; then people are asked (actions.asking), and the gateway every hour all the same.
WAITS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60)]
OPEN_AT_MOST = timedelta(
    minutes=90
)  # after its own time to pay, whether the gateway could be asked or not
STILL_ASKED = timedelta(days=30)  # what people have not decided by then is theirs alone
BATCH = 50
ROUND_SECONDS = 30  # below the time limit of a task
SILENCES = 3  # unanswered calls in a row: the gateway is down, the next round tries again


@shared_task
def complete_open_attempts():
    """Ask the gateway about attempts of which no notice came, and send the refunds that wait.

    One that fails does not hold up the others.
    """
    began, silences = time.monotonic(), 0
    for act, row in _work():
        try:
            answered = act(row)
        except Exception:
            log.exception("completion_failed", machine=row._meta.label, pk=row.pk)
            continue
        silences = 0 if answered else silences + 1
        if silences == SILENCES or time.monotonic() - began > ROUND_SECONDS:
            break


def _work():
    for attempt in attempts_open_too_long():
        yield actions.set_aside, attempt
    for attempt in attempts_to_ask_about():
        yield actions.ask_gateway, attempt
    for refund in refunds_to_send():  # with those that an answer has just made necessary
        yield actions.send_refund, refund


def attempts_open_too_long():
    """Attempts that no round could settle within their limit: people look at them now."""
    limit = timezone.now() - OPEN_AT_MOST
    return Attempt.objects.filter(state=State.STARTED, expires_at__lt=limit).order_by("pk")[:BATCH]


def attempts_to_ask_about():
    """Attempts of unknown outcome whose next question is due, those asked longest ago first."""
    now = timezone.now()
    due = Q(queries=0, started_at__lte=now - WAITS[0])
    for number, wait in enumerate(WAITS[1:], start=1):
        due |= Q(queries=number, asked_at__lte=now - wait)
    due |= Q(queries__gte=len(WAITS), asked_at__lte=now - WAITS[-1])
    still = Q(state=State.STARTED) | Q(state__in=FOR_PEOPLE, started_at__gt=now - STILL_ASKED)
    longest_ago = F("asked_at").asc(nulls_first=True)
    return Attempt.objects.filter(due, still).order_by(longest_ago, "pk")[:BATCH]


def refunds_to_send():
    """Refunds at the gateway, or on their way there, whose next try is due; and what the portal itself asked for."""
    own = Q(state=RefundState.REQUESTED, requested_by=None)
    return (
        Refund.objects.filter(Q(state__in=ON_ITS_WAY) | own, way=Refund.Way.GATEWAY)
        .filter(due_by(timezone.now()))
        .select_related("attempt", "cash_receipt", "dossier")
        .order_by(F("next_try_at").asc(nulls_first=True), "pk")[:BATCH]
    )
