from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.metrics import listings
from portal.metrics.counting import ASKED_TWICE, COMPLETED, SUPPLEMENTED, SUPPLEMENTS
from portal.metrics.on_demand import WorkingTime
from portal.metrics.registry import Group, Unit, declare
from portal.metrics.terms import Completed, Count

SINCE = date(2022, 1, 1)
LAW = _("Decree 61/2018/NĐ-CP, early, on time or late by the date on the receipt")
BY_766 = _(
    "Decision 766/QĐ-TTg of 2022, indicator 2.1: a dossier with more than one request for a supplement is late"
)
ALL = _("All dossiers completed in the period, granted or refused.")
OTHER_ENDS = _(
    "Dossiers withdrawn, stopped, expired or refused at reception are in neither count, nor are those still open, "
    "however late."
)
IN_TIME = frozenset({COMPLETED["early"], COMPLETED["on_time"]})

declare(
    code="dossiers-on-time",
    name=_("Dossiers completed early or on time"),
    short=_("On time"),
    unit=Unit.PERCENT,
    group=Group.TIME,
    headline=True,
    numerator=Completed(lateness=frozenset({"early", "on_time"})),
    counts=_(
        "Dossiers completed in the period on or before the expected day. That day includes the working time during "
        "which the clock stood still."
    ),
    denominator=Completed(),
    out_of=ALL,
    excludes=OTHER_ENDS,
    source=_(
        "Decision 766/QĐ-TTg of 2022, indicator 2.1, narrowed to dossiers that were completed"
    ),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-early",
    name=_("Dossiers completed early"),
    short=_("Early"),
    unit=Unit.PERCENT,
    group=Group.TIME,
    numerator=Completed(lateness=frozenset({"early"})),
    counts=_("Dossiers completed in the period before the expected day."),
    denominator=Completed(),
    out_of=ALL,
    excludes=OTHER_ENDS,
    source=LAW,
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-late",
    name=_("Dossiers completed late"),
    short=_("Late"),
    unit=Unit.PERCENT,
    group=Group.TIME,
    numerator=Completed(lateness=frozenset({"late"})),
    counts=_(
        "Dossiers completed in the period after the expected day, with an apology or without."
    ),
    denominator=Completed(),
    out_of=ALL,
    excludes=OTHER_ENDS,
    source=LAW,
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-on-time-766",
    name=_("Dossiers completed on time as Decision 766 reads it"),
    short=_("On time (766)"),
    unit=Unit.PERCENT,
    group=Group.TIME,
    numerator=Count(IN_TIME, listings.on_time_by_requests, less=frozenset({ASKED_TWICE})),
    counts=_(
        "Dossiers completed in the period on or before the expected day, after one request for a supplement at most."
    ),
    denominator=Completed(),
    out_of=ALL,
    excludes=OTHER_ENDS,
    source=BY_766,
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-late-766",
    name=_("Dossiers completed late as Decision 766 reads it"),
    short=_("Late (766)"),
    unit=Unit.PERCENT,
    group=Group.TIME,
    numerator=Count(frozenset({COMPLETED["late"], ASKED_TWICE}), listings.late_by_requests),
    counts=_(
        "Dossiers completed in the period after the expected day, or after more than one request for a supplement."
    ),
    denominator=Completed(),
    out_of=ALL,
    excludes=OTHER_ENDS,
    source=BY_766,
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-supplemented",
    name=_("Dossiers that needed a supplement"),
    short=_("Supplemented"),
    unit=Unit.PERCENT,
    group=Group.TIME,
    numerator=Count(frozenset({SUPPLEMENTED}), listings.supplemented),
    counts=_(
        "Dossiers completed in the period for which a supplement had been asked once or twice."
    ),
    denominator=Completed(),
    out_of=ALL,
    excludes=OTHER_ENDS,
    source=_("Decree 61/2018/NĐ-CP, one request for a supplement at each stage"),
    certainty="D",
    since=SINCE,
)

declare(
    code="supplements",
    name=_("Requests for a supplement"),
    short=_("Supplements"),
    unit=Unit.REQUESTS,
    group=Group.TIME,
    numerator=Count(frozenset({SUPPLEMENTS}), listings.supplements),
    counts=_(
        "Requests for a supplement made in the period; a dossier may have one at reception and one at appraisal. "
        "Their usual reasons stand above the list."
    ),
    excludes=_("Requests for a payment."),
    source=_("Decree 61/2018/NĐ-CP, form 02"),
    certainty="D",
    since=SINCE,
)

COUNTED = _(
    "Working minutes from reception to completion, by the official calendar, without the time during which the clock "
    "stood still. Half of the dossiers took no longer."
)
UNKNOWN = _(
    "Dossiers that ended otherwise; those completed before the portal kept working time. Nothing is said below 30 "
    "dossiers."
)

declare(
    code="working-time-p50",
    name=_("Working time in the agency's hands, median"),
    short=_("Median time"),
    unit=Unit.MINUTES,
    group=Group.TIME,
    numerator=WorkingTime("worked", 0.5),
    counts=COUNTED,
    excludes=UNKNOWN,
    source=_("Decision 766/QĐ-TTg of 2022, indicator 2.2 (mean handling time), as a median"),
    certainty="D",
    since=SINCE,
)

declare(
    code="working-time-p90",
    name=_("Working time in the agency's hands, nine out of ten"),
    short=_("Nine out of ten"),
    unit=Unit.MINUTES,
    group=Group.TIME,
    numerator=WorkingTime("worked", 0.9),
    counts=_(
        "Working minutes from reception to completion, by the official calendar, without the time during which the "
        "clock stood still. Nine dossiers out of ten took no longer."
    ),
    excludes=UNKNOWN,
    source=_("Decision 766/QĐ-TTg of 2022, indicator 2.2 (mean handling time), as a percentile"),
    certainty="D",
    since=SINCE,
)

declare(
    code="waiting-time-p50",
    name=_("Working time waiting for the applicant, median"),
    short=_("Median waiting"),
    unit=Unit.MINUTES,
    group=Group.TIME,
    numerator=WorkingTime("waited", 0.5),
    counts=_(
        "Working minutes during which the clock stood still, for a supplement or for the fee. Half of the dossiers "
        "waited no longer."
    ),
    excludes=UNKNOWN,
    source=_("Derived from the rule by which the clock stands still"),
    certainty="D",
    since=SINCE,
)

declare(
    code="waiting-time-p90",
    name=_("Working time waiting for the applicant, nine out of ten"),
    short=_("Nine out of ten waited"),
    unit=Unit.MINUTES,
    group=Group.TIME,
    numerator=WorkingTime("waited", 0.9),
    counts=_(
        "Working minutes during which the clock stood still, for a supplement or for the fee. Nine dossiers out of ten "
        "waited no longer."
    ),
    excludes=UNKNOWN,
    source=_("Derived from the rule by which the clock stands still"),
    certainty="D",
    since=SINCE,
)
