"""The books made anew from the payment events alone, into empty tables, in SQL that shares nothing with the ledger.

Events are rows that nobody can change: the histories of attempts and refunds, cash receipts, accepted cash differences
and returned strays. Played in the order in which they were recorded they must give the same entries with the same
sides: an entry that no event explains, or an event that was never booked, shows.
"""

EMPTY_BOOKS = """
CREATE TEMPORARY TABLE replayed (reference text, kind text, agency bigint, amount bigint, PRIMARY KEY
    (reference, kind)) ON COMMIT DROP
"""

# Each event with its two sides: debit, credit.
EVENTS = """
SELECT recorded_at, reference, debit, credit, agency, amount FROM (
    SELECT h.recorded_at, 'capture:' || a.public_id AS reference, 'gateway' AS debit, 'agency' AS credit,
           h.handling_agency_id AS agency, h.amount
    FROM payments_attempthistory h JOIN payments_attempt a ON a.id = h.attempt_id
    WHERE h.target = 'captured' AND h.source <> 'captured'
    UNION ALL
    SELECT h.recorded_at, 'surplus:' || a.public_id, 'gateway', 'refunds', h.handling_agency_id, h.amount
    FROM payments_attempthistory h JOIN payments_attempt a ON a.id = h.attempt_id
    WHERE h.target = 'surplus' AND h.source <> 'surplus'
    UNION ALL
    SELECT d.recorded_at, 'cash:' || q.public_id, 'cash_desk', 'agency', d.handling_agency_id, c.amount
    FROM payments_cashreceipt c JOIN dossiers_paymentrequest q ON q.id = c.request_id
    JOIN dossiers_dossierhistory d ON d.dossier_id = q.dossier_id AND d.transition = 'record_payment'
        AND d.details ->> 'request' = q.public_id::text
    UNION ALL
    -- The first approval makes it owed; a surplus has been owed from the beginning.
    SELECT min(h.recorded_at), 'owed:' || r.public_id, 'agency', 'refunds', r.handling_agency_id, r.amount
    FROM payments_refundhistory h JOIN payments_refund r ON r.id = h.refund_id
    LEFT JOIN payments_attempt a ON a.id = r.attempt_id
    WHERE h.transition = 'approve' AND a.state IS DISTINCT FROM 'surplus'
    GROUP BY r.id
    UNION ALL
    SELECT h.recorded_at, 'refund:' || r.public_id, 'refunds',
           CASE WHEN h.transition = 'settle' THEN 'gateway'
                WHEN h.details ->> 'way' = 'counter' THEN 'cash_desk' ELSE 'treasury' END,
           r.handling_agency_id, r.amount
    FROM payments_refundhistory h JOIN payments_refund r ON r.id = h.refund_id WHERE h.target = 'done'
    UNION ALL
    SELECT f.at, 'cash-difference:' || c.id, CASE WHEN f.amount > 0 THEN 'cash_desk' ELSE 'differences' END,
           CASE WHEN f.amount > 0 THEN 'differences' ELSE 'cash_desk' END, c.agency_id, abs(f.amount)
    FROM payments_cashdifference f JOIN payments_cashcount c ON c.id = f.count_id
    UNION ALL
    SELECT e.recorded_at, e.reference, CASE WHEN e.reference LIKE 'stray:%' THEN 'gateway' ELSE 'refunds' END,
           CASE WHEN e.reference LIKE 'stray:%' THEN 'refunds' ELSE 'gateway' END, NULL, i.amount
    FROM payments_repair i
    JOIN payments_entry e ON e.reference IN ('stray:' || i.id, 'stray-refund:' || i.id)
    WHERE i.act = 'return' AND EXISTS (
        SELECT FROM payments_repair d WHERE d.result = 'returned' AND d.tmn_code = i.tmn_code AND d.txn_ref = i.txn_ref)
) AS event ORDER BY recorded_at, reference
"""

DIFFERENCES = """
WITH booked AS (
    SELECT e.reference, a.kind, a.agency_id AS agency, sum(p.amount)::bigint AS amount
    FROM payments_entry e JOIN payments_posting p ON p.entry_id = e.id JOIN payments_account a ON a.id = p.account_id
    GROUP BY e.reference, a.kind, a.agency_id
)
SELECT coalesce(b.reference, r.reference), coalesce(b.kind, r.kind), b.amount, r.amount
FROM booked b FULL JOIN replayed r
    ON r.reference = b.reference AND r.kind = b.kind AND r.agency IS NOT DISTINCT FROM b.agency
WHERE b.amount IS DISTINCT FROM r.amount ORDER BY 1, 2
"""

BALANCES = """
WITH booked AS (
    SELECT a.kind, a.agency_id AS agency, sum(p.amount) AS amount
    FROM payments_posting p JOIN payments_account a ON a.id = p.account_id GROUP BY a.kind, a.agency_id
), anew AS (SELECT kind, agency, sum(amount) AS amount FROM replayed GROUP BY kind, agency)
SELECT b.kind, b.agency, b.amount, n.amount FROM booked b
FULL JOIN anew n ON n.kind = b.kind AND n.agency IS NOT DISTINCT FROM b.agency
WHERE coalesce(b.amount, 0) <> coalesce(n.amount, 0)
"""


def replay(cursor):
    """Play every event into empty books; returns ``(events, differences)``, the second empty when both books agree.

    Needs a transaction: the empty books are gone at its end.
    """
    cursor.execute(EMPTY_BOOKS)
    cursor.execute(EVENTS)
    events = cursor.fetchall()
    for _at, reference, debit, credit, agency, amount in events:
        cursor.execute(
            "INSERT INTO replayed (reference, kind, agency, amount) VALUES (%s, %s, %s, %s), (%s, %s, %s, %s)",
            [reference, debit, agency, amount, reference, credit, agency, -amount],
        )
    cursor.execute(DIFFERENCES)
    differences = cursor.fetchall()
    cursor.execute(BALANCES)
    return len(events), differences + cursor.fetchall()
