"""From an offering to a dossier that has been sent: opening a draft, filling it in, sending or discarding it."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction

from dossiers import guards
from dossiers.errors import (
    AnswersMissing,
    DraftDiscarded,
    LevelDoesNotAllow,
    NotADraft,
    TooManyDrafts,
    UnitDoesNotOffer,
)
from dossiers.models import Dossier
from dossiers.states import Channel, Delivery, State
from portal import clock
from portal.accounts.models import User
from portal.catalogue.forms import answer_problems
from portal.catalogue.levels import Capability, allows, deliveries
from portal.catalogue.models import Offering, VersionState
from portal.workflow import carry_out, lock

DRAFTS_ALLOWED = 5  # docs/sources.md, “Drafts”


@transaction.atomic
def open_dossier(offering, *, by, nonce):
    """A draft of ``by`` for what ``offering`` offers today, pinned to the newest published version.

    ``nonce`` is that of the page: sent twice it gives the same draft. Raises ``UnitDoesNotOffer``,
    ``LevelDoesNotAllow`` or ``TooManyDrafts``.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(
        pk=by.pk
    )  # two starts at once are counted one after the other
    if (started := Dossier.objects.filter(filed_by=by, nonce=nonce).first()) is not None:
        return started
    if not Offering.objects.in_force(clock.today()).filter(pk=offering.pk).exists():
        raise UnitDoesNotOffer(unit=offering.unit)
    if not allows(offering.level, Capability.SUBMIT_ONLINE):
        raise LevelDoesNotAllow(unit=offering.unit, service=offering.service, level=offering.level)
    if drafts_of(by).count() >= DRAFTS_ALLOWED:
        raise TooManyDrafts(number=DRAFTS_ALLOWED)
    version = offering.service.versions.filter(state=VersionState.PUBLISHED).latest("number")
    applicant = known_applicant(by)
    return Dossier.objects.create(
        offering=offering,
        service=offering.service,
        version=version,
        receiving_unit=offering.unit,
        handling_agency=offering.handling_agency,
        competent_agency=offering.competent_agency,
        channel=Channel.ONLINE,
        level=offering.level,
        filed_by=by,
        nonce=nonce,
        answers=answers_known_from(applicant, version.definition),
        delivery=first_delivery(version.definition, offering.level),
        created_at=clock.now(),
        **applicant,
    )


def drafts_of(user):
    """The drafts that count towards :data:`DRAFTS_ALLOWED`."""
    return Dossier.objects.filed_online_by(user).filter(state=State.DRAFT)


def known_applicant(user):
    """The snapshot of the applicant, as far as the account knows: a start that can be corrected."""
    return {
        "applicant_name": user.full_name,
        "applicant_identifier": user.username,
        "applicant_phone": user.phone,
        "applicant_email": user.email,
        "applicant_address": user.address,
    }


APPLICANT_FACTS = {  # fact of a question (portal.catalogue.questions) → column of the snapshot
    "full_name": "applicant_name",
    "citizen_id": "applicant_identifier",
    "phone": "applicant_phone",
    "address": "applicant_address",
}


def answers_known_from(applicant, definition):
    """Answers that the snapshot gives already, to questions that ask about the applicant."""
    answers = {}
    for fact, key in definition.applicant_questions.items():
        value = applicant.get(APPLICANT_FACTS.get(fact))
        field = definition.questions[key].form_field(today=clock.today())
        try:
            answer = field.clean(field.widget.value_from_datadict({key: value or ""}, {}, key))
        except (ValidationError, TypeError):
            continue  # The account holds it in another shape: then it is asked.
        if answer is not None:
            answers[key] = answer
    return answers


def first_delivery(definition, level):
    """How the result is returned unless the applicant chooses otherwise: online where that is possible."""
    ways = deliveries(level, definition.deliveries)
    return Delivery.ONLINE if Delivery.ONLINE in ways else Delivery.COUNTER


@contextmanager
def draft_to_change(dossier):
    """Lock ``dossier`` and read it afresh, answers too, for a change.

    Raises ``NotADraft`` once it has been sent, ``DraftDiscarded`` once it is gone.
    """
    with transaction.atomic():
        lock_if_there(dossier)
        if dossier.state != State.DRAFT:
            raise NotADraft()
        dossier.refresh_from_db(fields=["answers"])
        yield dossier


