"""The payer's pages: they lead to the gateway and show what the books say, never what an address says."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError
from django.urls import reverse

from dossiers.models import Dossier
from payments import actions
from payments.errors import GatewayUnreachable, NothingOpenToPay, PayAtTheCounter
from payments.models import Attempt, Entry, Notice
from payments.states import State
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import DossierFactory, request_withdrawal
from tests.payments.bank import SECRET
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.test_gateway_notices import mutations

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier():
    return DossierFactory(payment_requested=True)


@pytest.fixture
def payer(client, dossier):
    """The browser of the applicant."""
    client.force_login(dossier.filed_by)
    return client


def address(name, thing):
    return reverse(f"payments:{name}", args=[thing.public_id])


# Leaving for the gateway ---------------------------------------------------------------------------


def test_the_page_says_what_is_to_be_paid_and_to_whom(payer, dossier, bank):
    page = payer.get(address("pay", dossier)).content.decode()

    assert "75.000" in page
    assert dossier.code in page


def test_the_button_leads_to_the_gateway_with_a_signed_order(payer, dossier, bank):
    answer = payer.post(address("start", dossier))

    attempt = Attempt.objects.get()
    target = urlsplit(answer.url)
    order = {key: values[0] for key, values in parse_qs(target.query).items()}
    assert answer.status_code == 302
    assert f"{target.scheme}://{target.netloc}{target.path}" == bank.config["pay_url"]
    assert order["vnp_Amount"] == "7500000"
    assert order["vnp_TxnRef"] == attempt.txn_ref
    assert order["vnp_ReturnUrl"].endswith(address("return", attempt))
    assert (attempt.state, attempt.amount, attempt.request) == (
        State.STARTED,
        75_000,
        dossier.payment_requests.get(),
    )


def test_each_leaving_is_an_attempt_of_its_own(payer, dossier, bank):
    payer.post(address("start", dossier))
    payer.post(address("start", dossier))

    numbers = set(Attempt.objects.values_list("txn_ref", flat=True))
    assert len(numbers) == 2


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_gateway_that_is_down_is_said_so_and_nothing_was_opened(
    payer, dossier, gateway_down, language
):
    dossier.filed_by.language = language
    dossier.filed_by.save()

    answer = payer.post(address("start", dossier), headers={"accept-language": language})

    assert answer.status_code == GatewayUnreachable.status == 503
    assert "Traceback" not in answer.content.decode()
    assert not Attempt.objects.exists()
    assert Dossier.objects.get(pk=dossier.pk).state == "payment_requested"


def test_at_level_3_the_fee_is_paid_at_the_counter(client, bank):
    dossier = DossierFactory(payment_requested=True, offering__level=3)
    client.force_login(dossier.filed_by)

    answer = client.post(address("start", dossier))

    assert answer.status_code == PayAtTheCounter.status
    assert not Attempt.objects.exists()


def test_what_is_paid_or_withdrawn_is_not_paid_again(payer, dossier, bank):
    actions.absorb(notice_query(AttemptFactory(dossier=dossier), secret=SECRET))
    assert payer.post(address("start", dossier)).status_code == NothingOpenToPay.status
    waiting = DossierFactory(payment_requested=True, filed_by=dossier.filed_by)
    request_withdrawal(waiting)

    assert payer.post(address("start", waiting)).status_code == NothingOpenToPay.status
    assert Attempt.objects.count() == 1


def test_a_dossier_without_a_request_has_nothing_to_pay(client, bank):
    dossier = DossierFactory(submitted=True)
    client.force_login(dossier.filed_by)

    assert client.get(address("pay", dossier)).status_code == 200
    assert client.post(address("start", dossier)).status_code == 404


@pytest.mark.parametrize("name", ["pay", "start", "return"])
def test_another_persons_payment_does_not_exist(client, dossier, bank, name):
    attempt = AttemptFactory(dossier=dossier)
    thing = attempt if name == "return" else dossier
    client.force_login(UserFactory())

    ask = client.post if name == "start" else client.get
    assert ask(address(name, thing)).status_code == 404
    client.logout()
    assert ask(address(name, thing)).status_code == 302
    assert bank.requests == []


@pytest.mark.parametrize(
    ("name", "method"),
    [("start", "get"), ("pay", "post"), ("return", "post"), ("ipn", "post"), ("ipn", "put")],
)
def test_other_methods_are_refused(payer, dossier, bank, name, method):
    attempt = AttemptFactory(dossier=dossier)
    url = (
        reverse("payments:ipn")
        if name == "ipn"
        else address(name, attempt if name == "return" else dossier)
    )

    assert getattr(payer, method)(url).status_code == 405
    assert Attempt.objects.count() == 1


# Coming back -----------------------------------------------------------------------------------


def test_the_return_address_proves_nothing(payer, dossier, bank):
    """Every word of it may be true, and signed: only the gateway's notice or answer books money."""
    attempt = AttemptFactory(dossier=dossier)
    bank.owes(attempt, status="01")

    page = payer.get(f"{address('return', attempt)}?{notice_query(attempt, secret=SECRET)}")

    assert page.status_code == 200
    assert Attempt.objects.get().state == State.STARTED
    assert not Entry.objects.exists() and not Notice.objects.exists()
    assert Dossier.objects.get(pk=dossier.pk).state == "payment_requested"


