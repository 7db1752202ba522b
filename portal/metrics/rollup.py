"""The rollup: deltas are folded into cells and their sums, and readers take both.

One statement deletes deltas and adds them to their cells at every resolution, so each delta is in exactly one of the
two at every instant; one statement reads both, so it sees them as they were at one instant. That is what keeps the
figures exact while work goes on. Source of the design: docs/metrics.md, “Exact at every instant”.
"""

from django.db import connection, transaction

from portal.metrics.models import KINDS, SET_SIZE, Resolution

FOLD_LOCK = 0x6D65_7472  # advisory lock of the fold, one per database; migration 0002 knows it too
BATCH = 50_000  # deltas in one transaction

KEY = "metric, day, agency, service, channel"

# The sets of services that are kept, and which deltas belong to each.
USED = "used"  # at least one dossier received online
SETS = {USED: "metric = 'received' AND channel = 2"}

# The resolutions of sets. Of all ministries or all provinces nobody asks for them: each offers its services by itself.
OF_SETS = [each for each in Resolution if not each.name.endswith("_KIND")]

EMPTY_SET = f"0::bit({SET_SIZE})"
NUMBER = f"(service / {SET_SIZE})::integer"  # of the set that a service is in
IN_SET = f"set_bit({EMPTY_SET}, mod(service, {SET_SIZE})::integer, 1)"
OF_SET = f"get_bit({{set}}, mod(service, {SET_SIZE})::integer)"  # 1 where the service is in it

# The first of the ten days that a day lies in: the 1st, the 11th or the 21st of its month.
TEN_DAYS = (
    "(date_trunc('month', {0})::date + 10 * LEAST((EXTRACT(day FROM {0})::integer - 1) / 10, 2))"
)

# The first of its five days: the 1st, the 6th, … or the 26th.
FIVE_DAYS = (
    "(date_trunc('month', {0})::date + 5 * LEAST((EXTRACT(day FROM {0})::integer - 1) / 5, 5))"
)

# What stands for a top’s kind; NULL for what is in no tree.
WHENS = " ".join(f"WHEN '{kind}' THEN {key}" for kind, key in KINDS.items())
KIND = f"CASE {{top}}.kind {WHENS} END"

# For FROM beside rows with day, agency, top and kind: each becomes one row per coarser resolution.
COARSER = f"""
(VALUES
    ({Resolution.MONTH_AGENCY:d}, date_trunc('month', day)::date, agency),
    ({Resolution.YEAR_AGENCY:d}, date_trunc('year', day)::date, agency),
    ({Resolution.DAY_TOP:d}, day, top),
    ({Resolution.MONTH_TOP:d}, date_trunc('month', day)::date, top),
    ({Resolution.YEAR_TOP:d}, date_trunc('year', day)::date, top),
    ({Resolution.QUARTER_TOP:d}, date_trunc('quarter', day)::date, top),
    ({Resolution.TEN_DAYS_TOP:d}, {TEN_DAYS.format("day")}, top),
    ({Resolution.FIVE_DAYS_TOP:d}, {FIVE_DAYS.format("day")}, top),
    ({Resolution.DAY_KIND:d}, day, kind),
    ({Resolution.TEN_DAYS_KIND:d}, {TEN_DAYS.format("day")}, kind),
    ({Resolution.MONTH_KIND:d}, date_trunc('month', day)::date, kind),
    ({Resolution.YEAR_KIND:d}, date_trunc('year', day)::date, kind)
) AS coarser (resolution, start, place)
"""

ADD_TO_CELLS = f"""
INSERT INTO metrics_cell AS kept ({KEY}, quantity, amount)
SELECT {KEY}, quantity, amount FROM summed
ON CONFLICT (agency, day, metric, service, channel) DO UPDATE
SET quantity = kept.quantity + excluded.quantity, amount = kept.amount + excluded.amount
"""

ADD_TO_SUMS = f"""
INSERT INTO metrics_sum AS kept (resolution, start, agency, metric, channel, quantity, amount)
SELECT resolution, start, place, metric, channel, sum(quantity), sum(amount)
FROM placed CROSS JOIN LATERAL {COARSER}
WHERE place IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (resolution, start, agency, metric, channel) DO UPDATE
SET quantity = kept.quantity + excluded.quantity, amount = kept.amount + excluded.amount
"""

MEMBERS = " UNION ALL ".join(
    f"SELECT '{name}' AS name, placed.* FROM placed WHERE {belongs}"
    for name, belongs in SETS.items()
)

ADD_TO_SETS = f"""
INSERT INTO metrics_serviceset AS kept (name, resolution, start, agency, number, services)
SELECT name, resolution, start, place, {NUMBER}, bit_or({IN_SET})
FROM ({MEMBERS}) AS member CROSS JOIN LATERAL {COARSER}
WHERE resolution IN ({", ".join(map(str, OF_SETS))})
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (name, resolution, start, agency, number) DO UPDATE SET services = kept.services | excluded.services
"""


FOLD = f"""
WITH taken AS (
    DELETE FROM workflow_delta
    WHERE id IN (SELECT id FROM workflow_delta ORDER BY id LIMIT %s)
    RETURNING {KEY}, quantity, amount
), summed AS (
    SELECT {KEY}, sum(quantity) AS quantity, sum(amount) AS amount FROM taken GROUP BY {KEY}
), placed AS (
    SELECT summed.*, COALESCE(own.top_id, agency) AS top, {KIND.format(top="above")} AS kind
    FROM summed LEFT JOIN agencies_agency AS own ON own.id = agency
    LEFT JOIN agencies_agency AS above ON above.id = COALESCE(own.top_id, agency)
), cells AS ({ADD_TO_CELLS}), sums AS ({ADD_TO_SUMS}), sets AS ({ADD_TO_SETS})
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
