"""What a payer sees of their money: attempts, receipts, refunds, a QR code for another phone, and another try."""

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.urls import reverse
from django.utils import timezone

from payments import actions
from payments.models import Attempt, Refund
from payments.states import State
from payments.tasks import complete_open_attempts
from portal import clock
from portal.workflow import outbox, perform
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import DossierFactory
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.test_two_people import captured

pytestmark = pytest.mark.django_db


def address(name, thing):
    return reverse(f"payments:{name}", args=[thing.public_id])


@pytest.fixture
def paid(bank, client):
    """A paid attempt, its payer signed in."""
    attempt = captured(bank)
    outbox.drain(linger=0)
    client.force_login(attempt.dossier.filed_by)
    return attempt


def test_the_history_shows_attempts_and_receipts(paid, client):
    page = client.get(address("history", paid.dossier)).content.decode()

    receipt = paid.dossier.receipts.get()
    for words in (paid.gateway_number, receipt.code, address("receipt", receipt), "75.000"):
        assert words in page
    dossier_page = client.get(paid.dossier.get_absolute_url()).content.decode()
    assert address("receipt", receipt) in dossier_page
    assert address("history", paid.dossier) in dossier_page


def test_the_history_speaks_of_the_portals_dates_alone(bank, client, monkeypatch):
    long_ago = timezone.now() - timedelta(days=200)
    monkeypatch.setattr(clock, "now", lambda: long_ago)
    dossier = DossierFactory(payment_requested=True)
    paid = captured(bank, dossier=dossier)
    AttemptFactory(dossier=dossier, request=paid.request)  # still open
    client.force_login(dossier.filed_by)

    page = client.get(address("history", dossier)).content.decode()

    then, today = (timezone.localtime(at).strftime("%d/%m/%Y") for at in (long_ago, timezone.now()))
    assert page.count(f"{then}, ") >= 3  # asked for and paid, and the two attempts
    assert today not in page


def test_a_dossier_without_money_has_an_empty_history(client):
    dossier = DossierFactory(submitted=True)
    client.force_login(dossier.filed_by)

    assert client.get(address("history", dossier)).status_code == 200


def test_asking_for_the_money_back_and_following_it(paid, client):
    form = address("ask_for_refund", paid.dossier)
    assert "75.000" in client.get(form).content.decode()
    assert client.post(form, {"note": "  "}).status_code == 422
    assert not Refund.objects.exists()

    answer = client.post(form, {"note": "Tôi nộp nhầm."})

    assert answer.url == address("history", paid.dossier)
    assert "Cơ quan chưa quyết định" in client.get(answer.url).content.decode()
    assert client.post(form, {"note": "Một lần nữa."}).status_code == 302
    assert Refund.objects.get().requested_by == paid.dossier.filed_by


@pytest.mark.parametrize("name", ["history", "ask_for_refund", "qr"])
def test_another_persons_money_does_not_exist(paid, client, name):
    client.force_login(UserFactory())
    ask = client.post if name == "qr" else client.get

    assert ask(address(name, paid.dossier)).status_code == 404


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_what_did_not_go_through_says_so_and_offers_another_try(client, bank, how):
    attempt = AttemptFactory()
    client.force_login(attempt.dossier.filed_by)
    if how == "cancelled":
        query = notice_query(
            attempt, secret=bank.config["secret"], ResponseCode="24", TransactionStatus="02"
        )
        actions.absorb(query)
    else:
        perform(attempt, "expire", by=None)

    page = client.get(address("return", attempt)).content.decode()

    assert address("start", attempt.dossier) in page
    answer = client.post(address("start", attempt.dossier), {"way": attempt.driver})
    assert answer.url.startswith(bank.config["pay_url"])


def test_a_failed_try_of_a_fee_that_was_paid_since_offers_no_other(client, bank):
    failed = AttemptFactory()
    perform(failed, "fail", by=None, response_code="24")
    actions.absorb(
        notice_query(AttemptFactory(dossier=failed.dossier), secret=bank.config["secret"])
    )
    client.force_login(failed.dossier.filed_by)

    page = client.get(address("return", failed)).content.decode()

    assert address("start", failed.dossier) not in page


@pytest.mark.parametrize(
    ("name", "details"), [("suspect", {"gateway_number": "7"}), ("set_aside", {})]
)
def test_money_that_people_decide_about_is_said_so_before_paying_again(client, bank, name, details):
    attempt = AttemptFactory()
    perform(attempt, name, by=None, **details)
    client.force_login(attempt.dossier.filed_by)

    assert (
        address("start", attempt.dossier)
        not in client.get(address("return", attempt)).content.decode()
    )
    assert (
        address("return", attempt) in client.get(address("pay", attempt.dossier)).content.decode()
    )


def test_an_unknown_way_to_pay_is_refused_and_opens_nothing(client, bank):
    dossier = DossierFactory(payment_requested=True)
    client.force_login(dossier.filed_by)

    assert client.post(address("start", dossier), {"way": "shells"}).status_code == 422
    assert not Attempt.objects.exists()


# Paying with another device --------------------------------------------------------------------------


@pytest.fixture
def qr_gateway(settings, bank):
    """A gateway that answers ``genqr`` with whatever the test says; the value is the list of what was asked."""
    asked, said = [], {"code": "00", "message": "success"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    site = f"http://127.0.0.1:{server.server_port}"
    said["qrcontent"] = f"{site}/scan/abc"
    settings.GATEWAY = bank.config | {"pay_url": f"{site}/pay"}
    yield asked, said
    server.shutdown()
    server.server_close()


def test_a_qr_code_waits_for_another_phone(client, bank, qr_gateway):
    asked, _said = qr_gateway
    dossier = DossierFactory(payment_requested=True)
    client.force_login(dossier.filed_by)

    answer = client.post(address("qr", dossier))

    attempt = Attempt.objects.get()
    assert "vnp_Command=genqr" in asked[-1]
    assert answer.url == address("return", attempt)
    bank.owes(attempt, status="01")
    page = client.get(answer.url).content.decode()
    assert "<svg" in page and 'class="qr"' in page
    bank.payments[attempt.txn_ref].status = "00"
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    complete_open_attempts()
    page = client.get(answer.url)
    assert Attempt.objects.get().state == State.CAPTURED
    assert 'class="qr"' not in page.content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"code": "97"},
        {"qrcontent": "https://elsewhere.example/"},
        {"qrcontent": ""},
        {"qrcontent": "x"},
    ],
)
def test_an_answer_that_is_no_code_of_the_gateways_own_is_not_shown(client, qr_gateway, said):
    qr_gateway[1].update(said)
    dossier = DossierFactory(payment_requested=True)
    client.force_login(dossier.filed_by)

    assert client.post(address("qr", dossier)).status_code == 503
    assert Attempt.objects.get().qr_content == ""
