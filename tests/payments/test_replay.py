"""The books can be made anew from the payment events alone, in an empty database; whatever differs is named."""

from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from payments import actions, ledger
from payments.empty_database import LOCK
from payments.models import Account, Refund
from payments.tasks import complete_open_attempts
from portal import clock
from portal.workflow import outbox
from tests.accounts.factories import OfficialFactory
from tests.dossiers.factories import DossierFactory, officer, refuse_receipt
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.test_two_people import captured, paid_in_cash

EQUAL = "payment events replayed into an empty database: the books are equal.\n"


@pytest.fixture
def told(own_database, database_template):
    """What the command says; the empty database is a copy of the template, which is quicker than to migrate one."""

    def call(**options):
        said = StringIO()
        call_command("replay_payments", stdout=said, **{"template": database_template} | options)
        return said.getvalue()

    return call


@contextmanager
def tampered(table):
    """Somebody with the rights of the owner takes the protection off a table."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def database_names():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def played(bank):
    """Two captures, a surplus, cash; one capture and the cash owed and given back, the surplus given back."""
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
    return first


def test_replayed_events_give_equal_books_in_an_empty_database(told, bank):
    played(bank)

    assert told() == f"9 {EQUAL}"
    assert f"{connection.settings_dict['NAME']}_replay" not in database_names()


def test_an_event_that_was_changed_is_named(told, bank):
    first = played(bank)
    with tampered("payments_attempthistory") as cursor:
        cursor.execute(
            "UPDATE payments_attempthistory SET amount = amount + 1 WHERE attempt_id = %s AND target = 'captured'",
            [first.pk],
        )

    with pytest.raises(CommandError) as refusal:
        told()

    said, agency = str(refusal.value), first.handling_agency_id
    assert "9 replayed events" in said
    assert (
        f"capture:{first.public_id} (dossier {first.dossier_id}), account gateway of agency {agency}: "
        "75,000 VND booked, 75,001 VND replayed"
    ) in said
    assert f"account gateway of agency {agency}, all" in said
    assert f"refund:{first.refunds.get().public_id}" not in said


@pytest.mark.slow
def test_an_event_that_is_gone_is_named(told, bank):
    first = played(bank)
    refund = first.refunds.get()
    with tampered("payments_refundhistory") as cursor:
        cursor.execute(
            "DELETE FROM payments_refundhistory WHERE refund_id = %s AND target = 'done'",
            [refund.pk],
        )

    with pytest.raises(
        CommandError, match=f"refund:{refund.public_id}.*75,000 VND booked, nothing"
    ):
        told()


@pytest.mark.slow
def test_an_event_that_was_never_booked_is_named(told, bank):
    first = played(bank)
    with tampered("payments_posting") as cursor, tampered("payments_entry"):
        reference = f"capture:{first.public_id}"
        cursor.execute(
            "DELETE FROM payments_posting WHERE entry_id = (SELECT id FROM payments_entry WHERE reference = %s)",
            [reference],
        )
        cursor.execute("DELETE FROM payments_entry WHERE reference = %s", [reference])

    with pytest.raises(CommandError, match=f"{reference}.*nothing booked, 75,000 VND replayed"):
        told()


@pytest.mark.slow
def test_books_that_no_event_explains_are_found(told, bank):
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


def test_empty_books_are_equal(told):
    OfficialFactory(role="cashier", agency=DossierFactory().handling_agency)

    assert told() == f"0 {EQUAL}"


@pytest.mark.slow
def test_without_a_copy_the_second_database_is_migrated(told, bank):
    captured(bank)

    assert told(template="") == f"1 {EQUAL}"


@pytest.mark.slow
def test_two_replays_at_once_are_refused(told, own_database):
    with psycopg.connect(own_database.owner_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])

        with pytest.raises(CommandError, match="Another replay is running"):
            told()


@pytest.mark.slow
def test_what_a_killed_replay_left_behind_is_dropped(told, own_database):
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{own_database.name}_replay"')

    assert told() == f"0 {EQUAL}"
    assert f"{own_database.name}_replay" not in database_names()
