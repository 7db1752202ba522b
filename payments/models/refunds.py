"""Money given back to the card it came from. The intent is stored before anything is sent."""

from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from payments.states import RefundState
from portal.workflow import allows
from portal.workflow.machine import edges
from portal.workflow.models import HistoryRow, WorkflowModel
from portal.workflow.protection import append_only, declared_edges_only


class RefundHistory(HistoryRow):
    """One move of a refund."""

    refund = models.ForeignKey("payments.Refund", on_delete=models.PROTECT, related_name="history")
    amount = models.BigIntegerField()  # VND

    class Meta:
        triggers = append_only("refund_history")
        constraints = [
            models.UniqueConstraint(fields=["refund", "sequence"], name="refund_history_in_order")
        ]


class Refund(WorkflowModel):
    """The whole amount of one captured attempt, on its way back."""

    class Reason(models.TextChoices):
        SURPLUS = "surplus", _("paid more than once")
        NOT_RECEIVED = "not_received", _("the dossier was not received")
        WITHDRAWN = "withdrawn", _("the dossier was withdrawn before processing")

    history_model = RefundHistory
    history_link = "refund"

    attempt = models.OneToOneField(
        "payments.Attempt", on_delete=models.PROTECT, related_name="refund"
    )
    amount = models.BigIntegerField(_("amount"))  # VND
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    request_id = models.UUIDField(
        unique=True, default=uuid4
    )  # the gateway's RequestId: the same at every repeat
    state = FSMField(
        _("state"), default=RefundState.REQUESTED, choices=RefundState.choices, editable=False
    )
    requested_at = models.DateTimeField(_("requested"))  # portal clock

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]

    def __str__(self):
        return f"{self.amount} VND, {self.get_reason_display()}"

    def is_filed_by(self, user):
        return self.attempt.is_filed_by(user)

    @property
    def receiving_unit_id(self):
        return self.attempt.receiving_unit_id

    @property
    def handling_agency_id(self):
        return self.attempt.handling_agency_id

    def agency_roots(self):
        return self.attempt.agency_roots()

    def history_context(self):
        return {"amount": self.amount}

    @transition(
        state,
        RefundState.REQUESTED,
        RefundState.SENT,
        permission=allows("payment.refund"),
        custom={"label": _("Send to the gateway")},
    )
    def send(self):
        """From here on the gateway may have acted: ask before repeating."""

    @transition(
        state,
        RefundState.SENT,
        RefundState.DONE,
        permission=allows("payment.refund"),
        custom={"label": _("Record the refund")},
    )
    def settle(self):
        """The gateway confirmed it."""

    @transition(
        state,
        RefundState.SENT,
        RefundState.REFUSED,
        permission=allows("payment.refund"),
        custom={"label": _("Record the refusal")},
    )
    def refuse(self, *, code):
        self.move.details = {"code": code}


pgtrigger.register(
    declared_edges_only("refund_declared_edges", [(e.source, e.target) for e in edges(Refund)]),
)(Refund)
