"""Cash as it was taken, and the electronic receipts (biên lai) that an agency issues for every fee it collected."""

from uuid import uuid4

import pgtrigger
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


class ReceiptCounter(models.Model):
    """The last number given by one agency in one year. Locked last of all, and rolled back with the receipt."""

    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "year"], name="receipt_counter_once")
        ]

    def __str__(self):
        return f"{self.agency_id} {self.year}: {self.last}"


class Receipt(models.Model):
    """A numbered receipt for a fee collected, or a counter-receipt for a fee given back. Never changed.

    A receipt is cancelled by counter-receipts only; together they never exceed it. ``lines`` are as the payment
    request froze them: ``[{"label_vi", "label_en", "quantity", "amount_vnd"}]``.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("receipt")
        COUNTER = "counter", _("counter-receipt")

    public_id = models.UUIDField(unique=True, default=uuid4)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))  # gap-free per agency and year
    code = models.CharField(_("receipt number"), max_length=60, unique=True)
    check_code = models.CharField(max_length=10)  # printed; whoever has it may verify
    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="receipts"
    )
    attempt = models.OneToOneField(
        "payments.Attempt", null=True, on_delete=models.PROTECT, related_name="receipt"
    )
    cash_receipt = models.OneToOneField(
        CashReceipt, null=True, on_delete=models.PROTECT, related_name="receipt"
    )
    refund = models.OneToOneField(
        "payments.Refund", null=True, on_delete=models.PROTECT, related_name="receipt"
    )
    cancels = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="cancelled_by"
    )
    amount = models.BigIntegerField(_("amount"))  # VND
    lines = models.JSONField()
    issued_at = models.DateTimeField(_("issued at"))  # portal clock

    class Meta:
        verbose_name = _("electronic receipt")
        verbose_name_plural = _("electronic receipts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "year", "number"], name="receipt_number_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_positive"),
            models.CheckConstraint(
                condition=(
                    Q(kind="receipt", refund__isnull=True, cancels__isnull=True)
                    & (
                        Q(attempt__isnull=False, cash_receipt__isnull=True)
                        | Q(attempt__isnull=True, cash_receipt__isnull=False)
                    )
                )
                | Q(
                    kind="counter",
                    refund__isnull=False,
                    cancels__isnull=False,
                    attempt__isnull=True,
                    cash_receipt__isnull=True,
                ),
                name="receipt_of_one_thing",
            ),
        ]
        triggers = [
            *append_only("receipt"),
            pgtrigger.Trigger(
                name="receipt_without_gap",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=(
                    "IF NEW.number > 1 AND NOT EXISTS (SELECT FROM payments_receipt WHERE agency_id = NEW.agency_id "
                    "AND year = NEW.year AND number = NEW.number - 1) THEN "
                    "RAISE EXCEPTION 'receipt number % would leave a gap', NEW.number "
                    "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self):
        return self.code

    def given_back(self):
        """What counter-receipts took back of it so far, VND."""
        return sum(counter.amount for counter in self.cancelled_by.all())
