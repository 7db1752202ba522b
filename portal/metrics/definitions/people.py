from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.metrics import listings
from portal.metrics.counting import COMPLETED, DISLIKED_IN_TIME, RATED
from portal.metrics.on_demand import Accounts, Localities, OneDoorUnits, PeopleOnline
from portal.metrics.registry import Group, Unit, declare
from portal.metrics.terms import Completed, Count

SINCE = date(2022, 1, 1)

declare(
    code="satisfaction",
    name=_("People satisfied with how they were served"),
    short=_("Satisfied"),
    unit=Unit.PERCENT,
    group=Group.SATISFACTION,
    numerator=Count(frozenset({RATED[3], RATED[2]}), listings.satisfied),
    counts=_("Opinions given in the period that say “satisfied” or “very satisfied”."),
    denominator=Count(frozenset(RATED.values()), listings.rated),
    out_of=_("All opinions given in the period, one for each dossier at most."),
    excludes=_("Applicants who gave no opinion."),
    source=_("National portal, opinion on a dossier in three grades"),
    certainty="D",
    since=SINCE,
)

declare(
    code="satisfaction-index",
    name=_("Satisfaction index 5.4"),
    short=_("Index 5.4"),
    unit=Unit.PERCENT,
    group=Group.SATISFACTION,
    numerator=Count(
        frozenset({COMPLETED["early"], COMPLETED["on_time"]}),
        listings.liked_in_time,
        less=frozenset({DISLIKED_IN_TIME}),
    ),
    counts=_(
        "Dossiers completed in the period, in time, whose applicant has not said to be dissatisfied since. An opinion "
        "given later changes the period in which the dossier was completed."
    ),
    denominator=Completed(),
    out_of=_("All dossiers completed in the period, granted or refused."),
    excludes=_(
        "Complaints: no register of them exists yet. A dossier both late and disliked is taken off once."
    ),
    source=_(
        "Decision 766/QĐ-TTg of 2022, indicator 5.4: 100 % less the overdue and less those with a complaint or dislike"
    ),
    certainty="F2",
    since=SINCE,
)

declare(
    code="feedback-on-time",
    name=_("Feedback handled on time"),
    short=_("Feedback on time"),
    unit=Unit.PERCENT,
    group=Group.SATISFACTION,
    counts=_("Feedback and complaints answered within the time that the law gives."),
    out_of=_("All feedback and complaints handled in the period."),
    excludes=_("Opinions on a dossier in three grades."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 5.2"),
    certainty="F2",
    since=SINCE,
    no_source=_("There is no register of feedback and complaints yet."),
)

declare(
    code="people-online",
    name=_("People using online services"),
    short=_("People online"),
    unit=Unit.PEOPLE,
    group=Group.PEOPLE,
    numerator=PeopleOnline(),
    counts=_(
        "People who sent at least one dossier online in the period, each counted once. The list has the first dossier "
        "of each and names nobody."
    ),
    excludes=_("People who only read, and those for whom an official filed on paper."),
    source=_("National programme on digital society, people using online public services"),
    certainty="R",
    since=SINCE,
)

declare(
    code="people-online-share",
    name=_("Share of people using online services"),
    short=_("People online, share"),
    unit=Unit.PERCENT,
    group=Group.PEOPLE,
    counts=_("People who sent at least one dossier online in the period, each counted once."),
    out_of=_("All people of age."),
    excludes=_("People who only read."),
    source=_("Government Portal, 8 November 2022: 50 % of people by 2023"),
    certainty="F",
    since=SINCE,
    no_source=_("The portal has no count of the people of age."),
)

declare(
    code="accounts-opened",
    name=_("Accounts opened"),
    short=_("Accounts"),
    unit=Unit.ACCOUNTS,
    group=Group.PEOPLE,
    numerator=Accounts(),
    counts=_("Accounts of citizens opened on this portal in the period. They belong to no agency."),
    excludes=_("Accounts that officials were given, and those that came with the simulation."),
    source=_("National portal, number of accounts"),
    certainty="D",
    since=SINCE,
)

declare(
    code="accesses",
    name=_("Accesses"),
    short=_("Accesses"),
    unit=Unit.PEOPLE,
    group=Group.PEOPLE,
    counts=_("Visits to the portal in the period."),
    excludes=_("Machines."),
    source=_("National portal, number of accesses"),
    certainty="D",
    since=SINCE,
    no_source=_("The portal keeps no record of who reads its pages."),
)

declare(
    code="one-door-units",
    name=_("One-door units"),
    short=_("One-door units"),
    unit=Unit.ONE_DOOR_UNITS,
    group=Group.PEOPLE,
    numerator=OneDoorUnits(),
    counts=_("One-door units on the last day of the period."),
    excludes=_("Units that had ended or not begun by then."),
    source=_("Decree 61/2018/NĐ-CP, one-door units"),
    certainty="R",
    since=SINCE,
)

declare(
    code="localities-integrated",
    name=_("Localities with an integrated one-door unit"),
    short=_("Integrated localities"),
    unit=Unit.PERCENT,
    group=Group.PEOPLE,
    numerator=Localities(integrated=True),
    counts=_(
        "Districts and communes whose one-door unit offered a service online (level 3 or 4) on the last day of the "
        "period."
    ),
    denominator=Localities(),
    out_of=_("Districts and communes there were on the last day of the period."),
    excludes=_("Ministries, provinces and their departments."),
    source=_("Government reports on modern one-door units at district and commune level"),
    certainty="D",
    since=SINCE,
)
