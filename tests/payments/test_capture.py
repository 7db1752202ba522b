"""Money enters the books by a verified notice only, once, with everything that belongs to it or not at all."""

import itertools
from datetime import timedelta

import pytest
from django.db.models import Sum

from dossiers.models import Dossier
from dossiers.states import State as DossierState
from payments.models import Account, Attempt, Entry, Notice, Posting, Refund
from payments.states import State
from portal import clock
from portal.workflow import perform
from portal.workflow.models import Delta
from tests.dossiers.factories import officer, request_withdrawal
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt():
    return AttemptFactory()


def tell(client, query):
    return client.get(f"/pay/ipn/?{query}").json()["RspCode"]


def untouched(attempt):
    stored = Attempt.objects.select_related("dossier").get(pk=attempt.pk)
    return (
        stored.state == State.STARTED
        and stored.dossier.state == DossierState.PAYMENT_REQUESTED
        and not Entry.objects.exists()
    )


def test_a_verified_notice_takes_the_money_and_lets_the_dossier_go_on(client, attempt):
    assert tell(client, notice_query(attempt)) == "00"

    stored = Attempt.objects.select_related("dossier", "request").get(pk=attempt.pk)
    assert stored.state == State.CAPTURED
    assert stored.dossier.state == DossierState.SUBMITTED
    assert stored.request.paid_at is not None
    assert Posting.objects.aggregate(sum=Sum("amount"))["sum"] == 0
    assert (
        Posting.objects.get(
            account__kind=Account.Kind.AGENCY, account__agency=attempt.handling_agency
        ).amount
        == -attempt.amount
    )
    assert [row.transition for row in attempt.dossier.history.order_by("sequence")][
        -1
    ] == "record_payment"


def test_a_repeated_notice_is_answered_02_and_counted_once(client, attempt):
    query = notice_query(attempt)

    assert [tell(client, query) for _number in range(3)] == ["00", "02", "02"]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"Amount": 1}, "99"),
        ({"Amount": 7_499_900}, "04"),
        ({"Amount": 750_000_000}, "04"),
        ({"TxnRef": "nobody"}, "01"),
        ({"TmnCode": "OTHER001"}, "01"),
    ],
)
def test_a_signed_notice_about_something_else_changes_nothing(client, attempt, changes, answer):
    assert tell(client, notice_query(attempt, **changes)) == answer
    assert untouched(attempt)
    assert Notice.objects.get().verdict == Notice.Verdict.REFUSED


@pytest.mark.parametrize(
    "query",
    [
        "",
        "vnp_SecureHash=",
        "vnp_TxnRef=%00",
        "vnp_Amount=1&vnp_Amount=2",
        "a[]=1",
        "vnp_SecureHash=%F0%9F%92%A9" * 400,
    ],
)
def test_nonsense_is_refused_and_never_an_error_of_ours(client, attempt, query):
    response = client.get(f"/pay/ipn/?{query}")

    assert response.status_code == 200
    assert response.json()["RspCode"] in {"97", "99"}
    assert untouched(attempt)


def test_a_forged_notice_changes_nothing_and_is_kept(client, attempt):
    assert tell(client, notice_query(attempt, secret="another secret")) == "97"
    assert untouched(attempt)
    assert Notice.objects.get().answer == "97"


@pytest.mark.parametrize(("response_code", "status"), [("00", "02"), ("24", "02"), ("51", "02")])
def test_only_the_pair_of_codes_means_paid(client, attempt, response_code, status):
    assert (
        tell(client, notice_query(attempt, ResponseCode=response_code, TransactionStatus=status))
        == "00"
    )

    stored = Attempt.objects.select_related("dossier").get(pk=attempt.pk)
    assert stored.state == State.FAILED
    assert stored.dossier.state == DossierState.PAYMENT_REQUESTED
    assert not Entry.objects.exists()


def test_money_under_suspicion_is_held_for_people(client, attempt):
    query = notice_query(attempt, ResponseCode="07", TransactionStatus="07")

    assert [tell(client, query) for _number in range(2)] == ["00", "02"]

    stored = Attempt.objects.select_related("dossier").get(pk=attempt.pk)
    assert (stored.state, stored.dossier.state) == (State.SUSPECTED, DossierState.PAYMENT_REQUESTED)
    assert not Entry.objects.exists()
    assert list(Notice.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "held",
        "known",
    ]


def test_success_after_a_failure_is_money_received(client, attempt):
    tell(client, notice_query(attempt, ResponseCode="11", TransactionStatus="02"))

    assert tell(client, notice_query(attempt)) == "00"
    assert Attempt.objects.get(pk=attempt.pk).state == State.CAPTURED


def test_paying_twice_in_two_tabs_gives_the_second_back(client, attempt):
    second = AttemptFactory(dossier=attempt.dossier)

    assert tell(client, notice_query(attempt)) == "00"
    assert tell(client, notice_query(second)) == "00"

    states = set(Attempt.objects.values_list("state", flat=True))
    assert states == {State.CAPTURED, State.SURPLUS}
    assert Refund.objects.get().attempt == second
    assert Posting.objects.aggregate(sum=Sum("amount"))["sum"] == 0
    assert Posting.objects.get(account__kind=Account.Kind.REFUNDS).amount == -second.amount


