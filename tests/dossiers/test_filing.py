"""Opening, filling in and sending a dossier: what the actions promise."""

from uuid import uuid4

import pytest

from dossiers.actions import attaching, filing, rating, supplying, withdrawing
from dossiers.actions.refusals import (
    ItemsStillOpen,
    PaperNotAsked,
    RatedBefore,
    ResultNotHandedOver,
    TooManyFiles,
)
from dossiers.errors import (
    AnswersMissing,
    ComponentsMissing,
    LevelDoesNotAllow,
    NoOpenRequest,
    NotADraft,
    ReasonMissing,
    SupplementIncomplete,
    TooManyDrafts,
    UnitDoesNotOffer,
)
from dossiers.models import Attachment, Dossier
from dossiers.states import State
from portal import clock
from portal.catalogue.models import ServiceVersion
from portal.documents.errors import FileTooLarge, FileTypeRefused
from portal.documents.models import StoredDocument
from portal.errors import StalePage
from portal.workflow import perform
from portal.workflow.models import Fact
from tests.accounts.factories import UserFactory
from tests.catalogue.factories import OfferingFactory, small_content
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory, officer

pytestmark = pytest.mark.django_db


def uploaded(content=None, name="giay-to.pdf"):
    return journeys.pdf_file(name, content)


# Opening --------------------------------------------------------------------------------


def test_a_draft_is_pinned_to_the_newest_published_version_and_knows_the_applicant():
    offering, user = OfferingFactory(), UserFactory()
    newer = small_content(code=offering.service.code) | {"synonyms": ["mới"]}
    second = ServiceVersion.objects.create(
        service=offering.service,
        number=2,
        state="published",
        content=newer,
        content_sha256="f" * 64,
        published_at=clock.now(),
    )
    ServiceVersion.objects.create(
        service=offering.service, number=3, state="draft", content=newer, content_sha256="e" * 64
    )
    dossier = filing.open_dossier(offering, by=user, nonce=uuid4())
    assert dossier.version == second
    assert (dossier.state, dossier.code, dossier.level) == (State.DRAFT, None, offering.level)
    assert (dossier.applicant_name, dossier.applicant_identifier) == (user.full_name, user.username)
    assert (dossier.receiving_unit, dossier.handling_agency) == (
        offering.unit,
        offering.handling_agency,
    )


def test_a_corrected_applicant_is_corrected_in_the_answers_that_followed_the_account():
    content = small_content(code="9.800001")
    content["groups"][0]["questions"].insert(
        0,
        {
            "key": "owner",
            "type": "person_name",
            "label": {"vi": "Chủ sở hữu", "en": "Owner"},
            "fills": "full_name",
        },
    )
    offering, user = OfferingFactory(service__content=content), UserFactory()
    dossier = filing.open_dossier(offering, by=user, nonce=uuid4())
    assert dossier.answers == {"owner": user.full_name}
    filing.save_applicant(dossier, {"applicant_name": "Trần Văn An"})
    assert dossier.answers == {"owner": "Trần Văn An"}
    dossier.answers["owner"] = "Lê Văn Bình"
    dossier.save()
    filing.save_applicant(dossier, {"applicant_name": "Phạm Thị Cúc"})
    dossier.refresh_from_db()
    assert (dossier.applicant_name, dossier.answers["owner"]) == ("Phạm Thị Cúc", "Lê Văn Bình")


def test_starting_twice_with_one_nonce_gives_one_draft():
    offering, user, nonce = OfferingFactory(), UserFactory(), uuid4()
    first = filing.open_dossier(offering, by=user, nonce=nonce)
    assert filing.open_dossier(offering, by=user, nonce=nonce) == first
    assert filing.open_dossier(offering, by=UserFactory(), nonce=nonce) != first
    assert Dossier.objects.count() == 2


def test_a_sixth_draft_is_refused_and_one_that_was_sent_does_not_count():
    offering, user = OfferingFactory(), UserFactory()
    DossierFactory(filed_by=user, offering=offering, submitted=True)
    for _ in range(filing.DRAFTS_ALLOWED):
        filing.open_dossier(offering, by=user, nonce=uuid4())
    with pytest.raises(TooManyDrafts) as refusal:
        filing.open_dossier(offering, by=user, nonce=uuid4())
    assert refusal.value.fields == {"number": 5}


@pytest.mark.parametrize("level", [1, 2])
def test_levels_1_and_2_cannot_be_started_online(level):
    offering = OfferingFactory(level=level)
    with pytest.raises(LevelDoesNotAllow) as refusal:
        filing.open_dossier(offering, by=UserFactory(), nonce=uuid4())
    assert refusal.value.fields["level"] == level
    assert not Dossier.objects.exists()


def test_an_offering_that_has_ended_cannot_be_started():
    offering = OfferingFactory(valid_to=clock.today())
    with pytest.raises(UnitDoesNotOffer):
        filing.open_dossier(offering, by=UserFactory(), nonce=uuid4())


