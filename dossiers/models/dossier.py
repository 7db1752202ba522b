"""The dossier and its machine: every state change there is, each declared once."""

from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from dossiers import guards, rules
from dossiers.errors import (
    AlreadyAskedToPay,
    AlreadyWithThatAgency,
    CannotTakeOver,
    DateNotLater,
    NoOpenRequest,
    NotYetExpired,
    RescheduledBefore,
)
from dossiers.models.folding import Folded
from dossiers.models.history import DossierHistory
from dossiers.models.numbering import next_code
from dossiers.models.processing import Proposal, Step
from dossiers.models.requests import PaymentRequest, SupplementRequest, WithdrawalRequest
from dossiers.querysets import DossierQuerySet
from dossiers.states import CLOCK_STOPS, Channel, Delivery, Outcome, Stage, State
from portal import worktime
from portal.agencies.working_calendar import calendar
from portal.wording import short_date
from portal.workflow import allows
from portal.workflow.machine import edges
from portal.workflow.models import WorkflowModel
from portal.workflow.protection import declared_edges_only, fixed_once_set

SUPPLEMENT_DAYS = (
    30  # calendar days to answer a supplement request [?]: docs/sources.md, “Supplement”
)
PAYMENT_DAYS = 10  # calendar days to pay [?]: docs/sources.md, “Fees”

BEFORE_COMPLETION = [State.SUBMITTED, State.RECEIVED, State.IN_PROCESS]
REQUEST_BEHIND = {
    State.SUPPLEMENT_REQUESTED: SupplementRequest,
    State.PAYMENT_REQUESTED: PaymentRequest,
    State.WITHDRAWAL_REQUESTED: WithdrawalRequest,
}


def step(permission, label, *checks):
    """What every transition declares besides its edges: who may, what its button says, what is checked first."""
    return {
        "permission": allows(f"dossier.{permission}"),
        "custom": {"label": label, "guards": checks},
    }


