"""Delivery of what must happen after a commit: each event in one transaction with its effect, leased by its row lock.

One transaction an event, because a follow-up may lock a dossier or typeset a form: nobody waits for more than one.
"""

import time
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F, Max, Min
from django.utils import timezone

from portal.workflow.followups import Event, follow_up
from portal.workflow.models import OutboxEvent

log = structlog.get_logger(__name__)

LINGER_SECONDS = 0.4
LONGEST_WAIT = timedelta(minutes=10)


def drain(*, linger=LINGER_SECONDS, at_most_seconds=None):
    """Deliver waiting events until none is left for ``linger`` seconds; returns how many were delivered.

    With ``at_most_seconds`` it stops then, in the midst of a long queue.
    """
    delivered, began = 0, time.monotonic()
    quiet_since = began
    while at_most_seconds is None or time.monotonic() - began < at_most_seconds:
        if deliver_next():
            delivered += 1
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since >= linger:
            break
        else:
            time.sleep(0.05)
    return delivered


def deliver_next():
    """Deliver the event that has waited longest, or put it back if that fails; whether there was one."""
    with transaction.atomic():
        event = (
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True, available_at__lte=timezone.now())
            .order_by("available_at", "id")
            .first()
        )
        if event is None:
            return False
        if _deliver(event):
            OutboxEvent.objects.filter(pk=event.pk).update(
                done_at=timezone.now(), attempts=F("attempts") + 1
            )
    return True


def lag():
    """``(number, age in seconds of the oldest)`` of the events not yet delivered."""
    waiting = OutboxEvent.objects.filter(done_at__isnull=True)
    oldest = waiting.aggregate(oldest=Min("created_at"), newest=Max("id"))["oldest"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    return waiting.count(), age


def _deliver(event):
    """Run the follow-up; on failure put the event back with a growing wait. True if it is done."""
    try:
        with transaction.atomic():
            follow_up(event.subscriber)(Event(**event.payload))
    except (
        Exception
    ) as error:  # One bad event must not hold up the others; it is logged and tried again.
        wait = min(timedelta(seconds=2) * 2 ** min(event.attempts, 12), LONGEST_WAIT)
        OutboxEvent.objects.filter(pk=event.pk).update(
            attempts=F("attempts") + 1,
            available_at=timezone.now() + wait,
            last_error=type(error).__name__[:200],
        )
        log.exception("follow_up_failed", key=event.key, attempts=event.attempts + 1)
        return False
    return True
