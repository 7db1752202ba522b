"""What payers see of their money, in a real browser: axe, the content policy, no sideways scrolling.

Every page in every situation: before paying, in each state of an attempt, receipts, refunds, checking a receipt.
The desk's pages about money are judged at a telephone's width with the rest of the desk (tests/desk/test_browser.py),
and here in the other ways to look at them, with what waits for somebody's decision.
"""

from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.urls import reverse
from playwright.sync_api import sync_playwright

from payments import actions
from payments.models import Attempt, Receipt
from payments.states import State
from payments.tasks import complete_open_attempts
from portal import translations
from portal.workflow import outbox, perform
from tests.accounts.factories import OfficialFactory
from tests.desk.pages import shown
from tests.dossiers.factories import DossierFactory, officer
from tests.look.test_browser import DESKTOP, NARROWEST, PHONE, SITE, Reader
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.test_two_people import asked, captured

pytestmark = pytest.mark.django_db
FAILED = {"ResponseCode": "51", "TransactionStatus": "02"}
# Without preload: else axe writes Django's sheets into the page, where their imports lead nowhere.
VIOLATIONS = """axe.run(document, {resultTypes: ['violations'], preload: false}).then(
    found => found.violations.map(each => [each.id, each.nodes.map(node => node.target.join(' '))]))"""


@pytest.fixture(autouse=True)
def compiled_catalogues():
    """Vietnamese, fresh from its sources."""
    translations.compile_all()


@pytest.fixture
def situations(bank, settings):
    """``[(who looks, path)]``: every page about money, in every situation."""
    settings.GATEWAY_PLATFORM = {**bank.config, "api_url": bank.config["api_url"]}
    seen = []

    def shows(name, thing):
        dossier = getattr(thing, "dossier", thing)
        path = reverse(f"payments:{name}", args=[thing.public_id])
        seen.append((dossier.filed_by, path))

    unpaid = DossierFactory(payment_requested=True)
    shows("pay", unpaid)
    shows("history", unpaid)
    shows("pay", DossierFactory(payment_requested=True, offering__level=3))
    for each in attempts_in_every_state(bank):
        shows("return", each)
    undecided = Attempt.objects.get(state="undecided")
    shows("pay", undecided.dossier)  # with a notice that one is not decided yet
    paid = captured(bank)
    shows("ask_for_refund", paid.dossier)
    shows("pay", paid.dossier)
    given_back = a_refund_done(bank)
    shows("history", given_back)
    shows("history", a_refund_rejected(bank))
    seen += [(None, path) for path in checks_of_receipts()]
    return seen


def attempts_in_every_state(bank):
    """One attempt for each sentence of the page to which payers come back."""
    waiting, scanned, failed, held, undecided, expired = (AttemptFactory() for _ in range(6))
    bank.owes(waiting, status="01")
    bank.owes(scanned, status="01")
    bank.owes(held, status="07")
    bank.owes(undecided, status="01")
    Attempt.objects.filter(pk=scanned.pk).update(qr_content=f"{bank.config['pay_url']}/scan/1")
    assert actions.absorb(notice_query(failed, **FAILED)) == "00"
    perform(held, "suspect", by=None, gateway_number="77")
    perform(undecided, "set_aside", by=None)
    perform(expired, "expire", by=None)
    once = captured(bank)
    twice = AttemptFactory(dossier=once.dossier, request=once.request)
    assert actions.absorb(notice_query(twice)) == "00"
    found = [waiting, scanned, failed, held, undecided, expired, once, twice]
    for attempt in found:
        attempt.refresh_from_db()
    assert {each.state for each in found} == set(State)
    return found


def deliver():
    while outbox.drain(linger=0):
        pass


def a_refund_done(bank):
    attempt = captured(bank)
    deliver()
    actions.approve_refund(asked(attempt), by=officer(attempt.dossier, "leader"))
    complete_open_attempts()
    deliver()
    assert attempt.dossier.refunds.get().state == "done"
    assert attempt.dossier.receipts.count() == 2
    return attempt.dossier


