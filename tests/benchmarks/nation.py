"""A country with a year of finished dossiers, made set-based: the ground for P4, P5 and the dashboards.

Nothing here went through the doors of the portal, and what no figure reads is empty: foreign keys, checks, triggers and
the indexes that no figure uses are taken off the throw-away database first, and nothing is written ahead. The rollup is
added up from what the recount's rules say, once for all; that it is what the fold would have made is for ``recount`` to
say afterwards.
"""

import time
from contextlib import contextmanager

from django.db import connections, transaction

from portal.metrics import offered, rollup
from portal.metrics.models import Cell, Resolution, ServiceSet, Sum
from portal.metrics.recount import HISTORY
from tests import databases

YEAR = 2022
MINISTRIES, PROVINCES, BELOW_EACH = 22, 63, 8
TOPS = MINISTRIES + PROVINCES
SERVICES, OFFERINGS = 6_800, 100_000

GROWING = ("dossiers_dossier", "dossiers_dossierhistory", "payments_attempthistory")
LOADED = (
    *GROWING,
    "agencies_agency",
    "agencies_unit",
    "catalogue_publicservice",
    "catalogue_serviceversion",
    "catalogue_offering",
    "catalogue_eligibility",
)
ROLLUP = {
    model._meta.db_table: (constraint.name, ", ".join(constraint.fields))
    for model in (Cell, Sum, ServiceSet)
    for constraint in model._meta.constraints
}
READ_BY_FIGURES = ("%_pkey", "%_by_move", "%_in_order")  # indexes

# Values for columns that must have one and that no figure reads.
NOTHING = {
    "boolean": "false",
    "date": "DATE '2022-01-01'",
    "timestamp with time zone": "TIMESTAMPTZ '2022-01-01 00:00+07'",
    "jsonb": "'{}'::jsonb",
    "uuid": "gen_random_uuid()",
    "character varying": "''",
    "text": "''",
    "ARRAY": "'{}'",
}


