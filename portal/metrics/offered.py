"""Services on offer: how many, at which highest level, eligible or not, and with dossiers received online or without.

A service is a procedure at a ministry or province (or at an agency below it, where that is asked for), at the highest
level at which it is offered there. For ministries and provinces the dated offerings are summarised as sets of services
(:class:`~portal.metrics.models.Standing`), so that a hundred thousand offerings are counted in milliseconds. A summary
is there or it is not: whoever changes an offering removes it in the same transaction, and the offerings are read then.
"""

from django.db import connection, transaction

from portal.metrics.cuts import Of, Part
from portal.metrics.rollup import IN_SET, NUMBER, OF_SET, USED
from portal.metrics.sources import array, services_in

STANDING_LOCK = (
    0x6F66_6665  # held by those who change offerings (shared) and by who summarises them
)

IN_FORCE = "{rows}.valid_from <= %s AND ({rows}.valid_to IS NULL OR {rows}.valid_to > %s)"
OFFERED_THEN = IN_FORCE.format(rows="offering")
ELIGIBLE_THEN = f"""EXISTS (
        SELECT FROM catalogue_eligibility AS known
        WHERE known.service_id = offered.service AND known.eligible AND {IN_FORCE.format(rows="known")}
    )"""

# Of whole ministries and provinces: sets of services, bit by bit.
OF_TOPS = f"""
WITH cut AS ({{cut}}), top AS (
    SELECT agency AS id, (
        SELECT max(valid_from) FROM metrics_standing WHERE top = agency AND valid_from <= %s
    ) AS since
    FROM cut GROUP BY agency
), missing AS MATERIALIZED (
    SELECT id FROM top
    WHERE since IS NULL AND NOT EXISTS (SELECT FROM metrics_standing AS any_day WHERE any_day.top = top.id)
), offered AS (
    SELECT below.top_id AS top, offering.service_id AS service, max(offering.level) AS level
    FROM missing
    JOIN agencies_agency AS below ON below.top_id = missing.id
    JOIN catalogue_offering AS offering ON offering.handling_agency_id = below.id
    WHERE {OFFERED_THEN}
    GROUP BY 1, 2
), standing AS (
    SELECT top.id AS top, level, eligible, number, services
    FROM top JOIN metrics_standing AS kept ON kept.top = top.id AND kept.valid_from = top.since
    WHERE kept.valid_to IS NULL OR kept.valid_to > %s
    UNION ALL
    SELECT top, level, {ELIGIBLE_THEN}, {NUMBER}, bit_or({IN_SET})
    FROM offered GROUP BY 1, 2, 3, 4
), used AS (
    SELECT agency AS top, number, bit_or(services) AS services FROM {{used}} AS used GROUP BY 1, 2
), counted AS MATERIALIZED (  -- numbers are sorted, not sets
    SELECT cut.grp, standing.level, standing.eligible, bit_count(standing.services) AS offered,
           COALESCE(bit_count(standing.services & used.services), 0) AS used
    FROM cut JOIN standing ON standing.top = cut.agency LEFT JOIN used USING (top, number)
)
SELECT grp, level, eligible, sum(offered)::bigint, sum(used)::bigint FROM counted GROUP BY 1, 2, 3
"""

# Of agencies that lie within one ministry or province: few enough to look at their offerings one by one.
OF_AGENCIES = f"""
WITH cut AS ({{cut}}), offered AS (
    SELECT cut.grp, offering.service_id AS service, max(offering.level) AS level
    FROM catalogue_offering AS offering JOIN cut ON cut.agency = offering.handling_agency_id
    WHERE {OFFERED_THEN}
    GROUP BY 1, 2
), used AS (
    SELECT cut.grp, number, bit_or(services) AS services FROM {{used}} AS used JOIN cut USING (agency) GROUP BY 1, 2
)
SELECT offered.grp, offered.level, {ELIGIBLE_THEN}, count(*),
       sum(COALESCE({OF_SET.format(set="used.services")}, 0))::bigint
FROM offered LEFT JOIN used ON used.grp = offered.grp AND used.number = {NUMBER}
GROUP BY 1, 2, 3
"""

