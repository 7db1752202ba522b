from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.metrics import listings, observed
from portal.metrics.counting import FILED, FILED_WITH_PAPERS, RETURNED
from portal.metrics.on_demand import Listed
from portal.metrics.registry import Group, Unit, declare
from portal.metrics.terms import Completed, Count

SINCE = date(2022, 1, 1)

declare(
    code="dossiers-digitised",
    name=_("Dossiers with digital papers"),
    short=_("Digitised"),
    unit=Unit.PERCENT,
    group=Group.PAPERS,
    numerator=Count(frozenset({FILED_WITH_PAPERS}), listings.filed_with_papers),
    counts=_("Dossiers filed in the period with at least one digital paper attached."),
    denominator=Count(frozenset({FILED}), listings.filed),
    out_of=_("All dossiers filed in the period."),
    excludes=_(
        "Papers that came later, with a supplement. The electronic result that the Decision also asks for is there "
        "for every dossier completed here."
    ),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 4.2"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-reusing",
    name=_("Dossiers that re-use digitised data"),
    short=_("Re-using"),
    unit=Unit.PERCENT,
    group=Group.PAPERS,
    counts=_("Dossiers received in the period for which data digitised before were used again."),
    out_of=_("All dossiers received in the period."),
    excludes=_("Papers attached anew, even if they are the same."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 4.3"),
    certainty="F2",
    since=SINCE,
    no_source=_("There is no store of digitised papers from which a dossier could take one again."),
)

declare(
    code="dossiers-from-personal-store",
    name=_("Dossiers with papers from the personal store"),
    short=_("Personal store"),
    unit=Unit.PERCENT,
    group=Group.PAPERS,
    counts=_(
        "Dossiers received in the period with a paper from the applicant's personal store, or whose result was put "
        "into it."
    ),
    out_of=_("All dossiers received in the period."),
    excludes=_("Papers attached from the applicant's own device."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 4.4"),
    certainty="F2",
    since=SINCE,
    no_source=_("There is no personal store of papers yet."),
)

declare(
    code="results-online",
    name=_("Results returned online"),
    short=_("Returned online"),
    unit=Unit.PERCENT,
    group=Group.PAPERS,
    numerator=Count(frozenset({RETURNED["online"]}), listings.returned_online),
    counts=_("Results handed over online in the period, as the applicant chose."),
    denominator=Count(frozenset(RETURNED.values()), listings.returned),
    out_of=_("All results handed over in the period: online, at the counter and by post."),
    excludes=_("Results that wait to be collected."),
    source=_("Decree 45/2020/NĐ-CP, electronic results"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-full-process",
    name=_("Dossiers handled in full process"),
    short=_("Full process"),
    unit=Unit.PERCENT,
    group=Group.PAPERS,
    numerator=Listed(observed.full_process),
    counts=_(
        "Results returned in the period for which nobody had to come to a counter: filed online, the fee, where there "
        "was one, paid online, the result returned online or by post."
    ),
    denominator=Listed(listings.returned),
    out_of=_("All results handed over in the period: online, at the counter and by post."),
    excludes=_("Results that wait to be collected, and dossiers that ended without a result."),
    source=_("Decree 42/2022/NĐ-CP, full-process online public service"),
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-with-e-result",
    name=_("Dossiers with an electronic result"),
    short=_("E-result"),
    unit=Unit.PERCENT,
    group=Group.PAPERS,
    numerator=Completed(),
    counts=_("Dossiers completed in the period. None is completed here without a signed result."),
    denominator=Completed(),
    out_of=_("All dossiers completed in the period, granted or refused."),
    excludes=_("Dossiers that ended otherwise have no result."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 4.1"),
    certainty="F2",
    since=SINCE,
)

declare(
    code="dossiers-synchronised",
    name=_("Dossiers synchronised with the national portal"),
    short=_("Synchronised"),
    unit=Unit.PERCENT,
    group=Group.PAPERS,
    counts=_("Dossiers received in the period that stand on the national portal."),
    out_of=_("Dossiers received in the period, by the national reporting system or on the portal."),
    excludes=_("Dossiers refused at reception."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 1.4"),
    certainty="F2",
    since=SINCE,
    no_source=_(
        "No national reporting system stands beside this portal, so nothing is synchronised."
    ),
)
