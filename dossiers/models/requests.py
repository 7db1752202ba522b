"""The three requests for which a dossier waits. Each remembers where the dossier came from: they nest."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.states import Stage, State


class OpenRequests(models.QuerySet):
    def still_open(self):
        return self.filter(closed_at__isnull=True)


class Request(models.Model):
    """What the three have in common: asked, answered or closed, and the state to go back to."""

    public_id = models.UUIDField(unique=True, default=uuid4)
    returns_to = models.CharField(max_length=50, choices=State.choices)
    asked_at = models.DateTimeField(_("asked at"))
    answer_by = models.DateTimeField(_("answer by"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = OpenRequests.as_manager()

    class Meta:
        abstract = True
        ordering = ["asked_at"]


class SupplementRequest(Request):
    """A request for supplement (form 02): what to add or mend, each item with its reason."""

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="supplement_requests"
    )
    stage = models.CharField(max_length=10, choices=Stage.choices)
    # [{"kind": "document" | "question", "key": …, "reason": …}]
    items = models.JSONField()
    asked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta(Request.Meta):
        verbose_name = _("supplement request")
        verbose_name_plural = _("supplement requests")
        constraints = [
            models.UniqueConstraint(fields=["dossier", "stage"], name="supplement_once_per_stage"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(closed_at__isnull=True), name="supplement_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("asked_at")),
                name="supplement_closed_after_asked",
            ),
        ]

    def __str__(self):
        return f"{self.dossier_id}, {self.get_stage_display()}"


class PaymentRequest(Request):
    """A request for the fee, frozen when it was made. Amounts are VND."""

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="payment_requests"
    )
    amount = models.BigIntegerField(_("amount"))
    lines = models.JSONField()  # [{"label_vi", "label_en", "amount_vnd"}]
    online = models.BooleanField()  # whether the level lets people pay online
    paid_at = models.DateTimeField(_("paid at"), null=True)

    class Meta(Request.Meta):
        verbose_name = _("payment request")
        verbose_name_plural = _("payment requests")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(closed_at__isnull=True),
                name="payment_request_one_open",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(paid_at__isnull=False),
                name="payment_request_one_paid",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_request_positive"),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True) | Q(closed_at__isnull=False),
                name="payment_request_paid_is_closed",
            ),
        ]

    def __str__(self):
        return f"{self.dossier_id}: {self.amount} VND"


class WithdrawalRequest(Request):
    """The applicant's wish to take the dossier back."""

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="withdrawal_requests"
    )
    reason = models.TextField()
    answer = models.TextField(blank=True)

    class Meta(Request.Meta):
        verbose_name = _("withdrawal request")
        verbose_name_plural = _("withdrawal requests")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(closed_at__isnull=True), name="withdrawal_one_open"
            )
        ]

    def __str__(self):
        return f"{self.dossier_id}"