def test_late_success_after_the_attempt_expired_is_money_received(client, attempt):
    perform(attempt, "expire", by=None)

    assert tell(client, notice_query(attempt)) == "00"

    assert Attempt.objects.get(pk=attempt.pk).state == State.CAPTURED
    assert Dossier.objects.get(pk=attempt.dossier_id).state == DossierState.SUBMITTED


def test_late_success_after_the_dossier_expired_goes_back(client, attempt, monkeypatch):
    request = attempt.request
    monkeypatch.setattr(clock, "now", lambda: request.answer_by + timedelta(hours=1))
    perform(Dossier.objects.get(pk=attempt.dossier_id), "expire", by=None)

    assert tell(client, notice_query(attempt)) == "00"

    assert Attempt.objects.get(pk=attempt.pk).state == State.SURPLUS
    assert Refund.objects.get().reason == Refund.Reason.SURPLUS
    assert Dossier.objects.get(pk=attempt.dossier_id).outcome == "expired"


def test_money_that_comes_while_a_withdrawal_is_decided_goes_back(client, attempt):
    dossier = Dossier.objects.get(pk=attempt.dossier_id)
    request_withdrawal(dossier)

    assert tell(client, notice_query(attempt)) == "00"
    perform(
        dossier, "refuse_withdrawal", by=officer(dossier, "one_door"), reason="Đã giải quyết xong."
    )

    assert Attempt.objects.get(pk=attempt.pk).state == State.SURPLUS
    # The fee is still open, and can still be paid.
    second = AttemptFactory(dossier=dossier)
    assert tell(client, notice_query(second)) == "00"
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.SUBMITTED


def test_a_failure_after_success_changes_nothing(client, attempt):
    tell(client, notice_query(attempt))

    assert tell(client, notice_query(attempt, ResponseCode="24", TransactionStatus="02")) == "02"
    assert Attempt.objects.get(pk=attempt.pk).state == State.CAPTURED


def test_suspicion_after_success_changes_nothing(client, attempt):
    tell(client, notice_query(attempt))

    assert tell(client, notice_query(attempt, ResponseCode="07", TransactionStatus="07")) == "02"
    assert Notice.objects.latest("pk").verdict == Notice.Verdict.KNOWN


def test_suspicion_that_is_lifted_is_money_received(client, attempt):
    tell(client, notice_query(attempt, ResponseCode="07", TransactionStatus="07"))

    assert tell(client, notice_query(attempt)) == "00"
    assert Attempt.objects.get(pk=attempt.pk).state == State.CAPTURED


def test_a_gateway_number_that_another_order_has_books_nothing(client, attempt):
    other = AttemptFactory()
    tell(client, notice_query(other, TransactionNo=77))

    assert tell(client, notice_query(attempt, TransactionNo=77)) == "99"

    stored = Attempt.objects.select_related("dossier").get(pk=attempt.pk)
    assert (stored.state, stored.dossier.state) == (State.STARTED, DossierState.PAYMENT_REQUESTED)
    assert Entry.objects.count() == 1
    assert Notice.objects.latest("pk").verdict == Notice.Verdict.REFUSED


def test_every_notice_is_kept_as_it_came(client, attempt):
    queries = [
        notice_query(attempt, secret="another secret"),
        notice_query(attempt, Amount=1_000_000),
        notice_query(attempt),
        notice_query(attempt),
    ]

    for query in queries:
        tell(client, query)

    kept = Notice.objects.order_by("pk").values_list("query", "answer", "verdict")
    assert [row[0] for row in kept] == queries
    assert [row[1:] for row in kept] == [
        ("97", "refused"),
        ("04", "refused"),
        ("00", "taken"),
        ("02", "known"),
    ]


NOTICES = {
    "success": {},
    "failure": {"ResponseCode": "24", "TransactionStatus": "02"},
    "suspicion": {"ResponseCode": "07", "TransactionStatus": "07"},
}


@pytest.mark.parametrize("order", list(itertools.permutations(NOTICES)), ids="-".join)
def test_in_whatever_order_notices_come_and_however_often_the_books_end_alike(
    client, attempt, order
):
    for name in [*order, *order]:
        assert tell(client, notice_query(attempt, **NOTICES[name])) in {"00", "02"}

    stored = Attempt.objects.select_related("dossier").get(pk=attempt.pk)
    assert (stored.state, stored.dossier.state) == (State.CAPTURED, DossierState.SUBMITTED)
    assert Entry.objects.count() == 1
    assert not Refund.objects.exists()


def test_what_is_captured_counts_and_a_surplus_does_not(client, attempt):
    second = AttemptFactory(dossier=attempt.dossier)

    tell(client, notice_query(attempt))
    tell(client, notice_query(second))

    delta = Delta.objects.get(metric="online_payments")
    assert (delta.quantity, delta.amount, delta.agency) == (
        1,
        attempt.amount,
        attempt.handling_agency_id,
    )