class Nation:
    """A database with so many dossiers. ``seconds`` says how long each part of making it took."""

    def __init__(self, dossiers):
        self.dossiers = dossiers
        self.name = databases.clone_name("bench", dossiers)
        self.seconds = {}

    def __str__(self):
        parts = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in self.seconds.items())
        return f"A country with {self.dossiers:,} dossiers: {parts}."

    def make(self):
        databases.clone(databases.template(), self.name)
        self.enter()
        for what, work in (
            ("catalogue", self._catalogue),
            ("dossiers and history", self._dossiers),
            ("rollup", self._rollup),
            ("summary of offerings", offered.summarise),
        ):
            begun = time.perf_counter()
            work()
            self.seconds[what] = time.perf_counter() - begun
        return self

    def enter(self):
        """Let every connection go to this database."""
        databases.point_connections_at(self.name)

    def _catalogue(self):
        with _owner() as cursor:
            for table in LOADED:
                _strip(cursor, table)
            for table in (*GROWING, *ROLLUP):
                _without_foreign_keys(cursor, table)
                cursor.execute(f"ALTER TABLE {table} SET UNLOGGED")
            _fill(
                cursor,
                "agencies_agency",
                f"generate_series(1, {TOPS * (1 + BELOW_EACH)}) AS n, "
                f"LATERAL (SELECT CASE WHEN n <= {TOPS} THEN n ELSE 1 + n % {TOPS} END AS top) AS t",
                id="n",
                code="'Q' || n",
                name_vi="'Cơ quan mô phỏng ' || n",
                name_en="'Simulated agency ' || n",
                kind=f"CASE WHEN n > {TOPS} THEN 'department' WHEN n <= {MINISTRIES} THEN 'ministry' "
                "ELSE 'province' END",
                parent_id=f"CASE WHEN n > {TOPS} THEN top END",
                root_id="top",
                top_id="top",
            )
            _fill(cursor, "agencies_unit", "agencies_agency", id="id", code="code", agency_id="id")
            _fill(
                cursor,
                "catalogue_publicservice",
                f"generate_series(1, {SERVICES}) AS n",
                id="n",
                code="'9.' || n",
                name_vi="'Thủ tục mô phỏng ' || n",
                name_en="'Simulated procedure ' || n",
                owner_ministry_id=f"1 + n % {MINISTRIES}",
            )
            _fill(
                cursor,
                "catalogue_serviceversion",
                "catalogue_publicservice",
                id="id",
                service_id="id",
                number="1",
            )
            # Offering n is of a service at an agency below a ministry or province; its level changed once for a third.
            _fill(
                cursor,
                "catalogue_offering",
                f"generate_series(1, {OFFERINGS}) AS n",
                id="n",
                service_id=f"1 + (n / {TOPS}) * 7 % {SERVICES}",
                unit_id=_AGENCY,
                handling_agency_id=_AGENCY,
                competent_agency_id=_AGENCY,
                level="2 + n % 3",
                valid_from=f"DATE '{YEAR - 1}-01-01' + (n % 12) * 10",
                valid_to=f"CASE WHEN n % 3 = 0 THEN DATE '{YEAR}-07-01' END",
            )
            _fill(
                cursor,
                "catalogue_offering",
                f"generate_series(3, {OFFERINGS}, 3) AS n",
                id=f"{OFFERINGS} + n",
                service_id=f"1 + (n / {TOPS}) * 7 % {SERVICES}",
                unit_id=_AGENCY,
                handling_agency_id=_AGENCY,
                competent_agency_id=_AGENCY,
                level="4",
                valid_from=f"DATE '{YEAR}-07-01'",
            )
            _fill(
                cursor,
                "catalogue_eligibility",
                f"generate_series(1, {SERVICES}) AS n",
                id="n",
                service_id="n",
                eligible="n % 5 <> 0",
                valid_from=f"DATE '{YEAR - 1}-01-01'",
            )
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as the server does by itself in the night

    def _dossiers(self):
        with _owner() as cursor:
            cursor.execute("SELECT setseed(0.5)")
            _fill(
                cursor,
                "dossiers_dossier",
                f"""(SELECT n, floor({OFFERINGS} * power(random(), 2))::bigint + 1 AS chosen,
                    TIMESTAMPTZ '{YEAR}-01-01 08:00+07' + floor(random() * 365) * INTERVAL '1 day'
                        + random() * INTERVAL '8 hours' AS received,
                    random() AS luck FROM generate_series(1, {self.dossiers}) AS n) AS drawn
                    JOIN catalogue_offering AS offering ON offering.id = chosen""",
                id="n",
                code="'Q-' || n",
                offering_id="chosen",
                service_id="offering.service_id",
                version_id="offering.service_id",
                receiving_unit_id="offering.unit_id",
                handling_agency_id="offering.handling_agency_id",
                competent_agency_id="offering.handling_agency_id",
                channel="CASE WHEN luck < 0.55 THEN 2 WHEN luck < 0.97 THEN 1 ELSE 3 END",
                level="offering.level",
                filed_by_id="1",
                state="'returned'",
                outcome="'granted'",
                sequence="3",
                received_at="received",
                due_at="received + INTERVAL '14 days'",
                expected_at="received + INTERVAL '14 days'",
                # The instant of “complete”, for the history below: one in eight is late.
                changed_at="received + (1 + n % 16) * INTERVAL '1 day'",
            )
            for sequence, name, source, target, at in (
                (1, "submit", "draft", "submitted", "received_at - INTERVAL '1 hour'"),
                (2, "receive", "submitted", "received", "received_at"),
                (3, "complete", "in_process", "completed", "changed_at"),
            ):
                _fill(
                    cursor,
                    "dossiers_dossierhistory",
                    "dossiers_dossier AS d",
                    dossier_id="d.id",
                    sequence=str(sequence),
                    transition=f"'{name}'",
                    source=f"'{source}'",
                    target=f"'{target}'",
                    at=at,
                    receiving_unit_id="receiving_unit_id",
                    handling_agency_id="handling_agency_id",
                    version_id="version_id",
                    channel="channel",
                    level="level",
                )
            _fill(
                cursor,
                "payments_attempthistory",
                "dossiers_dossier AS d WHERE channel = 2 AND id % 2 = 0",
                attempt_id="d.id",
                sequence="1",
                transition="'capture'",
                source="'started'",
                target="'captured'",
                at="received_at",
                handling_agency_id="handling_agency_id",
                service_id="service_id",
                channel="channel",
                amount="20000 + 1000 * (d.id % 90)",
            )
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {', '.join(GROWING)}")

    def _rollup(self):
        with _owner() as cursor:
            cursor.execute("SET LOCAL work_mem = '1GB'")
            cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
            for table, (name, _columns) in ROLLUP.items():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            for step in ADDED_UP:
                cursor.execute(step)
            # There was nothing yet to add to, and an index is made faster afterwards.
            for table, (name, columns) in ROLLUP.items():
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({columns})")
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {', '.join(ROLLUP)}")


