"""What nobody waits for: asking the gateway about money of which no notice came, and giving money back."""

import time
from datetime import timedelta

import structlog
from celery import shared_task
from django.db.models import F, Q
from django.utils import timezone

from payments import actions
from payments.models import Attempt, Refund
from payments.states import RefundState, State

log = structlog.get_logger(__name__)

# Asked after 1, 5, 15 and 60 minutes; after that every hour until the gateway says what became of it.
WAITS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60)]
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
    for attempt in attempts_to_ask_about():
        yield actions.ask_gateway, attempt
    for refund in refunds_to_send():  # with those that an answer has just made necessary
        yield actions.send_refund, refund


def attempts_to_ask_about():
    """Open attempts whose next question is due, those asked longest ago first."""
    now = timezone.now()
    due = Q(queries=0, started_at__lte=now - WAITS[0])
    for number, wait in enumerate(WAITS[1:], start=1):
        due |= Q(queries=number, asked_at__lte=now - wait)
    due |= Q(queries__gte=len(WAITS), asked_at__lte=now - WAITS[-1])
    longest_ago = F("asked_at").asc(nulls_first=True)
    return Attempt.objects.filter(due, state=State.STARTED).order_by(longest_ago, "pk")[:BATCH]


def refunds_to_send():
    """Refunds of which the gateway has not yet told the outcome."""
    waiting = [RefundState.REQUESTED, RefundState.SENT]
    return (
        Refund.objects.filter(state__in=waiting)
        .select_related("attempt__dossier")
        .order_by("pk")[:BATCH]
    )