def lock_if_there(dossier):
    """Lock ``dossier``. Raises ``DraftDiscarded`` where somebody discarded it meanwhile: only drafts ever go."""
    try:
        lock(dossier)
    except Dossier.DoesNotExist:
        raise DraftDiscarded() from None


def save_answers(dossier, form):
    """Keep what is valid of one page of the form, beside what the other pages hold by now.

    Files and the answers that name them are kept when they are put in (:mod:`dossiers.actions.answer_files`).
    """
    with draft_to_change(dossier):
        written_here = form.on_this_page - dossier.version.definition.file_questions.keys()
        elsewhere = {
            key: answer for key, answer in dossier.answers.items() if key not in written_here
        }
        here = {key: answer for key, answer in form.answered().items() if key in written_here}
        dossier.answers = elsewhere | here
        dossier.save(update_fields=["answers", "changed_at"])


def save_applicant(dossier, values):
    """Keep the snapshot of the applicant; questions about the applicant follow where they said the same."""
    with draft_to_change(dossier):
        definition = dossier.version.definition
        before = answers_known_from(vars(dossier), definition)
        for column, value in values.items():
            setattr(dossier, column, value)
        after = answers_known_from(vars(dossier), definition)
        for key in definition.applicant_questions.values():
            if key in after and dossier.answers.get(key) == before.get(key):
                dossier.answers[key] = after[key]
        dossier.save(update_fields=[*values, "answers", "changed_at"])


def save_delivery(dossier, *, delivery, address):
    """Keep how the applicant wants the result."""
    with draft_to_change(dossier):
        dossier.delivery, dossier.delivery_address = delivery, address
        dossier.save(update_fields=["delivery", "delivery_address", "changed_at"])


@transaction.atomic
def submit(dossier, *, by, declared=True, seen=None):
    """Send ``dossier``, and ask for the fee where it falls due at filing. Sending it twice sends it once.

    ``declared`` says that the applicant ticked the declaration. Raises ``AnswersMissing``, or what the move
    refuses with, ``DraftDiscarded`` where it is gone; then nothing was written.
    """
    lock_if_there(dossier)
    if dossier.state != State.DRAFT:
        return
    dossier.refresh_from_db(fields=["answers"])
    definition = dossier.version.definition
    answers = definition.kept_answers(dossier.answers)
    answers |= dict.fromkeys(declarations(definition), declared)
    if problems := answer_problems(definition, answers, today=clock.today()):
        raise AnswersMissing(labels=", ".join(str(problem.question.label) for problem in problems))
    dossier.answers = answers
    dossier.save(update_fields=["answers", "changed_at"])
    forget_files_without_answer(dossier)
    carry_out(dossier, "submit", by=by, seen=seen)
    if definition.fee.when == "filing" and guards.fee_of(dossier).amount_vnd:
        carry_out(dossier, "request_payment", by=None)


def declarations(definition):
    """Keys of what is declared by sending, not filled in: asked beside the button, not in the form."""
    return [key for key, question in definition.questions.items() if question.type == "declaration"]


def discard(dossier):
    """Throw a draft away with its papers. Raises ``NotADraft`` once it has been sent."""
    with draft_to_change(dossier):
        documents = [
            attachment.document for attachment in dossier.attachments.select_related("document")
        ]
        dossier.attachments.all().delete()
        for document in documents:
            forget_file(document)
        dossier.delete()


def forget_files_without_answer(dossier):
    """Remove the files put in for questions that do not concern this applicant after all."""
    asked = dossier.version.definition.file_questions
    if unasked := [key for key in asked if key not in dossier.answers]:
        for attachment in dossier.attachments.filter(component__in=unasked):
            attachment.delete()
            forget_file(attachment.document)


def forget_file(document):
    """Remove a stored document for good: its row now, its file when the transaction holds."""
    storage, name = document.file.storage, document.file.name
    document.delete()
    transaction.on_commit(lambda: storage.delete(name))
