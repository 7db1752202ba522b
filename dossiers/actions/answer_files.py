"""Answers that are files: kept, replaced and taken away together with the answer that names them."""

from contextlib import contextmanager

from django.conf import settings

from dossiers.actions.attaching import checked, open_for_files, put_under, take_away
from portal import clock
from portal.catalogue.question_types.files import MEGABYTE

ANSWER_KINDS = {"pdf": "pdf", "jpeg": "jpg", "png": "png"}  # of a stored document → of an answer


def put_in(dossier, question, file, *, by):
    """Check ``file`` (as uploaded) and make it the answer to ``question``, instead of the one before.

    Raises what :func:`portal.documents.uploads.check_upload` refuses with, ``ValidationError`` for a kind that the
    question does not take, ``PaperNotAsked``, ``TooManyFiles`` or ``NotADraft``; then nothing was changed.
    """
    most = min(settings.UPLOAD_MAX_BYTES, question.max_mb * MEGABYTE)
    with checked(file, by=by, max_bytes=most) as document:
        answer = question.read(answer_of(document), today=clock.today())
        with open_for_answer(dossier, question) as request:
            earlier = files_of(dossier, question, request)
            put_under(dossier, question.key, document, request)
            for attachment in earlier:
                take_away(attachment, request)
            save_answers(dossier, dossier.answers | {question.key: answer})


def take_out(dossier, question):
    """Take the file and the answer that names it away. What was sent before a supplement was asked for stays."""
    with open_for_answer(dossier, question) as request:
        for attachment in files_of(dossier, question, request):
            take_away(attachment, request)
        others = {key: answer for key, answer in dossier.answers.items() if key != question.key}
        save_answers(dossier, others)


def answer_of(document):
    """What the answers hold of a stored document."""
    return {
        "document": str(document.public_id),
        "name": document.name,
        "kind": ANSWER_KINDS[document.kind],
        "size": document.size,
    }


@contextmanager
def open_for_answer(dossier, question):
    """Lock ``dossier``, its answers read afresh, while the file that answers ``question`` may change."""
    in_draft = dossier.version.definition.file_questions
    with open_for_files(dossier, question.key, kind="question", in_draft=in_draft) as request:
        dossier.refresh_from_db(fields=["answers"])
        yield request


def files_of(dossier, question, request):
    """The files put in for ``question`` at this stage: while drafting, or for the open ``request``."""
    attachments = dossier.attachments.select_related("document")
    return list(attachments.filter(component=question.key, supplement=request))


def save_answers(dossier, answers):
    dossier.answers = answers
    dossier.save(update_fields=["answers", "changed_at"])
