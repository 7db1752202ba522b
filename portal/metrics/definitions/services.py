from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.metrics import observed
from portal.metrics.on_demand import Listed
from portal.metrics.registry import Group, Unit, declare
from portal.metrics.terms import Services

declare(
    code="services-level-4",
    name=_("Eligible services at level 4"),
    short=_("Level 4"),
    unit=Unit.PERCENT,
    group=Group.SERVICES,
    headline=True,
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
    group=Group.SERVICES,
    headline=True,
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

declare(
    code="services-level-4",
    name=_("Eligible services delivered as full-process services"),
    short=_("Full-process, delivered"),
    unit=Unit.PERCENT,
    group=Group.SERVICES,
    headline=True,
    numerator=Services(levels=frozenset({4}), eligible=True, used=True),
    counts=_(
        "Services eligible for full process, offered at it on the last day of the period, with at least one dossier "
        "filed online and received in the period."
    ),
    denominator=Services(eligible=True),
    out_of=_(
        "Services eligible for full process that are offered, at whatever level, on the last day of the period."
    ),
    excludes=_(
        "Services offered as full-process services to which nobody has come online: until 2023 they counted. That is "
        "why the coverage published for 2022 (97.3 %) and for August 2024 (51.5 %) cannot be compared."
    ),
    source=_("Government Office, eligible services delivered online, as published for August 2024"),
    certainty="D",
    since=date(2024, 1, 1),
)

declare(
    code="services-online",
    name=_("Services offered online"),
    short=_("Online"),
    unit=Unit.PERCENT,
    group=Group.SERVICES,
    numerator=Services(levels=frozenset({3, 4})),
    counts=_("Services offered online (level 3 or 4) on the last day of the period."),
    denominator=Services(),
    out_of=_("All services on offer on the last day of the period."),
    excludes=_("A service is a procedure at one ministry or province, at its highest level there."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 3.1"),
    certainty="F2",
    since=date(2022, 1, 1),
)

declare(
    code="services-level-4-of-all",
    name=_("Services offered at level 4"),
    short=_("Level 4 of all"),
    unit=Unit.PERCENT,
    group=Group.SERVICES,
    numerator=Services(levels=frozenset({4})),
    counts=_("Services that take dossiers and payments online, eligible or not."),
    denominator=Services(),
    out_of=_("All services on offer on the last day of the period."),
    excludes=_("A service is a procedure at one ministry or province, at its highest level there."),
    source=_("Target of 30 % by the end of 2020, as published in August 2020"),
    certainty="F",
    since=date(2022, 1, 1),
)

declare(
    code="offerings-observed",
    name=_("Online services that really run at their declared level"),
    short=_("As declared"),
    unit=Unit.PERCENT,
    group=Group.SERVICES,
    numerator=Listed(observed.observed_as_declared, "offerings"),
    counts=_(
        "Of these offerings, those of which at least one dossier went as the declared level says: at level 3 filed "
        "online, at level 4 filed and paid online and its result returned online or by post."
    ),
    denominator=Listed(observed.observed, "offerings"),
    out_of=_(
        "Offerings of a service at one unit that are declared at level 3 or 4 on the last day of the period, with at "
        "least one result returned in it."
    ),
    excludes=_(
        "Offerings of which no result was returned in the period: nothing was observed. A service counts at each unit "
        "that offers it."
    ),
    source=_("Circular 32/2017/TT-BTTTT, the four levels, held against what dossiers went through"),
    certainty="D",
    since=date(2022, 1, 1),
)

LEVEL_NAMES = {
    1: (_("Services at level 1"), _("Level 1 only"), _("Services that only give information.")),
    2: (_("Services at level 2"), _("Level 2 only"), _("Services whose forms can be downloaded.")),
    3: (_("Services at level 3"), _("Level 3 only"), _("Services that take dossiers online.")),
    4: (
        _("Services at level 4"),
        _("Level 4, all"),
        _("Services that take dossiers and payments online, eligible or not."),
    ),
}

for level, (name, short, counts) in LEVEL_NAMES.items():
    declare(
        code=f"services-at-level-{level}",
        name=name,
        short=short,
        unit=Unit.SERVICES,
        group=Group.SERVICES,
        numerator=Services(levels=frozenset({level})),
        counts=counts,
        excludes=_(
            "A service is a procedure at one ministry or province, at its highest level there on the last day of the "
            "period."
        ),
        source=_("Circular 32/2017/TT-BTTTT, the four levels; Decree 43/2011/NĐ-CP"),
        certainty="F2",
        since=date(2022, 1, 1),
    )