def test_coming_back_before_the_notice_asks_the_gateway(payer, dossier, bank):
    attempt = AttemptFactory(dossier=dossier)
    bank.owes(attempt)

    page = payer.get(address("return", attempt)).content.decode()

    assert Attempt.objects.get().state == State.CAPTURED
    assert bank.payments[attempt.txn_ref].number in page
    assert len(bank.asked("querydr")) == 1


def test_looking_again_and_again_does_not_ask_again_and_again(payer, dossier, bank):
    attempt = AttemptFactory(dossier=dossier)
    bank.owes(attempt, status="01")

    for _number in range(5):
        assert payer.get(address("return", attempt)).status_code == 200

    assert len(bank.requests) == 1


def test_a_gateway_down_at_the_return_is_waited_for(payer, dossier, gateway_down):
    attempt = AttemptFactory(dossier=dossier)

    assert payer.get(address("return", attempt)).status_code == 200
    assert Attempt.objects.get().state == State.STARTED


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ({}, "captured"),
        ({"ResponseCode": "24", "TransactionStatus": "02"}, "failed"),
        ({"ResponseCode": "07", "TransactionStatus": "07"}, "suspected"),
    ],
)
def test_the_page_shows_what_the_books_say(payer, dossier, bank, codes, state):
    attempt = AttemptFactory(dossier=dossier)
    actions.absorb(notice_query(attempt, secret=SECRET, **codes))
    bank.owes(attempt, status=codes.get("TransactionStatus", "00"))
    forged = notice_query(attempt, secret=SECRET, ResponseCode="00" if state == "failed" else "24")

    page = payer.get(f"{address('return', attempt)}?{forged}")

    assert page.status_code == 200
    assert page.context["attempt"].state == state == Attempt.objects.get().state


# The gateway's notice --------------------------------------------------------------------------


def test_a_notice_needs_no_session_and_no_token(client, dossier, bank):
    attempt = AttemptFactory(dossier=dossier)
    client.handler.enforce_csrf_checks = True

    answer = client.get(f"{reverse('payments:ipn')}?{notice_query(attempt, secret=SECRET)}")

    assert (answer.status_code, answer.json()["RspCode"]) == (200, "00")
    assert answer["Content-Type"] == "application/json"


def test_a_database_that_does_not_answer_asks_for_a_repeat(client, monkeypatch):
    def down(query):
        raise OperationalError("no connection")

    monkeypatch.setattr(actions, "absorb", down)

    answer = client.get(f"{reverse('payments:ipn')}?vnp_TxnRef=1")

    assert (answer.status_code, answer.json()["RspCode"]) == (200, "99")


def as_the_server_hands_it_over(text):
    """A query as it arrives: bytes, which WSGI writes as Latin-1."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def mutated_addresses(payer, attempt, count):
    """Send ``count`` mutated notices to both addresses; the statuses and answers that came."""
    statuses, answers = set(), set()
    for text in mutations(notice_query(attempt, secret=SECRET), count):
        query = as_the_server_hands_it_over(text)
        told = payer.get(reverse("payments:ipn"), QUERY_STRING=query)
        back = payer.get(address("return", attempt), QUERY_STRING=query)
        statuses |= {told.status_code, back.status_code}
        answers.add(told.json()["RspCode"])
    return statuses, answers


def test_mutated_notices_and_return_addresses_are_neither_believed_nor_an_error(
    payer, dossier, bank, count=150
):
    attempt = AttemptFactory(dossier=dossier)
    bank.owes(attempt, status="01")

    assert mutated_addresses(payer, attempt, count) == ({200}, {"97", "99"})
    assert Attempt.objects.get().state == State.STARTED
    assert not Entry.objects.exists()


@pytest.mark.slow
def test_ten_thousand_mutated_notices_and_return_addresses(payer, dossier, bank):
    test_mutated_notices_and_return_addresses_are_neither_believed_nor_an_error(
        payer, dossier, bank, count=10_000
    )
