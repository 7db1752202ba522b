"""The dossier's machine, rule by rule: what the law says about each move, told one at a time."""

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from dossiers.errors import (
    AlreadyWithThatAgency,
    CannotTakeOver,
    ComponentsMissing,
    DateNotLater,
    FeePaid,
    FeeStillDue,
    ItemsMissing,
    LevelDoesNotAllow,
    NoSuchStep,
    NotAfterCompletion,
    NothingProposed,
    NothingToPay,
    NotYetExpired,
    ProposerMayNotSign,
    ReasonMissing,
    RescheduledBefore,
    ResultNotSigned,
    SupplementAskedBefore,
    SupplementIncomplete,
    WrongDeskForWithdrawal,
)
from dossiers.models import Dossier, DossierHistory, SupplementRequest
from dossiers.states import FINAL, OFFICIAL_CODES, Channel
from portal import clock
from portal.errors import NotOffered, NotPermitted
from portal.workflow import offers, perform
from portal.workflow.machine import declared
from tests.accounts.factories import OfficialFactory, RoleGrantFactory, UserFactory
from tests.agencies.factories import DepartmentFactory, UnitFactory
from tests.dossiers.factories import (
    AttachmentFactory,
    DossierFactory,
    StoredDocumentFactory,
    officer,
    pay,
    propose,
    receive,
    request_payment,
    request_supplement,
    request_withdrawal,
    signed_result,
    start_processing,
    submit,
)
from tests.workflow.arrangements import ITEMS, ask_for_supplement

pytestmark = pytest.mark.django_db


def refused(refusal, dossier, name, by, **details):
    """``name`` is refused with ``refusal``, and the dossier stays where it was."""
    before = Dossier.objects.filter(pk=dossier.pk).values().get()
    with pytest.raises(refusal) as caught:
        perform(dossier, name, by=by, **details)
    assert Dossier.objects.filter(pk=dossier.pk).values().get() == before
    assert str(caught.value)
    return caught.value


# States --------------------------------------------------------------------------------------


def test_states_have_their_official_codes():
    assert {state.value: code for state, code in OFFICIAL_CODES.items()} == {
        "draft": 0,
        "submitted": 1,
        "received": 2,
        "not_received": 3,
        "in_process": 4,
        "supplement_requested": 5,
        "payment_requested": 6,
        "withdrawal_requested": 7,
        "stopped": 8,
        "completed": 9,
        "returned": 10,
    }


def test_nothing_leaves_a_final_state():
    for state in FINAL:
        assert not [
            name for name, meta in declared(Dossier).items() if state.value in meta.transitions
        ]


@pytest.mark.parametrize("situation", ["not_received", "withdrawn", "stopped", "returned"])
def test_at_the_end_nobody_is_offered_anything(situation):
    dossier = DossierFactory(**{situation: True})

    for role in ("one_door", "specialist", "leader", "clerk"):
        assert offers(dossier, officer(dossier, role)) == []


# Sending -------------------------------------------------------------------------------------


def test_a_dossier_without_its_paper_is_not_sent():
    dossier = DossierFactory(papers=())

    refusal = refused(ComponentsMissing, dossier, "submit", dossier.filed_by)

    assert "Giấy tờ gốc" in str(refusal)
    assert Dossier.objects.get(pk=dossier.pk).code is None


@pytest.mark.parametrize(("level", "allowed"), [(1, False), (2, False), (3, True), (4, True)])
def test_the_level_decides_on_sending_online(level, allowed):
    dossier = DossierFactory(offering__level=level)

    if allowed:
        submit(dossier)
        assert dossier.state == "submitted"
    else:
        refused(LevelDoesNotAllow, dossier, "submit", dossier.filed_by)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_paper_is_taken_at_every_level(level):
    dossier = DossierFactory(paper=True, offering__level=level)

    perform(dossier, "submit", by=officer(dossier, "one_door"))

    assert DossierHistory.objects.get(dossier=dossier).channel == Channel.COUNTER


