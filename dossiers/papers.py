"""Printed forms of a dossier: the filing receipt and the official forms 01, 02 and 03, each issued once.

What is issued is kept: asked for again, the same bytes are given. Each paper's key follows from what it is about, so
two that print the same paper at once keep one.
"""

import hashlib
from uuid import UUID, uuid5

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import override

from dossiers.actions.deciding import place_of
from dossiers.states import Channel, Delivery, Stage
from portal import clock
from portal.agencies.working_calendar import calendar
from portal.catalogue.fees import described
from portal.catalogue.presentation import limit_in_words
from portal.documents.models import StoredDocument
from portal.documents.typesetting import typeset
from portal.worktime import due_at

Role = StoredDocument.Role

LANGUAGE = "vi"  # official papers are Vietnamese; the templates add English glosses
ELECTRONIC, ON_PAPER = "Bản điện tử", "Bản giấy"
FILE_NAMES = {
    Role.FILING_RECEIPT: "bien-nhan-nop-ho-so",
    Role.FORM_01: "mau-01-giay-tiep-nhan",
    Role.FORM_02: "mau-02-yeu-cau-bo-sung",
    Role.FORM_03: "mau-03-tu-choi-tiep-nhan",
    Role.PAYMENT_RECEIPT: "bien-lai",
}
RETURNED = {
    Delivery.ONLINE: "Trực tuyến, trong mục Hồ sơ của tôi",
    Delivery.COUNTER: "Tại quầy",
    Delivery.POST: "Qua bưu điện",
}
CHANNELS = {
    Channel.ONLINE: "Trực tuyến",
    Channel.COUNTER: "Tại quầy",
    Channel.POST: "Qua bưu điện",
}
STAGES = {Stage.RECEPTION: "Tiếp nhận hồ sơ", Stage.APPRAISAL: "Thẩm định hồ sơ"}


def key_of(subject: UUID, role: str) -> UUID:
    """The key of the paper ``role`` about ``subject`` (the public id of a dossier or of a request)."""
    return uuid5(subject, str(role))


def issued_for(dossier):
    """The papers issued for ``dossier`` so far, oldest first."""
    keys = [
        key_of(dossier.public_id, role)
        for role in (Role.FILING_RECEIPT, Role.FORM_01, Role.FORM_03)
    ]
    keys += [
        key_of(request, Role.FORM_02)
        for request in dossier.supplement_requests.values_list("public_id", flat=True)
    ]
    return StoredDocument.objects.filter(public_id__in=keys).order_by("created_at", "pk")


def filing_receipt(dossier):
    """The receipt for what was filed online: every file with its digest, and the digest of the answers."""
    key = key_of(dossier.public_id, Role.FILING_RECEIPT)
    return kept(key) or issue(key, Role.FILING_RECEIPT, dossier, filing_receipt_data(dossier))


def form_01(dossier):
    """Receipt of the dossier and appointment for the result."""
    key = key_of(dossier.public_id, Role.FORM_01)
    return kept(key) or issue(key, Role.FORM_01, dossier, form_01_data(dossier))


def form_02(request):
    """Request to supplement the dossier."""
    key = key_of(request.public_id, Role.FORM_02)
    return kept(key) or issue(key, Role.FORM_02, request.dossier, form_02_data(request))


def form_03(dossier):
    """Refusal to receive the dossier."""
    key = key_of(dossier.public_id, Role.FORM_03)
    return kept(key) or issue(key, Role.FORM_03, dossier, form_03_data(dossier))


def kept(key):
    return StoredDocument.objects.filter(public_id=key).first()


def issue(key, role, dossier, data):
    """Typeset and keep one paper; whoever comes second gets the first one's."""
    pdf = typeset(role.value, data)
    document = StoredDocument(
        public_id=key,
        role=role,
        kind=StoredDocument.Kind.PDF,
        name=f"{FILE_NAMES[role]}-{dossier.code}.pdf",
        size=len(pdf),
        sha256=hashlib.sha256(pdf).hexdigest(),
        created_at=clock.now(),
    )
    document.file.save(document.name, ContentFile(pdf), save=False)
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError:
        document.file.delete(save=False)
        return StoredDocument.objects.get(public_id=key)
    return document


# What the forms print, in Vietnamese ---------------------------------------------------------


