"""The whole way of money, walked at random on real PostgreSQL; after each step the checker finds nothing.

Every dossier begins before a declared edge of attempts or refunds (tests/payments/edges.py) and crosses it by one of
its doors; then the walk goes on as chance wants: payers, the gateway (its books: tests/payments/bank.py), its notices
in any order, the completer, officials and the reconciliation act one after the other. The slow tier walks until every
edge was crossed often enough, each round from before those that still lack, and prints how often each was. After each
round the books made anew from the events must be equal.
"""

import random
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from payments.models import Attempt, AttemptHistory, Entry, Refund, RefundHistory
from portal.workflow import bell
from tests import databases
from tests.catalogue.factories import OfferingFactory
from tests.faults.checker import violations
from tests.payments import acts, edges
from tests.payments.notices import notice_query

LEAST_CROSSED = 20
MOST_ROUNDS, WALKS, STEPS = 40, 8, 8
BEGUN, CASES = 3, 5  # dossiers at the beginning of a walk, and at most
ATTEMPTS = 4  # of one dossier
TROUBLES = ["none", "answer lost", "request lost", "refused"]
PAID = ("00", "07")
FORGERIES = {
    "secret": lambda attempt: notice_query(attempt, secret="another secret"),
    "amount+1": lambda attempt: notice_query(attempt, Amount=(attempt.amount + 1) * 100),
    "amount-1": lambda attempt: notice_query(attempt, Amount=(attempt.amount - 1) * 100),
    "order": lambda attempt: notice_query(attempt, TxnRef="nobody"),
    "merchant": lambda attempt: notice_query(attempt, TmnCode="OTHER001"),
    "pair": lambda attempt: notice_query(attempt, secret="x", TransactionStatus="00"),
    "garbage": lambda attempt: "vnp_Amount=1&vnp_Amount=2",
}
which = st.integers(0, 7)
turns = st.integers(0, 11)
ahead = st.runner().flatmap(lambda walk: st.sampled_from(walk.aims))
has_attempts = precondition(lambda walk: walk.walked())