@pytest.mark.parametrize(
    ("situation", "name", "details"),
    [
        ("draft", "submit", {}),
        ("supplement_requested", "supply", {}),
        ("submitted", "request_withdrawal", {"reason": "Tôi nộp nhầm nơi."}),
    ],
)
def test_what_was_filed_online_is_the_applicants_own(situation, name, details):
    """An official acts for people on paper only; the desk shows the button as barred."""
    online = DossierFactory(situation=situation)
    receiver = officer(online, "one_door")
    refused(NotPermitted, online, name, receiver, **details)
    refused(NotPermitted, online, name, UserFactory(), **details)
    offer = next(offer for offer in offers(online, receiver) if offer.name == name)
    assert not offer.permitted and offer.reason

    on_paper = DossierFactory(paper=True, situation=situation)
    if name == "supply":
        AttachmentFactory(
            dossier=on_paper, supplement=SupplementRequest.objects.get(dossier=on_paper)
        )
    refused(NotPermitted, on_paper, name, UserFactory(), **details)
    perform(on_paper, name, by=officer(on_paper, "one_door"), **details)


# Supplement ----------------------------------------------------------------------------------


def test_a_supplement_is_asked_once_at_reception_and_once_at_appraisal():
    dossier = DossierFactory(supplement_requested=True)
    supply(dossier)
    again = refused(
        SupplementAskedBefore,
        dossier,
        "request_supplement",
        officer(dossier, "one_door"),
        items=ITEMS,
    )
    assert f"{dossier.submitted_at:%d/%m/%Y}" in str(again)
    receive(dossier)
    refused(
        SupplementAskedBefore,
        dossier,
        "request_supplement",
        officer(dossier, "one_door"),
        items=ITEMS,
    )

    start_processing(dossier)
    ask_for_supplement(dossier)
    supply(dossier)

    assert dossier.state == "in_process"
    refused(
        SupplementAskedBefore,
        dossier,
        "request_supplement",
        officer(dossier, "specialist"),
        items=ITEMS,
    )
    assert list(dossier.supplement_requests.values_list("stage", flat=True)) == [
        "reception",
        "appraisal",
    ]


@pytest.mark.parametrize(
    ("items", "refusal"),
    [
        ([], ItemsMissing),
        ([{"kind": "document", "key": "no-such-paper", "reason": "Mờ."}], ItemsMissing),
        ([{"kind": "question", "key": "paper", "reason": "Mờ."}], ItemsMissing),
        ([{"kind": "document", "key": "paper", "reason": "  "}], ReasonMissing),
        ([{"kind": "document", "key": "paper"}], ReasonMissing),
        ([*ITEMS, {"kind": "question", "key": "copies", "reason": ""}], ReasonMissing),
    ],
)
def test_every_item_is_known_and_has_a_reason(items, refusal):
    dossier = DossierFactory(submitted=True)

    refused(refusal, dossier, "request_supplement", officer(dossier, "one_door"), items=items)

    assert not dossier.supplement_requests.exists()


def test_a_supplement_is_sent_when_its_papers_are_there():
    dossier = DossierFactory(supplement_requested=True)
    refusal = refused(SupplementIncomplete, dossier, "supply", dossier.filed_by)
    assert "Giấy tờ gốc" in str(refusal)

    supply(dossier)

    assert dossier.state == "submitted"
    assert dossier.supplement_requests.get().closed_at is not None


def supply(dossier):
    request = SupplementRequest.objects.still_open().get(dossier=dossier)
    AttachmentFactory(dossier=dossier, supplement=request)
    perform(dossier, "supply", by=dossier.filed_by)


# Requests on top of each other -----------------------------------------------------------------


@pytest.mark.parametrize("origin", ["submitted", "received", "in_process"])
def test_a_refused_withdrawal_goes_back_to_waiting(origin):
    dossier = DossierFactory(situation=origin)
    ask_for_supplement(dossier)
    request_withdrawal(dossier)
    role = "specialist" if origin == "in_process" else "one_door"

    perform(dossier, "refuse_withdrawal", by=officer(dossier, role), reason="Đã giải quyết xong.")

    assert dossier.state == "supplement_requested"
    assert dossier.supplement_requests.get().closed_at is None
    assert dossier.withdrawal_requests.get().answer == "Đã giải quyết xong."
    supply(dossier)
    assert dossier.state == origin


def test_an_accepted_withdrawal_closes_what_lies_under_it():
    dossier = DossierFactory(payment_requested=True)
    request_withdrawal(dossier)

    perform(dossier, "accept_withdrawal", by=officer(dossier, "one_door"))

    assert (dossier.state, dossier.outcome) == ("stopped", "withdrawn")
    assert (
        dossier.payment_requests.get().closed_at
        == dossier.withdrawal_requests.get().closed_at
        is not None
    )
    assert dossier.payment_requests.get().paid_at is None