def _coarser(to, source, start, of="agency"):
    """Sums of the resolution ``to`` from rows that are added up less far. Days lie in order, as time brings them."""
    return f"""
        INSERT INTO metrics_sum (resolution, start, agency, metric, channel, quantity, amount)
        SELECT {to:d}, {start}, {of}, metric, channel, sum(quantity), sum(amount)
        FROM {source} GROUP BY 2, 3, 4, 5 ORDER BY 2, 3"""


def _set(to, source, start, services):
    return f"""
        INSERT INTO metrics_serviceset (name, resolution, start, agency, number, services)
        SELECT '{rollup.USED}', {to:d}, {start}, {services} FROM {source} GROUP BY 3, 4, 5 ORDER BY 3, 4"""


def _sums_at(resolution):
    return f"metrics_sum WHERE resolution = {resolution:d}"


def _sets_at(resolution):
    return f"metrics_serviceset WHERE resolution = {resolution:d}"


MONTH, YEAR_OF = "date_trunc('month', {})::date", "date_trunc('year', {})::date"
QUARTER = "date_trunc('quarter', {})::date"
WITH_TOP = "metrics_cell JOIN agencies_agency AS own ON own.id = agency"
OLD_SET = "agency, number, bit_or(services)"
USED_CELLS = f"{{}} WHERE {rollup.SETS[rollup.USED]}"
NEW_SET = f"{{}}, {rollup.NUMBER}, bit_or({rollup.IN_SET})"

TEN_DAYS, FIVE_DAYS = rollup.TEN_DAYS, rollup.FIVE_DAYS
BY_KIND = (
    "metrics_sum AS sums JOIN agencies_agency AS above ON above.id = agency WHERE resolution = {:d}"
)
PLACE = rollup.KIND.format(top="above")

