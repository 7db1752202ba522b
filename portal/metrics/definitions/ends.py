from datetime import date

from django.utils.translation import gettext_lazy as _

from dossiers.states import Outcome
from portal.metrics import listings
from portal.metrics.counting import (
    ENDED,
    ENDED_UNRECEIVED,
    RECEIVED,
    REFUSED,
    REFUSED_AT_RECEPTION,
)
from portal.metrics.registry import Group, Unit, declare
from portal.metrics.terms import Completed, Count

SINCE = date(2022, 1, 1)


def _both(outcome):
    return frozenset({ENDED[outcome], ENDED_UNRECEIVED[outcome]})


declare(
    code="dossiers-refused-at-reception",
    name=_("Dossiers refused at reception"),
    short=_("Not received"),
    unit=Unit.PERCENT,
    group=Group.ENDS,
    numerator=Count(frozenset({REFUSED_AT_RECEPTION}), listings.refused_at_reception),
    counts=_("Dossiers that the one-door unit refused to receive in the period, with form 03."),
    denominator=Count(frozenset({RECEIVED, REFUSED_AT_RECEPTION}), listings.decided_at_reception),
    out_of=_("Dossiers received or refused at reception in the period."),
    excludes=_("Refusals on the merits, and dossiers on which reception has not decided yet."),
    source=_("National dossier message, status 3"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-refused",
    name=_("Dossiers refused on the merits"),
    short=_("Refused"),
    unit=Unit.PERCENT,
    group=Group.ENDS,
    numerator=Count(frozenset({REFUSED}), listings.refused),
    counts=_("Dossiers completed in the period with a signed refusal."),
    denominator=Completed(),
    out_of=_("All dossiers completed in the period, granted or refused."),
    excludes=_("Dossiers refused at reception."),
    source=_("National dossier message, status 9 with a refusal document"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-withdrawn",
    name=_("Dossiers withdrawn"),
    short=_("Withdrawn"),
    unit=Unit.DOSSIERS,
    group=Group.ENDS,
    numerator=Count(_both(Outcome.WITHDRAWN), listings.withdrawn),
    counts=_("Dossiers whose withdrawal an agency accepted in the period, received or not."),
    excludes=_("Requests to withdraw that were refused or are not decided yet."),
    source=_("National dossier message, statuses 7 and 8"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-stopped",
    name=_("Dossiers stopped by the agency"),
    short=_("Stopped"),
    unit=Unit.DOSSIERS,
    group=Group.ENDS,
    numerator=Count(_both(Outcome.STOPPED), listings.stopped),
    counts=_("Dossiers that an agency stopped handling in the period, with form 05."),
    excludes=_("Dossiers withdrawn, and those closed because nobody answered."),
    source=_("National dossier message, status 8"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-expired",
    name=_("Dossiers closed unanswered"),
    short=_("Unanswered"),
    unit=Unit.DOSSIERS,
    group=Group.ENDS,
    numerator=Count(_both(Outcome.EXPIRED), listings.expired),
    counts=_(
        "Dossiers closed in the period because a request for a supplement or for the fee stayed unanswered."
    ),
    excludes=_("Dossiers stopped by the agency."),
    source=_("National dossier message, status 8; the time to answer is assumed"),
    certainty="?",
    since=SINCE,
)