def test_who_decides_on_a_withdrawal_depends_on_the_processing():
    at_the_counter = DossierFactory(submitted=True)
    request_withdrawal(at_the_counter)
    for role in ("specialist", "leader"):
        refused(
            WrongDeskForWithdrawal,
            at_the_counter,
            "accept_withdrawal",
            officer(at_the_counter, role),
        )
    perform(at_the_counter, "accept_withdrawal", by=officer(at_the_counter, "one_door"))

    at_work = DossierFactory(in_process=True)
    request_withdrawal(at_work)
    refused(WrongDeskForWithdrawal, at_work, "accept_withdrawal", officer(at_work, "one_door"))
    perform(at_work, "accept_withdrawal", by=officer(at_work, "leader"))
    assert at_work.steps.filter(ended_at=None).count() == 0


# Payment ---------------------------------------------------------------------------------------


def test_after_completion_a_fee_can_only_be_paid():
    dossier = DossierFactory(
        completed=True, offering__service__fee_vnd=75_000, offering__service__fee_when="result"
    )
    refused(FeeStillDue, dossier, "return_result", officer(dossier, "one_door"))
    request_payment(dossier)
    refused(
        NotAfterCompletion,
        dossier,
        "request_withdrawal",
        dossier.filed_by,
        reason="Tôi không cần nữa.",
    )
    refused(
        NotAfterCompletion, dossier, "stop", officer(dossier, "leader"), reason="Người nộp đã mất."
    )
    refused(NotAfterCompletion, dossier, "expire", None)

    pay(dossier)

    assert (dossier.state, dossier.outcome) == ("completed", "granted")
    perform(dossier, "return_result", by=officer(dossier, "one_door"))


def test_a_fee_is_asked_for_once():
    dossier = DossierFactory(payment_requested=True)
    refused(NotOffered, dossier, "request_payment", None)
    pay(dossier)

    refused(FeePaid, dossier, "request_payment", None)


def test_what_costs_nothing_is_not_charged():
    dossier = DossierFactory(submitted=True)

    refused(NothingToPay, dossier, "request_payment", officer(dossier, "one_door"))


def test_the_fee_is_frozen_when_it_is_asked_for():
    dossier = DossierFactory(payment_requested=True)
    request = dossier.payment_requests.get()

    assert request.amount == 75_000 == sum(line["amount_vnd"] for line in request.lines)
    assert request.online
    row = dossier.history.get(transition="request_payment")
    assert row.details == {"request": str(request.public_id), "amount": 75_000}


@pytest.mark.parametrize(("level", "online"), [(3, False), (4, True)])
def test_the_level_decides_on_paying_online(level, online):
    dossier = DossierFactory(payment_requested=True, offering__level=level)

    assert dossier.payment_requests.get().online is online


# Unanswered ------------------------------------------------------------------------------------


@pytest.mark.parametrize("situation", ["supplement_requested", "payment_requested"])
def test_an_unanswered_request_expires_only_after_its_last_day(situation, monkeypatch):
    dossier = DossierFactory(**{situation: True})
    name = "supplement_requests" if situation == "supplement_requested" else "payment_requests"
    answer_by = getattr(dossier, name).get().answer_by
    assert (answer_by.hour, answer_by.minute) == (23, 59) or answer_by.tzinfo
    refusal = refused(NotYetExpired, dossier, "expire", None)
    assert refusal.fields["day"] in str(refusal)

    monkeypatch.setattr(clock, "now", lambda: answer_by)
    refused(NotYetExpired, dossier, "expire", None)
    monkeypatch.setattr(clock, "now", lambda: answer_by + timedelta(seconds=1))
    refused(NotPermitted, dossier, "expire", officer(dossier, "leader"))
    perform(dossier, "expire", by=None)

    assert (dossier.state, dossier.outcome) == ("stopped", "expired")
    assert getattr(dossier, name).get().closed_at == answer_by + timedelta(seconds=1)


# Processing ------------------------------------------------------------------------------------


def test_nobody_signs_what_they_proposed():
    dossier = DossierFactory(in_process=True)
    signer = officer(dossier, "leader")
    both = OfficialFactory(role="specialist", agency=dossier.handling_agency)
    RoleGrantFactory(user=both, role="leader", agency=dossier.handling_agency)
    refused(NothingProposed, dossier, "complete", both, result=signed_result())
    perform(dossier, "propose", by=both, outcome="granted", statement="Đủ điều kiện.")
    refused(ProposerMayNotSign, dossier, "complete", both, result=signed_result())

    perform(dossier, "complete", by=signer, result=signed_result())

    assert dossier.outcome == "granted"


