"""What must never be, in SQL of its own: each query must find nothing. Imports nothing of the portal.

    problems = violations(cursor)        # {} when all is well, else {"M1": [row, …], …}

Names beginning with M are about money, those with W about the way of a dossier.
"""

# Each machine: table, its history, the column that links them, the state in which every row begins.
MACHINES = (
    ("dossiers_dossier", "dossiers_dossierhistory", "dossier_id", "draft"),
    ("payments_attempt", "payments_attempthistory", "attempt_id", "started"),
    ("payments_refund", "payments_refundhistory", "refund_id", "requested"),
)

# Steps inside the agency, of which nobody outside is told and on which nothing follows.
SILENT = ("propose", "hand_over", "send_back")

SUMS_TO_ZERO = """
SELECT e.reference, count(p.id), sum(p.amount) FROM payments_entry e LEFT JOIN payments_posting p ON p.entry_id = e.id
GROUP BY e.id HAVING count(p.id) < 2 OR sum(p.amount) <> 0 OR bool_or(p.amount = 0)
"""

REFUNDED_AT_MOST_CAPTURED = """
SELECT a.txn_ref, a.state, a.amount, sum(r.amount) FROM payments_refund r JOIN payments_attempt a ON a.id = r.attempt_id
WHERE r.state <> 'rejected' GROUP BY a.id HAVING sum(r.amount) > a.amount OR a.state NOT IN ('captured', 'surplus')
"""

# Money that left the books of the gateway account, entry by entry, is what was refunded.
REFUNDS_ARE_BOOKED = """
SELECT a.txn_ref, r.state, count(e.id) FROM payments_refund r JOIN payments_attempt a ON a.id = r.attempt_id
LEFT JOIN payments_entry e ON e.reference = 'refund:' || r.public_id
GROUP BY a.id, r.id HAVING count(e.id) <> (r.state = 'done')::int
"""

# A paid request was paid once: by one captured attempt or by one cash receipt, of exactly its amount.
PAID_ONCE = """
SELECT q.id, q.amount, q.paid_at, count(source.amount), sum(source.amount) FROM dossiers_paymentrequest q
LEFT JOIN (
    SELECT request_id, amount FROM payments_attempt WHERE state = 'captured'
    UNION ALL SELECT request_id, amount FROM payments_cashreceipt
) AS source ON source.request_id = q.id
GROUP BY q.id HAVING count(source.amount) <> (q.paid_at IS NOT NULL)::int
    OR (q.paid_at IS NOT NULL AND sum(source.amount) <> q.amount)
"""

ONE_PAID_REQUEST = """
SELECT dossier_id, count(*) FROM dossiers_paymentrequest WHERE paid_at IS NOT NULL
GROUP BY dossier_id HAVING count(*) > 1
"""

ONE_CAPTURE_PER_NUMBER = """
SELECT tmn_code, gateway_number, count(*) FROM payments_attempt WHERE state IN ('captured', 'surplus')
GROUP BY tmn_code, gateway_number HAVING count(*) > 1 OR gateway_number IS NULL
"""

# An attempt that holds money has exactly one entry that took it in; any other has none.
ONE_ENTRY_PER_CAPTURE = """
SELECT a.txn_ref, a.state, count(e.id) FROM payments_attempt a
LEFT JOIN payments_entry e ON e.reference IN ('capture:' || a.public_id, 'surplus:' || a.public_id)
GROUP BY a.id
HAVING count(e.id) <> (a.state IN ('captured', 'surplus'))::int
    OR bool_or(split_part(e.reference, ':', 1) <> CASE a.state WHEN 'captured' THEN 'capture' ELSE 'surplus' END)
"""

ENTRIES_OF_NOTHING = """
SELECT e.reference FROM payments_entry e
WHERE split_part(e.reference, ':', 1) IN ('capture', 'surplus')
  AND NOT EXISTS (SELECT FROM payments_attempt a WHERE a.public_id::text = split_part(e.reference, ':', 2))
   OR split_part(e.reference, ':', 1) IN ('owed', 'refund')
  AND NOT EXISTS (SELECT FROM payments_refund r WHERE r.public_id::text = split_part(e.reference, ':', 2))
"""

STATE_IS_WHERE_HISTORY_ENDS = """
SELECT m.id, m.state, m.sequence, count(h.id), max(h.sequence),
       (array_agg(h.target ORDER BY h.sequence DESC))[1] AS last_target
FROM {table} m LEFT JOIN {history} h ON h.{link} = m.id
GROUP BY m.id
HAVING m.sequence <> count(h.id) OR coalesce(max(h.sequence), 0) <> count(h.id)
    OR m.state <> coalesce((array_agg(h.target ORDER BY h.sequence DESC))[1], '{beginning}')
"""

HISTORY_IS_CONTINUOUS = """
SELECT * FROM (
    SELECT {link}, sequence, source, at,
           lag(target, 1, '{beginning}') OVER way AS before, lag(at) OVER way AS earlier,
           row_number() OVER way AS place
    FROM {history} WINDOW way AS (PARTITION BY {link} ORDER BY sequence)
) AS rows WHERE source <> before OR sequence <> place OR at < earlier
"""

