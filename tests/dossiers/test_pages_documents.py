"""Papers on the pages: put in, replaced, removed, downloaded by those who may, and by nobody else."""

from uuid import uuid4

import pytest

from dossiers import papers
from dossiers.models import Attachment
from portal.workflow import outbox
from tests.accounts.factories import OfficialFactory
from tests.agencies.factories import UnitFactory
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory, officer
from tests.dossiers.journeys import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client):
    return journeys.citizen(client)


def text_of(response):
    return response.content.decode()


@pytest.fixture
def draft(me):
    return DossierFactory(filed_by=me, papers=[])


def test_a_file_is_put_in_shown_replaced_and_removed(client, draft):
    journeys.attach(client, draft, "paper", journeys.pdf_file("hộ khẩu.pdf"))
    attachment = draft.attachments.get()
    assert "hộ khẩu.pdf" in text_of(client.get(address("documents", draft)))
    form = {
        "component": "paper",
        "file": journeys.pdf_file("mới.pdf"),
        "instead_of": attachment.document.public_id,
    }
    client.post(address("documents", draft), form)
    assert [each.document.name for each in draft.attachments.all()] == ["mới.pdf"]
    client.post(address("remove", draft, draft.attachments.get().document.public_id))
    assert not draft.attachments.exists()


def test_several_files_are_put_in_at_once(client, draft):
    files = [journeys.pdf_file("trang-1.pdf"), journeys.pdf_file("trang-2.pdf")]
    client.post(address("documents", draft), {"component": "paper", "file": files})
    assert draft.attachments.count() == 2


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\x90\x00 program", "cccd.pdf", "không phải PDF, JPG hay PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "anh.svg", "không phải PDF, JPG hay PNG"),
        (b"", "rong.pdf", "không có nội dung"),
        (b"%PDF-1.7 broken", "hong.pdf", "hỏng"),
    ],
)
def test_a_refused_file_is_refused_in_a_sentence_beside_its_paper(
    client, draft, content, name, words
):
    response = client.post(
        address("documents", draft),
        {"component": "paper", "file": journeys.pdf_file(name, content)},
    )
    page = text_of(response)
    assert response.status_code == 422
    assert words in page and name in page
    assert 'aria-describedby="error-paper"' in page
    assert not Attachment.objects.exists()


def test_too_large_a_file_is_refused(client, draft, settings):
    settings.UPLOAD_MAX_BYTES = 300
    response = client.post(
        address("documents", draft), {"component": "paper", "file": journeys.pdf_file()}
    )
    assert response.status_code == 422
    assert "giay-to.pdf" in text_of(response)


def test_no_file_at_all_is_told(client, draft):
    response = client.post(address("documents", draft), {"component": "paper"})
    assert response.status_code == 422
    assert "Chọn tệp trước đã." in text_of(response)


def test_the_others_of_several_files_stay_when_one_is_refused(client, draft):
    files = [journeys.pdf_file("tốt.pdf"), journeys.pdf_file("xấu.pdf", b"MZ")]
    assert (
        client.post(address("documents", draft), {"component": "paper", "file": files}).status_code
        == 422
    )
    assert [each.document.name for each in draft.attachments.all()] == ["tốt.pdf"]


@pytest.mark.parametrize("key", [uuid4(), "x", "", "../../etc/passwd"])
def test_an_unknown_key_to_replace_is_not_found(client, draft, key):
    form = {"component": "paper", "file": journeys.pdf_file(), "instead_of": key or "-"}
    assert client.post(address("documents", draft), form).status_code == 404


def test_a_foreign_document_can_neither_be_removed_nor_replaced(client, draft):
    foreign = DossierFactory().attachments.get()
    assert client.post(address("remove", draft, foreign.document.public_id)).status_code == 404
    form = {
        "component": "paper",
        "file": journeys.pdf_file(),
        "instead_of": foreign.document.public_id,
    }
    assert client.post(address("documents", draft), form).status_code == 404
    assert Attachment.objects.filter(pk=foreign.pk).exists()


