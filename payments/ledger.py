"""Booking: every dong once, on two sides."""

from django.db import connection, transaction

from payments.models import Account, Entry
from payments.states import State
from portal.workflow import round_trips

_accounts = {}  # (database, kind, agency) → key of an account that is certainly committed


def captured(attempt, at):
    """The gateway holds the fee for the agency."""
    post(
        f"capture:{attempt.public_id}",
        attempt.dossier_id,
        at,
        [
            (account(Account.Kind.GATEWAY, attempt.handling_agency_id), attempt.amount),
            (account(Account.Kind.AGENCY, attempt.handling_agency_id), -attempt.amount),
        ],
    )


def surplus(attempt, at):
    """The gateway holds money that nobody owed: it is payable back."""
    post(
        f"surplus:{attempt.public_id}",
        attempt.dossier_id,
        at,
        [
            (account(Account.Kind.GATEWAY, attempt.handling_agency_id), attempt.amount),
            (account(Account.Kind.REFUNDS, attempt.handling_agency_id), -attempt.amount),
        ],
    )


def cash(receipt, dossier, at):
    """The cash desk holds the fee for the agency."""
    post(
        f"cash:{receipt.request.public_id}",
        dossier.pk,
        at,
        [
            (account(Account.Kind.CASH_DESK, dossier.handling_agency_id), receipt.amount),
            (account(Account.Kind.AGENCY, dossier.handling_agency_id), -receipt.amount),
        ],
    )


def owed_back(refund, at):
    """A captured fee becomes payable back, once; a surplus has been payable from the beginning."""
    attempt, reference = refund.attempt, f"owed:{refund.public_id}"
    if attempt is not None and attempt.state == State.SURPLUS:
        return
    if Entry.objects.filter(reference=reference).exists():
        return
    _between(refund, reference, Account.Kind.AGENCY, Account.Kind.REFUNDS, at)


def refunded(refund, at):
    """The gateway gave the money back."""
    reference = f"refund:{refund.public_id}"
    _between(refund, reference, Account.Kind.REFUNDS, Account.Kind.GATEWAY, at)


def paid_out(refund, at):
    """The cash desk or the agency's own bank account gave the money back."""
    source = {
        refund.Way.COUNTER: Account.Kind.CASH_DESK,
        refund.Way.TRANSFER: Account.Kind.TREASURY,
    }[refund.way]
    _between(refund, f"refund:{refund.public_id}", Account.Kind.REFUNDS, source, at)


def _between(refund, reference, debit, credit, at):
    agency = refund.handling_agency_id
    sides = [
        (account(debit, agency), refund.amount),
        (account(credit, agency), -refund.amount),
    ]
    post(reference, refund.dossier_id, at, sides)


def post(reference, dossier_id, at, sides):
    """Book one entry with its postings in one statement; ``sides`` are ``(account id, VND)``, debit positive.

    The database refuses a reference booked before and, at commit, sides that do not sum to zero.
    """
    postings = ", ".join(["(%s::bigint, %s::bigint)"] * len(sides))
    round_trips.change(
        "WITH entry AS (INSERT INTO payments_entry (reference, at, dossier_id) VALUES (%s, %s, %s) RETURNING id) "
        "INSERT INTO payments_posting (entry_id, account_id, amount) "
        f"SELECT entry.id, side.account, side.amount FROM entry, (VALUES {postings}) AS side(account, amount)",
        [reference, at, dossier_id, *(value for side in sides for value in side)],
        number=len(sides),
    )


def account(kind, agency_id):
    """The key of an account, opened at first use."""
    place = connection.settings_dict["NAME"], str(kind), agency_id
    if place not in _accounts:
        row, _ = Account.objects.get_or_create(kind=kind, agency_id=agency_id)
        # An account opened in a transaction that fails is gone with it: remember it only after the commit.
        transaction.on_commit(lambda: _accounts.setdefault(place, row.pk))
        return row.pk
    return _accounts[place]
