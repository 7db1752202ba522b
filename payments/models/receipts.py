from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.workflow.protection import append_only


class CashReceipt(models.Model):
    """Cash that the cashier took at the counter for one payment request."""

    request = models.OneToOneField(
        "dossiers.PaymentRequest", on_delete=models.PROTECT, related_name="cash_receipt"
    )
    amount = models.BigIntegerField(_("amount"))  # VND
    cashier = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey("accounts.RoleGrant", on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received at"))  # portal clock

    class Meta:
        verbose_name = _("cash receipt")
        verbose_name_plural = _("cash receipts")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="cash_receipt_positive")
        ]
        triggers = append_only("cash_receipt")

    def __str__(self):
        return f"{self.amount} VND"
