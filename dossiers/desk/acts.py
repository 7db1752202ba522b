"""The buttons of a dossier: what may be done now, what may not and why."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dossiers import guards
from dossiers.errors import RescheduledBefore
from dossiers.states import Stage, State
from portal.errors import PortalError
from portal.wording import short_date
from portal.workflow import offers
from portal.workflow.machine import declared_transition

# What the work usually comes to next stands first; what ends it stands last.
ORDER = [
    "receive",
    "start_processing",
    "complete",
    "propose",
    "hand_over",
    "return_result",
    "supply",
    "accept_withdrawal",
    "refuse_withdrawal",
    "request_supplement",
    "request_payment",
    "send_back",
    "transfer",
    "reschedule",
    "request_withdrawal",
    "refuse_receipt",
    "stop",
    "record_payment",
    "expire",
]

HINTS = {
    "receive": _("Fixes the date by which the law wants the result and tells the applicant."),
    "refuse_receipt": _("Form 03, with the reason."),
    "request_supplement": _(
        "Form 02: once per stage; the clock stops until the applicant answers."
    ),
    "supply": _("What the applicant brought is attached; the clock runs again."),
    "start_processing": _("To the specialist; the first step begins."),
    "request_payment": _("Freezes the fee; the clock stops until it is paid."),
    "request_withdrawal": _("As the applicant asked on paper."),
    "refuse_withdrawal": _("The dossier goes on where it was."),
    "accept_withdrawal": _("The dossier ends here."),
    "stop": _("Form 05, with the reason. The dossier ends here."),
    "complete": _("Writes the result, signs it with the agency’s certificate and stops the clock."),
    "return_result": _("By the way the applicant chose."),
    "transfer": _("To the agency that is competent; the clock runs on."),
    "reschedule": _("Form 04, once. The dossier still counts as late."),
    "hand_over": _("Ends the present step and begins the next."),
    "send_back": _("To the step before, with the reason."),
    "propose": _("To the leader: grant or refuse, with the statement for the result."),
}


class LastStep(PortalError):
    message = _("The present step is the last one.")
    status = 409


class FirstStep(PortalError):
    message = _("The present step is the first one.")
    status = 409


@dataclass(frozen=True)
class Act:
    """One line under “What can be done”."""

    name: str
    label: str
    permitted: bool
    words: str  # what it does, or why not


def offers_with_foresight(dossier, user):
    """:func:`portal.workflow.offers`, and what the move itself would refuse whoever asks: said beforehand."""
    return [_foreseen(dossier, offer) for offer in offers(dossier, user)]


def acts(dossier, user):
    """Every transition that leaves the present state: first what this person may do, in the order of work."""
    listed = [
        Act(offer.name, offer.label, offer.permitted, _words(dossier, offer, user))
        for offer in offers_with_foresight(dossier, user)
    ]
    return sorted(listed, key=lambda act: (not act.permitted, _place(act, dossier)))


def _words(dossier, offer, user):
    """What the act does; whose task it is; or why it cannot be done."""
    if offer.permitted:
        return str(HINTS.get(offer.name, ""))
    permission = declared_transition(type(dossier), offer.name, dossier.state).permission
    if permission.grant_of(user, dossier) is None:
        return gettext("The task of {who}.").format(who=permission.who())
    return offer.reason


def _place(act, dossier):
    # Once something is proposed, handing it on is what comes next.
    if act.name == "propose" and dossier.proposals.exists():
        return ORDER.index("hand_over") + 0.5
    return ORDER.index(act.name) if act.name in ORDER else len(ORDER)


def _foreseen(dossier, offer):
    look = FORESIGHT.get(offer.name)
    if not offer.permitted or look is None:
        return offer
    try:
        look(dossier)
    except PortalError as refusal:
        return replace(offer, permitted=False, reason=str(refusal))
    return offer


def _first_supplement(dossier):
    stage = Stage.APPRAISAL if dossier.state == State.IN_PROCESS else Stage.RECEPTION
    guards.first_supplement_at(dossier, stage)


def _rescheduled_before(dossier):
    if dossier.promised_at is not None:
        raise RescheduledBefore(day=short_date(dossier.promised_at))


def _a_step_follows(dossier):
    if _present(dossier) == guards.processing_steps(dossier.version.definition)[-1].key:
        raise LastStep()


def _a_step_precedes(dossier):
    if _present(dossier) == guards.processing_steps(dossier.version.definition)[0].key:
        raise FirstStep()


def _present(dossier):
    return dossier.steps.get(ended_at__isnull=True).key


FORESIGHT = {
    "request_supplement": _first_supplement,
    "reschedule": _rescheduled_before,
    "return_result": guards.nothing_left_to_pay,
    "hand_over": _a_step_follows,
    "send_back": _a_step_precedes,
}