class Dossier(WorkflowModel):
    """One applicant's request for one public service at one agency."""

    history_model = DossierHistory
    history_link = "dossier"
    fields_left_unlocked = frozenset({"answers"})
    read_together = ("version", "receiving_unit__agency", "handling_agency")
    papers_attached = 0  # what the guard of ``submit`` found, for history

    public_id = models.UUIDField(unique=True, default=uuid4)  # in addresses; never a permission
    code = models.CharField(  # noqa: DJ001  # unique, and nothing until it is given
        _("code"), max_length=40, null=True, editable=False
    )
    # A change of state writes every index: no foreign key has one that nobody asks or that another begins with.
    offering = models.ForeignKey(
        "catalogue.Offering",
        on_delete=models.PROTECT,
        related_name="dossiers",
        db_index=False,
    )
    service = models.ForeignKey(
        "catalogue.PublicService",
        on_delete=models.PROTECT,
        related_name="dossiers",
        db_index=False,
    )
    version = models.ForeignKey(
        "catalogue.ServiceVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    receiving_unit = models.ForeignKey(
        "agencies.Unit", on_delete=models.PROTECT, related_name="dossiers", db_index=False
    )
    handling_agency = models.ForeignKey(
        "agencies.Agency",
        on_delete=models.PROTECT,
        related_name="handled_dossiers",
        db_index=False,
    )
    competent_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    channel = models.PositiveSmallIntegerField(
        _("channel"), choices=Channel.choices, default=Channel.ONLINE
    )
    level = models.PositiveSmallIntegerField(_("level"))
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="filed_dossiers",
        verbose_name=_("filed by"),
        db_index=False,
    )
    nonce = models.UUIDField(
        null=True, editable=False
    )  # of the start page: starting twice gives one draft

    # The applicant as they were when the dossier was filed. People are not accounts.
    applicant_kind = models.CharField(
        max_length=10,
        choices=[("person", _("person")), ("enterprise", _("enterprise"))],
        default="person",
    )
    applicant_name = models.CharField(_("applicant"), max_length=200)
    applicant_folded = models.GeneratedField(  # what search reads: no diacritics, lower case
        expression=Folded("applicant_name"), output_field=models.TextField(), db_persist=True
    )
    applicant_identifier = models.CharField(_("citizen ID or tax code"), max_length=20)
    applicant_phone = models.CharField(_("telephone"), max_length=20, blank=True)
    applicant_email = models.EmailField(_("e-mail"), blank=True)
    applicant_address = models.CharField(_("address"), max_length=300, blank=True)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=200, blank=True)
    authorisation = models.CharField(_("authorisation"), max_length=200, blank=True)

    answers = models.JSONField(default=dict, blank=True)
    answers_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    delivery = models.CharField(
        _("delivery"), max_length=7, choices=Delivery.choices, default=Delivery.ONLINE
    )
    delivery_address = models.CharField(_("delivery address"), max_length=300, blank=True)

    state = FSMField(_("state"), default=State.DRAFT, choices=State.choices, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, blank=True, editable=False
    )
    created_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, editable=False)
    received_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(_("due"), null=True, editable=False)  # by law; never changes
    expected_at = models.DateTimeField(
        _("expected"), null=True, editable=False
    )  # due_at and the stops
    promised_at = models.DateTimeField(
        _("promised"), null=True, editable=False
    )  # an apology's new date
    stopped_since = models.DateTimeField(
        null=True, editable=False
    )  # the legal clock stands still since
    stopped_minutes = models.PositiveIntegerField(
        default=0, editable=False
    )  # working minutes of the stops ended
    supplements = models.PositiveSmallIntegerField(  # how many were asked for
        default=0, db_default=0, editable=False
    )
    processing_started_at = models.DateTimeField(null=True, editable=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assigned_dossiers",
    )
    closing_reason = models.TextField(
        blank=True, editable=False
    )  # why it was not received, or stopped
    result = models.OneToOneField(
        "documents.StoredDocument",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="dossier_code_once"),
            models.UniqueConstraint(fields=["filed_by", "nonce"], name="dossier_started_once"),
            models.CheckConstraint(
                condition=Q(state="draft", code__isnull=True)
                | (~Q(state="draft") & Q(code__isnull=False)),
                name="dossier_code_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, due_at__isnull=True, expected_at__isnull=True)
                | Q(received_at__isnull=False, due_at__isnull=False, expected_at__isnull=False),
                name="dossier_due_once_received",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=["completed", "returned"], outcome__in=["granted", "refused"])
                    | Q(state="payment_requested", outcome__in=["", "granted", "refused"])
                    | Q(state="stopped", outcome__in=["withdrawn", "stopped", "expired"])
                    | (
                        ~Q(state__in=["completed", "returned", "stopped", "payment_requested"])
                        & Q(outcome="")
                    )
                ),
                name="dossier_outcome_fits_state",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[1, 2, 3, 4]), name="dossier_level_1_to_4"
            ),
        ]
        indexes = [
            models.Index(
                fields=["receiving_unit", "state", "expected_at"], name="dossier_desk_unit"
            ),
            models.Index(
                fields=["handling_agency", "state", "expected_at"], name="dossier_desk_agency"
            ),
            models.Index(fields=["filed_by", "state"], name="dossier_mine"),
        ]

    def __str__(self):
        return self.code or str(_("draft"))

    def get_absolute_url(self):
        return reverse("dossiers:detail", args=[self.public_id])

    # What policy and history ask -------------------------------------------------

    def is_filed_by(self, user):
        """Whether ``user`` filed this as a citizen. A paper dossier belongs to nobody's account."""
        return self.filed_by_id == user.pk and self.channel == Channel.ONLINE

    def agency_roots(self):
        """The agencies proper (ministry, province, district, commune) that this dossier is with."""
        return {self.handling_agency.root_id, self.receiving_unit.agency.root_id}

    def history_context(self):
        return {
            "receiving_unit_id": self.receiving_unit_id,
            "handling_agency_id": self.handling_agency_id,
            "version_id": self.version_id,
            "channel": self.channel,
            "level": self.level,
        }

    # The machine -------------------------------------------------------------------

    @transition(
        state,
        State.DRAFT,
        State.SUBMITTED,
        **step("submit", _("Send"), guards.applicant_or_on_paper, guards.complete_and_allowed),
    )
    def submit(self):
        """Number the dossier and freeze what was filed."""
        self.submitted_at = self.move.at
        self.answers_sha256 = guards.digest(self.answers)
        self.code = next_code(self.receiving_unit, self.move.at.date())
        self.move.details = {"papers": self.papers_attached}

    @transition(state, State.SUBMITTED, State.RECEIVED, **step("receive", _("Receive")))
    def receive(self):
        """Fix the date by which the law wants the result."""
        self.received_at = self.move.at
        self.due_at = worktime.due_at(
            self.received_at, self.version.time_limit, calendar=calendar()
        )
        self.expected_at = self.due_at

    @transition(
        state, State.SUBMITTED, State.NOT_RECEIVED, **step("refuse_receipt", _("Refuse to receive"))
    )
    def refuse_receipt(self, *, reason, why=""):
        """Form 03. The reason stands in the document; history holds ``why``, the code of a usual one, and no text."""
        guards.reason_given(reason)
        self.closing_reason = reason
        if why:
            self.move.details = {"why": why}

    @transition(
        state,
        BEFORE_COMPLETION,
        State.SUPPLEMENT_REQUESTED,
        **step("request_supplement", _("Request a supplement")),
    )
    def request_supplement(self, *, items):
        """Form 02: ``items`` is a list of ``{"kind", "key", "reason"}``, perhaps with ``why``. Once per stage.

        ``why`` is the code of a usual reason (``catalogue.Reason``): figures count by it.
        """
        stage = Stage.APPRAISAL if self.state == State.IN_PROCESS else Stage.RECEPTION
        guards.items_with_reasons(items, self.version.definition)
        guards.first_supplement_at(self, stage)
        request = SupplementRequest(
            dossier=self,
            stage=stage,
            items=items,
            asked_by=self.move.by,
            returns_to=self.state,
            asked_at=self.move.at,
            answer_by=guards.days_after(self.move.at, SUPPLEMENT_DAYS),
        )
        self.companion(request)
        self.move.details = {
            "request": request.public_id,
            "stage": stage,
            "items": [i["key"] for i in items],
            "reasons": sorted({i["why"] for i in items if i.get("why")}),
        }
        self.supplements += 1
        self._clock_for(State.SUPPLEMENT_REQUESTED)

    @transition(
        state,
        State.SUPPLEMENT_REQUESTED,
        RETURN_VALUE(*BEFORE_COMPLETION),
        **step("supply", _("Send the supplement"), guards.applicant_or_on_paper),
    )
    def supply(self):
        """What was asked has been given: go on where the dossier came from."""
        request = self._open(SupplementRequest)
        guards.everything_supplied(self, request)
        return self._close(request)

    @transition(
        state,
        State.RECEIVED,
        State.IN_PROCESS,
        **step("start_processing", _("Hand over for processing")),
    )
    def start_processing(self, *, to=None):
        """Hand over to the specialist ``to`` (or to whoever takes it) and start the first step."""
        self._give_to(to, role="specialist")
        self.processing_started_at = self.move.at
        self._start_step(guards.processing_steps(self.version.definition)[0])

    @transition(
        state,
        [*BEFORE_COMPLETION, State.COMPLETED],
        State.PAYMENT_REQUESTED,
        **step("request_payment", _("Request payment"), guards.fee_is_due),
    )
    def request_payment(self):
        """Freeze the fee and wait for it."""
        fee = guards.fee_of(self)
        request = PaymentRequest(
            dossier=self,
            amount=fee.amount_vnd,
            lines=guards.fee_lines(fee),
            online=guards.may_pay_online(self),
            returns_to=self.state,
            asked_at=self.move.at,
            answer_by=guards.days_after(self.move.at, PAYMENT_DAYS),
        )
        self.companion(request)
        self.move.details = {"request": request.public_id, "amount": fee.amount_vnd}
        self._clock_for(State.PAYMENT_REQUESTED)

    @transition(
        state,
        State.PAYMENT_REQUESTED,
        RETURN_VALUE(*BEFORE_COMPLETION, State.COMPLETED),
        **step("record_payment", _("Record the payment")),
    )
    def record_payment(self, *, request):
        """The money of ``request`` is in the books: go on where the dossier came from."""
        if request.dossier_id != self.pk or request.closed_at is not None:
            raise AlreadyAskedToPay()
        request.paid_at = self.move.at
        self.move.details = {"request": request.public_id, "amount": request.amount}
        return self._close(request, "paid_at")

    @transition(
        state,
        [*BEFORE_COMPLETION, State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED],
        State.WITHDRAWAL_REQUESTED,
        **step(
            "request_withdrawal",
            _("Ask to withdraw"),
            guards.applicant_or_on_paper,
            guards.not_after_completion,
        ),
    )
    def request_withdrawal(self, *, reason):
        guards.reason_given(reason)
        self.companion(
            WithdrawalRequest(
                dossier=self, reason=reason, returns_to=self.state, asked_at=self.move.at
            )
        )
        self._clock_for(State.WITHDRAWAL_REQUESTED)

    @transition(
        state,
        State.WITHDRAWAL_REQUESTED,
        RETURN_VALUE(*BEFORE_COMPLETION, State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED),
        **step("refuse_withdrawal", _("Refuse the withdrawal"), guards.right_desk_for_withdrawal),
    )
    def refuse_withdrawal(self, *, reason):
        guards.reason_given(reason)
        request = self._open(WithdrawalRequest)
        request.answer = reason
        return self._close(request, "answer")

    @transition(
        state,
        State.WITHDRAWAL_REQUESTED,
        State.STOPPED,
        **step("accept_withdrawal", _("Accept the withdrawal"), guards.right_desk_for_withdrawal),
    )
    def accept_withdrawal(self):
        self._end(Outcome.WITHDRAWN)

    @transition(
        state,
        [State.RECEIVED, State.IN_PROCESS, State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED],
        State.STOPPED,
        **step("stop", _("Stop handling"), guards.not_after_completion),
    )
    def stop(self, *, reason):
        """Form 05."""
        guards.reason_given(reason)
        self.closing_reason = reason
        self._end(Outcome.STOPPED)

    @transition(
        state,
        [State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED],
        State.STOPPED,
        **step("expire", _("Close unanswered"), guards.not_after_completion),
    )
    def expire(self):
        """Nobody answered in time."""
        request = self._open(REQUEST_BEHIND[self.state])
        if request.answer_by >= self.move.at:
            raise NotYetExpired(day=short_date(request.answer_by))
        self.move.details = {"request": request.public_id}
        self._end(Outcome.EXPIRED, request)

    @transition(
        state,
        State.IN_PROCESS,
        None,
        **step("propose", _("Propose a result")),
    )
    def propose(self, *, outcome, statement):
        """The specialist's proposal to the leader."""
        guards.reason_given(statement)
        self.companion(
            Proposal(
                dossier=self,
                outcome=outcome,
                statement=statement,
                proposed_by=self.move.by,
                proposed_at=self.move.at,
            )
        )
        self.move.details = {"outcome": outcome}

    @transition(
        state,
        State.IN_PROCESS,
        State.COMPLETED,
        **step("complete", _("Sign and complete"), guards.not_the_proposer),
    )
    def complete(self, *, result):
        """``result`` is the stored document, rendered and signed before (docs/decisions: nothing slow under a lock)."""
        proposal = guards.latest_proposal(self)
        guards.signed_result(self, result)
        self.result = result
        self.outcome = proposal.outcome
        self.move.details = {
            "outcome": proposal.outcome,
            "document": result.public_id,
            "worked": self._minutes_in_hand(),
            "waited": self.stopped_minutes,
        }
        self.companion_end(Step, "ended_at", self.move.at)

    @transition(
        state, State.COMPLETED, State.RETURNED, **step("return_result", _("Return the result"))
    )
    def return_result(self):
        """Hand the result over by the chosen channel; a fee due with the result comes first."""
        guards.nothing_left_to_pay(self)
        self.move.details = {"delivery": self.delivery}

    @transition(
        state,
        [State.RECEIVED, State.IN_PROCESS],
        None,
        **step("transfer", _("Transfer to another agency")),
    )
    def transfer(self, *, to):
        """Hand the dossier to the competent agency ``to``; the legal clock runs on."""
        if to.pk == self.handling_agency_id:
            raise AlreadyWithThatAgency(agency=to)
        self.move.details = {"from": self.handling_agency_id, "to": to.pk}
        self.handling_agency = to
        self.assigned_to = None

    @transition(
        state,
        [State.RECEIVED, State.IN_PROCESS],
        None,
        **step("reschedule", _("Apologise and give a new date")),
    )
    def reschedule(self, *, until, reason):
        """Form 04: once. The dossier stays late: ``due_at`` and ``expected_at`` do not move."""
        guards.reason_given(reason)
        if self.promised_at is not None:
            raise RescheduledBefore(day=short_date(self.promised_at))
        if until <= self.expected_at:
            raise DateNotLater(day=short_date(self.expected_at))
        self.promised_at = until
        self.move.details = {"until": until}

    @transition(
        state,
        [State.RECEIVED, State.IN_PROCESS],
        None,
        **step("hand_over", _("Hand over to the next step"), guards.processing_has_started),
    )
    def hand_over(self, *, to=None):
        """End the present step and start the next of the service's process."""
        present = self._end_step()
        following = guards.step_after(self.version.definition, present.key)
        self.move.details = {"from": present.key, "to": following.key}
        if to is not None:
            self._give_to(to, role=following.role)
        self._start_step(following)

    @transition(
        state,
        [State.RECEIVED, State.IN_PROCESS],
        None,
        **step("send_back", _("Send back a step"), guards.processing_has_started),
    )
    def send_back(self, *, reason):
        """Return the dossier to the step before."""
        guards.reason_given(reason)
        present = self._end_step()
        before = guards.step_before(self.version.definition, present.key)
        self.move.details = {"from": present.key, "to": before.key}
        self._start_step(before)

    # Parts of the moves --------------------------------------------------------------

    def _give_to(self, official, *, role):
        """Assign to ``official``, who does the work of ``role`` where the dossier is; ``None``: whoever takes it."""
        if official is not None and not (
            official.is_active
            and rules.handles(official.role_grants(), role=role, agency_id=self.handling_agency_id)
        ):
            raise CannotTakeOver(person=official, agency=self.handling_agency)
        self.assigned_to = official

    def _open(self, model):
        request = model.objects.still_open().filter(dossier_id=self.pk).first()
        if request is None:
            raise NoOpenRequest()
        return request

    def _close(self, request, *fields):
        """Close ``request``, let the clock run as in the state it returns to, and return that state."""
        request.closed_at = self.move.at
        self.companion_change(request, "closed_at", *fields)
        self._clock_for(State(request.returns_to))
        return request.returns_to

    def _clock_for(self, target):
        """Stop the legal clock, or let it run again, as ``target`` wants. Before reception there is none."""
        if self.received_at is None or self.outcome:
            return
        if target in CLOCK_STOPS and self.stopped_since is None:
            self.stopped_since = self.move.at
        elif target not in CLOCK_STOPS and self.stopped_since is not None:
            days = calendar()
            self.stopped_minutes += worktime.working_minutes(
                self.stopped_since, self.move.at, calendar=days
            )
            self.expected_at = worktime.extend(self.due_at, self.stopped_minutes, calendar=days)
            self.stopped_since = None

    def _minutes_in_hand(self):
        """Working minutes since reception, but for those during which the clock stood still."""
        passed = worktime.working_minutes(self.received_at, self.move.at, calendar=calendar())
        return passed - self.stopped_minutes

    def _end(self, outcome, request=None):
        """Stop for good: the clock ends, and what is open closes, ``request`` (if read already) first."""
        self._clock_for(State.STOPPED)
        self.outcome = outcome
        state = self.state
        while state in REQUEST_BEHIND:  # a withdrawal may have been asked on top of another request
            request = request or self._open(REQUEST_BEHIND[state])
            request.closed_at = self.move.at
            self.companion_change(request, "closed_at")
            state, request = request.returns_to, None
        if self.processing_started_at is not None:
            self.companion_end(Step, "ended_at", self.move.at)

    def _start_step(self, definition):
        limit = worktime.TimeLimit(definition.limit_hours, "working_hour")
        self.companion(
            Step(
                dossier=self,
                key=definition.key,
                handler_id=self.assigned_to_id,
                started_at=self.move.at,
                due_at=worktime.due_at(self.move.at, limit, calendar=calendar()),
            )
        )

    def _end_step(self):
        present = Step.objects.filter(dossier_id=self.pk, ended_at__isnull=True).first()
        if present is not None:
            present.ended_at = self.move.at
            self.companion_change(present, "ended_at")
        return present


# The database knows the same graph as the code: registered once the class, and so its edges, are complete.
pgtrigger.register(
    declared_edges_only("dossier_declared_edges", [(e.source, e.target) for e in edges(Dossier)]),
    fixed_once_set("dossier_due_at_fixed", "due_at"),
    fixed_once_set("dossier_code_fixed", "code"),
)(Dossier)
