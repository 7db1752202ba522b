"""What must hold before a dossier moves. Each guard passes silently or raises a refusal that says what to do."""

import hashlib
import json
from datetime import timedelta

from dossiers import rules
from dossiers.errors import (
    AnswersMissing,
    ComponentsMissing,
    FeePaid,
    FeeStillDue,
    ItemsMissing,
    LevelDoesNotAllow,
    NoSuchStep,
    NotAfterCompletion,
    NothingProposed,
    NothingToPay,
    ProposerMayNotSign,
    ReasonMissing,
    ResultNotSigned,
    SupplementAskedBefore,
    SupplementIncomplete,
    WrongDeskForWithdrawal,
)
from dossiers.models.attachments import Attachment
from dossiers.models.processing import Proposal
from dossiers.models.requests import PaymentRequest
from dossiers.states import Channel, State
from portal.catalogue import levels
from portal.catalogue.errors import FeeAnswerMissing
from portal.catalogue.fees import fee_due
from portal.catalogue.forms import missing_answers
from portal.documents.models import StoredDocument
from portal.errors import NotPermitted
from portal.wording import short_date
from portal.workflow import having
from portal.workflow.policy import ROLE_NAMES

SUPPLIED = frozenset({State.SUBMITTED, State.RECEIVED, State.IN_PROCESS})

# Guards of a transition: (dossier, by) ------------------------------------------------


def complete_and_allowed(dossier, by):
    """The level lets it be sent this way, and nothing that is required is missing."""
    if dossier.channel == Channel.ONLINE and not levels.allows(
        dossier.level, levels.Capability.SUBMIT_ONLINE
    ):
        raise LevelDoesNotAllow(
            unit=dossier.receiving_unit, service=dossier.service, level=dossier.level
        )
    definition = dossier.version.definition
    if missing := missing_answers(definition, dossier.answers):
        raise AnswersMissing(labels=", ".join(str(problem.question.label) for problem in missing))
    papers = having(Attachment, dossier_id=dossier.pk)
    attached = {paper.component for paper in papers}
    dossier.papers_attached = len(papers)
    needed = definition.needed_documents(dossier.answers, channel=channel_word(dossier))
    if missing := rules.missing_components(needed, attached):
        raise ComponentsMissing(names=", ".join(str(paper.name) for paper in missing))


def applicant_or_on_paper(dossier, by):
    """What was filed online is the applicant's own to go on with; officials act for people on paper only."""
    if by is not None and dossier.channel == Channel.ONLINE and not dossier.is_filed_by(by):
        raise NotPermitted(who=ROLE_NAMES["applicant"])


def fee_is_due(dossier, by):
    """Something is due, and nothing has been paid or asked for yet."""
    if fee_of(dossier).amount_vnd == 0:
        raise NothingToPay()
    if _is_paid(dossier):
        raise FeePaid()


def not_after_completion(dossier, by):
    """A fee asked for after completion can only be paid."""
    if dossier.outcome:
        raise NotAfterCompletion()


def right_desk_for_withdrawal(dossier, by):
    """The one-door officer before processing, the specialist or the leader afterwards."""
    roles = ("specialist", "leader") if dossier.processing_started_at else ("one_door",)
    if by is not None and not by.has_role(*roles):
        raise WrongDeskForWithdrawal()


def not_the_proposer(dossier, by):
    """Nobody both proposes and signs."""
    if latest_proposal(dossier).proposed_by_id == by.pk:
        raise ProposerMayNotSign()


def processing_has_started(dossier, by):
    if dossier.processing_started_at is None:
        raise NoSuchStep(step="")


# Checks within a move ------------------------------------------------------------------


def reason_given(reason):
    if not (reason or "").strip():
        raise ReasonMissing()


def items_with_reasons(items, definition):
    """At least one item, each one known to the service and with a reason."""
    known = {("document", paper.key) for paper in definition.documents}
    known |= {("question", key) for key in definition.questions}
    if not items or any((item["kind"], item["key"]) not in known for item in items):
        raise ItemsMissing()
    if not all((item.get("reason") or "").strip() for item in items):
        raise ReasonMissing()


def first_supplement_at(dossier, stage):
    """The law allows one supplement per stage (docs/sources.md, “Supplement”)."""
    before = dossier.supplement_requests.filter(stage=stage).first()
    if before is not None:
        raise SupplementAskedBefore(day=short_date(before.asked_at))


