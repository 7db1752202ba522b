"""What a merchant is to be told of an ended payment, and when; its switches may make it go wrong."""

import time
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from payments.sandbox import doorbell, drivers
from payments.sandbox.models import Notification, Transaction
from payments.sandbox.states import NotificationState

DUPLICATES = 3  # what “told several times” means where nobody said how often
HELD = timedelta(minutes=15)  # for a browser that never comes back
AFTER_RETURN = timedelta(seconds=1)  # the browser is quicker
LOOK_SECONDS = 0.05


def owe(payment: Transaction) -> None:
    """Write down what is to be sent; belongs into the transaction that ends the payment."""
    held = HELD if payment.telling.waits_for_return else timedelta(0)
    Notification.objects.bulk_create(
        Notification(
            transaction=payment,
            copy=copy,
            query=query,
            due_at=payment.ended_at + held + timedelta(seconds=seconds),
        )
        for copy, (query, seconds) in enumerate(_plan(payment), start=1)
    )


def release(payment: Transaction) -> None:
    """The browser is on its way back: what waited for that is due a moment from now."""
    if payment.ended_at is None or not payment.telling.waits_for_return:
        return
    sooner = payment.ended_at + HELD - timezone.now() - AFTER_RETURN
    held = payment.notifications.filter(
        state=NotificationState.DUE, calls_made=0, due_at__gte=payment.ended_at + HELD
    )
    if held.update(due_at=F("due_at") - sooner):
        doorbell.ring()


def wait_until_told(payment: Transaction) -> None:
    """Keep the browser until the merchant has answered, where a switch says so.

    Never longer than a call may take: a merchant that is away must not keep its payer.
    """
    if not payment.telling.holds_return:
        return
    give_up = time.monotonic() + settings.IPN_TIMEOUT_SECONDS
    while payment.notifications.filter(calls__answered_at=None).exists():
        if time.monotonic() > give_up:
            return
        time.sleep(LOOK_SECONDS)


def _plan(payment: Transaction) -> list[tuple[str, float]]:
    """What to send and after how many seconds."""
    switches, driver, secret = payment.telling, drivers.of(payment), payment.merchant.secret
    if switches.drop:
        return []
    at, false = switches.delay_seconds, []
    if switches.forge:
        false.append(driver.result(payment, secret=f"not {secret}"))
    if switches.wrong_amount:
        other = payment.amount_vnd + (-1 if payment.amount_vnd > 1 else 1)
        false.append(driver.result(payment, secret=secret, amount_vnd=other))
    truth_at = at + settings.IPN_INTERVAL_SECONDS if false else at
    return [(query, at) for query in false] + [(payment.result_query, truth_at)] * switches.copies