class Money(RuleBasedStateMachine):
    """A few dossiers; what they stand on and ``aims``, the edges to begin before, are set by the test."""

    bank = offering = browsers = None
    aims = edges.EDGES

    def __init__(self):
        super().__init__()
        self.cases = []

    @initialize(crossings=st.lists(st.tuples(ahead, turns), min_size=BEGUN, max_size=BEGUN))
    def begin(self, crossings):
        for edge, turn in crossings:
            self.cross(edge, turn)
            self.the_checker_finds_nothing()

    @precondition(lambda walk: len(walk.cases) < CASES)
    @rule(edge=ahead, turn=turns)
    def another_dossier_crosses(self, edge, turn):
        self.cross(edge, turn)

    def cross(self, edge, turn):
        """Bring a new dossier before ``edge``, and across it by one of its doors."""
        case = acts.Case(self.bank, self.offering, self.browsers)
        self.cases.append(case)
        row = edges.prepare(edge, case, turn)
        self.the_checker_finds_nothing()
        before = row.history.count()
        edges.cross(edge, case, row, turn)
        moves = row.history.order_by("sequence").values_list("transition", "source", "target")
        assert (edge.transition, edge.source, edge.target) in list(moves)[before:]

    # What payers and the gateway do ------------------------------------------------------------

    @rule(number=which)
    def somebody_starts(self, number):
        case = self.cases[number % len(self.cases)]
        if len(case.attempts) < ATTEMPTS:
            case.start()

    @has_attempts
    @rule(number=which, status=st.sampled_from(["00", "00", "02", "04", "07"]))
    def gateway_ends(self, number, status):
        case, attempt = self.attempt(number)
        payment = self.bank.payments.get(attempt.txn_ref)
        if payment is None:
            case.ends(attempt, status)
        elif payment.status in acts.HELD and status not in acts.HELD:
            # What was held was looked into.
            is_ours = attempt.state in ("captured", "surplus")
            case.ends(attempt, "00" if is_ours else status)

    @has_attempts
    @rule(number=which, times=st.integers(1, 3))
    def notice_comes(self, number, times):
        case, attempt = self.attempt(number)
        if attempt.txn_ref in self.bank.payments:
            for _time in range(times):
                assert case.tell(attempt) in {"00", "02"}

    @has_attempts
    @rule(number=which)
    def an_older_notice_comes_late(self, number):
        """Refused first, paid later: the failure is told again, after whatever came since."""
        case, attempt = self.attempt(number)
        if attempt.state in ("captured", "surplus", "failed", "undecided", "expired"):
            query = notice_query(attempt, ResponseCode="24", TransactionStatus="02")
            assert case.hear(query) in {"00", "02"}

    @has_attempts
    @rule(number=which, forgery=st.sampled_from(sorted(FORGERIES)))
    def notice_is_wrong(self, number, forgery):
        case, attempt = self.attempt(number)
        before = self.picture()
        assert case.hear(FORGERIES[forgery](attempt)) in {"97", "04", "01", "99"}
        assert self.picture() == before

    @has_attempts
    @rule(number=which)
    def payer_comes_back(self, number):
        case, attempt = self.attempt(number)
        case.come_back(attempt)

    # What time and the portal do -----------------------------------------------------------------

    @has_attempts
    @rule(number=which, by=st.sampled_from([acts.QUARTER, acts.LONG_AGO]))
    def time_passes(self, number, by):
        case, attempt = self.attempt(number)
        case.grow_old(attempt, by)

    @has_attempts
    @rule(number=which)
    def completer(self, number):
        case, attempt = self.attempt(number)
        case.complete(attempt)

    @has_attempts
    @rule(number=which)
    def completer_gives_up(self, number):
        case, attempt = self.attempt(number)
        if attempt.expires_at < timezone.now():
            case.ask_in_vain(attempt)

    @rule(number=which)
    def dossier_is_withdrawn(self, number):
        self.cases[number % len(self.cases)].withdraw()

    # What officials do ------------------------------------------------------------------------------

    @rule(number=which)
    def cash_is_taken(self, number):
        self.cases[number % len(self.cases)].take_cash()

    @has_attempts
    @rule(number=which, is_returned=st.booleans())
    def people_decide(self, number, is_returned):
        case, attempt = self.attempt(number)
        payment = self.bank.payments.get(attempt.txn_ref)
        decision = "unpaid"
        if payment is not None and payment.status in PAID:
            decision = "return" if is_returned else "paid"
            payment.status = "00"
        if case.propose(attempt, decision):
            names = {
                "paid": ["accept_as_paid", "accept_as_surplus"],
                "return": ["accept_as_surplus"],
                "unpaid": ["decide_unpaid"],
            }[decision]
            assert any(case.confirm(attempt, name) for name in names)

    @has_attempts
    @rule(number=which, is_asked_by_payer=st.booleans())
    def refund_is_requested(self, number, is_asked_by_payer):
        case, attempt = self.attempt(number)
        case.ask_back() if is_asked_by_payer else case.ask_for_refund(attempt)

    @rule(number=which, agrees=st.sampled_from([True, True, False]))
    def refund_is_decided(self, number, agrees):
        for case, refund in self.refunds(number, "requested"):
            if agrees:
                case.at_desk("leader", refund, "approve")
            else:
                case.at_desk("leader", refund, "reject", reason="Không đủ căn cứ.")

    @rule(number=which, trouble=st.sampled_from(TROUBLES))
    def refund_is_sent(self, number, trouble):
        for case, refund in self.refunds(number, "approved", "sent"):
            if refund.way == "gateway":
                case.send(refund, trouble)

    @rule(number=which)
    def bank_turns_a_refund_down(self, number):
        for _case, refund in self.refunds(number, "sent"):
            if self.bank.payments[refund.attempt.txn_ref].refunded:
                self.bank.turn_down(refund.attempt)

    @rule(number=which, way=st.sampled_from(["gateway", "transfer", "transfer"]))
    def refund_is_asked_for_again(self, number, way):
        for case, refund in self.refunds(number, "refused"):
            case.at_desk("cashier", refund, "request_again", way=way)

    @rule(number=which)
    def refund_is_paid_out(self, number):
        for case, refund in self.refunds(number, "approved"):
            case.at_desk("cashier", refund, "pay_out")

    @rule(number=which)
    def refund_is_given_up(self, number):
        for case, refund in self.refunds(number, "sent"):
            if not self.bank.payments[refund.attempt.txn_ref].refunded:
                case.at_desk("cashier", refund, "give_up")

    @rule(number=which)
    def books_are_compared_and_repaired(self, number):
        self.cases[number % len(self.cases)].repair()

    # What must hold ----------------------------------------------------------------------------------

    @invariant()
    def the_checker_finds_nothing(self):
        with connection.cursor() as cursor:
            assert violations(cursor) == {}

    @invariant()
    def no_dong_is_ours_that_the_gateway_has_not(self):
        mine = [attempt.pk for _case, attempt in self.walked()]
        for attempt in Attempt.objects.filter(pk__in=mine):
            theirs = self.bank.payments.get(attempt.txn_ref)
            if attempt.state in ("captured", "surplus"):
                assert (theirs.amount, theirs.status in PAID) == (attempt.amount, True)
            if theirs is not None:
                assert theirs.refunded <= theirs.amount

    def teardown(self):
        """In the end, what was held let go and answers heard, only matches remain."""
        for _case, attempt in self.walked():
            theirs = self.bank.payments.get(attempt.txn_ref)
            if theirs is not None and theirs.status in acts.HELD:
                theirs.status = "00" if theirs.status in PAID else "02"
        for _round in range(ATTEMPTS):
            if self.open_lines():
                for case in self.cases:
                    case.repair()
        assert self.open_lines() == []
        self.the_checker_finds_nothing()

    # Around ----------------------------------------------------------------------------------------------

    def walked(self):
        return [(case, attempt) for case in self.cases for attempt in case.attempts]

    def open_lines(self):
        lines = acts.open_lines([attempt for _case, attempt in self.walked()])
        return [(line.kind, line.finding, line.status, line.txn_ref) for line in lines]

    def attempt(self, number):
        """One of the attempts of this walk as it is now, with its dossier's case."""
        walked = self.walked()
        case, attempt = walked[number % len(walked)]
        return case, Attempt.objects.get(pk=attempt.pk)

    def refunds(self, number, *states):
        """``(case, refund)`` of one case that are in these states; the case with ``number`` if it has any."""
        cases = self.cases[number % len(self.cases) :] + self.cases[: number % len(self.cases)]
        for case in cases:
            if found := case.refunds(*states):
                return [(case, refund) for refund in found]
        return []

    def picture(self):
        return (
            list(Attempt.objects.order_by("pk").values_list("state")),
            list(Refund.objects.order_by("pk").values_list("state")),
            Entry.objects.count(),
        )


