from datetime import date

from django.utils.translation import gettext_lazy as _

from dossiers.states import Channel
from portal.metrics import listings
from portal.metrics.counting import (
    COMPLETED,
    ENDED,
    FILED,
    RECEIVED,
    TRANSFERRED_IN,
    TRANSFERRED_OUT,
)
from portal.metrics.figures import CARRIED_OVER
from portal.metrics.registry import Group, Unit, declare
from portal.metrics.terms import Count, Received

SINCE = date(2022, 1, 1)
MINISTRY = _("Ministry of Information and Communications, yearly figures on online services")
IN_HAND = frozenset({CARRIED_OVER, RECEIVED, TRANSFERRED_IN})
ENDS = frozenset({*COMPLETED.values(), *ENDED.values()})
ALL = _("All dossiers that an agency received in the period: online, at the counter and by post.")
BEFORE_RECEPTION = _(
    "Dossiers sent but not yet received, and dossiers refused at reception, are in neither count."
)

declare(
    code="dossiers-online",
    name=_("Dossiers received online"),
    short=_("Received online"),
    unit=Unit.PERCENT,
    group=Group.DOSSIERS,
    headline=True,
    numerator=Received(channel=Channel.ONLINE),
    counts=_("Dossiers filed online that an agency received in the period."),
    denominator=Received(),
    out_of=ALL,
    excludes=BEFORE_RECEPTION,
    source=MINISTRY,
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-counter",
    name=_("Dossiers received at the counter"),
    short=_("At the counter"),
    unit=Unit.PERCENT,
    group=Group.DOSSIERS,
    numerator=Received(channel=Channel.COUNTER),
    counts=_("Dossiers handed in at the counter that an agency received in the period."),
    denominator=Received(),
    out_of=ALL,
    excludes=BEFORE_RECEPTION,
    source=MINISTRY,
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-post",
    name=_("Dossiers received by post"),
    short=_("By post"),
    unit=Unit.PERCENT,
    group=Group.DOSSIERS,
    numerator=Received(channel=Channel.POST),
    counts=_("Dossiers that came by post and that an agency received in the period."),
    denominator=Received(),
    out_of=ALL,
    excludes=BEFORE_RECEPTION,
    source=MINISTRY,
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-processed-online",
    name=_("Dossiers processed online"),
    short=_("Processed online"),
    unit=Unit.PERCENT,
    group=Group.DOSSIERS,
    numerator=Count(frozenset(COMPLETED.values()), listings.completed, channel=Channel.ONLINE),
    counts=_(
        "Dossiers filed online and completed in the period with an electronic result. No dossier can be completed here "
        "without a signed electronic result, so the one that is due is always there."
    ),
    denominator=Count(frozenset(COMPLETED.values()), listings.completed),
    out_of=_("All dossiers completed in the period, granted or refused."),
    excludes=_("Dossiers received but not completed yet, and those that ended otherwise."),
    source=_(
        "Ministry of Information and Communications: received and handled online over all dossiers of the period"
    ),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-processed-online-766",
    name=_("Dossiers processed online, times the rate of synchronisation"),
    short=_("Processed online (766)"),
    unit=Unit.PERCENT,
    group=Group.DOSSIERS,
    counts=_(
        "Dossiers received online with an electronic result where one is due, times the share of dossiers that were "
        "synchronised with the national portal."
    ),
    excludes=_("A dossier without a channel counts as handed in in person."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 3.3"),
    certainty="F2",
    since=SINCE,
    no_source=_(
        "No national reporting system stands beside this portal, so there is no rate of synchronisation."
    ),
)

declare(
    code="dossiers-filed",
    name=_("Dossiers filed"),
    short=_("Filed"),
    unit=Unit.DOSSIERS,
    group=Group.DOSSIERS,
    numerator=Count(frozenset({FILED}), listings.filed),
    counts=_("Dossiers sent or handed in in the period, received or not."),
    excludes=_("Drafts."),
    source=_("National dossier message, date of filing"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-received",
    name=_("Dossiers received"),
    short=_("Received"),
    unit=Unit.DOSSIERS,
    group=Group.DOSSIERS,
    numerator=Received(),
    counts=ALL,
    excludes=_("Dossiers sent but not yet received, and dossiers refused at reception."),
    source=_("National dossier message, date of reception"),
    certainty="D",
    since=SINCE,
)

declare(
    code="dossiers-carried-over",
    name=_("Dossiers carried over"),
    short=_("Carried over"),
    unit=Unit.DOSSIERS,
    group=Group.DOSSIERS,
    numerator=Count(frozenset({CARRIED_OVER}), listings.carried_over),
    counts=_("Dossiers received before the period and still in hand when it began."),
    excludes=_("Dossiers completed whose result waits to be collected."),
    source=_(
        "Decree 61/2018/NĐ-CP, reporting form on dossiers carried over from the period before"
    ),
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-in-hand",
    name=_("Dossiers in hand"),
    short=_("In hand"),
    unit=Unit.DOSSIERS,
    group=Group.DOSSIERS,
    numerator=Count(IN_HAND, listings.in_hand, less=frozenset({TRANSFERRED_OUT})),
    counts=_(
        "Dossiers that were in hand at any time of the period: carried over or received, and with transfers between "
        "agencies where they were last."
    ),
    excludes=_("Dossiers not yet received, and those handed on to another agency."),
    source=_("Decree 61/2018/NĐ-CP, reporting form on dossiers handled"),
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-ended",
    name=_("Dossiers ended"),
    short=_("Ended"),
    unit=Unit.DOSSIERS,
    group=Group.DOSSIERS,
    numerator=Count(ENDS, listings.ended),
    counts=_(
        "Dossiers in hand that ended in the period: completed early, on time or late, withdrawn, stopped or expired."
    ),
    excludes=_(
        "Dossiers refused at reception, and others that ended before anybody received them."
    ),
    source=_("Decree 61/2018/NĐ-CP, reporting form on dossiers handled"),
    certainty="R",
    since=SINCE,
)

declare(
    code="dossiers-open",
    name=_("Dossiers still open"),
    short=_("Open"),
    unit=Unit.DOSSIERS,
    group=Group.DOSSIERS,
    numerator=Count(IN_HAND, listings.still_open, less=ENDS | {TRANSFERRED_OUT}),
    counts=_("The backlog: dossiers in hand when the period ended, or now."),
    excludes=_("Dossiers completed whose result waits to be collected."),
    source=_("Decree 61/2018/NĐ-CP, reporting form on dossiers being handled"),
    certainty="R",
    since=SINCE,
)
