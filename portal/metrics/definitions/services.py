from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.metrics.registry import Unit, declare
from portal.metrics.terms import Services

declare(
    code="services-level-4",
    name=_("Eligible services at level 4"),
    short=_("Level 4"),
    unit=Unit.PERCENT,
    numerator=Services(levels=frozenset({4}), eligible=True),
    counts=_(
        "Services that are eligible for level 4 and offered at it on the last day of the period."
    ),
    denominator=Services(eligible=True),
    out_of=_(
        "Services eligible for level 4 that are offered, at whatever level, on the last day of the period."
    ),
    excludes=_(
        "A service is a procedure at one ministry or province, at the highest level at which it is offered there. "
        "Level 4 without eligibility counts on neither side. Eligibility was assigned for this simulation."
    ),
    source=_(
        "Ministry of Information and Communications, coverage of level-4 services as published for 2022"
    ),
    certainty="R",
    since=date(2022, 1, 1),
)

declare(
    code="services-used",
    name=_("Online services that generate dossiers"),
    short=_("With dossiers"),
    unit=Unit.PERCENT,
    numerator=Services(levels=frozenset({3, 4}), used=True),
    counts=_(
        "Of these services, those with at least one dossier filed online and received in the period."
    ),
    denominator=Services(levels=frozenset({3, 4})),
    out_of=_("Services offered online (level 3 or 4) on the last day of the period."),
    excludes=_(
        "A service is a procedure at one ministry or province. One that is no longer offered online on the last day "
        "counts on neither side, whatever it received before."
    ),
    source=_(
        "Ministry of Information and Communications; agrees with indicator 3.2 of Decision 766/QĐ-TTg of 2022"
    ),
    certainty="R",
    since=date(2022, 1, 1),
)
