"""What our ledger says about the gateway: every entry that moved money there, with the order it belongs to."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

STRAY = "stray"


@dataclass(frozen=True)
class Booking:
    """One entry on a gateway account. ``day`` is the real day (GMT+7) on which it was recorded; ``amount`` in VND."""

    kind: str
    txn_ref: str
    gateway_number: str
    bank_code: str
    amount: int
    day: date
    attempt_id: int | None
    agency_id: int | None


# Debits of a gateway account are payments, credits refunds. An entry without a dossier is about money that belongs to
# no order of ours; its repair knows the order number.
_BOOKED = """
SELECT CASE WHEN p.amount > 0 THEN 'payment' ELSE 'refund' END,
       coalesce(a.txn_ref, r.txn_ref), coalesce(a.gateway_number, ''), coalesce(a.bank_code, ''), abs(p.amount),
       (e.recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, a.id, a.handling_agency_id
FROM payments_entry e
JOIN payments_posting p ON p.entry_id = e.id
JOIN payments_account c ON c.id = p.account_id AND c.kind = 'gateway'
LEFT JOIN payments_refund f ON e.dossier_id IS NOT NULL AND e.reference = 'refund:' || f.public_id
LEFT JOIN payments_attempt a ON e.dossier_id IS NOT NULL AND a.dossier_id = e.dossier_id
     AND (a.id = f.attempt_id OR e.reference IN ('capture:' || a.public_id, 'surplus:' || a.public_id))
LEFT JOIN payments_repair r ON e.dossier_id IS NULL AND r.id::text = split_part(e.reference, ':', 2)
WHERE coalesce(a.tmn_code, r.tmn_code) = %s AND {condition}
ORDER BY e.id
"""


def of_orders(tmn_code, txn_refs):
    """Every booking of these orders, whenever it was made."""
    condition = (
        "e.id IN (SELECT e2.id FROM payments_attempt a2 JOIN payments_entry e2 ON e2.dossier_id = a2.dossier_id "
        "WHERE a2.tmn_code = %s AND a2.txn_ref = ANY(%s) "
        "UNION SELECT e3.id FROM payments_repair r3 JOIN payments_entry e3 "
        "ON e3.reference IN ('stray:' || r3.id, 'stray-refund:' || r3.id) "
        "WHERE r3.tmn_code = %s AND r3.txn_ref = ANY(%s)) AND coalesce(a.txn_ref, r.txn_ref) = ANY(%s)"
    )
    refs = list(txn_refs)
    return _read(condition, [tmn_code, tmn_code, refs, tmn_code, refs, refs])


def of_day(tmn_code, first, last):
    """The bookings recorded from the instant ``first`` until before ``last``."""
    return _read("e.recorded_at >= %s AND e.recorded_at < %s", [tmn_code, first, last])


def _read(condition, values):
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED.format(condition=condition), values)
        return [Booking(*row) for row in cursor.fetchall()]
