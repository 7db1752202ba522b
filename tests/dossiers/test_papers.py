"""What is printed: read back from the PDF, issued once, the same bytes ever after."""

import pypdfium2
import pytest

from dossiers import papers
from dossiers.models import SupplementRequest
from portal.documents.models import StoredDocument
from portal.wording import short_date
from portal.workflow import outbox
from portal.workflow.models import OutboxEvent
from tests.dossiers.factories import DossierFactory

pytestmark = pytest.mark.django_db


def words_of(document):
    with document.file.open("rb") as file:
        content = file.read()
    pdf = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage() for page in pdf]
        text = " ".join(page.get_text_range() for page in pages)
        for page in pages:
            page.close()
    finally:
        pdf.close()
    return " ".join(text.split())


def test_the_filing_receipt_names_every_file_and_the_digest_of_the_answers():
    dossier = DossierFactory(submitted=True)
    words = words_of(papers.filing_receipt(dossier))
    attachment = dossier.attachments.get()
    assert dossier.code in words and dossier.applicant_name in words
    assert "Giấy tờ gốc" in words and attachment.document.name in words
    assert attachment.document.sha256[:8] in words
    assert dossier.answers_sha256[:16] in words.replace(" ", "")


def test_form_01_gives_the_date_that_binds_the_agency():
    dossier = DossierFactory(received=True)
    words = words_of(papers.form_01(dossier))
    assert f"{dossier.code}/TNHS" in words
    assert short_date(dossier.due_at) in words
    assert "3 ngày làm việc" in words
    assert "Lê Thị Hoa" in words  # the officer who received it


def test_form_02_lists_each_item_with_its_reason():
    dossier = DossierFactory(supplement_requested=True)
    request = SupplementRequest.objects.get(dossier=dossier)
    words = words_of(papers.form_02(request))
    assert "Giấy tờ gốc" in words and "Bản chụp mờ, không đọc được số." in words
    assert short_date(request.answer_by) in words


def test_form_03_gives_the_reason_of_the_refusal():
    dossier = DossierFactory(not_received=True)
    assert "Không đúng thẩm quyền." in words_of(papers.form_03(dossier))


def test_a_paper_is_issued_once():
    dossier = DossierFactory(submitted=True)
    first = papers.filing_receipt(dossier)
    assert papers.filing_receipt(dossier) == first
    assert StoredDocument.objects.filter(role="filing_receipt").count() == 1


@pytest.mark.parametrize(
    ("situation", "roles"),
    [
        ("submitted", {"filing_receipt"}),
        ("received", {"filing_receipt", "form01"}),
        ("supplement_requested", {"filing_receipt", "form02"}),
        ("not_received", {"filing_receipt", "form03"}),
    ],
)
def test_the_papers_follow_the_moves_and_following_twice_issues_once(situation, roles):
    dossier = DossierFactory(**{situation: True})
    outbox.drain(linger=0)
    OutboxEvent.objects.update(done_at=None)
    outbox.drain(linger=0)
    assert not OutboxEvent.objects.filter(done_at__isnull=True).exists()
    assert sorted(document.role for document in papers.issued_for(dossier)) == sorted(roles)
    assert StoredDocument.objects.exclude(role__in=["attached", "result"]).count() == len(roles)


def test_a_paper_dossier_gets_form_01_but_no_receipt_for_an_online_filing():
    dossier = DossierFactory(paper=True, received=True)
    outbox.drain(linger=0)
    assert [document.role for document in papers.issued_for(dossier)] == ["form01"]
    assert "Bản giấy" in words_of(papers.form_01(dossier))