def a_refund_rejected(bank):
    attempt = captured(bank)
    deliver()
    leader = officer(attempt.dossier, "leader")
    actions.reject_refund(asked(attempt), by=leader, reason="Hồ sơ đã được giải quyết.")
    return attempt.dossier


def checks_of_receipts():
    """The page for everybody: empty, mistyped, unknown, genuine, taken back."""
    page = reverse("payments:verify")
    yield page
    yield f"{page}?number=&check="
    yield f"{page}?number=BL-H17-2026-000001&check=ABCDEFGHJK"
    counter = Receipt.objects.get(kind="counter")
    for receipt in (counter, counter.cancels):
        yield f"{page}?{urlencode({'number': receipt.code, 'check': receipt.check_code})}"


@pytest.fixture
def at_the_desk(bank):
    """The same for officials: what there is to look up, and what there is to decide."""
    paid, undecided = captured(bank), AttemptFactory()
    perform(undecided, "set_aside", by=None)
    refund = asked(paid)
    deliver()
    cashier, leader = officer(paid.dossier, "cashier"), officer(paid.dossier, "leader")
    lists = ("attempt", "notice", "refund", "entry", "cashreceipt", "receipt", "reconciliation")
    auditor = OfficialFactory(role="auditor")
    seen = [(auditor, reverse(f"admin:payments_{each}_changelist")) for each in lists]
    seen += [(cashier, reverse("admin:payments_finance"))]
    deciding = officer(undecided.dossier, "cashier")
    for person, model, row, *moves in (
        (leader, "refund", refund, "approve", "reject"),
        (leader, "attempt", paid),
        (deciding, "attempt", undecided, "propose_decision"),
    ):
        seen.append((person, reverse(f"admin:payments_{model}_change", args=[row.pk])))
        for move in moves:
            path = reverse(f"admin:payments_{model}_transition", args=[row.pk, move])
            seen.append((person, path))
    return seen


def drawn(client, situations, language):
    """``{address: answer}`` of every page in one language; one page twice is two pages."""
    client.defaults["SERVER_NAME"] = "localhost"
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
    pages = {}
    for person, path in situations:
        client.logout() if person is None else client.force_login(person)
        client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(path)
        about_receipts = path.startswith(reverse("payments:verify"))
        assert answer.status_code in ((200, 404, 422) if about_receipts else (200,)), path
        assert f'<html lang="{language}"' in answer.content.decode(), path
        pages[f"{SITE}{path}"] = answer
    assert len(pages) == len(situations)
    return pages


def faults_of(reader, width):
    """What is wrong with any of the reader's pages."""
    script, faults = Axe().axe_script, []
    for address in shown(reader.pages):
        page = reader.opens(address)
        for limit in (NARROWEST, width) if width == PHONE else (width,):
            page.set_viewport_size({"width": limit, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > limit:
                faults.append(f"{address} is too wide at {limit} px")
        faults += [f"{address} {complaint}" for complaint in reader.complaints]
        page.evaluate(script)
        faults += [f"{address} {fault}" for fault in page.evaluate(VIOLATIONS)]
        reader.complaints.clear()  # axe itself sets styles while it measures
    return faults


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("vi", "light", PHONE),
        pytest.param("en", "dark", DESKTOP, marks=pytest.mark.slow),
        pytest.param("vi", "dark", DESKTOP, marks=pytest.mark.slow),
        pytest.param("en", "light", PHONE, marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_on_any_page_about_money(client, situations, language, scheme, width):
    pages = drawn(client, situations, language)
    with sync_playwright() as playwright:
        appearance = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        faults = faults_of(Reader(playwright, pages, **appearance), width)
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("vi", "light", DESKTOP), ("en", "dark", PHONE), ("en", "light", DESKTOP)],
)
def test_axe_finds_nothing_on_the_desk_about_money(client, at_the_desk, language, scheme, width):
    pages = drawn(client, at_the_desk, language)
    pages[f"{SITE}/desk/jsi18n/"] = client.get("/desk/jsi18n/")  # what its forms ask for besides
    with sync_playwright() as playwright:
        appearance = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        faults = faults_of(Reader(playwright, pages, **appearance), width)
    assert not faults, "\n".join(faults)
