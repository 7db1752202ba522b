"""All ministries or all provinces side by side, as the tree of one day draws them.

Figures of an agency that had ended by then are added to those of its successor: 63 provinces until 30 June 2025,
34 from then on. The demo's tree stands still before (docs/decisions/0010), unless another day is asked for.
"""

from dataclasses import dataclass
from datetime import date

from portal.agencies import present
from portal.agencies.models import Agency
from portal.agencies.succession import TOPS_ANSWER_ON
from portal.metrics import cuts, figures
from portal.metrics.figures import Figures
from portal.wording import ENGLISH, spoken

# Who answers on a day (first parameter) for the ministries and provinces that there ever were, and the name it bears
# then (second): a merged province may bear a new one. Third: the kinds.
ANSWERING = f"""
SELECT heir.*, array_agg(answered.agency) AS answers_for,
       COALESCE(min(borne.name_vi), heir.name_vi) AS borne_vi, COALESCE(min(borne.name_en), heir.name_en) AS borne_en
FROM ({TOPS_ANSWER_ON}) AS answered
JOIN agencies_agency AS heir ON heir.id = answered.top
LEFT JOIN LATERAL (
    SELECT name_vi, name_en FROM agencies_naming
    WHERE agency_id = heir.id AND valid_from <= %s ORDER BY valid_from DESC LIMIT 1
) AS borne ON true
WHERE heir.kind = ANY(%s)
GROUP BY heir.id
ORDER BY heir.code
"""

MERGER = date(2025, 7, 1)  # the first day of the 34 provinces
BEFORE_MERGER = date(2025, 6, 30)  # the last day of the 63


@dataclass(frozen=True)
class Top:
    """A ministry or province with its figures; ``block_code`` names them with those of its predecessors."""

    agency: Agency
    figures: Figures
    block_code: str
    name: str


def tree_day(period):
    """The day whose tree is shown for ``period``."""
    return present.tree_day(period.as_of)


def read(kinds, day, *periods, only=None):
    """For each period, every :class:`Top` of ``kinds`` on ``day`` with its figures, by code.

    ``only`` names what is wanted of the figures, if not all is.
    """
    agencies = list(Agency.objects.raw(ANSWERING, [day, day, list(kinds)]))
    grouped = {key: agency.pk for agency in agencies for key in agency.answers_for}
    counted = [figures.read(period, cuts.by_top(grouped), only) for period in periods]
    # Whoever ended without a successor still answers for what was counted.
    shown = [
        agency
        for agency in agencies
        if agency.exists_on(day) or any(own.get(agency.pk) for own in counted)
    ]
    english = spoken() == ENGLISH
    return [
        [
            Top(
                agency,
                own.get(agency.pk, Figures()),
                f"{agency.code}@{day.isoformat()}" if len(agency.answers_for) > 1 else agency.code,
                agency.borne_en if english else agency.borne_vi,
            )
            for agency in shown
        ]
        for own in counted
    ]
