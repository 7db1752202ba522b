"""The leader's decision: the result typeset, signed and stored first, the dossier completed with it afterwards.

Nothing slow happens under the row lock (docs/decisions: “Nothing slow under a row lock”).
"""

import hashlib

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.text import slugify

from dossiers import guards
from dossiers.errors import ResultNotSigned
from dossiers.states import Outcome
from portal import clock
from portal.agencies.models import Agency
from portal.catalogue.review import review
from portal.documents.certificates import agency_signer
from portal.documents.models import StoredDocument
from portal.documents.signing import sign_pdf
from portal.documents.typesetting import typeset
from portal.workflow import add, offers, one_commit, perform

LANGUAGE = "vi"  # official papers are Vietnamese; the template adds English glosses

DECISION = {
    Outcome.GRANTED: "Chấp thuận đề nghị của ông/bà. {statement}",
    Outcome.REFUSED: "Không chấp thuận đề nghị của ông/bà. Lý do: {statement}",
}
REFUSAL_TITLE = "Thông báo từ chối giải quyết hồ sơ"
REFUSAL_TITLE_EN = "Notice of refusal"

# How the head of a kind of agency signs: title, and in whose name (docs/sources.md, “Signatures”).
SIGNS_AS = {
    Agency.Kind.MINISTRY: ("Lãnh đạo Bộ", "TL. Bộ trưởng"),
    Agency.Kind.PROVINCE: ("Chủ tịch", "TM. Ủy ban nhân dân"),
    Agency.Kind.DISTRICT: ("Chủ tịch", "TM. Ủy ban nhân dân"),
    Agency.Kind.COMMUNE: ("Chủ tịch", "TM. Ủy ban nhân dân"),
    Agency.Kind.DEPARTMENT: ("Thủ trưởng", ""),
}


def sign_and_complete(dossier, *, by, seen=None):
    """Sign the latest proposal as the result and complete ``dossier``; returns the ``Move``.

    Raises what ``complete`` refuses with. A refusal, even one that comes at the last moment, leaves no document.
    """
    may = any(offer.name == "complete" and offer.permitted for offer in offers(dossier, by))
    if not may:
        # The door itself says why not; it cannot open without a result.
        perform(dossier, "complete", by=by, seen=seen, result=None)
        raise ResultNotSigned()
    # What is signed is what was read: a later proposal makes the page stale.
    read_at = dossier.sequence if seen is None else seen
    document = signed_result(dossier, by=by)
    try:
        with one_commit():
            add(document)
            return perform(dossier, "complete", by=by, seen=read_at, result=document)
    except BaseException:
        document.file.delete(save=False)  # the row went with the transaction, the file would stay
        raise


def signed_result(dossier, *, by):
    """The result of ``dossier``, typeset and signed with the agency's certificate; its file stored, its row not yet."""
    now = clock.now()
    agency = dossier.handling_agency
    pdf = typeset("result", result_data(dossier, by=by, issued_at=now))
    signed = sign_pdf(
        pdf,
        signer=agency_signer(agency.code, agency.name_vi),
        reason=f"Kết quả hồ sơ {dossier.code}",
        location=agency.name_vi,
        at=now,
    )
    document = StoredDocument(
        role=StoredDocument.Role.RESULT,
        kind=StoredDocument.Kind.PDF,
        name=f"{slugify(dossier.code.replace('.', '-')).upper()}-ket-qua.pdf",
        size=len(signed),
        sha256=hashlib.sha256(signed).hexdigest(),
        owner=by,
        created_at=now,
        signed_by=by.full_name,
    )
    document.file.save(document.name, ContentFile(signed), save=False)
    return document


def result_data(dossier, *, by, issued_at):
    """What the form “result” prints, in Vietnamese."""
    proposal = guards.latest_proposal(dossier)
    definition = dossier.version.definition
    agency = dossier.handling_agency
    granted = proposal.outcome == Outcome.GRANTED
    title, on_behalf = SIGNS_AS[agency.kind]
    data = {
        "agency": agency.name_vi,
        "place": place_of(agency),
        "issued_at": issued_at,
        "code": dossier.code,
        "service": definition.name.vi,
        "applicant": {
            "name": dossier.applicant_name,
            "id_number": dossier.applicant_identifier,
            "address": dossier.applicant_address,
            "phone": dossier.applicant_phone,
            "email": dossier.applicant_email,
        },
        "verify_url": f"{settings.PORTAL_PUBLIC_URL}{dossier.get_absolute_url()}",
        "number": f"{dossier.code}/KQ",
        "title": definition.result.name.vi if granted else REFUSAL_TITLE,
        "title_en": definition.result.name.en if granted else REFUSAL_TITLE_EN,
        "legal_basis": [basis.title.vi for basis in definition.legal_basis],
        "decision": DECISION[Outcome(proposal.outcome)].format(statement=proposal.statement),
        "statements": statements(dossier) if granted else [],
        "signatory": {"name": by.full_name, "title": title, "on_behalf": on_behalf},
    }
    if agency.parent_id:
        data["parent_agency"] = agency.parent.name_vi
    return data


def statements(dossier):
    """The answers that the result certifies, each with its label in both languages."""
    return [
        {
            "label": read_back.question.label.vi,
            "label_en": read_back.question.label.en,
            "value": read_back.text,
        }
        for page in review(dossier.version.definition, dossier.answers, LANGUAGE)
        for read_back in page.answers
        if read_back.text and read_back.question.type != "file"
    ]


def place_of(agency):
    """The place before the date: the name of the agency's own territory, without the words for what it is."""
    if agency.root.kind == Agency.Kind.MINISTRY:
        return "Hà Nội"
    name = agency.root.name_vi
    for words in (
        "Ủy ban nhân dân ",
        "thành phố ",
        "tỉnh ",
        "quận ",
        "huyện ",
        "phường ",
        "xã ",
        "thị trấn ",
    ):
        name = name.removeprefix(words)
    return name
