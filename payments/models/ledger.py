"""The books: double entry, whole VND, append-only. The database refuses an entry that does not sum to zero."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.workflow.protection import append_only


class Account(models.Model):
    """An account of the ledger. Debit is positive, credit negative."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("income of an agency")
        GATEWAY = "gateway", _("gateway clearing")
        CASH_DESK = "cash_desk", _("cash desk")
        REFUNDS = "refunds", _("refunds payable")
        TREASURY = "treasury", _("account at the treasury")
        DIFFERENCES = "differences", _("cash over and short")

    kind = models.CharField(max_length=11, choices=Kind.choices)
    # None: money at the gateway that belongs to no order of ours.
    agency = models.ForeignKey(
        "agencies.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("account of the ledger")
        verbose_name_plural = _("accounts of the ledger")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "agency"], name="account_once", nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.agency or '–'}"


class Entry(models.Model):
    """One booking. ``reference`` says what it books and cannot be booked twice."""

    reference = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()  # portal clock
    recorded_at = models.DateTimeField(db_default=Now())
    dossier = models.ForeignKey(
        "dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="ledger_entries"
    )

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        triggers = append_only("ledger_entry")
        indexes = [BrinIndex(fields=["recorded_at"], name="ledger_entry_by_day")]

    def __str__(self):
        return self.reference


class Posting(models.Model):
    """One side of an entry, in VND: debit positive, credit negative."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero")]
        triggers = [
            *append_only("ledger_posting"),
            pgtrigger.Trigger(
                name="ledger_entry_sums_to_zero",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("total", "numeric")],
                func=(
                    "SELECT sum(amount) INTO total FROM payments_posting WHERE entry_id = NEW.entry_id; "
                    "IF total <> 0 THEN RAISE EXCEPTION 'ledger entry % sums to %', NEW.entry_id, total "
                    "USING ERRCODE = 'check_violation'; END IF; RETURN NULL;"
                ),
            ),
        ]

    def __str__(self):
        return f"{self.amount:+} VND"