# Sending ----------------------------------------------------------------------------------


def test_sending_numbers_the_dossier_and_freezes_the_answers():
    dossier = DossierFactory()
    filing.submit(dossier, by=dossier.filed_by)
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED
    assert dossier.code == f"{dossier.receiving_unit.code}-{clock.today():%y%m%d}-0001"
    assert len(dossier.answers_sha256) == 64
    assert not dossier.payment_requests.exists()


def test_sending_twice_sends_once():
    dossier = DossierFactory()
    again = Dossier.objects.get(pk=dossier.pk)
    filing.submit(dossier, by=dossier.filed_by)
    filing.submit(again, by=dossier.filed_by)
    assert dossier.history.count() == 1
    assert again.code == Dossier.objects.get(pk=dossier.pk).code


@pytest.mark.parametrize(("level", "online"), [(3, False), (4, True)])
def test_a_fee_due_at_filing_is_asked_for_in_the_same_transaction(level, online):
    dossier = DossierFactory(offering__level=level, offering__service__fee_vnd=75_000)
    filing.submit(dossier, by=dossier.filed_by)
    dossier.refresh_from_db()
    assert dossier.state == State.PAYMENT_REQUESTED
    request = dossier.payment_requests.get()
    assert (request.amount, request.online, request.returns_to) == (75_000, online, State.SUBMITTED)
    assert [row.actor_id for row in dossier.history.all()] == [dossier.filed_by_id, None]


@pytest.mark.parametrize("when", ["supplement", "processing", "result"])
def test_a_fee_due_later_is_not_asked_for_at_filing(when):
    dossier = DossierFactory(offering__service__fee_vnd=75_000, offering__service__fee_when=when)
    filing.submit(dossier, by=dossier.filed_by)
    assert dossier.state == State.SUBMITTED


def test_nothing_is_sent_while_an_answer_or_a_paper_is_missing():
    dossier = DossierFactory(answers={})
    with pytest.raises(AnswersMissing) as refusal:
        filing.submit(dossier, by=dossier.filed_by)
    assert "Số bản" in str(refusal.value)
    dossier = DossierFactory(papers=[])
    with pytest.raises(ComponentsMissing):
        filing.submit(dossier, by=dossier.filed_by)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.code, dossier.history.count()) == (State.DRAFT, None, 0)


def test_nothing_is_sent_without_the_declaration():
    dossier = DossierFactory()
    with pytest.raises(AnswersMissing):
        filing.submit(dossier, by=dossier.filed_by, declared=False)


def test_an_answer_that_has_become_wrong_is_judged_anew_when_sending():
    dossier = DossierFactory(answers={"copies": 999})
    with pytest.raises(AnswersMissing):
        filing.submit(dossier, by=dossier.filed_by)


def test_answers_that_nobody_asks_for_are_left_behind():
    dossier = DossierFactory(answers={"copies": 2, "state": "completed", "fee": 0})
    filing.submit(dossier, by=dossier.filed_by)
    dossier.refresh_from_db()
    assert dossier.answers == {"copies": 2, "declaration": True}


def test_a_stale_page_does_not_send():
    dossier = DossierFactory()
    with pytest.raises(StalePage):
        filing.submit(dossier, by=dossier.filed_by, seen=3)


def test_a_sent_dossier_can_neither_be_changed_nor_discarded():
    dossier = DossierFactory(submitted=True)
    with pytest.raises(NotADraft):
        filing.discard(dossier)
    with pytest.raises(NotADraft):
        filing.save_delivery(dossier, delivery="counter", address="")
    with pytest.raises(NotADraft):
        attaching.attach(dossier, "paper", uploaded(), by=dossier.filed_by)
    with pytest.raises(NotADraft):
        attaching.remove(dossier, dossier.attachments.get())


def test_discarding_removes_answers_papers_and_files(
    django_capture_on_commit_callbacks, media_folder
):
    dossier = DossierFactory()
    files = [path for path in media_folder.rglob("*") if path.is_file()]
    with django_capture_on_commit_callbacks(execute=True):
        filing.discard(dossier)
    assert not Dossier.objects.exists() and not StoredDocument.objects.exists()
    assert files and not any(path.exists() for path in files)


# Papers -----------------------------------------------------------------------------------


def test_a_paper_is_stored_under_a_random_key_with_its_digest():
    dossier = DossierFactory(papers=[])
    attachment = attaching.attach(
        dossier, "paper", uploaded(name="../hộ khẩu.pdf"), by=dossier.filed_by
    )
    document = attachment.document
    assert document.name == "hộ khẩu.pdf"
    assert "khẩu" not in document.file.name and str(dossier.public_id) not in document.file.name
    assert (document.kind, document.owner, document.role) == ("pdf", dossier.filed_by, "attached")
    assert len(document.sha256) == 64 and document.size == len(document.file.read())
    document.file.close()


