"""The books made anew from the payment events alone, in an empty database, in SQL that shares nothing with the ledger.

Events are rows that nobody can change: the histories of attempts and refunds, cash receipts, accepted cash differences
and returned strays. Played in the order in which they were recorded they must give the same accounts with the same
entries: an entry that no event explains, or an event that was never booked, shows. The rules of the tables (each
reference once, each entry sums to zero, nothing is changed) hold while they are played.
"""

from dataclasses import dataclass

from django.db import transaction

# Each event with its two sides: debit, credit. Nothing here looks at the ledger.
EVENTS = """
SELECT recorded_at, reference, debit, credit, agency, dossier, at, amount FROM (
    SELECT h.recorded_at, 0 AS place, 'capture:' || a.public_id AS reference, 'gateway' AS debit, 'agency' AS credit,
           h.handling_agency_id AS agency, a.dossier_id AS dossier, h.at, h.amount
    FROM payments_attempthistory h JOIN payments_attempt a ON a.id = h.attempt_id
    WHERE h.target = 'captured' AND h.source <> 'captured'
    UNION ALL
    SELECT h.recorded_at, 0, 'surplus:' || a.public_id, 'gateway', 'refunds', h.handling_agency_id, a.dossier_id, h.at,
           h.amount
    FROM payments_attempthistory h JOIN payments_attempt a ON a.id = h.attempt_id
    WHERE h.target = 'surplus' AND h.source <> 'surplus'
    UNION ALL
    SELECT d.recorded_at, 0, 'cash:' || q.public_id, 'cash_desk', 'agency', d.handling_agency_id, q.dossier_id, d.at,
           c.amount
    FROM payments_cashreceipt c JOIN dossiers_paymentrequest q ON q.id = c.request_id
    JOIN dossiers_dossierhistory d ON d.dossier_id = q.dossier_id AND d.transition = 'record_payment'
        AND d.details ->> 'request' = q.public_id::text
    UNION ALL
    -- The first approval makes it owed; a surplus has been owed from the beginning.
    (SELECT DISTINCT ON (h.refund_id) h.recorded_at, 1, 'owed:' || r.public_id, 'agency', 'refunds',
           r.handling_agency_id, r.dossier_id, h.at, h.amount
    FROM payments_refundhistory h JOIN payments_refund r ON r.id = h.refund_id
    WHERE h.transition = 'approve' AND NOT EXISTS (
        SELECT FROM payments_attempthistory s WHERE s.attempt_id = r.attempt_id AND s.target = 'surplus')
    ORDER BY h.refund_id, h.sequence)
    UNION ALL
    SELECT h.recorded_at, 2, 'refund:' || r.public_id, 'refunds',
           CASE WHEN h.transition = 'settle' THEN 'gateway'
                WHEN h.details ->> 'way' = 'counter' THEN 'cash_desk' ELSE 'treasury' END,
           r.handling_agency_id, r.dossier_id, h.at, h.amount
    FROM payments_refundhistory h JOIN payments_refund r ON r.id = h.refund_id WHERE h.target = 'done'
    UNION ALL
    SELECT f.at, 0, 'cash-difference:' || c.id, CASE WHEN f.amount > 0 THEN 'cash_desk' ELSE 'differences' END,
           CASE WHEN f.amount > 0 THEN 'differences' ELSE 'cash_desk' END, c.agency_id, NULL, f.at, abs(f.amount)
    FROM payments_cashdifference f JOIN payments_cashcount c ON c.id = f.count_id
    UNION ALL
    -- Money of no order of ours: that it was there, and that it went back.
    SELECT d.at, side.place, side.name || ':' || i.id, side.debit, side.credit, NULL, NULL, d.at, i.amount
    FROM payments_repair d
    JOIN payments_repair i ON i.act = 'return' AND i.result = 'intended'
        AND i.tmn_code = d.tmn_code AND i.txn_ref = d.txn_ref,
        (VALUES (0, 'stray', 'gateway', 'refunds'), (1, 'stray-refund', 'refunds', 'gateway'))
        AS side(place, name, debit, credit)
    WHERE d.act = 'return' AND d.result = 'returned'
) AS event ORDER BY recorded_at, place, reference
"""

