"""Cash on the counter: receipt, ledger entry and the dossier's move, all of it or none, by a cashier of the agency."""

import pytest

from dossiers.models import Dossier, PaymentRequest
from payments import actions, ledger
from payments.actions import cash
from payments.errors import NothingOpenToPay, NotTheCashier
from payments.models import CashReceipt, Entry
from portal.errors import PortalError
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.agencies.factories import CommuneFactory
from tests.dossiers.factories import DossierFactory, officer, request_withdrawal
from tests.payments.books import balances, references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.workflow.threads import run_together


def waiting(**fields):
    dossier = DossierFactory(payment_requested=True, **fields)
    return dossier, dossier.payment_requests.get()


def cashier_of(dossier):
    return OfficialFactory(role="cashier", agency=dossier.handling_agency)


def untouched(request):
    row = PaymentRequest.objects.get(pk=request.pk)
    return row.closed_at is None and not Entry.objects.exists() and not CashReceipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("level", [3, 4])
def test_cash_is_booked_and_the_dossier_goes_on(level):
    dossier, request = waiting(offering__level=level)
    cashier = cashier_of(dossier)

    receipt = actions.receive_cash(request, by=cashier)

    stored = Dossier.objects.get(pk=dossier.pk)
    assert stored.state == "submitted"
    assert (receipt.amount, receipt.cashier, receipt.grant.role) == (75_000, cashier, "cashier")
    assert balances(dossier.handling_agency) == {"cash_desk": 75_000, "agency": -75_000}
    row = stored.history.last()
    assert (row.transition, row.actor, row.details["amount"]) == ("record_payment", None, 75_000)
    assert PaymentRequest.objects.get(pk=request.pk).paid_at == receipt.received_at or row.at


@pytest.mark.django_db
def test_a_cashier_of_the_same_agency_proper_may():
    dossier, request = waiting()
    unit = dossier.receiving_unit
    at_the_unit = OfficialFactory(role="cashier", unit=unit)

    actions.receive_cash(request, by=at_the_unit)

    assert references() == ["cash"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "who",
    ["foreign cashier", "one_door", "leader", "specialist", "auditor", "citizen", "applicant"],
)
def test_nobody_else_takes_cash(who):
    dossier, request = waiting()
    person = {
        "foreign cashier": lambda: OfficialFactory(role="cashier", agency=CommuneFactory()),
        "auditor": lambda: OfficialFactory(role="auditor"),
        "citizen": UserFactory,
        "applicant": lambda: dossier.filed_by,
    }.get(who, lambda: officer(dossier, who))()

    with pytest.raises(NotTheCashier):
        actions.receive_cash(request, by=person)

    assert untouched(request)


@pytest.mark.django_db
def test_what_was_paid_online_is_not_paid_in_cash():
    dossier, request = waiting()
    actions.absorb(notice_query(AttemptFactory(dossier=dossier)))

    with pytest.raises(NothingOpenToPay):
        actions.receive_cash(request, by=cashier_of(dossier))

    assert references() == ["capture"]


@pytest.mark.django_db
def test_while_a_withdrawal_is_decided_nothing_is_taken():
    dossier, request = waiting()
    request_withdrawal(dossier)

    with pytest.raises(NothingOpenToPay):
        actions.receive_cash(request, by=cashier_of(dossier))

    assert untouched(request)


@pytest.mark.django_db
def test_money_of_the_gateway_after_cash_is_surplus():
    dossier, request = waiting()
    attempt = AttemptFactory(dossier=dossier)
    actions.receive_cash(request, by=cashier_of(dossier))

    assert actions.absorb(notice_query(attempt)) == "00"

    assert references() == ["cash", "surplus"]
    assert balances(dossier.handling_agency) == {
        "cash_desk": 75_000,
        "agency": -75_000,
        "gateway": 75_000,
        "refunds": -75_000,
    }


@pytest.mark.parametrize("breaks", ["the ledger", "the move"])
def test_all_of_it_or_nothing(own_database, monkeypatch, breaks):
    dossier, request = waiting()
    cashier = cashier_of(dossier)

    def break_down(*args, **kwargs):
        raise RuntimeError(breaks)

    if breaks == "the ledger":
        monkeypatch.setattr(ledger, "cash", break_down)
    else:
        monkeypatch.setattr(cash, "carry_out", break_down)
    with pytest.raises(RuntimeError):
        actions.receive_cash(request, by=cashier)

    assert untouched(request)
    assert Dossier.objects.get(pk=dossier.pk).state == "payment_requested"


def test_two_cashiers_at_once_and_a_notice_take_the_fee_once(own_database):
    dossier, request = waiting()
    query = notice_query(AttemptFactory(dossier=dossier))
    cashiers = [cashier_of(dossier) for _number in range(4)]

    def pay(cashier):
        if cashier is None:
            return actions.absorb(query)
        return actions.receive_cash(PaymentRequest.objects.get(pk=request.pk), by=cashier).pk

    answers = run_together(pay, [*cashiers, None])

    refused = [answer for answer in answers if isinstance(answer, PortalError)]
    in_cash = [answer for answer in answers[:4] if not isinstance(answer, Exception)]
    assert answers[4] == "00"
    if in_cash:
        assert (len(in_cash), len(refused)) == (1, 3)
        assert references() == ["cash", "surplus"]
    else:
        assert len(refused) == 4
        assert references() == ["capture"]
    assert PaymentRequest.objects.get(pk=request.pk).paid_at is not None
