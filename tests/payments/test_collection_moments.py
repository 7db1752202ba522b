"""When a fee is asked for: at reception, with the supplement, with the result. Through the pages, both sides of them.

What is asked for is computed by the server at that moment and frozen: neither a page nor a later answer changes it.
"""

import random
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import reverse

from dossiers.models import Dossier
from payments import actions
from payments.models import Attempt
from portal import clock
from portal.catalogue import definitions
from portal.catalogue.samples import sample_answers
from portal.workflow import outbox
from tests.catalogue.factories import OfferingFactory, small_content
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory, officer
from tests.payments.books import balances
from tests.payments.notices import notice_query

pytestmark = pytest.mark.django_db
EACH = 8_000  # VND a copy
PER_COPY = {
    "kind": "per_copy",
    "amount_vnd": EACH,
    "question": "copies",
    "name": {"vi": "Phí cấp bản sao", "en": "Fee for copies"},
}


def content_with(fee, *, code="9.700001"):
    return small_content(code=code) | {"fee": fee}


def at(moment):
    """A dossier, sent, of a service whose fee per copy falls due then."""
    return DossierFactory(
        submitted=True,
        offering__service__code="9.700001",
        offering__service__content=content_with(PER_COPY | {"when": moment}),
    )


@pytest.fixture
def desk(client):
    """``desk(user, dossier, move, **typed)``: the desk's form of a move, sent by that official."""

    def desk(user, dossier, move, **typed):
        client.force_login(user)
        page = reverse("admin:dossiers_dossier_transition", args=[dossier.public_id, move])
        assert client.get(page).status_code == 200
        dossier.refresh_from_db()
        answer = client.post(page, {"seen": dossier.sequence, **typed})
        assert answer.status_code == 302, answer.content.decode()
        dossier.refresh_from_db()

    return desk


@pytest.fixture
def applicant(client):
    """``applicant(dossier)``: the browser of who filed it."""

    def sign_in(dossier):
        client.force_login(dossier.filed_by)
        return client

    return sign_in


def pays(browser, dossier):
    """The button of the pay page and the gateway's word; the amount that the order named."""
    page = reverse("payments:pay", args=[dossier.public_id])
    assert browser.get(page).status_code == 200
    # Whatever a page sends along is not what is paid.
    typed = {"amount": "1", "vnp_Amount": "100", "copies": "1", "fee": "0"}
    target = browser.post(reverse("payments:start", args=[dossier.public_id]), typed)
    order = parse_qs(urlsplit(target.url).query)
    attempt = Attempt.objects.get(dossier=dossier, state="started")
    assert actions.absorb(notice_query(attempt)) == "00"
    dossier.refresh_from_db()
    return int(order["vnp_Amount"][0]) // 100


def asks_for_supplement(desk, dossier):
    typed = {"document-paper": "Bản chụp mờ.", "question-copies": "Cần ghi đúng số bản."}
    desk(officer(dossier, "one_door"), dossier, "request_supplement", **typed)
    assert dossier.state == "supplement_requested"


def supplies(browser, dossier, *, copies):
    page = reverse("dossiers:supply", args=[dossier.public_id])
    assert browser.get(page).status_code == 200
    browser.post(page, {"component": "paper", "file": journeys.pdf_file()})
    browser.post(page, {"copies": str(copies)})
    send = reverse("dossiers:supply_send", args=[dossier.public_id])
    answer = browser.post(send, {"seen": dossier.sequence}, follow=True)
    dossier.refresh_from_db()
    return answer.content.decode()


def test_the_fee_at_reception_is_asked_for_by_the_officer(bank, desk, applicant):
    dossier = at("processing")
    desk(officer(dossier, "one_door"), dossier, "receive")
    assert not dossier.payment_requests.exists()

    desk(officer(dossier, "one_door"), dossier, "request_payment")

    assert dossier.state == "payment_requested"
    assert pays(applicant(dossier), dossier) == 2 * EACH
    assert dossier.state == "received"


