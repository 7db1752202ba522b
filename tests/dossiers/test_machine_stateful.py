"""The dossier's machine under random acts of everybody, beside a model that shares nothing with it.

Each example acts on one dossier: what may happen, what may not, payments at the gateway and at the cash desk, time
passing by minutes or weeks. After every act state and refusal must be those of the model; at the end of every example
the whole history, the stops of the legal clock (against the minute-by-minute oracle) and the checker's invariants.
"""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from dossiers.models import Dossier, PaymentRequest, SupplementRequest
from payments import actions
from payments.errors import NothingOpenToPay, NotTheCashier
from payments.models import Refund
from payments.states import HOLDS_MONEY
from portal import clock
from portal.agencies.working_calendar import calendar
from portal.errors import PortalError
from portal.workflow import outbox, perform, perform_many
from portal.workflow.machine import edges
from portal.worktime import at
from tests.accounts.factories import OfficialFactory, RoleGrantFactory, UserFactory
from tests.agencies.factories import DepartmentFactory, UnitFactory
from tests.catalogue.factories import OfferingFactory
from tests.dossiers.factories import AttachmentFactory, DossierFactory, signed_result
from tests.dossiers.machine_model import LEAVES, PEOPLE, DossierModel
from tests.faults.checker import violations
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.workflow.arrangements import ITEMS
from tests.worktime.oracle import Oracle, cut

MONDAY = at("2026-11-16 08:10")
SPANS = st.one_of(
    st.integers(1, 59).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 30).map(lambda hours: timedelta(hours=hours)),
    st.integers(1, 12).map(lambda days: timedelta(days=days)),
    st.just(timedelta(days=31)),
)


ENDS = {"refuse_receipt", "accept_withdrawal", "stop", "expire"}


class Clock:
    """The portal clock of all examples: it stands until a rule moves it."""

    instant = MONDAY

    def now(self):
        return self.instant


def the_land():
    """One service whose fee falls due with the result, and everybody of the model."""
    unit, elsewhere = UnitFactory(), DepartmentFactory()
    offering = OfferingFactory(unit=unit, service__fee_vnd=75_000, service__fee_when="result")
    agency = unit.agency
    both = OfficialFactory(role="specialist", agency=agency)
    RoleGrantFactory(user=both, role="leader", agency=agency)
    people = {
        "applicant": UserFactory(),
        "one_door": OfficialFactory(role="one_door", unit=unit),
        "specialist": OfficialFactory(role="specialist", agency=agency),
        "leader": OfficialFactory(role="leader", agency=agency),
        "clerk": OfficialFactory(role="clerk", agency=agency),
        "specialist_and_leader": both,
        "one_door elsewhere": OfficialFactory(role="one_door", unit=UnitFactory()),
        "specialist elsewhere": OfficialFactory(role="specialist", agency=elsewhere),
        "leader elsewhere": OfficialFactory(role="leader", agency=elsewhere),
        "cashier": OfficialFactory(role="cashier", agency=agency),
        "auditor": OfficialFactory(role="auditor"),
        "system_admin": OfficialFactory(role="system_admin"),
        "agency_admin": OfficialFactory(role="agency_admin", agency=agency),
        "stranger": UserFactory(),
        "portal": None,
    }
    assert set(people) == set(PEOPLE)
    return SimpleNamespace(
        offering=offering, elsewhere=elsewhere, people=people, result=signed_result
    )


