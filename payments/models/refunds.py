"""Money given back, by the way it came or across the counter. The intent is stored before anything is sent.

Two people see to it: one asks (the applicant or an officer), another approves. What the portal itself finds to be owed
(paid twice, a dossier not received or withdrawn in time) it asks for and approves by itself.
"""

from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from dossiers.states import Outcome
from dossiers.states import State as DossierState
from payments.errors import (
    AlreadyOwed,
    AnotherWay,
    GatewayStillAsked,
    RefundReasonMissing,
    SamePerson,
)
from payments.states import RefundState
from portal.wording import money
from portal.workflow import allows
from portal.workflow.machine import edges
from portal.workflow.models import HistoryRow, WorkflowModel
from portal.workflow.protection import append_only, declared_edges_only, never_changes

FOR_THE_PAYER = {
    RefundState.REQUESTED: _("The agency has not decided yet"),
    RefundState.APPROVED: _("Approved, on its way"),
    RefundState.SENT: _("Approved, the bank is working on it"),
    RefundState.DONE: _("Given back"),
    RefundState.REFUSED: _("The bank could not carry it out; the agency looks for another way"),
    RefundState.REJECTED: _("Turned down"),
}
TRIES_BEFORE_GIVING_UP = 5  # after 1, 5, 15 and 60 minutes and one hour more


def approved_by_somebody_else(refund, by):
    """Four eyes: not whoever asked, not whoever gets the money; the portal approves what it asked for itself."""
    if by is None:
        if refund.requested_by_id is not None and not refund.is_owed_by_rule():
            raise SamePerson()
    elif by.pk == refund.requested_by_id or refund.is_filed_by(by):
        raise SamePerson()


