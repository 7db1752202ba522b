"""From row to mail server."""

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from portal.notifications.models import Message

log = structlog.get_logger(__name__)

BATCH = 50


def send_waiting():
    """Send what has not been sent, oldest first; returns how many were sent.

    A crash between sending and marking sends one message again: at least once is what e-mail can promise.
    """
    sent = 0
    connection = get_connection(settings.MAIL_TRANSPORT)
    while True:
        with transaction.atomic():
            batch = list(
                Message.objects.select_for_update(skip_locked=True)
                .filter(sent_at__isnull=True)
                .order_by("id")[:BATCH]
            )
            for message in batch:
                _send(message, connection)
            Message.objects.filter(pk__in=[message.pk for message in batch]).update(
                sent_at=timezone.now()
            )
        sent += len(batch)
        if len(batch) < BATCH:
            return sent


def _send(message, connection):
    mail = EmailMultiAlternatives(
        message.subject,
        message.body,
        message.sender,
        [message.recipient],
        connection=connection,
        headers={"Message-ID": f"<{message.pk}.motcua@{settings.MAIL_DOMAIN}>"},
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.send()
