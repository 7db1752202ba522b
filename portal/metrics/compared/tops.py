"""All ministries or all provinces side by side, as the tree of one day draws them.

Figures of an agency that had ended by then are added to those of its successor: 63 provinces until 30 June 2025,
34 from then on. The demo's tree stands still before (docs/decisions/0010), unless another day is asked for.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from portal.agencies import present
from portal.agencies.models import Agency
from portal.agencies.querysets import exists_on
from portal.agencies.succession import answers_on
from portal.metrics import cuts, figures
from portal.metrics.addresses import list_address
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

    def address(self, metric, side, period):
        """The list of what one side of a figure counts here."""
        return list_address(metric, side, period, self.block_code)


def tree_day(period):
    """The day whose tree is shown for ``period``."""
    return present.tree_day(period.as_of)


def read(kind, day, *periods):
    """For each period, every :class:`Top` of ``kind`` on ``day`` with its figures, by code."""
    counted = [figures.read(period, cuts.by_answering_top(day)) for period in periods]
    # Whoever ended without a successor still answers for what was counted.
    with_figures = {key for found in counted for key, own in found.items() if own}
    agencies = list(
        Agency.objects.filter(exists_on(day) | Q(pk__in=with_figures), kind=kind, top=F("pk"))
        .prefetch_related("namings")
        .order_by("code")
    )
    heirs = {answers for agency, answers in answers_on(day).items() if agency != answers}
    return [[_top(each, found, heirs, day) for each in agencies] for found in counted]


def _top(agency, counted, heirs, day):
    return Top(
        agency,
        counted.get(agency.pk, Figures()),
        f"{agency.code}@{day.isoformat()}" if agency.pk in heirs else agency.code,
        _name_on(agency, day),
    )


def _name_on(agency, day):
    """Its name on ``day``: a merged province may bear a new one."""
    begun = [naming for naming in agency.namings.all() if naming.valid_from <= day]
    newest = max(begun, key=lambda naming: naming.valid_from, default=agency)
    return newest.name_en if spoken() == ENGLISH else newest.name_vi