def test_the_latest_proposal_counts():
    dossier = DossierFactory(proposed=True)
    signer = officer(dossier, "leader")
    both = OfficialFactory(role="specialist", agency=dossier.handling_agency)
    RoleGrantFactory(user=both, role="leader", agency=dossier.handling_agency)
    perform(dossier, "propose", by=both, outcome="refused", statement="Thiếu căn cứ.")
    refused(ProposerMayNotSign, dossier, "complete", both, result=signed_result())

    perform(dossier, "complete", by=signer, result=signed_result())

    assert dossier.outcome == "refused"
    assert dossier.history.last().details["outcome"] == "refused"


@pytest.mark.parametrize("kind", ["none", "an attachment", "unsigned"])
def test_only_a_signed_result_completes(kind):
    dossier = DossierFactory(proposed=True)
    document = {
        "none": lambda: None,
        "an attachment": StoredDocumentFactory,
        "unsigned": lambda: StoredDocumentFactory(role="result", signed_by=""),
    }[kind]()

    refused(ResultNotSigned, dossier, "complete", officer(dossier, "leader"), result=document)


def test_a_result_belongs_to_one_dossier():
    first, second = DossierFactory(proposed=True), DossierFactory(proposed=True)
    document = signed_result()
    perform(first, "complete", by=officer(first, "leader"), result=document)

    with pytest.raises(IntegrityError), transaction.atomic():
        perform(second, "complete", by=officer(second, "leader"), result=document)
    assert Dossier.objects.get(pk=second.pk).state == "in_process"


def test_steps_are_handed_over_and_sent_back_one_at_a_time():
    dossier = DossierFactory(in_process=True)
    specialist, leader = officer(dossier, "specialist"), officer(dossier, "leader")
    refused(NoSuchStep, dossier, "send_back", leader, reason="Thiếu căn cứ.")
    perform(dossier, "hand_over", by=specialist, to=leader)
    refused(NoSuchStep, dossier, "hand_over", specialist)
    refused(ReasonMissing, dossier, "send_back", leader, reason="")
    perform(dossier, "send_back", by=leader, reason="Thiếu căn cứ.")
    perform(dossier, "hand_over", by=specialist)

    steps = list(dossier.steps.order_by("pk"))
    assert [step.key for step in steps] == ["appraise", "sign", "appraise", "sign"]
    assert [step.ended_at is None for step in steps] == [False, False, False, True]
    assert all(before.ended_at == after.started_at for before, after in itertools.pairwise(steps))
    assert steps[1].handler == leader
    assert all(step.due_at > step.started_at for step in steps)
    assert [
        row.details for row in dossier.history.filter(transition__in=["hand_over", "send_back"])
    ] == [
        {"from": "appraise", "to": "sign"},
        {"from": "sign", "to": "appraise"},
        {"from": "appraise", "to": "sign"},
    ]


def test_a_transfer_changes_who_may_act():
    dossier = DossierFactory(in_process=True)
    here = {role: officer(dossier, role) for role in ("specialist", "leader")}
    elsewhere = DepartmentFactory()
    there = {
        role: OfficialFactory(role=role, agency=elsewhere) for role in ("specialist", "leader")
    }
    proposal = {"outcome": "granted", "statement": "Đủ điều kiện."}
    refused(NotPermitted, dossier, "propose", there["specialist"], **proposal)

    perform(dossier, "transfer", by=here["leader"], to=elsewhere)

    assert dossier.handling_agency == elsewhere and dossier.assigned_to is None
    assert dossier.history.last().handling_agency == elsewhere
    refused(NotPermitted, dossier, "propose", here["specialist"], **proposal)
    perform(dossier, "propose", by=there["specialist"], **proposal)
    refused(NotPermitted, dossier, "complete", here["leader"], result=signed_result())
    perform(dossier, "complete", by=there["leader"], result=signed_result())
    # The counter is still the unit's own.
    perform(dossier, "return_result", by=officer(dossier, "one_door"))


def test_a_transfer_leads_to_another_agency():
    dossier = DossierFactory(in_process=True)
    refusal = refused(
        AlreadyWithThatAgency,
        dossier,
        "transfer",
        officer(dossier, "leader"),
        to=dossier.handling_agency,
    )
    assert str(dossier.handling_agency) in str(refusal)


