"""The tabs of the desk: whose turn it is with which dossiers, and how many there are."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dossiers.models import DossierHistory, Proposal
from dossiers.states import CLOCK_STOPS, FINAL, State
from portal import clock

# Where an official of this role begins the day.
FIRST_TAB = {"leader": "to_sign", "specialist": "mine", "one_door": "to_receive"}


@dataclass(frozen=True)
class Tab:
    """One group of dossiers. ``condition`` is asked with the person at the desk."""

    key: str
    label: str
    empty: str
    condition: Callable
    newest_first: bool = False


def _to_sign(user):
    """A proposal lies before the leader, and was not sent back since."""
    sent_back = DossierHistory.objects.filter(
        dossier=OuterRef("dossier"), transition="send_back", at__gt=OuterRef("proposed_at")
    )
    proposed = Proposal.objects.filter(~Exists(sent_back), dossier=OuterRef("pk"))
    return Q(state=State.IN_PROCESS) & Q(Exists(proposed))


def _late(user):
    """The expected day has passed while the legal clock runs: by date, as the law counts."""
    this_morning = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    ended = [*FINAL, State.COMPLETED, *CLOCK_STOPS]
    return Q(expected_at__lt=this_morning, stopped_since__isnull=True) & ~Q(state__in=ended)


TABS = [
    Tab(
        "to_receive",
        _("To receive"),
        _("No dossier waits to be received."),
        lambda user: Q(state=State.SUBMITTED),
    ),
    Tab(
        "mine",
        _("My work"),
        _("No dossier is assigned to you."),
        lambda user: Q(
            assigned_to=user,
            state__in=[State.RECEIVED, State.IN_PROCESS, State.WITHDRAWAL_REQUESTED],
        ),
    ),
    Tab(
        "in_process",
        _("In process here"),
        _("No dossier is in process here."),
        lambda user: Q(state__in=[State.RECEIVED, State.IN_PROCESS, State.WITHDRAWAL_REQUESTED]),
    ),
    Tab(
        "supplement",
        _("Waiting for the applicant"),
        _("No applicant owes a supplement."),
        lambda user: Q(state=State.SUPPLEMENT_REQUESTED),
    ),
    Tab(
        "payment",
        _("Waiting for payment"),
        _("No fee is open."),
        lambda user: Q(state=State.PAYMENT_REQUESTED),
    ),
    Tab("to_sign", _("To sign"), _("No result waits for a signature."), _to_sign),
    Tab(
        "to_return",
        _("To return"),
        _("No result waits to be returned."),
        lambda user: Q(state=State.COMPLETED),
    ),
    Tab("late", _("Overdue"), _("No dossier is overdue."), _late),
    Tab(
        "closed",
        _("Closed"),
        _("No dossier has been closed yet."),
        lambda user: Q(state__in=FINAL),
        newest_first=True,
    ),
    Tab("all", _("All"), _("No dossier has come in yet."), lambda user: Q()),
]
BY_KEY = {tab.key: tab for tab in TABS}


def first_tab(user):
    """The tab a person sees who asked for none: by the first of their roles that has work of its own."""
    return next((key for role, key in FIRST_TAB.items() if user.has_role(role)), "in_process")


def counters(dossiers, user):
    """How many of ``dossiers`` stand under each tab, by key: one query."""
    return dossiers.aggregate(
        **{tab.key: Count("pk", filter=tab.condition(user)) for tab in TABS if tab.key != "all"},
        all=Count("pk"),
    )


def under(dossiers, tab, user):
    """The dossiers of one tab in the order of work: what is expected first comes first."""
    order = (
        ["-changed_at", "-pk"]
        if tab.newest_first
        else [F("expected_at").asc(nulls_last=True), "submitted_at", "pk"]
    )
    return dossiers.filter(tab.condition(user)).order_by(*order)
