"""The whole way of money, walked at random on real PostgreSQL; after each step the checker finds nothing.

Payers, the gateway (its books: tests/payments/bank.py), its notices in any order, the completer, officials and the
reconciliation act one after the other. The slow tier prints how often each declared edge was fired.
"""

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from dossiers.models import Dossier
from payments import actions
from payments.models import (
    Attempt,
    AttemptHistory,
    Entry,
    ReconciliationLine,
    Refund,
    RefundHistory,
)
from payments.reconciliation import actions as reconciliation
from portal.errors import PortalError
from portal.workflow import bell
from portal.workflow.machine import edges
from tests import databases
from tests.catalogue.factories import OfferingFactory
from tests.dossiers.factories import (
    DossierFactory,
    accept_withdrawal,
    officer,
    request_withdrawal,
)
from tests.faults.checker import violations
from tests.payments import settlement
from tests.payments.notices import notice_query

LEAST_FIRED = 20
ROUNDS, WALKS, STEPS = 6, 20, 14
SITUATIONS = ["started", "failed", "expired", "suspected", "undecided"]
TROUBLES = ["none", "answer lost", "request lost", "refused"]
PAID = ("00", "07")
which = st.integers(0, 3)


class Money(RuleBasedStateMachine):
    """One dossier with up to four attempts; ``bank`` and ``offering`` are set by the test."""

    bank = offering = None

    @initialize(situation=st.sampled_from(SITUATIONS), paid_elsewhere=st.booleans())
    def begin(self, situation, paid_elsewhere):
        self.dossier = DossierFactory(offering=self.offering, payment_requested=True)
        self.request = self.dossier.payment_requests.get()
        self.attempts = []
        if paid_elsewhere:
            self.start()
        self.start()
        self.brought_to(self.attempts[-1], situation)
        if paid_elsewhere:
            self.pays(self.attempts[0])
            self.tell(self.attempts[0])

    def brought_to(self, attempt, situation):
        if situation in ("failed", "suspected"):
            self.bank.owes(attempt, status="02" if situation == "failed" else "07")
            self.tell(attempt)
        elif situation != "started":
            self.grow_old(attempt)
            if situation == "expired":
                actions.look_at_gateway(attempt)
            else:
                actions.set_aside(attempt)

    # What payers and the gateway do ---------------------------------------------------------

    @rule()
    def start(self):
        if len(self.attempts) < 4:
            with suppress(PortalError):
                actions.start(self.request, by=self.dossier.filed_by, ip_addr="127.0.0.1")
                self.attempts.append(self.request.attempts.order_by("pk").last())

    @rule(number=which, status=st.sampled_from(["00", "00", "02", "07"]))
    def gateway_ends(self, number, status):
        attempt = self.attempt(number)
        payment = self.bank.payments.get(attempt.txn_ref)
        if payment is None:
            self.bank.owes(attempt, status=status)
        elif payment.status == "07" and status != "07":
            payment.status = status  # what was under suspicion was looked into
            if status == "02" and attempt.state in ("captured", "surplus"):
                payment.status = "00"

    def pays(self, attempt):
        self.bank.owes(attempt)

    @rule(number=which, times=st.integers(1, 3))
    def notice_comes(self, number, times):
        attempt = self.attempt(number)
        if attempt.txn_ref in self.bank.payments:
            for _time in range(times):
                assert self.tell(attempt) in {"00", "02"}

    @rule(number=which)
    def an_older_notice_comes_late(self, number):
        """Refused first, paid later: the failure is told again, after whatever came since."""
        attempt = self.attempt(number)
        if self.bank.payments.get(attempt.txn_ref) is None or attempt.state != "started":
            held = attempt.state
            if held in ("captured", "surplus", "failed", "undecided", "expired"):
                query = notice_query(attempt, ResponseCode="24", TransactionStatus="02")
                assert self.http(query) in {"00", "02"}

    @rule(
        number=which,
        forgery=st.sampled_from(
            ["secret", "amount+1", "amount-1", "order", "merchant", "pair", "garbage"]
        ),
    )
    def notice_is_wrong(self, number, forgery):
        attempt = self.attempt(number)
        query = {
            "secret": lambda: notice_query(attempt, secret="another secret"),
            "amount+1": lambda: notice_query(attempt, Amount=(attempt.amount + 1) * 100),
            "amount-1": lambda: notice_query(attempt, Amount=(attempt.amount - 1) * 100),
            "order": lambda: notice_query(attempt, TxnRef="nobody"),
            "merchant": lambda: notice_query(attempt, TmnCode="OTHER001"),
            "pair": lambda: notice_query(attempt, secret="x", TransactionStatus="00"),
            "garbage": lambda: "vnp_Amount=1&vnp_Amount=2",
        }[forgery]()
        before = self.picture()
        assert self.http(query) in {"97", "04", "01", "99"}
        assert self.picture() == before

    @rule(number=which)
    def payer_comes_back(self, number):
        client = Client()
        client.force_login(self.dossier.filed_by)
        answer = client.get(f"/pay/return/{self.attempt(number).public_id}/?vnp_ResponseCode=00")
        assert answer.status_code == 200

    # What time and the portal do -----------------------------------------------------------------

    @rule(number=which)
    def time_passes(self, number):
        self.grow_old(self.attempt(number))

    @rule(number=which)
    def completer(self, number):
        Attempt.objects.filter(pk=self.attempt(number).pk).update(queries=0, asked_at=None)
        actions.ask_gateway(self.attempt(number))

    @rule(number=which)
    def completer_gives_up(self, number):
        attempt = self.attempt(number)
        if attempt.expires_at < timezone.now():
            actions.set_aside(attempt)

    @rule()
    def dossier_is_withdrawn(self):
        dossier = Dossier.objects.get(pk=self.dossier.pk)
        if dossier.state == "payment_requested":
            request_withdrawal(dossier)
            accept_withdrawal(dossier)

    # What officials do ------------------------------------------------------------------------------

    @rule(number=which, is_returned=st.booleans())
    def people_decide(self, number, is_returned):
        attempt = self.attempt(number)
        payment = self.bank.payments.get(attempt.txn_ref)
        decision = "unpaid"
        if payment is not None and payment.status in PAID:
            decision = "return" if is_returned else "paid"
            payment.status = "00"
        with suppress(PortalError):
            actions.propose_decision(
                attempt,
                decision=decision,
                note="Sao kê ngân hàng.",
                by=officer(self.dossier, "cashier"),
                gateway_number=payment.number if decision != "unpaid" else "",
            )
            actions.confirm_decision(self.attempt(number), by=officer(self.dossier, "leader"))

    @rule(number=which)
    def refund_is_requested(self, number):
        with suppress(PortalError):
            actions.request_refund(
                self.attempt(number),
                reason=Refund.Reason.MISTAKE,
                by=officer(self.dossier, "cashier"),
                note="Thu nhầm.",
            )

    @rule(number=which, agrees=st.sampled_from([True, True, False]))
    def refund_is_decided(self, number, agrees):
        for refund in self.refunds(number, "requested"):
            with suppress(PortalError):
                leader = officer(self.dossier, "leader")
                if agrees:
                    actions.approve_refund(refund, by=leader)
                else:
                    actions.reject_refund(refund, reason="Không đủ căn cứ.", by=leader)

    @rule(number=which, trouble=st.sampled_from(TROUBLES))
    def refund_is_sent(self, number, trouble):
        for refund in self.refunds(number, "approved", "sent"):
            if refund.way != "gateway":
                continue
            self.bank.lose_answers = int(trouble == "answer lost")
            self.bank.lose_requests = int(trouble == "request lost")
            self.bank.refuse_with("95" if trouble == "refused" else None)
            actions.send_refund(refund)
            self.bank.lose_answers = self.bank.lose_requests = 0
            self.bank.refuse_with(None)

    @rule(number=which, way=st.sampled_from(["gateway", "transfer", "transfer"]))
    def refund_is_asked_for_again(self, number, way):
        for refund in self.refunds(number, "refused"):
            with suppress(PortalError):
                actions.request_again(refund, way=way, by=officer(self.dossier, "cashier"))

    @rule(number=which)
    def refund_is_paid_out(self, number):
        for refund in self.refunds(number, "approved"):
            with suppress(PortalError):
                actions.pay_out(refund, by=officer(self.dossier, "cashier"))

    @rule(number=which)
    def refund_is_given_up(self, number):
        for refund in self.refunds(number, "sent"):
            if not self.bank.payments[refund.attempt.txn_ref].refunded:
                with suppress(PortalError):
                    actions.give_up_refund(refund, by=officer(self.dossier, "leader"))

    @rule()
    def books_are_compared_and_repaired(self):
        for line in self.open_lines():
            if line.kind == "payment" or line.finding != "theirs_only" or line.attempt_id:
                with suppress(PortalError):
                    reconciliation.repair(line, by=officer(self.dossier, "cashier"))

    # What must hold ----------------------------------------------------------------------------------

    @invariant()
    def the_checker_finds_nothing(self):
        with connection.cursor() as cursor:
            assert violations(cursor) == {}

    @invariant()
    def no_dong_is_ours_that_the_gateway_has_not(self):
        for attempt in Attempt.objects.filter(
            pk__in=[each.pk for each in getattr(self, "attempts", [])]
        ):
            theirs = self.bank.payments.get(attempt.txn_ref)
            if attempt.state in ("captured", "surplus"):
                assert (theirs.amount, theirs.status in PAID) == (attempt.amount, True)
            if theirs is not None:
                assert theirs.refunded <= theirs.amount

    def teardown(self):
        """In the end, suspicions lifted and answers heard, only matches remain."""
        if not getattr(self, "attempts", None):
            return
        for attempt in self.attempts:
            theirs = self.bank.payments.get(attempt.txn_ref)
            if theirs is not None and theirs.status == "07":
                theirs.status = "00"
        for _round in range(3):
            self.books_are_compared_and_repaired()
        left = [(line.kind, line.finding, line.status) for line in self.open_lines()]
        assert left == []
        self.the_checker_finds_nothing()

    # Around ----------------------------------------------------------------------------------------------

    def attempt(self, number):
        return Attempt.objects.get(pk=self.attempts[number % len(self.attempts)].pk)

    def refunds(self, number, *states):
        return list(Refund.objects.filter(attempt=self.attempt(number), state__in=states))

    def grow_old(self, attempt):
        earlier = timezone.now() - timedelta(hours=2)
        Attempt.objects.filter(pk=attempt.pk).update(
            started_at=earlier, expires_at=earlier + timedelta(minutes=15)
        )
        attempt.refresh_from_db()

    def tell(self, attempt):
        status = self.bank.payments[attempt.txn_ref].status
        codes = {"00": ("00", "00"), "02": ("24", "02"), "07": ("07", "07")}[status]
        return self.http(notice_query(attempt, ResponseCode=codes[0], TransactionStatus=codes[1]))

    @staticmethod
    def http(query):
        return Client().get(f"/pay/ipn/?{query}").json()["RspCode"]

    def picture(self):
        return (
            list(Attempt.objects.filter(dossier=self.dossier).order_by("pk").values_list("state")),
            list(Refund.objects.filter(dossier=self.dossier).order_by("pk").values_list("state")),
            Entry.objects.count(),
        )

    def open_lines(self):
        taken = reconciliation.reconcile(settlement.today())
        mine = [attempt.txn_ref for attempt in self.attempts]
        lines = ReconciliationLine.objects.filter(reconciliation=taken, txn_ref__in=mine)
        return list(lines.exclude(finding="matched").select_related("reconciliation__file"))


