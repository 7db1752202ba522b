"""The papers of a dossier: put in, taken away, and downloaded by those who may read them."""

import structlog
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossiers import papers
from dossiers.actions import attaching
from dossiers.models import Dossier
from dossiers.states import State
from dossiers.views.access import own_dossier, personal
from portal.documents.errors import UploadRefused
from portal.documents.models import StoredDocument
from portal.documents.uploads import MEGABYTE
from portal.workflow import allows

log = structlog.get_logger(__name__)

READ_CONTENT = allows("dossier.read_content")
MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request, public_id):
    """What papers the service wants, what is there, and a form to put in each."""
    dossier = own_dossier(request, public_id)
    if dossier.state != State.DRAFT:
        return redirect(dossier)
    refused, status = {}, 200
    if request.method == "POST":
        refused = put_in(request, dossier)
        if not refused:
            return redirect("dossiers:documents", dossier.public_id)
        status = 422
    return render(
        request,
        "dossiers/documents.html",
        {
            "dossier": dossier,
            "papers": paper_rows(dossier, refused),
            "refused": refused,
            **upload_rules(),
        },
        status=status,
    )


def put_in(request, dossier):
    """Attach the posted files; returns ``{component: [sentence, …]}`` of those that were refused."""
    component = request.POST.get("component", "")
    files = request.FILES.getlist("file")
    if not files:
        return {component: [_("Choose a file first.")]}
    replaced = None
    if key := request.POST.get("instead_of"):
        replaced = attachment_of(dossier, key)
    refused = []
    for number, file in enumerate(files):
        try:
            attaching.attach(
                dossier,
                component,
                file,
                by=request.user,
                instead_of=replaced if number == 0 else None,
            )
        except UploadRefused as refusal:
            refused.append(str(refusal))
        else:
            messages.success(request, _("Saved: {name}").format(name=file.name))
    return {component: refused} if refused else {}


@personal
@require_POST
def remove(request, public_id, document):
    """Take a paper away."""
    dossier = own_dossier(request, public_id)
    attachment = attachment_of(dossier, document)
    attaching.remove(dossier, attachment)
    messages.success(request, _("Removed: {name}").format(name=attachment.document.name))
    page = "dossiers:documents" if dossier.state == State.DRAFT else "dossiers:supply"
    return redirect(page, dossier.public_id)


def attachment_of(dossier, key):
    """The attachment of ``dossier`` with this document key; 404 for the key of any other document."""
    try:
        return dossier.attachments.select_related("document").get(document__public_id=key)
    except (dossier.attachments.model.DoesNotExist, ValueError, TypeError, ValidationError):
        raise Http404


def paper_rows(dossier, refused=()):
    """The papers this applicant is asked for, with what is there; also what is there though no longer asked for."""
    definition = dossier.version.definition
    attached = {}
    for attachment in dossier.attachments.select_related("document"):
        attached.setdefault(attachment.component, []).append(attachment)
    asked = definition.documents_for(dossier.answers)
    shown = [
        *asked,
        *(paper for paper in definition.documents if paper.key in attached and paper not in asked),
    ]
    return [
        {
            "paper": paper,
            "attachments": attached.get(paper.key, []),
            "is_asked": paper in asked,
            "errors": dict(refused).get(paper.key, []),
        }
        for paper in shown
    ]


def upload_rules():
    return {
        "max_megabytes": settings.UPLOAD_MAX_BYTES // MEGABYTE,
        "accept": ".pdf,.jpg,.jpeg,.png",
    }


# Download -----------------------------------------------------------------------------------


@personal
@require_safe
def download(request, public_id, document):
    """One document of a dossier, for those who may read its content; for anybody else it does not exist."""
    dossier = get_object_or_404(
        Dossier.objects.visible_to(request.user).select_related(
            "receiving_unit__agency", "handling_agency", "result"
        ),
        public_id=public_id,
    )
    if not READ_CONTENT(dossier, request.user):
        raise Http404
    stored = document_of(dossier, document, request.user)
    return as_attachment(stored)


@personal
@require_safe
def result(request, public_id):
    """The signed result, once it has been handed over."""
    dossier = own_dossier(request, public_id, "result")
    if dossier.state != State.RETURNED or dossier.result is None:
        raise Http404
    return as_attachment(dossier.result)


@personal
@require_safe
def receipt(request, public_id):
    """The filing receipt; typeset now if the portal has not come to it yet."""
    dossier = own_dossier(request, public_id, "receiving_unit__agency__parent")
    if dossier.state == State.DRAFT:
        raise Http404
    return as_attachment(papers.filing_receipt(dossier))


def document_of(dossier, key, user):
    """The document of ``dossier`` with this key: attached, issued, or its result."""
    attached = StoredDocument.objects.filter(attachment__dossier=dossier, public_id=key).first()
    if attached is not None:
        return attached
    if dossier.result is not None and dossier.result.public_id == key:
        if dossier.is_filed_by(user) and dossier.state != State.RETURNED:
            raise Http404
        return dossier.result
    return get_object_or_404(papers.issued_for(dossier), public_id=key)


def as_attachment(document):
    """The file as a download that no browser runs or guesses about."""
    try:
        content = document.file.open("rb")
    except FileNotFoundError:
        log.error("document_without_file", document=str(document.public_id))
        raise Http404
    response = FileResponse(
        content,
        as_attachment=True,
        filename=document.name,
        content_type=MEDIA_TYPES[document.kind],
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
