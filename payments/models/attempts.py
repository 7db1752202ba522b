"""One attempt to pay at the gateway, its history, and every notice exactly as it came."""

from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from payments.errors import DecisionDiffers, DecisionIncomplete, NobodyProposed, SamePerson
from payments.states import FOR_PEOPLE, State
from portal import clock
from portal.workflow import allows
from portal.workflow.machine import edges
from portal.workflow.models import HistoryRow, WorkflowModel
from portal.workflow.protection import append_only, declared_edges_only, never_changes

NOT_TAKEN = [State.STARTED, State.EXPIRED, State.FAILED, *sorted(FOR_PEOPLE)]


def proposed_by_somebody_else(attempt, by):
    """Four eyes: whoever proposed a decision does not confirm it."""
    if not attempt.decision:
        raise NobodyProposed()
    if by is None or by.pk == attempt.proposed_by_id:
        raise SamePerson()


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

    class Decision(models.TextChoices):
        """What people may decide about money of which the gateway says nothing certain."""

        PAID = "paid", _("it is paid")
        RETURN = "return", _("the money goes back")
        UNPAID = "unpaid", _("nothing was paid")

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
    driver = models.CharField(_("way to pay"), max_length=20, default="vnpay", editable=False)
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
    qr_content = models.TextField(blank=True, editable=False)  # for paying from another device
    looked_at = models.DateTimeField(null=True)  # real time of the payer's last look

    # What somebody proposed, for somebody else to confirm.
    decision = models.CharField(
        _("proposed decision"), max_length=6, choices=Decision.choices, blank=True, editable=False
    )
    decision_number = models.CharField(
        _("gateway number on the proof"), max_length=30, blank=True, editable=False
    )
    decision_note = models.TextField(_("proof"), blank=True, editable=False)
    proposed_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

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
    def shown_at(self):
        """The portal's date for whoever paid: of its latest move, or, while it has made none, of its beginning.

        The other dates are the gateway's, real time; a demo's clock may be elsewhere.
        """
        moves = [move.at for move in self.history.all()]
        return max(moves, default=clock.now() - (timezone.now() - self.started_at))

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

    # By the gateway's word ---------------------------------------------------------

    @transition(
        state,
        NOT_TAKEN,
        State.CAPTURED,
        permission=allows("payment.capture"),
        custom={"label": _("Capture")},
    )
    def capture(self, *, notice):
        """The gateway holds the money for this order, and the request was still open."""
        self._take(notice)

    @transition(
        state,
        NOT_TAKEN,
        State.SURPLUS,
        permission=allows("payment.capture"),
        custom={"label": _("Capture as surplus")},
    )
    def capture_surplus(self, *, notice):
        """The gateway holds money for a request that was already paid or closed: to be given back."""
        self._take(notice)

    @transition(
        state,
        [State.STARTED, State.EXPIRED, *sorted(FOR_PEOPLE)],
        State.FAILED,
        permission=allows("payment.fail"),
        custom={"label": _("Record the failure")},
    )
    def fail(self, *, response_code):
        self.response_code = response_code
        self.move.details = {"response_code": response_code}

    @transition(
        state,
        [State.STARTED, State.UNDECIDED],
        State.EXPIRED,
        permission=allows("payment.expire"),
        custom={"label": _("Let expire")},
    )
    def expire(self):
        """The time to pay is over. Money that arrives later is still money received."""

    @transition(
        state,
        [State.STARTED, State.EXPIRED, State.FAILED, State.UNDECIDED],
        State.SUSPECTED,
        permission=allows("payment.suspect"),
        custom={"label": _("Hold for review")},
    )
    def suspect(self, *, gateway_number, code="07"):
        """The bank took the money and holds it (07), or it never reached the gateway (04): neither paid nor failed."""
        self.response_code = code
        self.gateway_number = gateway_number or None
        self.move.details = {"gateway_number": gateway_number, "code": code}

    @transition(
        state,
        State.STARTED,
        State.UNDECIDED,
        permission=allows("payment.set_aside"),
        custom={"label": _("Put before people")},
    )
    def set_aside(self):
        """The gateway has been asked as often as is sensible and said nothing certain."""
        self.move.details = {"queries": self.queries}

    # By people, two of them ----------------------------------------------------------

    @transition(
        state,
        sorted(FOR_PEOPLE),
        None,
        permission=allows("payment.propose_decision"),
        custom={"label": _("Propose a decision")},
    )
    def propose_decision(self, *, decision, note, gateway_number=""):
        """Say what became of the money and by which proof; somebody else confirms it.

        Raises ``DecisionIncomplete`` without a proof, or without a number of the gateway for money that is there.
        """
        number = gateway_number or self.gateway_number or ""
        holds_money = decision != self.Decision.UNPAID
        if not note.strip() or (holds_money and not number):
            raise DecisionIncomplete()
        self.decision, self.decision_note = decision, note
        self.decision_number = number if holds_money else ""
        self.proposed_by = self.move.by
        self.move.details = {"decision": decision, "gateway_number": self.decision_number}

    @transition(
        state,
        sorted(FOR_PEOPLE),
        State.CAPTURED,
        permission=allows("payment.confirm_decision"),
        custom={"label": _("Confirm: it is paid"), "guards": [proposed_by_somebody_else]},
    )
    def accept_as_paid(self):
        """The money is there and the request was still open."""
        self._decided(self.Decision.PAID)

    @transition(
        state,
        sorted(FOR_PEOPLE),
        State.SURPLUS,
        permission=allows("payment.confirm_decision"),
        custom={"label": _("Confirm: the money goes back"), "guards": [proposed_by_somebody_else]},
    )
    def accept_as_surplus(self):
        """The money is there and goes back: so decided, or because the request was paid or closed meanwhile."""
        self._decided(self.Decision.PAID, self.Decision.RETURN)

    @transition(
        state,
        sorted(FOR_PEOPLE),
        State.FAILED,
        permission=allows("payment.confirm_decision"),
        custom={"label": _("Confirm: nothing was paid"), "guards": [proposed_by_somebody_else]},
    )
    def decide_unpaid(self):
        """Nothing arrived. Should the gateway say otherwise later, that is still money received."""
        self._decided(self.Decision.UNPAID)

    def _decided(self, *allowed):
        if self.decision not in allowed:
            raise DecisionDiffers(decision=self.get_decision_display())
        if self.decision_number:
            self.gateway_number = self.decision_number
        self.move.details = {
            "decision": self.decision,
            "proposed_by": self.proposed_by_id,
            "gateway_number": self.decision_number,
            "amount": self.amount,
        }

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
    never_changes(
        "attempt_order_fixed",
        ["amount", "txn_ref", "tmn_code", "driver", "request_id", "dossier_id"],
    ),
    never_changes(
        "attempt_capture_fixed",
        ["gateway_number", "handling_agency_id"],
        once="OLD.\"state\" IN ('captured', 'surplus')",
    ),
    pgtrigger.Protect(name="attempt_kept", operation=pgtrigger.Delete),
)(Attempt)