def fired():
    """``{(model, transition, source, target): times}`` of every declared edge, in this database."""
    counted = {}
    for model, history in ((Attempt, AttemptHistory), (Refund, RefundHistory)):
        seen = Counter(history.objects.values_list("transition", "source", "target"))
        declared = {(edge.transition, str(edge.source), str(edge.target)) for edge in edges(model)}
        assert set(seen) <= declared
        counted |= {(model.__name__, *edge): seen[edge] for edge in declared}
    return counted


def walk(bank, examples, steps, seed):
    machine = type(
        "Walk", (Money,), {"bank": bank, "offering": OfferingFactory(service__fee_vnd=75_000)}
    )
    quick = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    random.seed(seed)
    with bell.silenced():
        run_state_machine_as_test(machine, settings=quick)


def test_a_short_walk_breaks_nothing(own_database, bank):
    walk(bank, examples=6, steps=12, seed=1)


@pytest.mark.slow
def test_long_walks_break_nothing_and_say_which_edges_they_fired(
    database_template, own_database, worker_name, bank, capsys
):
    counted = Counter()
    for number in range(ROUNDS):
        # A small database for each round: the checker looks at all of it after every step.
        copy = databases.clone(
            database_template, databases.clone_name(f"{worker_name}_walk", number)
        )
        databases.point_connections_at(copy.name)
        bank.payments.clear()
        try:
            walk(bank, examples=WALKS, steps=STEPS, seed=number)
            counted.update(fired())
        finally:
            databases.point_connections_at(own_database.name)
            databases.drop(copy.name)
    reached = sum(times >= LEAST_FIRED for times in counted.values())
    with capsys.disabled():
        print(f"\nedges fired after {number + 1} rounds of {WALKS} walks of {STEPS} steps:")
        for edge, times in sorted(counted.items()):
            print(f"  {times:5}  {edge[0]}.{edge[1]}: {edge[2]} → {edge[3]}")
        print(f"coverage: {reached} of {len(counted)} edges fired {LEAST_FIRED} times or more")
    assert reached > 0