def crossed():
    """How often each declared edge was crossed, in this database; no other ever was."""
    seen = Counter()
    for name, history in (("Attempt", AttemptHistory), ("Refund", RefundHistory)):
        for move in history.objects.values_list("transition", "source", "target"):
            seen[edges.Way(name, *move)] += 1
    assert set(seen) <= set(edges.EDGES)
    return seen


def walk(bank, walks, steps, seed, aims):
    """Walk at random; every walk and every dossier begins before one of the edges in ``aims``."""
    given = {
        "bank": bank,
        "offering": OfferingFactory(service__fee_vnd=acts.SUM),
        "browsers": acts.Browsers(),
        "aims": aims,
    }
    machine = type("Walk", (Money,), given)
    quick = settings(
        max_examples=walks,
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
    walk(bank, walks=2, steps=8, seed=1, aims=edges.EDGES)

    assert crossed()


@pytest.mark.slow
def test_long_walks_cross_every_edge_often_and_break_nothing(
    database_template, own_database, worker_name, bank, capsys
):
    counted, rounds = Counter(), 0
    lacking = Counter(dict.fromkeys(edges.EDGES, LEAST_CROSSED))
    while lacking and rounds < MOST_ROUNDS:
        # A small database for each round: the checker looks at all of it after every step.
        copy = databases.clone(
            database_template, databases.clone_name(f"{worker_name}_walk", rounds)
        )
        databases.point_connections_at(copy.name)
        bank.payments.clear()
        try:
            walk(bank, walks=WALKS, steps=STEPS, seed=rounds, aims=sorted(lacking.elements()))
            counted.update(crossed())
            call_command("replay_payments", template=database_template, stdout=StringIO())
        finally:
            databases.point_connections_at(own_database.name)
            databases.drop(copy.name)
        rounds += 1
        lacking = Counter(dict.fromkeys(edges.EDGES, LEAST_CROSSED)) - counted
    with capsys.disabled():
        print(f"\nedges crossed in {rounds} rounds of {WALKS} walks of {STEPS} steps:")
        for edge in edges.EDGES:
            print(f"  {counted[edge]:5}  {edge}")
        reached = len(edges.EDGES) - len(lacking)
        print(
            f"coverage: {reached} of {len(edges.EDGES)} edges crossed {LEAST_CROSSED} times or more"
        )
    assert {str(edge): counted[edge] for edge in lacking} == {}
