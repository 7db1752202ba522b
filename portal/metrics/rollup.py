"""The rollup: deltas are folded into cells, and readers take both.

One statement deletes deltas and adds them to their cells, so each delta is in exactly one of the two at every
instant; one statement reads both, so it sees them as they were at one instant. That is what keeps the figures exact
while work goes on. Source of the design: docs/metrics.md, “Exact at every instant”.
"""

from django.db import connection, transaction

FOLD_LOCK = 0x6D65_7472  # advisory lock of the fold, one per database
BATCH = 50_000  # deltas in one transaction

KEY = "metric, day, agency, service, channel"

# Cells and the deltas not yet folded, for FROM: a key may occur in both and, among deltas, more than once.
LIVE = (
    f"(SELECT {KEY}, quantity, amount FROM metrics_cell "
    f"UNION ALL SELECT {KEY}, quantity, amount FROM workflow_delta)"
)

FOLD = f"""
WITH taken AS (
    DELETE FROM workflow_delta
    WHERE id IN (SELECT id FROM workflow_delta ORDER BY id LIMIT %s)
    RETURNING {KEY}, quantity, amount
), summed AS (
    SELECT {KEY}, sum(quantity) AS quantity, sum(amount) AS amount FROM taken GROUP BY {KEY}
), folded AS (
    INSERT INTO metrics_cell AS cell ({KEY}, quantity, amount)
    SELECT {KEY}, quantity, amount FROM summed
    ON CONFLICT (metric, agency, day, service, channel) DO UPDATE
    SET quantity = cell.quantity + excluded.quantity, amount = cell.amount + excluded.amount
)
SELECT count(*) FROM taken
"""


def fold(*, at_most=BATCH):
    """Move up to ``at_most`` deltas into their cells; returns how many were moved.

    Where another fold is under way this one leaves the work to it and returns 0.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(FOLD, [at_most])
        return cursor.fetchone()[0]


def fold_all(*, batch=BATCH):
    """Fold until a batch is not full; returns how many deltas were moved."""
    moved = 0
    while True:
        taken = fold(at_most=batch)
        moved += taken
        if taken < batch:
            return moved
