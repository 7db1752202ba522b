"""Receipts: numbered without a gap, the same bytes each time, checked by anyone who holds one, never changed."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from payments import actions, receipts
from payments.models import Attempt, Receipt, Refund
from payments.tasks import complete_open_attempts
from portal import clock
from portal.workflow import locked_along, outbox
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.documents.test_forms import text_of
from tests.dossiers.factories import officer
from tests.payments.factories import AttemptFactory
from tests.payments.test_two_people import asked, captured, paid_in_cash
from tests.workflow.threads import run_together


def deliver():
    while outbox.drain(linger=0):
        pass


@pytest.fixture
def receipt(bank, db):
    """The receipt of a fee paid online."""
    attempt = captured(bank)
    deliver()
    return Receipt.objects.get(attempt=attempt)


def test_a_capture_and_cash_each_bring_a_receipt(receipt):
    agency = receipt.agency
    assert receipt.code == f"BL-{agency.code}-{clock.now().year}-000001"
    assert (receipt.amount, receipt.kind) == (75_000, "receipt")
    assert receipt.lines == receipt.attempt.request.lines

    in_cash = paid_in_cash()

    assert in_cash.receipt.number == 1  # of another agency
    deliver()
    assert Receipt.objects.count() == 2


def test_a_surplus_brings_none(bank, receipt):
    twin = AttemptFactory(dossier=receipt.dossier, request=receipt.attempt.request)
    bank.owes(twin)
    actions.look_at_gateway(twin)
    deliver()
    complete_open_attempts()
    deliver()

    assert Refund.objects.get().state == "done"
    assert Receipt.objects.get() == receipt


def test_a_receipt_is_written_while_somebody_holds_its_dossier(own_database, bank):
    """Its foreign keys are checked at its commit: to wait there, one row held, was a deadlock with the next notice."""
    attempt = captured(bank)

    with transaction.atomic():
        locked_along(Attempt, "dossier", "request", id=attempt.pk)
        [issued] = run_together(
            lambda pk: receipts.issue_for_attempt(Attempt.objects.get(pk=pk)), [attempt.pk]
        )

    assert issued == Receipt.objects.get(attempt=attempt)


def test_numbers_follow_each_other_whoever_comes_first(own_database, bank):
    first = captured(bank)
    offering, payer = first.dossier.offering, first.dossier.filed_by
    attempts = [first] + [
        captured(bank, dossier__offering=offering, dossier__filed_by=payer) for _number in range(7)
    ]

    issued = run_together(receipts.issue_for_attempt, [*attempts, *attempts])

    numbers = Receipt.objects.filter(agency=first.handling_agency).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 9))
    assert {receipt.pk for receipt in issued} == set(Receipt.objects.values_list("pk", flat=True))


def test_a_gap_or_a_change_is_refused_by_the_database(receipt):
    with pytest.raises(IntegrityError, match="gap"), transaction.atomic():
        Receipt.objects.create(
            kind="receipt",
            agency=receipt.agency,
            year=receipt.year,
            number=3,
            code="x",
            check_code="y",
            dossier=receipt.dossier,
            cash_receipt=paid_in_cash(),
            amount=1,
            lines=[],
            issued_at=clock.now(),
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.update(amount=1)


def test_a_refund_brings_a_counter_receipt(bank, receipt, client):
    leader = officer(receipt.dossier, "leader")
    actions.approve_refund(asked(receipt.attempt, amount=25_000), by=leader)
    complete_open_attempts()
    deliver()
    counter = Receipt.objects.get(kind="counter")
    assert (counter.number, counter.cancels, counter.amount) == (2, receipt, 25_000)

    page = check(client, receipt).content.decode()
    assert counter.code in page and "50.000" in page
    assert "Biên lai này có thật" in page

    actions.approve_refund(asked(receipt.attempt), by=leader)
    complete_open_attempts()
    deliver()
    assert "Biên lai này đã bị hủy" in check(client, receipt).content.decode()


# On paper ----------------------------------------------------------------------------------------


def test_the_paper_says_what_was_paid_and_is_the_same_each_time(receipt, client):
    client.force_login(receipt.dossier.filed_by)
    address = reverse("payments:receipt", args=[receipt.public_id])

    first, again = (b"".join(client.get(address).streaming_content) for _number in range(2))

    assert first == again and first.startswith(b"%PDF")
    text = " ".join(text_of(first).split())
    for words in (receipt.code, "75.000 đồng", receipt.attempt.gateway_number, "Bằng chữ"):
        assert words in text
    assert receipt.check_code[:5] in text


def test_papers_of_cash_and_of_a_refund_can_be_typeset(bank, db):
    in_cash = paid_in_cash()
    dossier = in_cash.request.dossier
    refund = actions.request_refund(
        in_cash, reason=Refund.Reason.MISTAKE, by=in_cash.cashier, note="Thu nhầm."
    )
    actions.approve_refund(refund, by=officer(dossier, "leader"))
    actions.pay_out(refund, by=in_cash.cashier)
    deliver()
    counter = Receipt.objects.get(kind="counter")

    texts = []
    for each in (in_cash.receipt, counter):
        with receipts.printed(each).file.open("rb") as paper:
            texts.append(text_of(paper.read()))

    assert "Tiền mặt tại quầy" in texts[0]
    assert in_cash.receipt.code in texts[1]


@pytest.mark.parametrize(
    "who", ["payer", "cashier", "auditor", "stranger", "foreign cashier", None]
)
def test_a_receipt_is_for_its_payer_and_the_agencys_cashiers(receipt, client, who):
    dossier = receipt.dossier
    person = {
        "payer": lambda: dossier.filed_by,
        "cashier": lambda: officer(dossier, "cashier"),
        "auditor": lambda: OfficialFactory(role="auditor"),
        "stranger": UserFactory,
        "foreign cashier": lambda: OfficialFactory(
            role="cashier", agency=AttemptFactory().handling_agency
        ),
    }.get(who)
    if person:
        client.force_login(person())

    answer = client.get(reverse("payments:receipt", args=[receipt.public_id]))
    answer.close()

    assert answer.status_code == {"payer": 200, "cashier": 200, "auditor": 200, None: 302}.get(
        who, 404
    )


# Checked by anyone ---------------------------------------------------------------------------------


def check(client, receipt, **changes):
    return client.get(
        reverse("payments:verify"),
        {"number": receipt.code, "check": receipt.check_code, **changes},
    )


def test_whoever_holds_it_can_check_it(receipt, client):
    page = check(client, receipt)

    assert page.status_code == 200
    text = page.content.decode()
    assert receipt.code in text and "75.000" in text
    assert receipt.dossier.applicant_name not in text and receipt.dossier.code not in text
    spoken = f" {receipt.check_code[:5].lower()}-{receipt.check_code[5:].lower()} "
    assert check(client, receipt, check=spoken, number=receipt.code.lower()).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [{"check": "AAAAAAAAAA"}, {"number": "BL-X-2026-000001"}, {"check": "é" * 10}, {"check": "\0"}],
)
def test_a_wrong_number_and_a_wrong_code_are_told_alike(receipt, client, changes):
    page = check(client, receipt, **changes)

    assert page.status_code in (404, 422)
    assert "75.000" not in page.content.decode()


def test_the_empty_page_asks_and_an_empty_form_says_what_is_missing(client, db):
    address = reverse("payments:verify")

    page = client.get(address)
    assert page.status_code == 200
    assert "aria-current" not in page.content.decode()  # it belongs to no entry of the menu
    assert client.get(address, {"number": "", "check": ""}).status_code == 422
    assert client.get(address, {"number": "x" * 5000, "check": "y"}).status_code == 422
    assert client.post(address).status_code == 405
