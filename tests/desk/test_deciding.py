"""The result: typeset, signed and stored first, then the dossier completed with it, or nothing left behind."""

import hashlib

import pypdfium2
import pytest
from django.urls import reverse

from dossiers.actions import deciding
from dossiers.actions.deciding import sign_and_complete
from dossiers.errors import NothingProposed, ProposerMayNotSign
from dossiers.models import Dossier
from dossiers.states import Outcome, State
from portal.documents.certificates import trust_root
from portal.documents.models import StoredDocument
from portal.documents.signing import verify_pdf
from portal.errors import NotOffered, NotPermitted, StalePage
from portal.workflow import perform
from tests.accounts.factories import RoleGrantFactory
from tests.dossiers.factories import DossierFactory, officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def certificates(settings, tmp_path):
    settings.PORTAL_CERTIFICATES_DIR = tmp_path / "certificates"
    settings.PORTAL_CERTIFICATES_PASSPHRASE = "only for this test"


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


@pytest.mark.parametrize("outcome", [Outcome.GRANTED, Outcome.REFUSED])
def test_the_result_is_signed_by_the_agency_and_says_what_was_proposed(outcome):
    dossier = DossierFactory(in_process=True)
    statement = "Hồ sơ đủ điều kiện theo quy định."
    perform(
        dossier, "propose", by=officer(dossier, "specialist"), outcome=outcome, statement=statement
    )
    leader = officer(dossier, "leader")

    sign_and_complete(dossier, by=leader)

    dossier.refresh_from_db()
    with dossier.result.file.open("rb") as file:
        pdf = file.read()
    proof = verify_pdf(pdf, trust_root=trust_root())
    assert (dossier.state, dossier.outcome) == (State.COMPLETED, outcome)
    assert proof.valid
    assert proof.signer == dossier.handling_agency.name_vi
    assert dossier.result.signed_by == leader.full_name
    assert (dossier.result.size, dossier.result.sha256) == (
        len(pdf),
        hashlib.sha256(pdf).hexdigest(),
    )
    printed = text_of(pdf)
    assert dossier.code in printed
    assert dossier.applicant_name in printed
    assert statement in printed


@pytest.mark.parametrize(
    ("situation", "role", "refusal"),
    [
        ("proposed", "specialist", NotPermitted),
        ("in_process", "leader", NothingProposed),
        ("received", "leader", NotOffered),
        ("returned", "leader", NotOffered),
    ],
)
def test_a_refusal_leaves_no_document(situation, role, refusal, media_folder):
    dossier = DossierFactory(**{situation: True})
    before = files(media_folder)

    with pytest.raises(refusal):
        sign_and_complete(dossier, by=officer(dossier, role))

    assert files(media_folder) == before
    assert not StoredDocument.objects.filter(role="result").exclude(pk=dossier.result_id).exists()


def test_nobody_signs_what_they_proposed():
    dossier = DossierFactory(in_process=True)
    both = officer(dossier, "leader")
    RoleGrantFactory(user=both, role="specialist", agency=dossier.handling_agency)
    perform(dossier, "propose", by=both, outcome="granted", statement="Đủ điều kiện.")

    with pytest.raises(ProposerMayNotSign):
        sign_and_complete(dossier, by=both)


def test_a_proposal_that_came_in_between_makes_the_page_stale_and_leaves_nothing(
    monkeypatch, media_folder
):
    dossier = DossierFactory(proposed=True)
    leader, specialist = officer(dossier, "leader"), officer(dossier, "specialist")
    before = files(media_folder)
    typeset = deciding.typeset

    def meanwhile(*args):
        pdf = typeset(*args)
        changed = Dossier.objects.get(pk=dossier.pk)
        perform(changed, "propose", by=specialist, outcome="refused", statement="Thiếu căn cứ.")
        return pdf

    monkeypatch.setattr(deciding, "typeset", meanwhile)

    with pytest.raises(StalePage):
        sign_and_complete(dossier, by=leader)

    assert files(media_folder) == before
    assert not StoredDocument.objects.filter(role="result").exists()
    assert Dossier.objects.get(pk=dossier.pk).state == State.IN_PROCESS


def test_a_fault_of_the_signer_leaves_nothing(monkeypatch, media_folder):
    dossier = DossierFactory(proposed=True)
    before = files(media_folder)

    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(deciding, "perform", broken)

    with pytest.raises(OSError):
        sign_and_complete(dossier, by=officer(dossier, "leader"))

    assert files(media_folder) == before
    assert not StoredDocument.objects.filter(role="result").exists()


def test_the_leader_does_it_with_one_button(client):
    dossier = DossierFactory(proposed=True)
    client.force_login(officer(dossier, "leader"))
    address = reverse("admin:dossiers_dossier_transition", args=[dossier.public_id, "complete"])
    assert "Hồ sơ đủ điều kiện." in client.get(address).content.decode()

    answers = [client.post(address, {"seen": dossier.sequence}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert dossier.history.filter(transition="complete").count() == 1
    assert StoredDocument.objects.filter(role="result").count() == 1
    page = client.get(answers[0].url).content.decode()
    assert "ket-qua.pdf" in page
