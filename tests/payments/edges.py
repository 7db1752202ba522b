"""For each declared edge of attempts and refunds: how a dossier comes to stand before it, and how it is crossed.

row = prepare(edge, case, turn)       # an attempt or a refund in the source of the edge
cross(edge, case, row, turn)          # by one of the doors that lead across; ``turn`` chooses among several
"""

from dataclasses import dataclass

from payments.models import Attempt, Refund
from portal.workflow.machine import edges
from tests.payments.acts import HELD, QUARTER


@dataclass(frozen=True, order=True)
class Way:
    """An edge of one machine."""

    machine: str
    transition: str
    source: str
    target: str

    def __str__(self):
        return f"{self.machine}.{self.transition}: {self.source} → {self.target}"


MACHINES = {"Attempt": Attempt, "Refund": Refund}
EDGES = [
    Way(name, edge.transition, edge.source, edge.target)
    for name, model in MACHINES.items()
    for edge in edges(model)
]
TAKES_MONEY = {"capture", "capture_surplus"}
BY_PEOPLE = {"accept_as_paid": "paid", "accept_as_surplus": "return", "decide_unpaid": "unpaid"}
PAGE_ASKS = {"started", "suspected", "undecided"}  # in these the return page asks the gateway


def prepare(edge, case, turn):
    """A row in the source of ``edge``, with all that belongs to it; ``case`` is a new dossier."""
    if edge.machine == "Refund":
        return refund_in(edge, case, turn)
    rival = case.start() if edge.target == "surplus" else None
    attempt = case.start()
    stand_in(edge.source, case, attempt, turn)
    if edge.transition in BY_PEOPLE:
        decision = BY_PEOPLE[edge.transition]
        if decision != "unpaid":
            case.ends(attempt, "00")
        is_late = (
            decision == "return" and turn % 2
        )  # found to be paid, but for something paid or closed
        assert case.propose(attempt, "paid" if is_late else decision)
        if is_late:
            close(case, rival, turn // 2)
    elif rival is not None:
        close(case, rival, turn)
    return attempt


def cross(edge, case, row, turn):
    """Cross ``edge`` with ``row``, by the door that ``turn`` chooses."""
    if edge.machine == "Refund":
        cross_with_refund(edge, case, row, turn)
    elif edge.transition in BY_PEOPLE:
        assert case.confirm(row, edge.transition)
    elif edge.transition == "propose_decision":
        assert case.propose(row, "unpaid")
    elif edge.transition == "fail":
        case.ends(row, "02")
        case.tell(row)
    elif edge.transition == "expire":
        case.grow_old(row, by=QUARTER)
        choose(turn, case.complete, case.come_back)(row)
    elif edge.transition == "set_aside":
        case.grow_old(row)
        case.ask_in_vain(row)
    else:
        case.ends(row, "00" if edge.transition in TAKES_MONEY else choose(turn // 3, *HELD))
        doors = [case.tell, case.complete]
        if edge.source in PAGE_ASKS:
            doors.append(case.come_back)
        if edge.transition in TAKES_MONEY:
            doors.append(lambda _attempt: case.repair())
        choose(turn, *doors)(row)


def stand_in(source, case, attempt, turn):
    """Bring a started attempt into the state ``source``."""
    if source == "failed":
        case.ends(attempt, "02")
        case.tell(attempt)
    elif source == "suspected":
        case.ends(attempt, choose(turn, *HELD))
        case.tell(attempt)
    elif source == "expired":
        case.grow_old(attempt, by=QUARTER)
        case.complete(attempt)
    elif source == "undecided":
        case.grow_old(attempt)
        case.ask_in_vain(attempt)


def close(case, rival, turn):
    """Nothing is asked for any more: paid by another attempt, in cash, or withdrawn."""
    choose(turn, lambda: case.pays(rival), case.take_cash, case.withdraw)()


# Money back -----------------------------------------------------------------------------------------


def refund_in(edge, case, turn):
    if edge.transition == "pay_out" and turn % 2:
        return approved(case, case.ask_for_refund(case.take_cash()))
    attempt = case.start()
    case.pays(attempt)
    attempt.refresh_from_db()
    if choose(turn, True, False):
        assert case.ask_back()
        (refund,) = case.refunds("requested")
    else:
        refund = case.ask_for_refund(attempt)
    if edge.source == "requested":
        return refund
    approved(case, refund)
    if edge.transition == "pay_out":
        case.send(refund, "refused")
        assert case.at_desk("cashier", refund, "request_again", way="transfer")
        return approved(case, refund)
    if edge.source == "sent":
        lost = "request lost" if edge.transition == "give_up" else choose(turn, *LOST)
        for _try in range(5 if edge.transition == "give_up" else 1):
            case.send(refund, lost)
    elif edge.source == "refused":
        case.send(refund, "refused")
    return refund


LOST = ("request lost", "answer lost")


def approved(case, refund):
    assert case.at_desk("leader", refund, "approve")
    return refund


def cross_with_refund(edge, case, refund, turn):
    if edge.transition in ("send", "settle"):
        case.send(refund)
    elif edge.transition == "refuse":
        if case.bank.payments[refund.attempt.txn_ref].refunded:
            case.bank.turn_down(refund.attempt)
        case.send(refund, "refused")
    else:
        role, typed = {
            "approve": ("leader", {}),
            "reject": ("leader", {"reason": "Không đủ căn cứ."}),
            "give_up": ("cashier", {}),
            "pay_out": ("cashier", {}),
            "request_again": ("cashier", {"way": choose(turn, "gateway", "transfer")}),
        }[edge.transition]
        assert case.at_desk(role, refund, edge.transition, **typed)


def choose(turn, *these):
    return these[turn % len(these)]
