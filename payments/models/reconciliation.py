"""The gateway's settlement files as received, what comparing them with the books found, and what was done about it.

Nothing here has a state: a comparison is a fact of its moment, and the next one is another row.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.workflow.protection import append_only


class SettlementFile(models.Model):
    """What the gateway says it did for one merchant on one day (GMT+7), exactly as it came."""

    tmn_code = models.CharField(_("merchant"), max_length=8)
    day = models.DateField(_("day"))
    content = models.BinaryField()
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    received_at = models.DateTimeField(_("received at"), db_default=Now())

    class Meta:
        verbose_name = _("settlement file")
        verbose_name_plural = _("settlement files")
        triggers = append_only("settlement_file")
        constraints = [
            models.UniqueConstraint(
                fields=["tmn_code", "day", "sha256"], name="settlement_file_once"
            )
        ]

    def __str__(self):
        return f"{self.tmn_code} {self.day:%Y-%m-%d}"


class Reconciliation(models.Model):
    """One comparison of a day's settlement file with the books."""

    file = models.ForeignKey(
        SettlementFile, on_delete=models.PROTECT, related_name="reconciliations"
    )
    tmn_code = models.CharField(_("merchant"), max_length=8)
    day = models.DateField(_("day"))
    taken_at = models.DateTimeField(_("compared at"), db_default=Now())  # real time
    taken_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-day", "-pk"]
        triggers = append_only("reconciliation")
        indexes = [models.Index(fields=["tmn_code", "day", "-id"], name="reconciliation_latest")]

    def __str__(self):
        return f"{self.tmn_code} {self.day:%Y-%m-%d}"


class ReconciliationLine(models.Model):
    """One payment or refund in the file, in the books, or in both. Amounts are VND, ``None`` where it is missing."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("payment")
        REFUND = "refund", _("refund")

    class Finding(models.TextChoices):
        MATCHED = "matched", _("matched")
        OURS_ONLY = "ours_only", _("in our books only")
        THEIRS_ONLY = "theirs_only", _("at the gateway only")
        DIFFERENT = "different", _("amount different")

    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.PROTECT, related_name="lines"
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    finding = models.CharField(_("finding"), max_length=11, choices=Finding.choices)
    txn_ref = models.CharField(_("order number"), max_length=100)
    gateway_number = models.CharField(_("gateway number"), max_length=30, blank=True)
    bank_code = models.CharField(_("bank"), max_length=20, blank=True)
    order_date = models.CharField(max_length=14, blank=True)  # vnp_CreateDate of the payment
    status = models.CharField(_("status at the gateway"), max_length=2, blank=True)
    ours = models.BigIntegerField(_("in our books"), null=True)
    theirs = models.BigIntegerField(_("at the gateway"), null=True)
    confirmed = models.BooleanField(default=False)  # by the gateway's answer, against its own file
    attempt = models.ForeignKey(
        "payments.Attempt", null=True, on_delete=models.PROTECT, related_name="+"
    )
    agency = models.ForeignKey(
        "agencies.Agency", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("line of a reconciliation")
        verbose_name_plural = _("lines of reconciliations")
        ordering = ["pk"]
        triggers = append_only("reconciliation_line")
        indexes = [models.Index(fields=["txn_ref"], name="reconciliation_line_order")]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(finding="ours_only", ours__isnull=False, theirs__isnull=True)
                    | Q(finding="theirs_only", ours__isnull=True, theirs__isnull=False)
                    | (Q(finding="different") & ~Q(ours=models.F("theirs")))
                    | Q(finding="matched", ours=models.F("theirs"))
                    | Q(finding="matched", confirmed=True)
                ),
                name="reconciliation_line_finding_is_true",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.txn_ref}"

    # What the policy asks of whatever it judges. A line of no order of ours is everybody's “other”.

    @property
    def receiving_unit_id(self):
        return self.attempt.receiving_unit_id if self.attempt else None

    @property
    def handling_agency_id(self):
        return self.agency_id

    def agency_roots(self):
        return self.attempt.agency_roots() if self.attempt else set()

    def is_filed_by(self, user):
        return False


class Repair(models.Model):
    """What somebody did about a line that did not match, and what came of it."""

    class Act(models.TextChoices):
        ASK = "ask", _("ask the gateway and book its answer")
        RETURN = "return", _("give back money that belongs to no order of ours")

    class Result(models.TextChoices):
        INTENDED = "intended", _("begun")
        BOOKED = "booked", _("booked")
        CONFIRMED = "confirmed", _("the gateway confirms our books")
        RETURNED = "returned", _("given back")
        DENIED = "denied", _("the gateway does not confirm our books")
        SILENT = "silent", _("the gateway gave no answer")

    line = models.ForeignKey(ReconciliationLine, on_delete=models.PROTECT, related_name="repairs")
    act = models.CharField(_("act"), max_length=6, choices=Act.choices)
    result = models.CharField(_("result"), max_length=9, choices=Result.choices)
    request_id = models.UUIDField(
        null=True
    )  # the gateway's RequestId of a return: kept for repeats
    tmn_code = models.CharField(max_length=8)
    kind = models.CharField(max_length=7, choices=ReconciliationLine.Kind.choices)
    txn_ref = models.CharField(_("order number"), max_length=100)
    amount = models.BigIntegerField(_("amount"), null=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey("accounts.RoleGrant", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_default=Now())  # real time

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        ordering = ["-pk"]
        triggers = append_only("repair")
        constraints = [
            models.UniqueConstraint(
                fields=["tmn_code", "txn_ref"],
                condition=Q(act="return", result="intended"),
                name="stray_returned_once",
            )
        ]

    def __str__(self):
        return f"{self.get_act_display()}: {self.get_result_display()}"


class CashCount(models.Model):
    """The cash that a cashier counted for one day, beside what the books said at that moment. VND."""

    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey("accounts.RoleGrant", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))  # portal clock
    counted = models.BigIntegerField(_("counted"))
    booked = models.BigIntegerField(_("booked"))
    at = models.DateTimeField(_("at"))  # portal clock

    class Meta:
        verbose_name = _("cash count")
        verbose_name_plural = _("cash counts")
        ordering = ["-pk"]
        triggers = append_only("cash_count")
        constraints = [
            models.CheckConstraint(condition=Q(counted__gte=0), name="cash_count_not_negative")
        ]

    def __str__(self):
        return f"{self.day:%Y-%m-%d}: {self.counted} VND"


class CashDifference(models.Model):
    """A difference that somebody other than the cashier accepted, and that was booked. VND, negative when short."""

    count = models.OneToOneField(CashCount, on_delete=models.PROTECT, related_name="difference")
    amount = models.BigIntegerField(_("difference"))
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey("accounts.RoleGrant", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))  # portal clock

    class Meta:
        verbose_name = _("accepted cash difference")
        verbose_name_plural = _("accepted cash differences")
        triggers = append_only("cash_difference")
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="cash_difference_not_zero")
        ]

    def __str__(self):
        return f"{self.amount:+} VND"
