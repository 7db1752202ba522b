"""Django's own e-mails (sign-in, confirmation, password) become rows too."""

from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from portal import clock
from portal.notifications.models import Message


class StoredEmailBackend(BaseEmailBackend):
    """Store each message; the outbox sends it. Nothing is sent while a request waits."""

    def send_messages(self, email_messages):
        rows = [
            Message(
                recipient=recipient,
                sender=message.from_email,
                subject=message.subject[:200],
                body=message.body,
                html=next(
                    (
                        part
                        for part, kind in getattr(message, "alternatives", [])
                        if kind == "text/html"
                    ),
                    "",
                ),
                language=get_language() or "vi",
                at=clock.now(),
            )
            for message in email_messages
            for recipient in message.recipients()
        ]
        Message.objects.bulk_create(rows)
        return len(email_messages)
