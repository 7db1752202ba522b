"""The books can be made anew from the payment events alone; a booking that no event explains is found."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments import actions, ledger
from payments.models import Account, Refund
from payments.tasks import complete_open_attempts
from portal import clock
from portal.workflow import outbox
from tests.accounts.factories import OfficialFactory
from tests.dossiers.factories import DossierFactory, officer, refuse_receipt
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.test_two_people import captured, paid_in_cash


def told():
    said = StringIO()
    call_command("replay_payments", stdout=said)
    return said.getvalue()


def test_replayed_events_give_equal_books(own_database, bank):
    first = captured(bank)
    twin = AttemptFactory(dossier=first.dossier, request=first.request)
    bank.owes(twin)
    actions.absorb(notice_query(twin, secret=bank.config["secret"]))
    refuse_receipt(first.dossier)
    receipt = paid_in_cash()
    actions.request_refund(receipt, reason=Refund.Reason.WITHDRAWN)
    actions.pay_out(
        Refund.objects.get(cash_receipt=receipt), by=officer(receipt.request.dossier, "cashier")
    )
    captured(bank)
    while outbox.drain(linger=0):
        pass
    complete_open_attempts()

    # Two captures, a surplus, cash; one capture and the cash owed and given back, the surplus given back.
    assert told() == "9 payment events replayed: the books are equal.\n"


def test_books_that_no_event_explains_are_found(own_database, bank):
    attempt = captured(bank)
    agency = attempt.handling_agency_id
    ledger.post(
        "capture:00000000-0000-0000-0000-000000000000",
        attempt.dossier_id,
        clock.now(),
        [
            (ledger.account(Account.Kind.GATEWAY, agency), 5),
            (ledger.account(Account.Kind.AGENCY, agency), -5),
        ],
    )

    with pytest.raises(CommandError, match="capture:00000000"):
        told()


def test_empty_books_are_equal(own_database):
    OfficialFactory(role="cashier", agency=DossierFactory().handling_agency)

    assert told() == "0 payment events replayed: the books are equal.\n"
