"""Money enters the books by a verified notice only, once, with everything that belongs to it or not at all."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from dossiers.states import State as DossierState
from payments import ledger
from payments.models import Account, Attempt, Entry, Notice, Posting, Refund
from payments.states import State
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
    assert tell(client, notice_query(attempt, ResponseCode="07", TransactionStatus="07")) == "00"

    assert untouched(attempt)
    assert Notice.objects.get().verdict == Notice.Verdict.HELD


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


def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(attempt):
    account = ledger.account(Account.Kind.GATEWAY, attempt.handling_agency_id)

    with pytest.raises(IntegrityError, match="sums to"), transaction.atomic():
        ledger.post("odd", attempt.dossier_id, attempt.started_at, [(account, 5), (account, -4)])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
