"""The applicant is told of every move that concerns them: once, in their language, with one link."""

import pytest

from dossiers.mails import TOLD
from dossiers.models import Dossier
from portal.notifications.models import Message
from portal.workflow import outbox, perform
from portal.workflow.machine import declared
from portal.workflow.models import OutboxEvent
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import WAYS, DossierFactory, officer

pytestmark = pytest.mark.django_db

FOR_THE_AGENCY_ONLY = {"hand_over", "send_back", "propose"}


def test_every_move_is_told_but_those_within_the_agency():
    assert set(TOLD) | FOR_THE_AGENCY_ONLY == set(declared(Dossier))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("situation", [each for each in WAYS if each != "draft"])
def test_each_move_is_told_in_the_language_of_the_person(situation, language, settings):
    settings.PORTAL_PUBLIC_URL = "http://portal.example"
    me = UserFactory(language=language)
    dossier = DossierFactory(filed_by=me, **{situation: True})
    outbox.drain(linger=0)
    told = [row for row in dossier.history.all() if row.transition in TOLD]
    messages = list(Message.objects.filter(recipient=me.email).order_by("id"))
    assert len(messages) == len(told)
    for message in messages:
        assert message.language == language
        assert dossier.code in message.subject and dossier.code in message.body
        assert message.body.count("http") == 1
        assert f"http://portal.example{dossier.get_absolute_url()}" in message.body
        assert ("Kính gửi" in message.body) == (language == "vi")
        assert "{" not in message.body and "&#" not in message.body and "%(" not in message.body


def test_what_was_told_is_not_told_again():
    dossier = DossierFactory(received=True)
    outbox.drain(linger=0)
    number = Message.objects.count()
    OutboxEvent.objects.update(done_at=None)
    outbox.drain(linger=0)
    assert Message.objects.count() == number
    assert Message.objects.filter(key=f"dossier:{dossier.pk}:1").exists()


def test_the_reason_of_a_refusal_stands_in_the_mail():
    DossierFactory(not_received=True)
    outbox.drain(linger=0)
    assert "Không đúng thẩm quyền." in Message.objects.latest("id").body


def test_the_mails_of_the_rarer_moves():
    dossier = DossierFactory(withdrawal_requested=True)
    perform(dossier, "refuse_withdrawal", by=officer(dossier, "one_door"), reason="Hồ sơ sắp xong.")
    outbox.drain(linger=0)
    assert "Hồ sơ sắp xong." in Message.objects.latest("id").body


def test_a_paper_dossier_without_an_address_tells_nobody():
    DossierFactory(paper=True, submitted=True, applicant_email="")
    outbox.drain(linger=0)
    assert not Message.objects.exists()


def test_a_paper_dossier_with_an_address_is_told_without_a_link():
    DossierFactory(paper=True, submitted=True, applicant_email="ba@vidu.example")
    outbox.drain(linger=0)
    message = Message.objects.get()
    assert message.recipient == "ba@vidu.example"
    assert "http" not in message.body