@pytest.mark.parametrize("whom", ["citizen", "other role", "other agency", "former", "inactive"])
def test_only_an_official_who_handles_it_takes_a_dossier_over(whom):
    dossier = DossierFactory(received=True)
    here = dossier.handling_agency
    to = {
        "citizen": lambda: dossier.filed_by,
        "other role": lambda: OfficialFactory(role="clerk", agency=here),
        "other agency": lambda: OfficialFactory(role="specialist", agency=DepartmentFactory()),
        "former": lambda: _former(OfficialFactory(role="specialist", agency=here)),
        "inactive": lambda: OfficialFactory(role="specialist", agency=here, is_active=False),
    }[whom]()

    refusal = refused(
        CannotTakeOver, dossier, "start_processing", officer(dossier, "one_door"), to=to
    )

    assert str(to) in str(refusal)
    assert Dossier.objects.get(pk=dossier.pk).assigned_to is None
    assert not dossier.steps.exists()


def _former(official):
    official.grants.update(valid_to=clock.today())
    return official


def test_the_next_step_goes_to_somebody_who_does_that_work():
    dossier = DossierFactory(in_process=True)
    specialist = officer(dossier, "specialist")

    refused(CannotTakeOver, dossier, "hand_over", specialist, to=dossier.filed_by)

    assert [step.key for step in dossier.steps.all()] == ["appraise"]


def test_another_unit_of_the_same_agency_may_not_receive():
    dossier = DossierFactory(submitted=True)
    beside = UnitFactory(agency=dossier.receiving_unit.agency, code="T99.beside")

    refused(NotPermitted, dossier, "receive", OfficialFactory(role="one_door", unit=beside))


def test_an_apology_gives_one_later_date_and_the_dossier_stays_late():
    dossier = DossierFactory(received=True)
    leader, kept = officer(dossier, "leader"), (dossier.due_at, dossier.expected_at)
    refused(
        DateNotLater, dossier, "reschedule", leader, until=dossier.expected_at, reason="Chờ ý kiến."
    )
    refused(
        ReasonMissing,
        dossier,
        "reschedule",
        leader,
        until=dossier.expected_at + timedelta(days=1),
        reason=" ",
    )
    promised = dossier.expected_at + timedelta(days=5)

    perform(dossier, "reschedule", by=leader, until=promised, reason="Chờ ý kiến.")

    stored = Dossier.objects.get(pk=dossier.pk)
    assert stored.promised_at == promised
    assert (stored.due_at, stored.expected_at) == kept
    refused(
        RescheduledBefore,
        dossier,
        "reschedule",
        leader,
        until=promised + timedelta(days=9),
        reason="Nữa.",
    )


@pytest.mark.parametrize(
    ("situation", "name", "role", "details"),
    [
        ("submitted", "refuse_receipt", "one_door", {}),
        ("received", "stop", "leader", {}),
        ("proposed", "propose", "specialist", {"outcome": "granted"}),
    ],
)
def test_what_the_applicant_reads_needs_words(situation, name, role, details):
    dossier = DossierFactory(situation=situation)
    word = "statement" if name == "propose" else "reason"

    for nothing in ("", "   ", None):
        refused(ReasonMissing, dossier, name, officer(dossier, role), **{word: nothing}, **details)


def test_history_holds_no_free_text():
    """Reasons and statements name people: they stand in their own tables, never where nothing can be purged."""
    secret = "Nguyễn Văn Bí Mật"
    dossier = DossierFactory(in_process=True)
    perform(
        dossier,
        "request_supplement",
        by=officer(dossier, "specialist"),
        items=[{"kind": "document", "key": "paper", "reason": secret}],
    )
    perform(dossier, "request_withdrawal", by=dossier.filed_by, reason=secret)
    perform(dossier, "refuse_withdrawal", by=officer(dossier, "specialist"), reason=secret)
    supply(dossier)
    perform(
        dossier, "propose", by=officer(dossier, "specialist"), outcome="granted", statement=secret
    )
    perform(dossier, "stop", by=officer(dossier, "leader"), reason=secret)

    assert secret not in str(list(DossierHistory.objects.values()))


def test_moves_are_told_apart_from_the_page_that_showed_them():
    dossier = DossierFactory(submitted=True)
    request_supplement(dossier)
    propose_from_a_stale_page = Dossier.objects.get(pk=dossier.pk)
    propose_from_a_stale_page.state = "in_process"

    with pytest.raises(NotOffered):
        propose(propose_from_a_stale_page)