# Download -----------------------------------------------------------------------------------


def test_a_download_is_an_attachment_that_no_browser_runs(client, me):
    dossier = DossierFactory(filed_by=me, submitted=True)
    document = dossier.attachments.get().document
    response = journeys.download(client, address("document", dossier, document.public_id))
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Content-Type"] == "application/pdf"
    assert "no-store" in response.headers["Cache-Control"]
    assert len(response.body) == document.size


def test_a_foreign_key_under_ones_own_dossier_is_not_found(client, me):
    mine, foreign = DossierFactory(filed_by=me), DossierFactory()
    key = foreign.attachments.get().document.public_id
    assert client.get(address("document", mine, key)).status_code == 404
    assert client.get(address("document", foreign, key)).status_code == 404
    assert client.get(address("document", mine, uuid4())).status_code == 404


@pytest.mark.parametrize("role", ["one_door", "specialist", "leader", "clerk"])
def test_officials_of_the_dossier_may_read_its_papers(client, role):
    dossier = DossierFactory(in_process=True)
    client.force_login(officer(dossier, role))
    key = dossier.attachments.get().document.public_id
    assert journeys.download(client, address("document", dossier, key)).status_code == 200


@pytest.mark.parametrize("role", ["system_admin", "auditor", "cashier", "agency_admin"])
def test_officials_who_do_not_read_content_find_nothing(client, role):
    dossier = DossierFactory(in_process=True)
    node = {} if role in ("system_admin", "auditor") else {"agency": dossier.handling_agency}
    client.force_login(OfficialFactory(role=role, **node))
    key = dossier.attachments.get().document.public_id
    assert client.get(address("document", dossier, key)).status_code == 404


def test_an_official_of_another_unit_finds_nothing(client):
    dossier = DossierFactory(in_process=True)
    client.force_login(OfficialFactory(role="one_door", unit=UnitFactory()))
    key = dossier.attachments.get().document.public_id
    assert client.get(address("document", dossier, key)).status_code == 404


def test_a_draft_is_read_by_its_author_alone(client):
    draft = DossierFactory()
    client.force_login(officer(draft, "one_door"))
    key = draft.attachments.get().document.public_id
    assert client.get(address("document", draft, key)).status_code == 404


def test_nothing_is_downloaded_without_signing_in(client):
    dossier = DossierFactory(submitted=True)
    key = dossier.attachments.get().document.public_id
    assert client.get(address("document", dossier, key)).status_code == 302


def test_the_result_is_there_once_it_was_returned(client, me):
    dossier = DossierFactory(filed_by=me, completed=True, delivery="counter")
    assert client.get(address("result", dossier)).status_code == 404
    assert client.get(address("document", dossier, dossier.result.public_id)).status_code == 404
    returned = DossierFactory(filed_by=me, returned=True)
    for url in (
        address("result", returned),
        address("document", returned, returned.result.public_id),
    ):
        assert journeys.download(client, url).body.startswith(b"%PDF-")


def test_a_file_that_the_disk_has_lost_is_not_found(client, me):
    dossier = DossierFactory(filed_by=me, submitted=True)
    document = dossier.attachments.get().document
    document.file.storage.delete(document.file.name)
    assert client.get(address("document", dossier, document.public_id)).status_code == 404


def test_issued_papers_can_be_downloaded_from_the_page(client, me):
    dossier = DossierFactory(filed_by=me, received=True)
    outbox.drain(linger=0)
    page = text_of(client.get(dossier.get_absolute_url()))
    for document in papers.issued_for(dossier):
        url = address("document", dossier, document.public_id)
        assert journeys.download(client, url).body.startswith(b"%PDF-")
        assert url in page or document.role == "filing_receipt"


def test_a_draft_has_no_receipt(client, draft):
    assert client.get(address("receipt", draft)).status_code == 404