def test_the_fee_with_the_supplement_is_that_of_the_corrected_answer(bank, desk, applicant):
    dossier = at("supplement")
    asks_for_supplement(desk, dossier)
    assert not dossier.payment_requests.exists()

    page = supplies(applicant(dossier), dossier, copies=3)

    assert dossier.state == "payment_requested"
    assert reverse("payments:pay", args=[dossier.public_id]) in page
    request = dossier.payment_requests.get()
    assert (request.amount, request.lines[0]["quantity"]) == (3 * EACH, 3)
    assert pays(applicant(dossier), dossier) == 3 * EACH
    assert dossier.state == "submitted"  # where it was when the supplement was asked for
    assert balances(dossier.handling_agency) == {"gateway": 3 * EACH, "agency": -3 * EACH}


def test_the_fee_with_the_supplement_is_asked_for_once(bank, desk, applicant):
    dossier = at("supplement")
    asks_for_supplement(desk, dossier)
    supplies(applicant(dossier), dossier, copies=3)
    pays(applicant(dossier), dossier)
    desk(officer(dossier, "one_door"), dossier, "receive")
    specialist = officer(dossier, "specialist")
    desk(officer(dossier, "one_door"), dossier, "start_processing", to=specialist.pk)
    typed = {"document-paper": "Thiếu trang hai."}
    desk(specialist, dossier, "request_supplement", **typed)
    browser = applicant(dossier)
    page = reverse("dossiers:supply", args=[dossier.public_id])
    browser.post(page, {"component": "paper", "file": journeys.pdf_file()})
    browser.post(
        reverse("dossiers:supply_send", args=[dossier.public_id]), {"seen": dossier.sequence}
    )

    dossier.refresh_from_db()
    assert (dossier.state, dossier.payment_requests.count()) == ("in_process", 1)


def test_the_fee_with_the_result_is_asked_for_before_it_is_given(bank, applicant):
    dossier = DossierFactory(
        completed=True,
        offering__service__code="9.700001",
        offering__service__content=content_with(PER_COPY | {"when": "result"}),
    )
    assert not dossier.payment_requests.exists()
    outbox.drain(linger=0)
    dossier.refresh_from_db()
    assert dossier.state == "payment_requested"

    assert pays(applicant(dossier), dossier) == 2 * EACH
    outbox.drain(linger=0)
    dossier.refresh_from_db()
    assert dossier.state == "returned"


def test_what_was_asked_for_stays_whatever_the_answers_become(bank, desk, applicant):
    dossier = at("processing")
    desk(officer(dossier, "one_door"), dossier, "receive")
    desk(officer(dossier, "one_door"), dossier, "request_payment")
    Dossier.objects.filter(pk=dossier.pk).update(answers={"copies": 20, "declaration": True})

    page = applicant(dossier).get(reverse("payments:pay", args=[dossier.public_id]))

    assert "16.000" in page.content.decode()
    assert pays(applicant(dossier), dossier) == 2 * EACH


@pytest.mark.parametrize(
    ("language", "name"), [("vi", "Phí cấp bản sao"), ("en", "Fee for copies")]
)
def test_the_lines_speak_the_language_of_the_page(bank, desk, applicant, language, name):
    dossier = at("processing")
    desk(officer(dossier, "one_door"), dossier, "receive")
    desk(officer(dossier, "one_door"), dossier, "request_payment")
    browser = applicant(dossier)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    for page in ("pay", "history"):
        text = browser.get(reverse(f"payments:{page}", args=[dossier.public_id])).content.decode()
        assert f"<dt>{name} × 2</dt>" in text


@pytest.mark.parametrize(
    ("category", "amount_vnd"), [("standard", 200_000), ("reduced", 100_000), ("exempt", 0)]
)
def test_a_reduction_of_the_catalogue_is_a_line_of_the_request(bank, client, category, amount_vnd):
    content = definitions.service("2.000488").content
    offering = OfferingFactory(service__code="2.000488", service__content=content)
    journeys.citizen(client)
    dossier = journeys.begin(client, offering)
    definition = dossier.version.definition
    answers = sample_answers(definition, random.Random(7), today=clock.today())
    journeys.fill_in(client, dossier, answers | {"fee_category": category})
    journeys.send(client, dossier)

    asked = list(dossier.payment_requests.values_list("amount", flat=True))
    assert asked == ([amount_vnd] if amount_vnd else [])
    if category == "reduced":
        page = client.get(reverse("payments:pay", args=[dossier.public_id])).content.decode()
        assert "Giảm 50%" in page and "sinh viên" in page and "244/2016/TT-BTC" in page