# The second database has neither agencies nor dossiers: there these are numbers that mean the same as here.
OUTWARD = """
SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
WHERE c.contype = 'f' AND c.conrelid IN ('payments_account'::regclass, 'payments_entry'::regclass)
"""
ACCOUNT = "INSERT INTO payments_account (kind, agency_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
ACCOUNTS = "SELECT kind, agency_id, id FROM payments_account"
ENTRY = """
WITH entry AS (INSERT INTO payments_entry (reference, dossier_id, at) VALUES (%s, %s, %s) RETURNING id)
INSERT INTO payments_posting (entry_id, account_id, amount)
SELECT entry.id, side.account, side.amount FROM entry,
       (VALUES (%s::bigint, %s::bigint), (%s::bigint, %s::bigint)) AS side(account, amount)
"""

# One row for each side of each entry; an entry without a side shows too.
BOOKS = """
SELECT e.reference, e.dossier_id, a.kind, a.agency_id, sum(p.amount)::bigint
FROM payments_entry e LEFT JOIN payments_posting p ON p.entry_id = e.id
LEFT JOIN payments_account a ON a.id = p.account_id
GROUP BY e.reference, e.dossier_id, a.kind, a.agency_id
"""
BALANCES = """
SELECT a.kind, a.agency_id, count(p.id), coalesce(sum(p.amount), 0)::bigint
FROM payments_account a JOIN payments_posting p ON p.account_id = a.id GROUP BY a.kind, a.agency_id
"""


@dataclass(frozen=True)
class Difference:
    """One side of an entry, or one account, that the two books do not have alike; VND, ``None`` where it is not."""

    what: str
    booked: int | None
    replayed: int | None

    def __str__(self):
        return f"{self.what}: {_sum(self.booked)} booked, {_sum(self.replayed)} replayed"


def replay(ours, empty):
    """Play every event of ``ours`` into ``empty``; returns ``(events, differences)``, the second empty if all agrees.

    Both are connections; ``empty`` is to a migrated database without a row (payments.empty_database).
    """
    with transaction.atomic(ours.alias), ours.cursor() as cursor:
        # One picture of events and books, however busy the portal is meanwhile.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(EVENTS)
        events = cursor.fetchall()
        booked = _books(cursor)
    with transaction.atomic(empty.alias), empty.cursor() as cursor:
        _play(cursor, events)
    with empty.cursor() as cursor:  # after the commit: the deferred rules have been asked too
        anew = _books(cursor)
    return len(events), compare(booked, anew)


def compare(booked, anew):
    """Every key of two books, ``{what: VND}``, that they do not have alike, in order."""
    return [
        Difference(what, booked.get(what), anew.get(what))
        for what in sorted(booked.keys() | anew.keys())
        if booked.get(what) != anew.get(what)
    ]


def _play(cursor, events):
    cursor.execute(OUTWARD)
    for table, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    opened = dict.fromkeys(
        (kind, agency)
        for _recorded, _ref, debit, credit, agency, *_ in events
        for kind in (debit, credit)
    )
    cursor.executemany(ACCOUNT, list(opened))
    cursor.execute(ACCOUNTS)
    accounts = {(kind, agency): key for kind, agency, key in cursor.fetchall()}
    cursor.executemany(
        ENTRY,
        [
            [
                *(reference, dossier, at),
                *(accounts[debit, agency], amount),
                *(accounts[credit, agency], -amount),
            ]
            for _recorded, reference, debit, credit, agency, dossier, at, amount in events
        ],
    )


def _books(cursor):
    """``{what: VND}`` of every side of every entry, then of every account with the number of its postings."""
    cursor.execute(BOOKS)
    sides = {
        f"{reference} (dossier {_key(dossier)}), {_account(kind, agency)}": amount
        for reference, dossier, kind, agency, amount in cursor.fetchall()
    }
    cursor.execute(BALANCES)
    return sides | {
        f"{_account(kind, agency)}, all {count} postings": amount
        for kind, agency, count, amount in cursor.fetchall()
    }


def _account(kind, agency):
    return f"account {kind} of agency {_key(agency)}"


def _key(number):
    return "–" if number is None else number


def _sum(amount):
    return "nothing" if amount is None else f"{amount:,} VND"
