from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock


class Attachment(models.Model):
    """A document that the applicant put under one component of the dossier."""

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="attachments"
    )
    # Key of the paper in the service version, or of the question answered with the file.
    component = models.CharField(max_length=60)
    document = models.OneToOneField("documents.StoredDocument", on_delete=models.PROTECT)
    supplement = models.ForeignKey(
        "dossiers.SupplementRequest",
        null=True,
        on_delete=models.PROTECT,
        related_name="attachments",
    )
    attached_at = models.DateTimeField(default=clock.now)  # portal clock

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.component}: {self.document.name}"
