from datetime import date

from django.utils.translation import gettext_lazy as _

from dossiers.states import Channel
from portal.metrics.registry import Unit, declare
from portal.metrics.terms import Completed, Received

declare(
    code="dossiers-online",
    name=_("Dossiers received online"),
    short=_("Received online"),
    unit=Unit.PERCENT,
    numerator=Received(channel=Channel.ONLINE),
    counts=_("Dossiers filed online that an agency received in the period."),
    denominator=Received(),
    out_of=_(
        "All dossiers that an agency received in the period: online, at the counter and by post."
    ),
    excludes=_(
        "Dossiers sent but not yet received, and dossiers refused at reception, are in neither count."
    ),
    source=_("Ministry of Information and Communications, yearly figures on online services"),
    certainty="R",
    since=date(2022, 1, 1),
)

declare(
    code="dossiers-on-time",
    name=_("Dossiers completed early or on time"),
    short=_("On time"),
    unit=Unit.PERCENT,
    numerator=Completed(lateness=frozenset({"early", "on_time"})),
    counts=_(
        "Dossiers completed in the period on or before the expected day. That day includes the working time during "
        "which the clock stood still."
    ),
    denominator=Completed(),
    out_of=_("All dossiers completed in the period, granted or refused."),
    excludes=_(
        "Dossiers withdrawn, stopped, expired or refused at reception are in neither count, nor are those still "
        "open, however late."
    ),
    source=_(
        "Decision 766/QĐ-TTg of 2022, indicator 2.1, narrowed to dossiers that were completed"
    ),
    certainty="D",
    since=date(2022, 1, 1),
)
