"""From row to mail server."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from portal.notifications.models import Message

log = structlog.get_logger(__name__)

BATCH = 200

# What the server says about one message; anything else is trouble with the server, and the others can wait too.
FAULT_OF_THE_MESSAGE = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, ValueError)


def send_waiting():
    """Send what has not been sent, oldest first, at most :data:`BATCH`; returns how many were sent.

    A message that the server refuses holds up no other, and is tried again in the next round like all after a server
    that is down. A crash between sending and marking sends one message again, under the same Message-ID: at least
    once is what e-mail can promise.
    """
    waiting = (
        Message.objects.filter(sent_at__isnull=True).order_by("id").values_list("pk", flat=True)
    )
    sent = 0
    try:
        keys = list(waiting[:BATCH])
        if keys:
            with get_connection(settings.MAIL_TRANSPORT) as connection:
                for pk in keys:
                    sent += _send(pk, connection)
    except OSError as error:
        log.warning("mail_server_not_heard", error=type(error).__name__)
    return sent


@transaction.atomic
def _send(pk, connection):
    """Send one message unless somebody else just does; whether it went."""
    message = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(pk=pk, sent_at__isnull=True)
        .first()
    )
    if message is None:
        return False
    try:
        _as_mail(message, connection).send()
    except FAULT_OF_THE_MESSAGE as error:
        log.warning("message_refused", message=pk, error=type(error).__name__)
        return False
    Message.objects.filter(pk=pk).update(sent_at=timezone.now())
    return True


def _as_mail(message, connection):
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
    return mail