def asked_often_enough(refund, by):
    """While the gateway may still tell what it did, nobody gives up."""
    if refund.tries < TRIES_BEFORE_GIVING_UP:
        raise GatewayStillAsked(tries=refund.tries)


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
    """A sum out of one captured attempt or one cash receipt, on its way back. Together never more than was taken."""

    class Reason(models.TextChoices):
        SURPLUS = "surplus", _("paid more than once")
        NOT_RECEIVED = "not_received", _("the dossier was not received")
        WITHDRAWN = "withdrawn", _("the dossier was withdrawn before processing")
        ASKED = "asked", _("asked for by the applicant")
        MISTAKE = "mistake", _("the fee was asked for by mistake")
        REDUCED = "reduced", _("an exemption or reduction was not applied")

    class Way(models.TextChoices):
        GATEWAY = "gateway", _("to the card or account it came from")
        COUNTER = "counter", _("in cash at the counter")
        TRANSFER = "transfer", _("by bank transfer of the agency")

    history_model = RefundHistory
    history_link = "refund"

    public_id = models.UUIDField(unique=True, default=uuid4)
    attempt = models.ForeignKey(
        "payments.Attempt", null=True, on_delete=models.PROTECT, related_name="refunds"
    )
    cash_receipt = models.ForeignKey(
        "payments.CashReceipt", null=True, on_delete=models.PROTECT, related_name="refunds"
    )
    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="refunds"
    )
    handling_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+"
    )
    amount = models.BigIntegerField(_("amount"))  # VND
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    note = models.TextField(_("in words"), blank=True)
    way = models.CharField(
        _("way back"), max_length=8, choices=Way.choices, default=Way.GATEWAY, editable=False
    )
    request_id = models.UUIDField(
        unique=True, default=uuid4
    )  # the gateway's RequestId: the same at every repeat
    state = FSMField(
        _("state"), default=RefundState.REQUESTED, choices=RefundState.choices, editable=False
    )
    requested_at = models.DateTimeField(_("requested"))  # portal clock
    requested_by = models.ForeignKey(
        "accounts.User",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("requested by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)  # portal clock
    approved_by = models.ForeignKey(
        "accounts.User",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("approved by"),
    )
    answer = models.TextField(_("why it was turned down"), blank=True, editable=False)
    gateway_number = models.CharField(
        _("gateway number"), max_length=30, blank=True, editable=False
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)  # real time; empty: now

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False, cash_receipt__isnull=True)
                | Q(attempt__isnull=True, cash_receipt__isnull=False),
                name="refund_of_one_payment",
            ),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False) | ~Q(way="gateway"),
                name="refund_of_cash_is_not_sent",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(approved_by=F("requested_by")),
                name="refund_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "rejected"]) | Q(approved_at__isnull=False),
                name="refund_approved_first",
            ),
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(state="sent"), name="refund_one_at_the_gateway"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="refund_on_its_way",
                condition=Q(state__in=["requested", "approved", "sent"]),
            )
        ]

    def __str__(self):
        return f"{money(self.amount)}, {self.get_reason_display()}"

    def is_filed_by(self, user):
        return self.dossier.is_filed_by(user)

    @property
    def receiving_unit_id(self):
        return self.dossier.receiving_unit_id

    def agency_roots(self):
        return self.dossier.agency_roots()

    def history_context(self):
        return {"amount": self.amount}

    @property
    def for_the_payer(self):
        """Where it stands, in a sentence for whoever paid."""
        return FOR_THE_PAYER[RefundState(self.state)]

    def is_owed_by_rule(self):
        """Whether the money goes back whatever people think of it: nothing was done for it."""
        return self.dossier.state == DossierState.NOT_RECEIVED or (
            self.dossier.outcome == Outcome.WITHDRAWN and not self.dossier.processing_started_at
        )

    @transition(
        state,
        RefundState.REQUESTED,
        RefundState.APPROVED,
        permission=allows("refund.approve"),
        custom={"label": _("Approve the refund"), "guards": [approved_by_somebody_else]},
    )
    def approve(self):
        """From here on the money is owed."""
        self.approved_by = self.move.by
        self.approved_at = self.move.at
        self.move.details = {"way": self.way}

    @transition(
        state,
        RefundState.REQUESTED,
        RefundState.REJECTED,
        permission=allows("refund.reject"),
        custom={"label": _("Turn the refund down"), "guards": [approved_by_somebody_else]},
    )
    def reject(self, *, reason):
        """The money stays. The reason stands on the refund; history holds no free text."""
        if not reason.strip():
            raise RefundReasonMissing()
        if self.approved_at is not None:
            raise AlreadyOwed()
        self.answer = reason

    @transition(
        state,
        RefundState.APPROVED,
        RefundState.SENT,
        permission=allows("payment.refund"),
        custom={"label": _("Send to the gateway")},
    )
    def send(self):
        """From here on the gateway may have acted: ask before repeating."""
        if self.way != self.Way.GATEWAY:
            raise AnotherWay(way=self.get_way_display())

    @transition(
        state,
        RefundState.SENT,
        RefundState.DONE,
        permission=allows("payment.refund"),
        custom={"label": _("Record the refund")},
    )
    def settle(self, *, gateway_number=""):
        """The gateway confirmed it."""
        self.gateway_number = gateway_number
        self.move.details = {"gateway_number": gateway_number}

    @transition(
        state,
        RefundState.SENT,
        RefundState.REFUSED,
        permission=allows("payment.refund"),
        custom={"label": _("Record the refusal")},
    )
    def refuse(self, *, code):
        self.move.details = {"code": code}

    @transition(
        state,
        RefundState.SENT,
        RefundState.REFUSED,
        permission=allows("refund.give_up"),
        custom={"label": _("Give up: the gateway never told"), "guards": [asked_often_enough]},
    )
    def give_up(self):
        """It stays owed. Asked for again, it needs a second person again."""
        self.move.details = {"tries": self.tries}

    @transition(
        state,
        RefundState.REFUSED,
        RefundState.REQUESTED,
        permission=allows("refund.request_again"),
        custom={"label": _("Ask again, perhaps in another way")},
    )
    def request_again(self, *, way):
        """The gateway would not: somebody asks anew, under a new number, and somebody else approves again."""
        self.way = way
        self.request_id = uuid4()
        self.requested_by = self.move.by
        self.approved_by = None
        self.tries, self.next_try_at = 0, None
        self.move.details = {"way": way}

    @transition(
        state,
        RefundState.APPROVED,
        RefundState.DONE,
        permission=allows("refund.pay_out"),
        custom={"label": _("Record that it was paid out")},
    )
    def pay_out(self):
        """The cashier handed over the cash, or the agency's bank carried out the transfer."""
        if self.way == self.Way.GATEWAY:
            raise AnotherWay(way=self.get_way_display())
        self.move.details = {"way": self.way}


pgtrigger.register(
    declared_edges_only("refund_declared_edges", [(e.source, e.target) for e in edges(Refund)]),
    pgtrigger.Trigger(
        name="refund_at_most_what_was_paid",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("taken", "bigint"), ("given", "bigint")],
        # The locks make those who ask at once wait for each other; each then counts what the others asked for.
        func=(
            "IF NEW.attempt_id IS NOT NULL THEN "
            "SELECT amount INTO taken FROM payments_attempt WHERE id = NEW.attempt_id "
            "AND state IN ('captured', 'surplus') FOR UPDATE; "
            "ELSE "
            "PERFORM 1 FROM dossiers_paymentrequest q JOIN payments_cashreceipt c ON c.request_id = q.id "
            "WHERE c.id = NEW.cash_receipt_id FOR UPDATE OF q; "
            "SELECT amount INTO taken FROM payments_cashreceipt WHERE id = NEW.cash_receipt_id; "
            "END IF; "
            "SELECT coalesce(sum(amount), 0) INTO given FROM payments_refund WHERE state <> 'rejected' "
            "AND (attempt_id = NEW.attempt_id OR cash_receipt_id = NEW.cash_receipt_id); "
            "IF taken IS NULL OR given + NEW.amount > taken THEN "
            "RAISE EXCEPTION 'refunds of % would exceed the payment of %', given + NEW.amount, taken "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    ),
    never_changes(
        "refund_sum_fixed",
        ["amount", "attempt_id", "cash_receipt_id", "dossier_id", "handling_agency_id"],
    ),
    pgtrigger.Protect(name="refund_kept", operation=pgtrigger.Delete),
)(Refund)
