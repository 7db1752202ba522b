"""Files: what citizens attach and what agencies issue. Reached only through a page that asks who may."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def storage_key(instance, filename):
    """A random place: nothing of the person or the original name is in it."""
    key = uuid4().hex
    return f"documents/{key[:2]}/{key}"


class StoredDocument(models.Model):
    """One file as stored, with what proves that it is still the same."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("PDF")
        JPEG = "jpeg", _("JPEG picture")
        PNG = "png", _("PNG picture")

    class Role(models.TextChoices):
        ATTACHED = "attached", _("attached by the applicant")
        FILING_RECEIPT = "filing_receipt", _("filing receipt")
        FORM_01 = "form01", _("receipt and appointment slip")
        FORM_02 = "form02", _("request for supplement")
        FORM_03 = "form03", _("refusal to receive")
        RESULT = "result", _("result")
        PAYMENT_RECEIPT = "payment_receipt", _("payment receipt")

    public_id = models.UUIDField(unique=True, default=uuid4)
    role = models.CharField(max_length=20, choices=Role.choices)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    file = models.FileField(upload_to=storage_key, max_length=120)
    name = models.CharField(max_length=200)  # as the person called it; data, never a path
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()  # portal clock
    signed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="document_is_not_empty"),
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="document_has_digest"
            ),
        ]

    def __str__(self):
        return self.name