class Machine(RuleBasedStateMachine):
    """One dossier in the database beside its model. ``land`` and ``clock`` are the test's."""

    land = clock = None
    walked = Counter()  # edges gone along, over all examples

    @initialize(chance=st.randoms(use_true_random=True), acts=st.integers(0, 15))
    def open(self, chance, acts):
        self.clock.instant = MONDAY
        self.model = DossierModel()
        self.span = transaction.atomic()
        self.span.__enter__()
        self.dossier = DossierFactory(
            offering=self.land.offering, filed_by=self.land.people["applicant"]
        )
        self.attempts = []
        self.walk(chance, acts)

    # Acts ------------------------------------------------------------------------------

    @rule(chance=st.randoms(use_true_random=True), acts=st.integers(1, 8))
    @precondition(lambda self: self.model.possible(self.clock.instant))
    def things_go_on(self, chance, acts):
        self.walk(chance, acts)

    def walk(self, chance, acts):
        """Some acts in a row that are possible; the end comes seldom, or little would be seen of the middle.

        Drawn evenly: Hypothesis' own choices repeat themselves, which is good for bugs and bad for getting far.
        """
        for _number in range(acts):
            if self.model.state == "payment_requested" and chance.random() < 0.6:
                self.take_cash("cashier")
            if self.model.state == "supplement_requested" and chance.random() < 0.6:
                self.attach_the_paper()
            possible = self.model.possible(self.clock.instant)
            names = sorted({act for act, _who in possible})
            if chance.randrange(6):
                names = [act for act in names if act not in ENDS]
            if not names:
                return
            act = chance.choice(names)
            who = chance.choice([who for name, who in possible if name == act])
            self.act(act, who, many=chance.random() < 0.5, fresh=chance.random() < 0.5)
            self.clock.instant += timedelta(minutes=chance.choice([5, 50, 500, 5_000, 20_000]))

    @rule(
        act=st.sampled_from(sorted(LEAVES)),
        who=st.sampled_from(PEOPLE),
        many=st.booleans(),
        fresh=st.booleans(),
    )
    @precondition(lambda self: True)
    def anything(self, act, who, many, fresh):
        if act != "record_payment" or who != "portal":  # that one is the money's own
            self.act(act, who, many=many, fresh=fresh)

    def act(self, act, who, *, many, fresh):
        expected = self.model.refusal(act, who, self.clock.instant)
        dossier = Dossier.objects.get(pk=self.dossier.pk) if fresh else self.dossier
        by, details = self.land.people[who], self.details(act)
        if many:
            (outcome,) = perform_many(Dossier.objects.filter(pk=dossier.pk), act, by=by, **details)
            refused, move = outcome.refusal, outcome.move
        else:
            try:
                refused, move = None, perform(dossier, act, by=by, **details)
            except PortalError as refusal:
                refused, move = refusal, None
        told = type(refused).__name__ if refused else None
        assert told == expected, (
            f"{act} by {who} in {self.model.state}: {told}, expected {expected}"
        )
        if refused is None:
            self.model.carry_out(act, who, self.clock.instant)
            self.went(move.transition, move.source, move.target)

    def went(self, *edge):
        assert edge == self.model.history[-1]
        self.walked[edge] += 1

    def details(self, act):
        dossier = self.dossier
        return {
            "refuse_receipt": {"reason": "Không đúng thẩm quyền."},
            "request_supplement": {"items": ITEMS},
            "start_processing": {"to": self.land.people["specialist"]},
            "request_withdrawal": {"reason": "Tôi nộp nhầm nơi."},
            "refuse_withdrawal": {"reason": "Hồ sơ đã được giải quyết xong."},
            "stop": {"reason": "Người nộp đã mất."},
            "propose": {"outcome": "granted", "statement": "Đủ điều kiện."},
            "complete": {
                "result": self.land.result() if self.model.state == "in_process" else None
            },
            "transfer": {"to": self.land.elsewhere},
            "reschedule": {
                "until": (Dossier.objects.get(pk=dossier.pk).expected_at or MONDAY)
                + timedelta(days=7),
                "reason": "Chờ ý kiến.",
            },
            "send_back": {"reason": "Thiếu căn cứ."},
            "record_payment": {"request": None},
        }.get(act, {})

    @rule()
    @precondition(lambda self: self.model.state == "supplement_requested")
    def the_paper_is_attached(self):
        self.attach_the_paper()

    def attach_the_paper(self):
        request = SupplementRequest.objects.still_open().get(dossier=self.dossier)
        AttachmentFactory(dossier=self.dossier, supplement=request)
        self.model.paper_supplied = True

    @rule(span=SPANS)
    def time_passes(self, span):
        self.clock.instant += span

    # Money -----------------------------------------------------------------------------

    @rule()
    @precondition(lambda self: self.model.state == "payment_requested" and len(self.attempts) < 3)
    def leave_for_the_gateway(self):
        request = PaymentRequest.objects.still_open().get(dossier=self.dossier)
        self.attempts.append(AttemptFactory(dossier=self.dossier, request=request))

    @rule(data=st.data(), paid=st.booleans())
    @precondition(lambda self: self.attempts)
    def the_gateway_says(self, data, paid):
        attempt = data.draw(st.sampled_from(self.attempts))
        attempt.refresh_from_db()
        was = attempt.state
        codes = {} if paid else {"ResponseCode": "24", "TransactionStatus": "02"}

        answer = actions.absorb(notice_query(attempt, **codes))

        attempt.refresh_from_db()
        if was in HOLDS_MONEY:
            assert (answer, attempt.state) == ("02", was)
        elif not paid:
            assert (answer, attempt.state) == ("02" if was == "failed" else "00", "failed")
        elif self.model.state == "payment_requested":
            assert (answer, attempt.state) == ("00", "captured")
            self.paid()
        else:
            assert (answer, attempt.state) == ("00", "surplus")
            assert Refund.objects.get(attempt=attempt).amount == attempt.amount

    @rule(who=st.sampled_from(["cashier", "leader", "stranger"]))
    @precondition(lambda self: self.model.history)
    def money_on_the_counter(self, who):
        self.take_cash(who)

    def take_cash(self, who):
        request = PaymentRequest.objects.filter(dossier=self.dossier).order_by("-pk").first()
        if request is None:
            return
        try:
            actions.receive_cash(request, by=self.land.people[who])
        except NotTheCashier:
            # After a transfer to another agency the counter is still the unit's.
            assert who != "cashier"
        except NothingOpenToPay:
            assert self.model.state != "payment_requested"
        else:
            assert who == "cashier" and self.model.state == "payment_requested"
            self.paid()

    def paid(self):
        self.model.carry_out("record_payment", "portal", self.clock.instant)
        self.went(*self.model.history[-1])

    # What holds --------------------------------------------------------------------------

    @invariant()
    def the_row_is_where_the_model_is(self):
        row = Dossier.objects.values("state", "sequence", "outcome").get(pk=self.dossier.pk)
        model = self.model
        assert (row["state"], row["sequence"], row["outcome"]) == (
            model.state,
            len(model.history),
            model.outcome,
        )

    def teardown(self):
        if not hasattr(self, "dossier"):
            return
        try:
            self.the_history_is_the_models()
            self.the_clock_is_the_oracles()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                assert violations(cursor) == {}
        finally:
            transaction.set_rollback(True)
            self.span.__exit__(None, None, None)

    def the_history_is_the_models(self):
        rows = self.dossier.history.order_by("sequence").values_list(
            "transition", "source", "target"
        )
        assert list(rows) == self.model.history
        open_requests = sum(
            getattr(self.dossier, name).still_open().count()
            for name in ("supplement_requests", "payment_requests", "withdrawal_requests")
        )
        assert open_requests == len(self.model.asked)
        still_on_a_step = self.dossier.steps.filter(ended_at=None).count()
        assert still_on_a_step == (self.model.processing and not self.model.outcome)

    def the_clock_is_the_oracles(self):
        stored = Dossier.objects.get(pk=self.dossier.pk)
        if not self.model.received:
            assert stored.due_at is stored.expected_at is None
            return
        days = calendar()
        oracle = Oracle(days.holidays, days.working_weekends)
        minutes = sum(oracle.minutes_between(start, end) for start, end in self.model.stops)
        due = oracle.due(stored.received_at, 3, "working_day")
        assert cut(stored.due_at) == due
        assert stored.stopped_minutes == minutes
        assert cut(stored.expected_at) == (oracle.after_minutes(due, minutes) if minutes else due)
        assert stored.stopped_since == self.model.stopped_since


