"""Papers of a dossier: attached while it is a draft, or while a supplement is asked for them."""

from contextlib import contextmanager

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from dossiers.actions.filing import forget_file, lock_if_there
from dossiers.actions.refusals import PaperNotAsked, TooManyFiles
from dossiers.errors import NotADraft
from dossiers.models import Attachment, SupplementRequest
from dossiers.states import State
from portal import clock
from portal.documents.models import StoredDocument
from portal.documents.uploads import check_upload

FILES_ALLOWED = 40  # of one dossier, all papers together


def attach(dossier, component, file, *, by, instead_of=None):
    """Check ``file`` (as uploaded) and put it under the paper ``component``; returns the ``Attachment``.

    ``instead_of`` is an attachment that the new one replaces. Raises what
    :func:`portal.documents.uploads.check_upload` refuses with, ``PaperNotAsked``, ``TooManyFiles`` or ``NotADraft``.
    """
    with (
        checked(file, by=by, max_bytes=settings.UPLOAD_MAX_BYTES) as document,
        open_for_papers(dossier, component) as request,
    ):
        attachment = put_under(dossier, component, document, request)
        if instead_of is not None:
            take_away(instead_of, request)
    return attachment


@contextmanager
def checked(file, *, by, max_bytes):
    """``file`` as a document whose row is still to be saved; where the block fails, its file goes again."""
    upload = check_upload(file, name=file.name, max_bytes=max_bytes)
    document = StoredDocument(
        role=StoredDocument.Role.ATTACHED,
        kind=upload.kind,
        name=upload.name,
        size=upload.size,
        sha256=upload.sha256,
        owner=by,
        created_at=clock.now(),
    )
    document.file.save(upload.name, ContentFile(upload.content), save=False)
    try:
        yield document
    except BaseException:
        document.file.delete(save=False)  # the row went with the transaction, the file would stay
        raise


def put_under(dossier, component, document, request):
    """Attach ``document`` to a locked ``dossier``. Raises ``TooManyFiles``."""
    if dossier.attachments.count() >= FILES_ALLOWED:
        raise TooManyFiles(number=FILES_ALLOWED)
    document.save()
    return Attachment.objects.create(
        dossier=dossier, component=component, document=document, supplement=request
    )


def remove(dossier, attachment):
    """Take a paper away again. What was sent before the supplement was asked for stays."""
    with open_for_papers(dossier, attachment.component) as request:
        take_away(attachment, request)


def take_away(attachment, request):
    if attachment.supplement_id != (request and request.pk):
        raise PaperNotAsked()
    document = attachment.document
    attachment.delete()
    forget_file(document)


@contextmanager
def open_for_papers(dossier, component):
    """:func:`open_for_files` for the paper ``component``."""
    papers = [paper.key for paper in dossier.version.definition.documents]
    with open_for_files(dossier, component, kind="document", in_draft=papers) as request:
        yield request


@contextmanager
def open_for_files(dossier, component, *, kind, in_draft):
    """Lock ``dossier`` for a change of its files; the value is the open supplement request, ``None`` for a draft.

    ``kind`` is that of the items of a request, ``in_draft`` what a draft may hold. Raises ``NotADraft`` when
    neither holds, ``DraftDiscarded`` when the draft is gone and ``PaperNotAsked`` for what nobody asks for.
    """
    with transaction.atomic():
        lock_if_there(dossier)
        request = None
        if dossier.state == State.SUPPLEMENT_REQUESTED:
            request = SupplementRequest.objects.still_open().get(dossier=dossier)
            asked = {item["key"] for item in request.items if item["kind"] == kind}
        elif dossier.state == State.DRAFT:
            asked = in_draft
        else:
            raise NotADraft()
        if component not in asked:
            raise PaperNotAsked()
        yield request
