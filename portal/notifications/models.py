from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Message(models.Model):
    """An e-mail as a row: written in the transaction that causes it, sent from the outbox, read in the viewer."""

    # The event it reports: never told twice. Mail that reports none has no key.
    key = models.CharField(max_length=200, unique=True, null=True)  # noqa: DJ001
    recipient = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    sender = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="vi")
    at = models.DateTimeField()  # portal clock
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"], name="message_unsent", condition=models.Q(sent_at__isnull=True)
            )
        ]

    def __str__(self):
        return self.subject