SUMMARISE = f"""
INSERT INTO metrics_standing (top, valid_from, valid_to, level, eligible, number, services)
WITH offering AS (
    SELECT agency.top_id AS top, o.service_id AS service, o.level, o.valid_from, o.valid_to
    FROM catalogue_offering AS o JOIN agencies_agency AS agency ON agency.id = o.handling_agency_id
    WHERE agency.top_id = %s AND NOT EXISTS (SELECT FROM metrics_standing WHERE top = %s)
), eligible AS (
    SELECT service_id AS service, valid_from, valid_to FROM catalogue_eligibility WHERE eligible
), change AS (
    SELECT top, valid_from AS day FROM offering
    UNION SELECT top, valid_to FROM offering WHERE valid_to IS NOT NULL
    UNION SELECT top, eligible.valid_from FROM offering JOIN eligible USING (service)
    UNION SELECT top, eligible.valid_to FROM offering JOIN eligible USING (service)
          WHERE eligible.valid_to IS NOT NULL
), span AS (
    SELECT top, day AS valid_from, lead(day) OVER (PARTITION BY top ORDER BY day) AS valid_to FROM change
), standing AS (
    SELECT span.top, span.valid_from, span.valid_to, offering.service, max(offering.level) AS level
    FROM span JOIN offering ON offering.top = span.top AND offering.valid_from <= span.valid_from
        AND (offering.valid_to IS NULL OR offering.valid_to > span.valid_from)
    GROUP BY 1, 2, 3, 4
)
SELECT top, valid_from, valid_to, level, EXISTS (
           SELECT FROM catalogue_eligibility AS known
           WHERE known.service_id = standing.service AND known.eligible AND known.valid_from <= standing.valid_from
               AND (known.valid_to IS NULL OR known.valid_to > standing.valid_from)
       ), {NUMBER}, bit_or({IN_SET})
FROM standing
GROUP BY 1, 2, 3, 4, 5, 6
"""

MISSING = """
SELECT DISTINCT agency.top_id
FROM catalogue_offering AS offering JOIN agencies_agency AS agency ON agency.id = offering.handling_agency_id
WHERE NOT EXISTS (SELECT FROM metrics_standing AS standing WHERE standing.top = agency.top_id)
"""


def counted(part, period):
    """Rows (group, level, eligible, number of services, those of them with dossiers received online).

    Services are looked at as they stood on the last day of ``period`` that has come.
    """
    day = period.as_of
    cut, own = _rows(part)
    if part.of is Of.KINDS:
        part = Part(Of.TOPS)
    used = services_in(USED, period, part)
    if part.of is Of.AGENCIES:
        sql, values = OF_AGENCIES, [*own, day, day, *used.parameters, day, day]
    else:
        sql, values = OF_TOPS, [*own, *[day] * 6, *used.parameters]
    with connection.cursor() as cursor:
        cursor.execute(sql.format(cut=cut, used=used.sql), values)
        return cursor.fetchall()


def _rows(part):
    """SQL of rows (agency, grp) with its parameters: services are offered by ministries and provinces, not by kinds."""
    # Without a parent: a ministry or province. PostgreSQL knows how many these are, as it does not of “id = top_id”.
    if part.groups is None:
        return "SELECT id AS agency, id AS grp FROM agencies_agency WHERE parent_id IS NULL", []
    groups = list(part.groups.values())
    if part.of is Of.KINDS:
        sql = "SELECT id AS agency, kind AS grp FROM agencies_agency WHERE parent_id IS NULL AND kind = ANY(%s)"
        return sql, [groups]
    sql = "SELECT * FROM unnest(%s::bigint[], %s::{kind}[]) AS listed (agency, grp)"
    if all(isinstance(group, int) for group in groups):
        return sql.format(kind="bigint"), [array(part.keys), array(groups)]
    return sql.format(kind="text"), [array(part.keys), groups]


def summarise():
    """Summarise the offerings of every ministry and province that has no summary; returns how many those were."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING)
        return sum(_summarise(top) for (top,) in cursor.fetchall())


def _summarise(top):
    """Whether it was done. While somebody changes offerings or summarises them it is left for the next time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [STANDING_LOCK])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(SUMMARISE, [top, top])
        return True