EVERY_MOVE_IS_TOLD = """
SELECT h.dossier_id, h.sequence, h.transition FROM dossiers_dossierhistory h
WHERE h.transition NOT IN ('{silent}') AND NOT EXISTS (
    SELECT FROM workflow_outboxevent o WHERE o.payload ->> 'label' = 'dossiers.Dossier'
    AND (o.payload ->> 'instance_id')::bigint = h.dossier_id AND (o.payload ->> 'sequence')::int = h.sequence
    AND o.payload ->> 'transition' = h.transition
)
"""

NOTHING_IS_TOLD_THAT_WAS_NOT = """
SELECT o.key FROM workflow_outboxevent o
WHERE o.payload ->> 'label' = 'dossiers.Dossier' AND NOT EXISTS (
    SELECT FROM dossiers_dossierhistory h WHERE h.dossier_id = (o.payload ->> 'instance_id')::bigint
    AND h.sequence = (o.payload ->> 'sequence')::int AND h.transition = o.payload ->> 'transition'
)
"""

# Once every event was delivered, whoever left an address has a message for each move that concerns them.
EVERY_MOVE_REACHED_THE_APPLICANT = """
SELECT h.dossier_id, h.sequence, h.transition FROM dossiers_dossierhistory h
JOIN dossiers_dossier d ON d.id = h.dossier_id
WHERE h.transition NOT IN ('{silent}') AND d.applicant_email <> ''
  AND NOT EXISTS (SELECT FROM workflow_outboxevent WHERE done_at IS NULL)
  AND NOT EXISTS (
    SELECT FROM notifications_message n WHERE n.key = 'dossier:' || h.dossier_id || ':' || h.sequence)
"""

# The legal clock stands exactly where people or money are waited for, and never again after the end.
CLOCK_STANDS_WHERE_IT_MAY = """
SELECT id, state, outcome, stopped_since FROM dossiers_dossier
WHERE (stopped_since IS NOT NULL) <> (
    state IN ('supplement_requested', 'payment_requested') AND received_at IS NOT NULL AND outcome = '')
   OR expected_at < due_at OR received_at < submitted_at
"""

# Per agency: what was captured less what the gateway gave back is what the gateway account says.
GATEWAY_ACCOUNT = """
SELECT agency, sum(held), sum(booked) FROM (
    SELECT handling_agency_id AS agency, amount AS held, 0 AS booked FROM payments_attempt
    WHERE state IN ('captured', 'surplus')
    UNION ALL SELECT handling_agency_id, -amount, 0 FROM payments_refund
    WHERE state = 'done' AND way = 'gateway' AND attempt_id IS NOT NULL
    UNION ALL SELECT c.agency_id, 0, p.amount FROM payments_posting p JOIN payments_account c ON c.id = p.account_id
    WHERE c.kind = 'gateway' AND c.agency_id IS NOT NULL
) AS rows GROUP BY agency HAVING sum(held) <> sum(booked)
"""

# Money that nobody owed is on its way back, or was given back.
SURPLUS_GOES_BACK = """
SELECT a.txn_ref, a.amount, coalesce(sum(r.amount), 0) FROM payments_attempt a
LEFT JOIN payments_refund r ON r.attempt_id = a.id AND r.state <> 'rejected'
WHERE a.state = 'surplus' GROUP BY a.id HAVING coalesce(sum(r.amount), 0) <> a.amount
"""

INVARIANTS = {
    "M1": [SUMS_TO_ZERO],
    "M2": [GATEWAY_ACCOUNT],
    "M3": [REFUNDED_AT_MOST_CAPTURED, REFUNDS_ARE_BOOKED],
    "M4": [PAID_ONCE, ONE_PAID_REQUEST],
    "M5": [SURPLUS_GOES_BACK],
    "M6": [ONE_CAPTURE_PER_NUMBER, ONE_ENTRY_PER_CAPTURE, ENTRIES_OF_NOTHING],
    "W2": [
        query.format(table=table, history=history, link=link, beginning=beginning)
        for table, history, link, beginning in MACHINES
        for query in (STATE_IS_WHERE_HISTORY_ENDS, HISTORY_IS_CONTINUOUS)
    ],
    "W4": [
        query.format(silent="', '".join(SILENT))
        for query in (
            EVERY_MOVE_IS_TOLD,
            NOTHING_IS_TOLD_THAT_WAS_NOT,
            EVERY_MOVE_REACHED_THE_APPLICANT,
        )
    ],
    "W12": [CLOCK_STANDS_WHERE_IT_MAY],
}


def violations(cursor):
    """Every invariant that does not hold, with the rows that show it."""
    found = {}
    for name, queries in INVARIANTS.items():
        for query in queries:
            cursor.execute(query)
            if rows := cursor.fetchall():
                found.setdefault(name, []).extend(rows)
    return found
