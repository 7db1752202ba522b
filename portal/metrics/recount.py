"""The independent recount: every cell again, in SQL, from history alone.

Imports nothing of what counts (a test sees to it): the rules are said a second time here, so that a mistake in the
one shows against the other. One statement compares cells ∪ deltas with history, so both are seen at one instant and
moves may go on meanwhile. Days are days in Viet Nam.
"""

from dataclasses import dataclass

from django.db import connection, transaction

DAY = "(h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
EXPECTED = "(d.expected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"

COMPARE = f"""
WITH kept AS (
    SELECT metric, day, agency, service, channel, sum(quantity) AS quantity, sum(amount) AS amount
    FROM (
        SELECT metric, day, agency, service, channel, quantity, amount FROM metrics_cell
        UNION ALL
        SELECT metric, day, agency, service, channel, quantity, amount FROM workflow_delta
    ) AS cells_and_deltas
    GROUP BY metric, day, agency, service, channel
), happened AS (
    SELECT 'received' AS metric, {DAY} AS day, h.handling_agency_id AS agency, v.service_id AS service,
           h.channel::smallint AS channel, 0::bigint AS amount
    FROM dossiers_dossierhistory h JOIN catalogue_serviceversion v ON v.id = h.version_id
    WHERE h.transition = 'receive'
    UNION ALL
    SELECT CASE WHEN {DAY} < {EXPECTED} THEN 'completed_early'
                WHEN {DAY} = {EXPECTED} THEN 'completed_on_time'
                ELSE 'completed_late' END,
           {DAY}, h.handling_agency_id, v.service_id, h.channel::smallint, 0
    FROM dossiers_dossierhistory h
    JOIN catalogue_serviceversion v ON v.id = h.version_id
    JOIN dossiers_dossier d ON d.id = h.dossier_id
    WHERE h.transition = 'complete'
    UNION ALL
    SELECT 'online_payments', {DAY}, h.handling_agency_id, h.service_id, h.channel::smallint, h.amount
    FROM payments_attempthistory h
    WHERE h.transition IN ('capture', 'accept_as_paid')
), counted AS (
    SELECT metric, day, agency, service, channel, count(*) AS quantity, sum(amount) AS amount
    FROM happened
    GROUP BY metric, day, agency, service, channel
), compared AS (
    SELECT metric, day, agency, service, channel,
           COALESCE(kept.quantity, 0)::bigint AS kept_quantity, COALESCE(kept.amount, 0)::bigint AS kept_amount,
           COALESCE(counted.quantity, 0)::bigint AS counted_quantity,
           COALESCE(counted.amount, 0)::bigint AS counted_amount
    FROM kept FULL JOIN counted USING (metric, day, agency, service, channel)
)
SELECT (SELECT count(*) FROM compared), wrong.*
FROM (SELECT) AS always
LEFT JOIN compared AS wrong
    ON wrong.kept_quantity <> wrong.counted_quantity OR wrong.kept_amount <> wrong.counted_amount
ORDER BY wrong.metric, wrong.day, wrong.agency, wrong.service, wrong.channel
"""


@dataclass(frozen=True)
class Difference:
    """One cell that is not what history says. Amounts are VND."""

    metric: str
    day: object
    agency: int
    service: int
    channel: int
    kept_quantity: int
    kept_amount: int
    counted_quantity: int
    counted_amount: int

    def __str__(self):
        return (
            f"{self.metric} {self.day} agency {self.agency} service {self.service} channel {self.channel}: "
            f"kept {self.kept_quantity} ({self.kept_amount} VND), "
            f"history says {self.counted_quantity} ({self.counted_amount} VND)"
        )


def compare():
    """``(number of cells compared, [Difference, …])``: every cell that the rollup, the deltas or history know."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = 0"
        )  # a national recount takes longer than any page may
        cursor.execute(COMPARE)
        rows = cursor.fetchall()
    return rows[0][0], [Difference(*row[1:]) for row in rows if row[1] is not None]