def common_data(dossier, *, issued_at):
    agency = dossier.receiving_unit.agency
    data = {
        "agency": agency.name_vi,
        "receiving_unit": dossier.receiving_unit.name_vi,
        "place": place_of(agency),
        "issued_at": issued_at,
        "code": dossier.code,
        "service": dossier.version.definition.name.vi,
        "applicant": {
            "name": dossier.applicant_name,
            "id_number": dossier.applicant_identifier,
            "address": dossier.applicant_address,
            "phone": dossier.applicant_phone,
            "email": dossier.applicant_email,
        },
        "verify_url": f"{settings.PORTAL_PUBLIC_URL}{dossier.get_absolute_url()}",
        "fee_note": described(dossier.version.definition.fee, LANGUAGE),
    }
    if agency.parent_id:
        data["parent_agency"] = agency.parent.name_vi
    return data


def filing_receipt_data(dossier):
    attachments = dossier.attachments.filter(supplement__isnull=True).select_related("document")
    names = dossier.version.definition.component_names
    limit = dossier.version.time_limit
    return common_data(dossier, issued_at=dossier.submitted_at) | {
        "channel": CHANNELS[dossier.channel],
        "papers": [
            {
                "name": names[attachment.component].vi,
                "file_name": attachment.document.name,
                "kind": attachment.document.kind,
                "size": attachment.document.size,
                "sha256": attachment.document.sha256,
            }
            for attachment in attachments
        ],
        "answers_sha256": dossier.answers_sha256,
        "expected_at": due_at(dossier.submitted_at, limit, calendar=calendar()).date(),
    }


def form_01_data(dossier):
    online = dossier.channel == Channel.ONLINE
    form = ELECTRONIC if online else ON_PAPER
    given = {}
    for component in dossier.attachments.values_list("component", flat=True):
        given[component] = given.get(component, 0) + 1
    papers = [
        {
            "name": paper.name.vi,
            "copies": given.get(paper.key) or paper.originals + paper.copies,
            "kind": form,
        }
        for paper in dossier.version.definition.documents
        if paper.key in given or not online or paper.filled_online
    ]
    move = move_of(dossier, "receive")
    with override(LANGUAGE):
        limit = limit_in_words(dossier.version.time_limit)
    data = common_data(dossier, issued_at=dossier.received_at) | {
        "number": f"{dossier.code}/TNHS",
        "papers": papers,
        "sets": 1,
        "time_limit": limit,
        "received_at": dossier.received_at,
        "due_at": dossier.due_at,
        "return_channel": RETURNED[dossier.delivery],
        "receiver": move.actor.full_name,
    }
    where = {
        Delivery.COUNTER: dossier.receiving_unit.address,
        Delivery.POST: dossier.delivery_address or dossier.applicant_address,
    }
    return data | (
        {"return_address": where[dossier.delivery]} if where.get(dossier.delivery) else {}
    )


def form_02_data(request):
    dossier = request.dossier
    definition = dossier.version.definition
    names = {("document", paper.key): paper.name.vi for paper in definition.documents}
    names |= {
        ("question", key): question.label.vi for key, question in definition.questions.items()
    }
    return common_data(dossier, issued_at=request.asked_at) | {
        "number": f"{dossier.code}/YCBS-{STAGE_NUMBERS[request.stage]}",
        "stage": STAGES[request.stage],
        "items": [
            {"name": names[item["kind"], item["key"]], "reason": item["reason"]}
            for item in request.items
        ],
        "legal_basis": "Thành phần hồ sơ của thủ tục",
        "deadline": clock_day(request.answer_by),
        "contact": contact(dossier.receiving_unit),
        "officer": request.asked_by.full_name,
    }


STAGE_NUMBERS = {Stage.RECEPTION: 1, Stage.APPRAISAL: 2}


def form_03_data(dossier):
    move = move_of(dossier, "refuse_receipt")
    return common_data(dossier, issued_at=move.at) | {
        "number": f"{dossier.code}/TCTN",
        "reason": dossier.closing_reason,
        "contact": contact(dossier.receiving_unit),
        "officer": move.actor.full_name,
    }


def move_of(dossier, transition):
    return dossier.history.select_related("actor").get(transition=transition)


def contact(unit):
    return ", ".join(part for part in (unit.name_vi, unit.address, unit.phone) if part)


def clock_day(instant):
    return instant.astimezone(clock.now().tzinfo).date()
