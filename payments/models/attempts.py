"""One attempt to pay at the gateway, its history, and every notice exactly as it came."""

from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from payments.states import State
from portal.workflow import allows
from portal.workflow.machine import edges
from portal.workflow.models import HistoryRow, WorkflowModel
from portal.workflow.protection import append_only, declared_edges_only


class AttemptHistory(HistoryRow):
    """One move of an attempt."""

    attempt = models.ForeignKey(
        "payments.Attempt", on_delete=models.PROTECT, related_name="history"
    )
    handling_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    service = models.ForeignKey(
        "catalogue.PublicService", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    channel = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()  # VND

    class Meta:
        triggers = append_only("attempt_history")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "sequence"], name="attempt_history_in_order")
        ]
        indexes = [models.Index(fields=["transition", "at"], name="attempt_history_by_move")]


class Attempt(WorkflowModel):
    """One try to pay one payment request at the gateway. Its dates are real time: the gateway lives in it."""

    history_model = AttemptHistory
    history_link = "attempt"

    public_id = models.UUIDField(unique=True, default=uuid4)
    request = models.ForeignKey(
        "dossiers.PaymentRequest", on_delete=models.PROTECT, related_name="attempts"
    )
    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="attempts"
    )
    handling_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+"
    )
    tmn_code = models.CharField(max_length=8)
    txn_ref = models.CharField(_("order number"), max_length=100)  # ours, at the gateway
    amount = models.BigIntegerField(_("amount"))  # VND
    state = FSMField(_("state"), default=State.STARTED, choices=State.choices, editable=False)
    gateway_number = models.CharField(  # noqa: DJ001  # unique, and nothing until there is one
        _("gateway number"), max_length=30, null=True, editable=False
    )
    bank_code = models.CharField(_("bank"), max_length=20, blank=True, editable=False)
    response_code = models.CharField(max_length=2, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"))  # real time
    expires_at = models.DateTimeField(_("expires"))  # real time
    asked_at = models.DateTimeField(null=True)  # real time of the completer's last query
    queries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tmn_code", "txn_ref"], name="attempt_order_number_once"
            ),
            models.UniqueConstraint(
                fields=["tmn_code", "gateway_number"], name="attempt_gateway_number_once"
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state="captured"),
                name="attempt_one_effective_capture",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_positive"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("started_at")), name="attempt_expires_later"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["captured", "surplus"]) | Q(gateway_number__isnull=False),
                name="attempt_captured_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["started_at"], name="attempt_open", condition=Q(state="started"))
        ]

    def __str__(self):
        return self.txn_ref

    def is_filed_by(self, user):
        return self.dossier.is_filed_by(user)

    @property
    def receiving_unit_id(self):
        return self.dossier.receiving_unit_id

    def agency_roots(self):
        return self.dossier.agency_roots()

    def history_context(self):
        return {
            "handling_agency_id": self.handling_agency_id,
            "service_id": self.dossier.service_id,
            "channel": self.dossier.channel,
            "amount": self.amount,
        }

    @transition(
        state,
        [State.STARTED, State.EXPIRED, State.FAILED],
        State.CAPTURED,
        permission=allows("payment.capture"),
        custom={"label": _("Capture")},
    )
    def capture(self, *, notice):
        """The gateway holds the money for this order, and the request was still open."""
        self._take(notice)

    @transition(
        state,
        [State.STARTED, State.EXPIRED, State.FAILED],
        State.SURPLUS,
        permission=allows("payment.capture"),
        custom={"label": _("Capture as surplus")},
    )
    def capture_surplus(self, *, notice):
        """The gateway holds money for a request that was already paid or closed: to be given back."""
        self._take(notice)

    @transition(
        state,
        [State.STARTED, State.EXPIRED],
        State.FAILED,
        permission=allows("payment.fail"),
        custom={"label": _("Record the failure")},
    )
    def fail(self, *, response_code):
        self.response_code = response_code
        self.move.details = {"response_code": response_code}

    @transition(
        state,
        State.STARTED,
        State.EXPIRED,
        permission=allows("payment.expire"),
        custom={"label": _("Let expire")},
    )
    def expire(self):
        """The time to pay is over. Money that arrives later is still money received."""

    def _take(self, notice):
        self.gateway_number = notice.gateway_number
        self.bank_code = notice.bank_code
        self.response_code = notice.response_code
        self.move.details = {"gateway_number": notice.gateway_number, "amount": self.amount}


class Notice(models.Model):
    """A notice of payment (IPN) exactly as it was received, believed or not."""

    class Verdict(models.TextChoices):
        TAKEN = "taken", _("taken into the books")
        KNOWN = "known", _("already known")
        HELD = "held", _("held for people to decide")
        REFUSED = "refused", _("refused")

    attempt = models.ForeignKey(
        Attempt, null=True, on_delete=models.PROTECT, related_name="notices"
    )
    query = models.TextField()
    answer = models.CharField(max_length=2)
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("payment notice")
        verbose_name_plural = _("payment notices")
        ordering = ["-pk"]
        triggers = append_only("notice")

    def __str__(self):
        return f"{self.answer} {self.received_at:%Y-%m-%d %H:%M:%S}"


pgtrigger.register(
    declared_edges_only("attempt_declared_edges", [(e.source, e.target) for e in edges(Attempt)]),
)(Attempt)
