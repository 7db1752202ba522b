"""Tells merchants about results, as their protocol has it, until they have taken note.

What is due is a row, so nothing is lost when this process dies between taking the money and
telling. Many workers may run many senders: a row is claimed with SKIP LOCKED and put off by one
interval *before* the call is made, so exactly one sends, and after a crash another one repeats.
"""

import json
import logging
import ssl
import threading
from datetime import datetime, timedelta
from functools import cache

import httpx
from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Min
from django.utils import timezone

from payments.sandbox import actions, doorbell, drivers
from payments.sandbox.models import Call, Notification, Refund, Transaction
from payments.sandbox.states import (
    FINAL_ANSWERS,
    MAX_CALLS,
    NotificationState,
    RefundState,
    State,
)

logger = logging.getLogger(__name__)
IDLE_SECONDS = 1.0  # at most, between two looks at what is due


def start() -> None:
    """Start this process's threads: the senders and one that lets time pass. They end with it."""
    turns = [(send_all, _next_call)] * settings.SENDERS + [(let_time_pass, _next_end)]
    for turn, next_due in turns:
        threading.Thread(
            target=_for_ever, args=[turn, next_due], name=turn.__name__, daemon=True
        ).start()


def let_time_pass() -> None:
    """Expire and settle what is due."""
    actions.expire_due()
    actions.settle_refunds()


def send_all() -> None:
    """Send until nothing is due."""
    while send_one():
        pass


def _for_ever(turn, next_due) -> None:
    while True:
        pause = IDLE_SECONDS
        try:
            close_old_connections()
            turn()
            pause = _until(next_due())
        except Exception:  # the database is away for a moment: nothing is lost, try again
            logger.exception("%s stumbled and goes on", turn.__name__)
        doorbell.wait(pause)


def _until(due: datetime | None) -> float:
    """Seconds until ``due``: never so few that nothing else gets its turn, never more than :data:`IDLE_SECONDS`."""
    if due is None:
        return IDLE_SECONDS
    least = min(IDLE_SECONDS, settings.IPN_INTERVAL_SECONDS / 4)
    return min(IDLE_SECONDS, max(least, (due - timezone.now()).total_seconds()))


def _next_call() -> datetime | None:
    due = Notification.objects.filter(state=NotificationState.DUE)
    return due.aggregate(first=Min("due_at"))["first"]


def _next_end() -> datetime | None:
    expiring = Transaction.objects.filter(state=State.OPEN).aggregate(first=Min("expires_at"))
    settling = Refund.objects.filter(state=RefundState.PROCESSING).aggregate(
        first=Min("settles_at")
    )
    return min(filter(None, (expiring["first"], settling["first"])), default=None)


def send_one() -> bool:
    """Make one call that is due, if there is one; returns whether there was."""
    call = _claim()
    if call is None:
        return False
    payment = call.notification.transaction
    driver = drivers.of(payment)
    message = driver.notice(payment.merchant, call.notification.query)
    _answer(call, *_send(driver, message))
    return True


@transaction.atomic
def _claim() -> Call | None:
    now = timezone.now()
    notification = (
        Notification.objects.filter(state=NotificationState.DUE, due_at__lte=now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("transaction__merchant")
        .order_by("due_at", "pk")
        .first()
    )
    if notification is None:
        return None
    if notification.calls_made == MAX_CALLS:  # the tenth call was cut off by a crash
        notification.state, notification.due_at = NotificationState.GIVEN_UP, None
        notification.save(update_fields=["state", "due_at"])
        return None
    notification.calls_made += 1
    # Not due again before this call can have ended, whatever the interval is.
    pause = max(settings.IPN_INTERVAL_SECONDS, settings.IPN_TIMEOUT_SECONDS + 1)
    notification.due_at = now + timedelta(seconds=pause)
    notification.save(update_fields=["calls_made", "due_at"])
    return Call.objects.create(
        notification=notification, ordinal=notification.calls_made, sent_at=now
    )


def _send(driver: drivers.Driver, message: drivers.Message) -> tuple[int | None, str, str]:
    """HTTP status, code and the beginning of what was answered, or of what went wrong."""
    try:
        response = httpx.request(
            message.method,
            message.url,
            content=message.content or None,
            headers=message.headers,
            timeout=settings.IPN_TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=False,
            verify=_tls(),
        )
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return None, "", f"{type(problem).__name__}: {problem}"[:500]
    try:
        answer = json.loads(response.text)
        code = driver.answer_code(answer)[:2] if isinstance(answer, dict) else ""
    except ValueError:
        code = ""
    return response.status_code, code, response.text[:500].replace("\x00", "")


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the list of authorities takes longer than a call."""
    return ssl.create_default_context()


@transaction.atomic
def _answer(call: Call, http_status: int | None, rsp_code: str, text: str) -> None:
    """Note an answer and decide whether the merchant is called again."""
    call.answered_at = timezone.now()
    call.http_status, call.rsp_code, call.answer = http_status, rsp_code, text
    call.save(update_fields=["answered_at", "http_status", "rsp_code", "answer"])
    notification = Notification.objects.select_for_update().get(pk=call.notification_id)
    if notification.state != NotificationState.DUE:
        return
    if http_status == 200 and rsp_code in FINAL_ANSWERS:
        notification.state, notification.due_at = NotificationState.DELIVERED, None
    elif notification.calls_made >= MAX_CALLS:
        notification.state, notification.due_at = NotificationState.GIVEN_UP, None
    else:
        notification.due_at = call.sent_at + timedelta(seconds=settings.IPN_INTERVAL_SECONDS)
    notification.save(update_fields=["state", "due_at"])