def everything_supplied(dossier, request):
    """Every paper that was asked for has been attached anew; answers are checked as at submission."""
    wanted = {item["key"] for item in request.items if item["kind"] == "document"}
    given = set(request.attachments.values_list("component", flat=True))
    if missing := wanted - given:
        names = {paper.key: str(paper.name) for paper in dossier.version.definition.documents}
        raise SupplementIncomplete(names=", ".join(names[key] for key in sorted(missing)))


def latest_proposal(dossier):
    """What the leader signs. Proposing is a move, so one reading is good until ``sequence`` goes on."""
    read_at, proposal = dossier.__dict__.get("_latest_proposal", (None, None))
    if read_at != dossier.sequence:
        *_before, proposal = [None, *having(Proposal, dossier_id=dossier.pk)]
        dossier._latest_proposal = dossier.sequence, proposal
    if proposal is None:
        raise NothingProposed()
    return proposal


def signed_result(dossier, document):
    """``document`` is a signed result that no other dossier has."""
    if document is None or document.role != StoredDocument.Role.RESULT or not document.signed_by:
        raise ResultNotSigned()


def nothing_left_to_pay(dossier):
    fee = dossier.version.definition.fee
    due_before = ("supplement", "result")
    if fee.when in due_before and fee_of(dossier).amount_vnd and not _is_paid(dossier):
        raise FeeStillDue()


def falls_due_with_the_supplement(dossier):
    """Whether the fee is collected now that the supplement has come, and has not been before."""
    if dossier.version.definition.fee.when != "supplement" or dossier.state not in SUPPLIED:
        return False
    return bool(fee_of(dossier).amount_vnd) and not _is_paid(dossier)


def _is_paid(dossier):
    requests = having(PaymentRequest, dossier_id=dossier.pk)
    return any(request.paid_at is not None for request in requests)


def processing_steps(definition):
    """The steps after reception, in order: reception is the one-door unit's own."""
    return [step for step in definition.process if step.key != "receive"]


def step_after(definition, key):
    return _neighbour(definition, key, +1)


def step_before(definition, key):
    return _neighbour(definition, key, -1)


def _neighbour(definition, key, way):
    steps = processing_steps(definition)
    place = [step.key for step in steps].index(key) + way
    if not 0 <= place < len(steps):
        raise NoSuchStep(step=key)
    return steps[place]


# Figures that several moves need ---------------------------------------------------------


def fee_of(dossier):
    """The fee by the catalogue and the answers: computed here, never taken from a page."""
    return fee_due(
        dossier.version.definition.fee,
        dossier.answers,
        channel=channel_word(dossier),
    )


def exemption(dossier):
    """The line that takes the whole fee off this dossier, with its reason and law; ``None`` where there is none."""
    try:
        fee = fee_of(dossier)
    except FeeAnswerMissing:
        return None
    return next((line for line in fee.lines if line.why and not fee.amount_vnd), None)


def channel_word(dossier):
    """The channel as the catalogue's rules call it: online, counter or post."""
    return Channel(dossier.channel).name.lower()


def fee_lines(fee):
    """The lines of ``fee`` as a payment request keeps them."""
    return [
        {
            "label_vi": line.name.vi,
            "label_en": line.name.en,
            "quantity": line.quantity,
            "amount_vnd": line.amount_vnd,
            **legal_reason(line),
        }
        for line in fee.lines
    ]


def legal_reason(line):
    """Why a line costs less, and by which law, as a payment request keeps it."""
    if line.reason is None:
        return {}
    return {
        "reason_vi": line.reason.vi,
        "reason_en": line.reason.en,
        "legal_basis_vi": line.legal_basis.vi,
        "legal_basis_en": line.legal_basis.en,
    }


def may_pay_online(dossier):
    return levels.allows(dossier.level, levels.Capability.PAY_ONLINE)


def days_after(instant, days):
    """The end of the day ``days`` calendar days later."""
    return (instant + timedelta(days=days)).replace(hour=23, minute=59, second=59, microsecond=0)


def digest(answers):
    """SHA-256 of the answers in one canonical form: what was sent can be proved later."""
    text = json.dumps(answers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
