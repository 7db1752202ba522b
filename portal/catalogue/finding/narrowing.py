"""Services narrowed by what people choose, and what every choice would show: two statements over the same tables.

A count beside a choice is the number of services that choosing it shows, everything else as chosen now.
"""

from collections import defaultdict
from typing import NamedTuple

from django.db import connection

# ``listed``: a row for each service that is published and on offer, with its highest level at the agency chosen, and
# whether it fits each choice. ``hits`` NULL: nothing was typed.
LISTED = """
WITH offered AS MATERIALIZED (
    SELECT offering.service_id, agency.top_id, max(offering.level) AS level
    FROM catalogue_offering AS offering JOIN agencies_agency AS agency ON agency.id = offering.handling_agency_id
    WHERE offering.valid_from <= %(day)s AND (offering.valid_to IS NULL OR offering.valid_to > %(day)s)
        AND (%(hits)s::bigint[] IS NULL OR offering.service_id = ANY(%(hits)s::bigint[]))
    GROUP BY offering.service_id, agency.top_id
), service AS (
    SELECT service.*,
        %(field)s = '' OR service.field = %(field)s AS fits_field,
        %(audience)s = '' OR %(audience)s = ANY(string_to_array(service.audience, ' ')) AS fits_audience,
        %(event)s = '' OR %(event)s = ANY(service.life_events) AS fits_event,
        service.highest_fee_vnd BETWEEN %(fee_from)s AND %(fee_to)s AS fits_fee
    FROM catalogue_publicservice AS service
    WHERE (%(hits)s::bigint[] IS NULL OR service.id = ANY(%(hits)s::bigint[])) AND EXISTS (
        SELECT FROM catalogue_serviceversion AS version
        WHERE version.service_id = service.id AND version.state = 'published'
    )
), listed AS MATERIALIZED (
    SELECT service.*, best.level, %(levels)s::int[] = '{}' OR best.level = ANY(%(levels)s::int[]) AS fits_level
    FROM service JOIN (
        SELECT service_id, max(level) AS level FROM offered
        WHERE %(agency)s::bigint IS NULL OR top_id = %(agency)s::bigint GROUP BY service_id
    ) AS best ON best.service_id = service.id
)
"""
PAGE = f"""{LISTED}
SELECT listed.id, listed.level FROM listed
LEFT JOIN unnest(%(hits)s::bigint[]) WITH ORDINALITY AS hit(id, place) ON hit.id = listed.id
WHERE fits_level AND fits_field AND fits_audience AND fits_event AND fits_fee
ORDER BY hit.place, listed.name_vi, listed.code
LIMIT %(limit)s OFFSET %(offset)s
"""
COUNTS = f"""{LISTED}
SELECT 'all', '', '', '', count(*) FROM listed
WHERE fits_level AND fits_field AND fits_audience AND fits_event AND fits_fee
UNION ALL SELECT 'level', level::text, '', '', count(*) FROM listed
WHERE fits_field AND fits_audience AND fits_event AND fits_fee GROUP BY level
UNION ALL SELECT 'field', field, field, max(field_en), count(*) FROM listed
WHERE fits_level AND fits_audience AND fits_event AND fits_fee GROUP BY field
UNION ALL SELECT 'audience', audience.key, '', '', count(*)
FROM listed, unnest(string_to_array(listed.audience, ' ')) AS audience(key)
WHERE fits_level AND fits_field AND fits_event AND fits_fee GROUP BY audience.key
UNION ALL SELECT 'event', event.key, '', '', count(*) FROM listed, unnest(listed.life_events) AS event(key)
WHERE fits_level AND fits_field AND fits_audience AND fits_fee GROUP BY event.key
UNION ALL SELECT 'fee', fee.key, '', '', count(*) FROM listed
JOIN unnest(%(fees)s::text[], %(fees_from)s::bigint[], %(fees_to)s::bigint[]) AS fee(key, lowest, highest)
    ON listed.highest_fee_vnd BETWEEN fee.lowest AND fee.highest
WHERE fits_level AND fits_field AND fits_audience AND fits_event GROUP BY fee.key
UNION ALL SELECT top.kind, top.code, top.name_vi, top.name_en, count(*)
FROM service JOIN offered ON offered.service_id = service.id JOIN agencies_agency AS top ON top.id = offered.top_id
WHERE (%(levels)s::int[] = '{{}}' OR offered.level = ANY(%(levels)s::int[]))
    AND fits_field AND fits_audience AND fits_event AND fits_fee
GROUP BY top.kind, top.code, top.name_vi, top.name_en
"""

EXAMPLES = """
SELECT event, name_vi, name_en FROM (
    SELECT event, service.name_vi, service.name_en,
        row_number() OVER (PARTITION BY event ORDER BY cardinality(service.life_events), service.code) AS place
    FROM catalogue_publicservice AS service, unnest(service.life_events) AS event
    WHERE EXISTS (
        SELECT FROM catalogue_offering AS offering WHERE offering.service_id = service.id
            AND offering.valid_from <= %(day)s AND (offering.valid_to IS NULL OR offering.valid_to > %(day)s)
    )
) AS example WHERE place <= %(most)s ORDER BY event, place
"""


class Count(NamedTuple):
    """What one choice would show; names only where the choice has none of its own in the code."""

    key: str
    name_vi: str
    name_en: str
    services: int


def counts(choices: dict) -> dict[str, list[Count]]:
    """``all``, ``level``, ``field``, ``audience``, ``event``, ``fee``, ``ministry``, ``province``: counts by key."""
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, choices)
        for about, *row in sorted(cursor.fetchall()):
            found[about].append(Count(*row))
    return found


def page(choices: dict, *, limit: int, offset: int) -> list[tuple[int, int]]:
    """``(service, level)`` of one page, the closest first, else by name."""
    with connection.cursor() as cursor:
        cursor.execute(PAGE, {**choices, "limit": limit, "offset": offset})
        return cursor.fetchall()


def examples_by_event(day, most: int) -> list[tuple[str, str, str]]:
    """``(event, Vietnamese, English)``: names of services, those that belong to few events first."""
    with connection.cursor() as cursor:
        cursor.execute(EXAMPLES, {"day": day, "most": most})
        return cursor.fetchall()