@pytest.fixture
def land(db, monkeypatch):
    with connection.cursor() as cursor:  # Hypothesis may think for a while between two acts
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    standing = Clock()
    monkeypatch.setattr(clock, "now", standing.now)
    with mock.patch.multiple(Machine, clock=standing, land=the_land(), walked=Counter()):
        yield Machine


SETTINGS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
}


def test_the_machine_and_its_model_agree(land):
    run(land, settings=settings(max_examples=15, stateful_step_count=20, **SETTINGS))

    assert len(land.walked) >= 15, land.walked  # of the edges; the long tier asks for most


@pytest.mark.slow
def test_the_machine_and_its_model_agree_at_length(land):
    run(land, settings=settings(max_examples=250, stateful_step_count=40, **SETTINGS))

    declared = {(edge.transition, edge.source, edge.target) for edge in edges(Dossier)}
    assert set(land.walked) <= declared
    assert len(land.walked) >= 0.8 * len(
        declared
    )  # tests/workflow/test_both_doors.py goes along every single one


def test_what_follows_is_delivered_in_any_order(land):
    """A short story by the model's own choice, then everything that follows from it."""
    run(
        type("Followed", (Machine,), {"teardown": _delivered_first(land.teardown)}),
        settings=settings(max_examples=3, stateful_step_count=15, **SETTINGS),
    )


def _delivered_first(teardown):
    def delivered(self):
        if hasattr(self, "dossier"):
            while outbox.drain(linger=0):
                pass
            for act, source, target in self.dossier.history.order_by("sequence").values_list(
                "transition", "source", "target"
            )[len(self.model.history) :]:
                assert (act, source) in {
                    ("return_result", "completed"),
                    ("request_payment", "completed"),
                }
                self.model.carry_out(act, "portal", self.clock.instant)
                assert self.model.state == target
        teardown(self)

    return delivered
