"""Time that passes between two rounds of the completer: what was put off is due again."""

from datetime import timedelta

from django.db.models import F

from payments.models import Attempt, Refund


def an_hour_later():
    """As if an hour had gone by for everything that waits at the gateway."""
    Refund.objects.filter(next_try_at__isnull=False).update(
        next_try_at=F("next_try_at") - timedelta(hours=1)
    )
    Attempt.objects.filter(asked_at__isnull=False).update(
        asked_at=F("asked_at") - timedelta(hours=1)
    )
