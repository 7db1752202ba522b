"""All ministries or all provinces side by side, as the tree of one day draws them.

Figures of an agency that had ended by then are added to those of its successor: 63 provinces until 30 June 2025,
34 from then on. The demo's tree stands still before (docs/decisions/0010), unless another day is asked for.
"""

from dataclasses import dataclass
from datetime import date

from portal.agencies import present
from portal.agencies.models import Agency, Naming
from portal.agencies.succession import tops_on
from portal.metrics import cuts, figures
from portal.metrics.figures import Figures
from portal.wording import ENGLISH, spoken

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
    answers = tops_on(day)
    found = Agency.objects.filter(kind__in=kinds, pk__in=set(answers.values())).order_by("code")
    agencies = {agency.pk: agency for agency in found}
    grouped = {key: heir for key, heir in answers.items() if heir in agencies}
    counted = [figures.read(period, cuts.by_top(grouped), only) for period in periods]
    heirs = {heir for key, heir in grouped.items() if key != heir}
    names = _names_on(day)
    # Whoever ended without a successor still answers for what was counted.
    shown = [
        agency
        for key, agency in agencies.items()
        if agency.exists_on(day) or any(own.get(key) for own in counted)
    ]
    return [
        [
            Top(
                agency,
                own.get(agency.pk, Figures()),
                f"{agency.code}@{day.isoformat()}" if agency.pk in heirs else agency.code,
                names.get(agency.pk, agency.name),
            )
            for agency in shown
        ]
        for own in counted
    ]


def _names_on(day):
    """The names borne on ``day`` by those that have changed theirs: a merged province may bear a new one."""
    begun = Naming.objects.filter(valid_from__lte=day).order_by("valid_from")
    return dict(begun.values_list("agency", "name_en" if spoken() == ENGLISH else "name_vi"))