def test_what_a_file_is_is_told_by_its_content(settings, media_folder):
    dossier = DossierFactory(papers=[])
    with pytest.raises(FileTypeRefused):
        attaching.attach(dossier, "paper", uploaded(b"MZ\x90\x00", "cv.pdf"), by=dossier.filed_by)
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(FileTooLarge):
        attaching.attach(dossier, "paper", uploaded(), by=dossier.filed_by)
    assert not Attachment.objects.exists() and not [
        p for p in media_folder.rglob("*") if p.is_file()
    ]


def test_a_paper_that_the_service_does_not_know_is_refused_and_leaves_no_file(media_folder):
    dossier = DossierFactory(papers=[])
    with pytest.raises(PaperNotAsked):
        attaching.attach(dossier, "no_such_paper", uploaded(), by=dossier.filed_by)
    assert not [path for path in media_folder.rglob("*") if path.is_file()]


def test_replacing_takes_the_old_file_away():
    dossier = DossierFactory()
    old = dossier.attachments.get()
    new = attaching.attach(dossier, "paper", uploaded(), by=dossier.filed_by, instead_of=old)
    assert list(dossier.attachments.all()) == [new]
    assert not StoredDocument.objects.filter(pk=old.document_id).exists()


def test_a_dossier_holds_a_bounded_number_of_files(monkeypatch):
    monkeypatch.setattr(attaching, "FILES_ALLOWED", 2)
    dossier = DossierFactory()
    attaching.attach(dossier, "extra", uploaded(), by=dossier.filed_by)
    with pytest.raises(TooManyFiles):
        attaching.attach(dossier, "extra", uploaded(), by=dossier.filed_by)


# Supplying, withdrawing, rating -------------------------------------------------------------


def test_a_supplement_is_sent_once_everything_is_there_and_only_once():
    dossier = DossierFactory(supplement_requested=True)
    with pytest.raises(SupplementIncomplete):
        supplying.supply(dossier, by=dossier.filed_by)
    attaching.attach(dossier, "paper", uploaded(), by=dossier.filed_by)
    supplying.supply(dossier, by=dossier.filed_by)
    supplying.supply(dossier, by=dossier.filed_by)
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED
    assert dossier.history.filter(transition="supply").count() == 1


def test_only_what_was_asked_can_be_supplied_and_what_was_sent_stays():
    dossier = DossierFactory(supplement_requested=True)
    with pytest.raises(PaperNotAsked):
        attaching.attach(dossier, "extra", uploaded(), by=dossier.filed_by)
    with pytest.raises(PaperNotAsked):
        attaching.remove(dossier, dossier.attachments.get())
    new = attaching.attach(dossier, "paper", uploaded(), by=dossier.filed_by)
    attaching.remove(dossier, new)
    assert dossier.attachments.count() == 1


def test_an_answer_that_was_asked_for_has_to_be_given_anew():
    dossier = DossierFactory(submitted=True)
    items = [{"kind": "question", "key": "copies", "reason": "Số bản quá nhiều."}]
    perform(dossier, "request_supplement", by=officer(dossier, "one_door"), items=items)
    with pytest.raises(ItemsStillOpen) as refusal:
        supplying.supply(dossier, by=dossier.filed_by)
    assert "Số bản" in str(refusal.value)


def test_supplying_what_nobody_asked_for_is_refused():
    dossier = DossierFactory(submitted=True)
    with pytest.raises(NoOpenRequest):
        supplying.supply(dossier, by=dossier.filed_by)


def test_withdrawing_needs_a_reason_and_asks_once():
    dossier = DossierFactory(submitted=True)
    with pytest.raises(ReasonMissing):
        withdrawing.ask_to_withdraw(dossier, by=dossier.filed_by, reason="  ")
    dossier.refresh_from_db()
    withdrawing.ask_to_withdraw(dossier, by=dossier.filed_by, reason="Nộp nhầm.")
    withdrawing.ask_to_withdraw(dossier, by=dossier.filed_by, reason="Nộp nhầm.")
    assert dossier.withdrawal_requests.count() == 1


def test_a_rating_is_a_fact_given_once_after_the_result():
    dossier = DossierFactory(completed=True)
    with pytest.raises(ResultNotHandedOver):
        rating.rate(dossier, by=dossier.filed_by, value=3)
    perform(dossier, "return_result", by=None)
    rating.rate(dossier, by=dossier.filed_by, value=3)
    with pytest.raises(RatedBefore):
        rating.rate(dossier, by=dossier.filed_by, value=1)
    fact = Fact.objects.get(kind="rating")
    assert (fact.dossier, fact.agency, fact.service, fact.value, fact.actor_id) == (
        dossier.pk,
        dossier.handling_agency_id,
        dossier.service_id,
        3,
        dossier.filed_by_id,
    )
    assert rating.rating_of(dossier) == rating.Rating.VERY_SATISFIED