# What the fold makes of the same deltas one by one, from the finest rows to the coarsest.
ADDED_UP = [
    f"""
        INSERT INTO metrics_cell ({rollup.KEY}, quantity, amount)
        SELECT {rollup.KEY}, sum(quantity), sum(amount) FROM ({HISTORY}) AS happened GROUP BY {rollup.KEY}""",
    *(
        _coarser(to, source, start.format(day), **others)
        for to, source, day, start, others in (
            (Resolution.MONTH_AGENCY, "metrics_cell", "day", MONTH, {}),
            (Resolution.YEAR_AGENCY, _sums_at(Resolution.MONTH_AGENCY), "start", YEAR_OF, {}),
            (Resolution.DAY_TOP, WITH_TOP, "day", "{}", {"of": "own.top_id"}),
            (Resolution.TEN_DAYS_TOP, _sums_at(Resolution.DAY_TOP), "start", TEN_DAYS, {}),
            (Resolution.FIVE_DAYS_TOP, _sums_at(Resolution.DAY_TOP), "start", FIVE_DAYS, {}),
            (Resolution.MONTH_TOP, _sums_at(Resolution.DAY_TOP), "start", MONTH, {}),
            (Resolution.QUARTER_TOP, _sums_at(Resolution.MONTH_TOP), "start", QUARTER, {}),
            (Resolution.YEAR_TOP, _sums_at(Resolution.MONTH_TOP), "start", YEAR_OF, {}),
            (Resolution.DAY_KIND, BY_KIND.format(Resolution.DAY_TOP), "start", "{}", {"of": PLACE}),
            (Resolution.TEN_DAYS_KIND, _sums_at(Resolution.DAY_KIND), "start", TEN_DAYS, {}),
            (Resolution.MONTH_KIND, _sums_at(Resolution.DAY_KIND), "start", MONTH, {}),
            (Resolution.YEAR_KIND, _sums_at(Resolution.MONTH_KIND), "start", YEAR_OF, {}),
        )
    ),
    _set(
        Resolution.MONTH_AGENCY,
        USED_CELLS.format("metrics_cell"),
        MONTH.format("day"),
        NEW_SET.format("agency"),
    ),
    _set(Resolution.DAY_TOP, USED_CELLS.format(WITH_TOP), "day", NEW_SET.format("own.top_id")),
    *(
        _set(to, _sets_at(source), start.format("start"), OLD_SET)
        for to, source, start in (
            (Resolution.YEAR_AGENCY, Resolution.MONTH_AGENCY, YEAR_OF),
            (Resolution.TEN_DAYS_TOP, Resolution.DAY_TOP, TEN_DAYS),
            (Resolution.FIVE_DAYS_TOP, Resolution.DAY_TOP, FIVE_DAYS),
            (Resolution.MONTH_TOP, Resolution.DAY_TOP, MONTH),
            (Resolution.QUARTER_TOP, Resolution.MONTH_TOP, QUARTER),
            (Resolution.YEAR_TOP, Resolution.MONTH_TOP, YEAR_OF),
        )
    ),
]
_AGENCY = f"{TOPS} + 1 + n % {TOPS * BELOW_EACH}"


@contextmanager
def nations(*sizes):
    """One country for each size; dropped afterwards."""
    databases.drop_those_of_ended_runs()
    made = []
    try:
        for size in sizes:
            made.append(Nation(size))
            print(made[-1].make(), flush=True)
        yield made
    finally:
        databases.point_connections_at("postgres")
        for nation in made:
            databases.drop(nation.name)


@contextmanager
def _owner():
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        yield cursor


def _strip(cursor, table):
    """Take off what only keeps rows right or finds what no figure looks for. The owner may do that."""
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'c')",
        [table],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    if table not in GROWING:
        return
    cursor.execute(
        "SELECT c.conname FROM pg_constraint c WHERE c.conrelid = %s::regclass AND c.contype = 'u' "
        "AND NOT c.conname LIKE ANY(%s)",
        [table, list(READ_BY_FIGURES)],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexname FROM pg_indexes WHERE tablename = %s AND NOT indexname LIKE ANY(%s)",
        [table, list(READ_BY_FIGURES)],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')


def _without_foreign_keys(cursor, table):
    """Let no other table's rows point here: such a table may not be left out of the write-ahead log."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE confrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    for other, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {other} DROP CONSTRAINT "{name}"')


def _fill(cursor, table, rows, **values):
    """Insert for each of ``rows`` (SQL after FROM) what ``values`` say, and nothing in whatever else must be there."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO' "
        "AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'",
        [table],
    )
    for column, kind in cursor.fetchall():
        values.setdefault(column, NOTHING.get(kind, "0"))
    identity = "OVERRIDING SYSTEM VALUE" if "id" in values else ""
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(values)}) {identity} SELECT {', '.join(values.values())} FROM {rows}"
    )
