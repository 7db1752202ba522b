"""Four eyes: whoever asks for money back, or says what became of money, is not whoever agrees."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from payments import actions
from payments.errors import (
    AlreadyOwed,
    DecisionDiffers,
    DecisionIncomplete,
    GatewayStillAsked,
    MoreThanWasPaid,
    NobodyProposed,
    NothingToGiveBack,
    RefundReasonMissing,
    SamePerson,
)
from payments.models import Attempt, Entry, Receipt, Refund
from payments.states import State
from payments.tasks import complete_open_attempts
from portal.errors import NotPermitted, PortalError
from portal.notifications.models import Message
from portal.workflow import outbox, perform
from tests.accounts.factories import OfficialFactory, RoleGrantFactory, UserFactory
from tests.dossiers.factories import DossierFactory, officer, refuse_receipt, request_withdrawal
from tests.payments.books import balances, references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.waiting import an_hour_later
from tests.workflow.threads import patiently, run_together

NOTE = "Tôi đã nộp phí này bằng tiền mặt."


def captured(bank, **fields):
    """An attempt whose money the bank took and the portal booked."""
    attempt = AttemptFactory(**fields)
    bank.owes(attempt)
    number = bank.payments[attempt.txn_ref].number
    query = notice_query(attempt, secret=bank.config["secret"], TransactionNo=number)
    assert actions.absorb(query) == "00"
    attempt.refresh_from_db()
    attempt.dossier.refresh_from_db()
    return attempt


def paid_in_cash():
    dossier = DossierFactory(payment_requested=True)
    cashier = OfficialFactory(role="cashier", agency=dossier.handling_agency)
    return actions.receive_cash(dossier.payment_requests.get(), by=cashier)


def asked(attempt, **fields):
    return actions.request_refund(
        attempt, reason=Refund.Reason.ASKED, by=attempt.dossier.filed_by, note=NOTE, **fields
    )


# Refunds ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_applicant_asks_a_leader_approves_and_the_money_goes_back(bank):
    attempt = captured(bank)
    refund = asked(attempt)
    complete_open_attempts()
    refund.refresh_from_db()
    assert (refund.state, bank.asked("refund"), references()) == ("requested", [], ["capture"])

    actions.approve_refund(refund, by=officer(attempt.dossier, "leader"))
    complete_open_attempts()
    outbox.drain(linger=0)

    refund.refresh_from_db()
    assert refund.state == "done"
    assert references() == ["capture", "owed", "refund"]
    assert balances(attempt.handling_agency) == {}
    told = Message.objects.filter(key__startswith="refund:").order_by("pk")
    assert [message.recipient for message in told] == [attempt.dossier.applicant_email] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "who", ["applicant", "specialist", "one_door", "stranger", "foreign leader"]
)
def test_nobody_else_approves(bank, who):
    attempt = captured(bank)
    refund = asked(attempt)
    person = {
        "applicant": lambda: attempt.dossier.filed_by,
        "stranger": UserFactory,
        "foreign leader": lambda: OfficialFactory(
            role="leader", agency=AttemptFactory().handling_agency
        ),
    }.get(who, lambda: officer(attempt.dossier, who))()

    with pytest.raises(NotPermitted):
        actions.approve_refund(refund, by=person)

    assert Refund.objects.get().state == "requested"
    assert references() == ["capture"]


@pytest.mark.django_db
def test_who_asked_never_approves_whatever_roles_they_hold(bank):
    attempt = captured(bank)
    cashier = officer(attempt.dossier, "cashier")
    refund = actions.request_refund(
        attempt, reason=Refund.Reason.MISTAKE, by=cashier, note="Thu nhầm."
    )
    RoleGrantFactory(user=cashier, role="leader", agency=attempt.handling_agency)
    cashier = type(cashier).objects.get(pk=cashier.pk)

    for decide in (
        lambda: actions.approve_refund(refund, by=cashier),
        lambda: actions.reject_refund(refund, reason="Không đúng.", by=cashier),
        lambda: actions.approve_refund(refund, by=None),
    ):
        with pytest.raises(SamePerson):
            decide()
    with pytest.raises(IntegrityError, match="refund_four_eyes"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(approved_by=cashier, approved_at=timezone.now())

    colleague = OfficialFactory(role="cashier", agency=attempt.handling_agency)
    actions.approve_refund(refund, by=colleague)
    assert Refund.objects.get().approved_by == colleague


@pytest.mark.django_db
def test_an_official_does_not_approve_money_for_their_own_dossier(bank):
    attempt = captured(bank)
    owner = attempt.dossier.filed_by
    refund = actions.request_refund(
        attempt, reason=Refund.Reason.MISTAKE, by=officer(attempt.dossier, "one_door"), note=NOTE
    )
    RoleGrantFactory(user=owner, role="leader", agency=attempt.handling_agency)

    with pytest.raises(SamePerson):
        actions.approve_refund(refund, by=type(owner).objects.get(pk=owner.pk))


@pytest.mark.django_db
def test_a_refund_that_is_turned_down_says_why_and_moves_no_money(bank):
    attempt = captured(bank)
    refund = asked(attempt)

    actions.reject_refund(refund, reason="Đã xử lý.", by=officer(attempt.dossier, "leader"))
    outbox.drain(linger=0)

    assert Refund.objects.get().answer == "Đã xử lý."
    assert references() == ["capture"]
    assert "Đã xử lý." in Message.objects.get(key__startswith="refund:").body
    assert asked(attempt).state == "requested"  # and may be asked for again


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [0, -1, 75_001, 1.5, True, "75000"])
def test_only_a_sum_that_is_left_can_be_asked_for(bank, amount):
    attempt = captured(bank)

    with pytest.raises(MoreThanWasPaid):
        asked(attempt, amount=amount)

    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_parts_add_up_to_what_was_paid_and_never_to_more(bank):
    attempt = captured(bank)
    leader = officer(attempt.dossier, "leader")
    actions.approve_refund(asked(attempt, amount=50_000), by=leader)
    with pytest.raises(MoreThanWasPaid):
        asked(attempt, amount=25_001)
    asked(attempt, amount=25_000)
    with pytest.raises(NothingToGiveBack):
        asked(attempt)
    with pytest.raises(IntegrityError, match="would exceed"), transaction.atomic():
        Refund.objects.create(
            attempt=attempt,
            dossier=attempt.dossier,
            handling_agency=attempt.handling_agency,
            amount=1,
            reason="asked",
            requested_at=timezone.now(),
        )


@pytest.mark.django_db
def test_a_reason_is_asked_for_and_strangers_ask_for_nothing(bank):
    attempt = captured(bank)

    with pytest.raises(RefundReasonMissing):
        actions.request_refund(
            attempt, reason=Refund.Reason.ASKED, by=attempt.dossier.filed_by, note="  "
        )
    with pytest.raises(NotPermitted):
        actions.request_refund(attempt, reason=Refund.Reason.ASKED, by=UserFactory(), note=NOTE)


def test_64_who_ask_and_approve_at_once_never_give_back_more_than_was_paid(own_database, bank):
    attempt = captured(bank)
    payer, leader = attempt.dossier.filed_by, officer(attempt.dossier, "leader")

    def ask(number):
        refund = patiently(
            actions.request_refund,
            Attempt.objects.get(pk=attempt.pk),
            reason=Refund.Reason.ASKED,
            by=type(payer).objects.get(pk=payer.pk),
            note=NOTE,
            amount=10_000 if number % 2 else 7_000,
        )
        again = type(leader).objects.get(pk=leader.pk)
        return patiently(actions.approve_refund, refund, by=again).amount

    answers = run_together(ask, range(64))

    given = [answer for answer in answers if isinstance(answer, int)]
    refused = [answer for answer in answers if isinstance(answer, PortalError)]
    assert [answer for answer in answers if answer not in [*given, *refused]] == []
    assert 0 < sum(given) <= attempt.amount
    assert sum(Refund.objects.values_list("amount", flat=True)) == sum(given)
    assert balances(attempt.handling_agency)["refunds"] == -sum(given)


@pytest.mark.django_db
def test_what_somebody_asked_for_is_approved_by_the_rules_when_the_dossier_is_not_received(bank):
    attempt = captured(bank)
    asked(attempt)

    refuse_receipt(attempt.dossier)
    outbox.drain(linger=0)

    assert (Refund.objects.get().state, Refund.objects.get().approved_by) == ("approved", None)


@pytest.mark.django_db
def test_cash_goes_back_across_the_counter(bank):
    receipt = paid_in_cash()
    dossier = Dossier.objects.get(pk=receipt.request.dossier_id)
    refuse_receipt(dossier)
    outbox.drain(linger=0)
    refund = Refund.objects.get()
    assert (refund.state, refund.way, refund.cash_receipt) == ("approved", "counter", receipt)
    complete_open_attempts()
    assert bank.requests == []

    actions.pay_out(refund, by=officer(dossier, "cashier"))

    assert Refund.objects.get().state == "done"
    assert balances(dossier.handling_agency) == {}
    with pytest.raises(PortalError):
        actions.pay_out(refund, by=officer(dossier, "cashier"))


@pytest.mark.django_db
def test_what_the_gateway_refuses_is_asked_for_in_another_way_by_two_people(bank):
    attempt = captured(bank)
    leader, cashier = (officer(attempt.dossier, role) for role in ("leader", "cashier"))
    refund = asked(attempt)
    actions.approve_refund(refund, by=leader)
    bank.refuse_with("95")
    complete_open_attempts()
    refund.refresh_from_db()
    first_number = refund.request_id

    actions.request_again(refund, way="transfer", by=cashier)
    with pytest.raises(SamePerson):
        actions.approve_refund(refund, by=cashier)
    with pytest.raises(AlreadyOwed):
        actions.reject_refund(refund, reason="Không.", by=leader)
    actions.approve_refund(refund, by=leader)
    actions.pay_out(refund, by=cashier)

    refund.refresh_from_db()
    assert (refund.state, refund.way) == ("done", "transfer")
    assert refund.request_id != first_number
    assert references() == ["capture", "owed", "refund"]
    assert balances(attempt.handling_agency) == {
        "gateway": attempt.amount,
        "treasury": -attempt.amount,
    }


@pytest.mark.django_db
def test_nobody_gives_up_while_the_gateway_may_still_tell(bank):
    attempt = captured(bank)
    refund = asked(attempt)
    actions.approve_refund(refund, by=officer(attempt.dossier, "leader"))
    bank.lose_requests = 100
    cashier = officer(attempt.dossier, "cashier")
    complete_open_attempts()
    with pytest.raises(GatewayStillAsked):
        actions.give_up_refund(refund, by=cashier)
    for _number in range(4):
        an_hour_later()
        complete_open_attempts()

    actions.give_up_refund(refund, by=cashier)

    assert Refund.objects.get().state == "refused"
    assert "refund" not in references()


# Decisions about uncertain money ---------------------------------------------------------------------


def uncertain(state):
    attempt = AttemptFactory()
    if state == State.SUSPECTED:
        perform(attempt, "suspect", by=None, gateway_number="77001")
    else:
        perform(attempt, "set_aside", by=None)
    return attempt


def proposed(attempt, decision):
    cashier = officer(attempt.dossier, "cashier")
    actions.propose_decision(
        attempt, decision=decision, note="Sao kê số 12", gateway_number="77001", by=cashier
    )
    return cashier


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.SUSPECTED, State.UNDECIDED])
@pytest.mark.parametrize(
    ("decision", "ends", "booked"),
    [
        ("paid", "captured", ["capture"]),
        ("return", "surplus", ["surplus"]),
        ("unpaid", "failed", []),
    ],
)
def test_one_proposes_and_another_confirms(state, decision, ends, booked):
    attempt = uncertain(state)
    cashier = proposed(attempt, decision)
    with pytest.raises(SamePerson):
        actions.confirm_decision(attempt, by=cashier)
    assert not Entry.objects.exists()

    actions.confirm_decision(attempt, by=officer(attempt.dossier, "leader"))

    stored = Attempt.objects.select_related("dossier").get()
    assert (stored.state, references()) == (ends, booked)
    assert stored.dossier.state == ("submitted" if decision == "paid" else "payment_requested")
    assert Refund.objects.count() == (decision == "return")
    assert stored.history.last().details["proposed_by"] == cashier.pk


@pytest.mark.django_db
def test_money_decided_upon_too_late_goes_back():
    attempt = uncertain(State.SUSPECTED)
    proposed(attempt, "paid")
    request_withdrawal(Dossier.objects.get(pk=attempt.dossier_id))

    actions.confirm_decision(attempt, by=officer(attempt.dossier, "leader"))

    assert Attempt.objects.get().state == State.SURPLUS
    assert Refund.objects.get().state == "approved"


@pytest.mark.django_db
def test_a_decision_wants_a_proof_a_number_and_a_proposal():
    attempt = uncertain(State.UNDECIDED)
    cashier, leader = (officer(attempt.dossier, role) for role in ("cashier", "leader"))

    for note, number in (("", "77001"), ("Sao kê", "")):
        with pytest.raises(DecisionIncomplete):
            actions.propose_decision(
                attempt, decision="paid", note=note, gateway_number=number, by=cashier
            )
    with pytest.raises(NobodyProposed):
        actions.confirm_decision(attempt, by=leader)
    proposed(attempt, "unpaid")
    with pytest.raises(DecisionDiffers):
        actions.confirm_decision(attempt, by=leader, only="accept_as_paid")
    with pytest.raises(NotPermitted):
        actions.propose_decision(attempt, decision="unpaid", note="x", by=attempt.dossier.filed_by)


@pytest.mark.django_db
def test_money_that_comes_after_people_said_there_is_none_is_money_received():
    attempt = uncertain(State.UNDECIDED)
    proposed(attempt, "unpaid")
    actions.confirm_decision(attempt, by=officer(attempt.dossier, "leader"))

    assert actions.absorb(notice_query(attempt)) == "00"

    assert Attempt.objects.get().state == State.CAPTURED


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes", [{"gateway_number": "1"}, {"amount": 1}, {"txn_ref": "x"}, {"state": "failed"}]
)
def test_what_was_captured_stays_as_it_is(bank, changes):
    attempt = captured(bank)

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(**changes)


@pytest.mark.django_db
def test_the_desk_decides_through_its_pages(client, bank):
    attempt = uncertain(State.UNDECIDED)
    cashier, leader = (officer(attempt.dossier, role) for role in ("cashier", "leader"))

    def act(person, name, **typed):
        client.force_login(person)
        attempt.refresh_from_db()
        address = reverse("admin:payments_attempt_transition", args=[attempt.pk, name])
        assert client.get(address).status_code in (200, 403)
        return client.post(address, {"seen": attempt.sequence, **typed})

    decided = {"decision": "paid", "note": "Sao kê số 12", "gateway_number": "77001"}
    assert act(cashier, "propose_decision", **decided | {"note": ""}).status_code == 422
    assert act(cashier, "propose_decision", **decided).status_code == 302
    assert act(cashier, "accept_as_paid").status_code == 403
    assert act(leader, "accept_as_paid").status_code == 302

    attempt.refresh_from_db()
    assert (attempt.state, references()) == ("captured", ["capture"])


@pytest.mark.django_db
def test_the_desk_approves_and_pays_out_through_its_pages(client):
    receipt = paid_in_cash()
    dossier = receipt.request.dossier
    actions.request_refund(receipt, reason=Refund.Reason.MISTAKE, by=receipt.cashier, note=NOTE)
    refund = Refund.objects.get()
    leader = officer(dossier, "leader")

    def act(person, name, **typed):
        client.force_login(person)
        refund.refresh_from_db()
        address = reverse("admin:payments_refund_transition", args=[refund.pk, name])
        return client.post(address, {"seen": refund.sequence, **typed})

    assert act(receipt.cashier, "approve").status_code == 403
    assert act(leader, "reject").status_code == 422
    assert act(leader, "approve").status_code == 302
    assert act(receipt.cashier, "pay_out").status_code == 302
    outbox.drain(linger=0)

    refund.refresh_from_db()
    assert (refund.state, balances(dossier.handling_agency)) == ("done", {})
    assert Receipt.objects.filter(kind="counter").count() == 1
