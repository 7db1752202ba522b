"""Who has taken whose place: one agency asked about, or the whole tree at once as SQL.

An agency that ended has at most one successor (:class:`portal.agencies.models.Succession`); a successor may end in
its turn. Whoever ended without a successor is still the last who answers.
"""

from django.db import connection

REFUSE_A_SUCCESSION_THAT_DOES_NOT_FIT = """
IF EXISTS (
    SELECT FROM agencies_agency AS ended, agencies_agency AS heir
    WHERE ended.id = NEW.agency_id AND heir.id = NEW.successor_id
      AND ended.valid_to = NEW.day
      AND (heir.valid_from IS NULL OR heir.valid_from <= NEW.day)
      AND (heir.valid_to IS NULL OR heir.valid_to > NEW.day)
) THEN RETURN NEW; END IF;
RAISE EXCEPTION 'the day must be the first without the agency and within the life of its successor'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'succession_fits_both_lives';
"""
REFUSE_A_LIFE_THAT_DOES_NOT_FIT = """
IF EXISTS (
    SELECT FROM agencies_succession AS s
    WHERE (s.agency_id = NEW.id AND s.day IS DISTINCT FROM NEW.valid_to)
       OR (s.successor_id = NEW.id AND (s.day < NEW.valid_from OR s.day >= NEW.valid_to))
) THEN
    RAISE EXCEPTION 'a succession of this agency says otherwise'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_life_fits_succession';
END IF;
RETURN NULL;
"""

_ANSWERS_ON = """
WITH RECURSIVE chain (agency, answers, day) AS (
    SELECT id, id, %s::date FROM agencies_agency {asked}
    UNION ALL
    SELECT chain.agency, s.successor_id, chain.day
    FROM chain JOIN agencies_succession AS s ON s.agency_id = chain.answers AND s.day <= chain.day
)
SELECT chain.agency, chain.answers, answering.top_id AS top
FROM chain JOIN agencies_agency AS answering ON answering.id = chain.answers
WHERE NOT EXISTS (
    SELECT FROM agencies_succession AS s WHERE s.agency_id = chain.answers AND s.day <= chain.day
)
"""
# Rows (agency, answers, top): who answers on a day for every agency that there ever was, and their ministry or
# province. One parameter: the day. For whoever reads rows of the past by the tree of another day, as metrics do.
ANSWERS_ON = _ANSWERS_ON.format(asked="")
# The same for every ministry and province that there ever was.
TOPS_ANSWER_ON = _ANSWERS_ON.format(asked="WHERE id = top_id")
ONE_ANSWERS_ON = """
WITH RECURSIVE chain (answers, day, step) AS (
    SELECT %s::bigint, %s::date, 0
    UNION ALL
    SELECT s.successor_id, chain.day, step + 1
    FROM chain JOIN agencies_succession AS s ON s.agency_id = chain.answers AND s.day <= chain.day
)
SELECT agency.* FROM chain JOIN agencies_agency AS agency ON agency.id = chain.answers ORDER BY step DESC LIMIT 1
"""


def in_succession(agency, day):
    """The agency that answers on ``day`` for ``agency``: itself, or who has taken its place by then."""
    if agency.valid_to is None or agency.valid_to > day:
        return agency
    return next(iter(type(agency).objects.raw(ONE_ANSWERS_ON, [agency.pk, day])))


def tops_on(day) -> dict[int, int]:
    """For every ministry and province that there ever was, the key of the one that answers for it on ``day``."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT agency, top FROM ({TOPS_ANSWER_ON}) AS answered", [day])
        return dict(cursor.fetchall())
