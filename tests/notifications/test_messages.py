"""An e-mail is a row of the transaction that causes it: one per event, in the reader's language."""

import pytest
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import transaction

from portal.notifications.messages import notify
from portal.notifications.models import Message
from portal.workflow import outbox
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import DossierFactory, refuse_receipt
from tests.workflow.threads import run_together


@pytest.fixture
def template(settings, tmp_path):
    """Templates of one made-up mail, beside those of the portal."""
    (tmp_path / "mail.subject.txt").write_text("Hồ sơ\n  {{ code }}  ", encoding="utf-8")
    (tmp_path / "mail.body.txt").write_text(
        "{% load i18n %}{% get_current_language as language %}{{ language }}: {{ code }} {{ public_url }}",
        encoding="utf-8",
    )
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]
    return "mail"


def tell(template, **fields):
    return notify(
        **{
            "key": "event:1",
            "recipient": "mai@vidu.example",
            "template": template,
            "context": {"code": "H17.01-261117-0001"},
            **fields,
        }
    )


@pytest.mark.django_db
def test_an_event_is_told_once(template):
    assert [tell(template), tell(template), tell(template, key="event:2")] == [True, False, True]

    assert sorted(Message.objects.values_list("key", flat=True)) == ["event:1", "event:2"]


def test_an_event_is_told_once_by_many_at_once(own_database, template):
    answers = run_together(lambda _number: tell(template), range(8))

    assert sorted(answers) == [False] * 7 + [True]
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_what_is_undone_is_not_told(template):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(template)
        raise ZeroDivisionError

    assert not Message.objects.exists()


@pytest.mark.django_db
def test_without_an_address_nobody_is_told(template):
    assert tell(template, recipient="") is False
    assert not Message.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "written"), [("vi", "vi"), ("en", "en"), (None, "vi")])
def test_it_is_written_in_the_language_of_the_person(template, settings, language, written):
    user = UserFactory(language=language) if language else None

    tell(template, user=user)

    message = Message.objects.get()
    assert message.subject == "Hồ sơ H17.01-261117-0001"
    assert message.body == f"{written}: H17.01-261117-0001 {settings.PORTAL_PUBLIC_URL}"
    assert (message.language, message.user) == (written, user)


@pytest.mark.django_db
def test_a_subject_is_one_line_of_bounded_length(template):
    tell(template, context={"code": "x\r\nBcc: all@vidu.example\n" + "y" * 500})

    subject = Message.objects.get().subject
    assert len(subject) == 200
    assert "\n" not in subject and "\r" not in subject


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_move_is_told_to_the_applicant_in_their_language(language):
    dossier = DossierFactory(submitted=True, filed_by__language=language)
    refuse_receipt(dossier)
    outbox.drain(linger=0)

    messages = list(Message.objects.filter(recipient=dossier.applicant_email).order_by("pk"))
    assert len(messages) == 2
    assert {message.language for message in messages} == {language}
    assert all(dossier.code in message.subject + message.body for message in messages)


# Django's own mails ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_mails_of_the_libraries_become_rows(settings):
    settings.EMAIL_BACKEND = "portal.notifications.backend.StoredEmailBackend"

    assert send_mail("Xác nhận", "Bấm vào đây", None, ["a@vidu.example", "b@vidu.example"]) == 1

    rows = Message.objects.order_by("recipient").values_list(
        "recipient", "subject", "body", "sender", "key"
    )
    assert list(rows) == [
        ("a@vidu.example", "Xác nhận", "Bấm vào đây", settings.DEFAULT_FROM_EMAIL, None),
        ("b@vidu.example", "Xác nhận", "Bấm vào đây", settings.DEFAULT_FROM_EMAIL, None),
    ]


@pytest.mark.django_db
def test_their_html_is_kept_beside_the_text(settings):
    settings.EMAIL_BACKEND = "portal.notifications.backend.StoredEmailBackend"
    mail = EmailMultiAlternatives("Xác nhận", "Văn bản", to=["a@vidu.example"])
    mail.attach_alternative("<p>Văn bản</p>", "text/html")

    mail.send()

    assert Message.objects.values_list("body", "html").get() == ("Văn bản", "<p>Văn bản</p>")


@pytest.mark.django_db
def test_a_closed_account_keeps_its_messages(template):
    user = UserFactory()
    tell(template, user=user)

    get_user_model().objects.filter(pk=user.pk).delete()

    assert Message.objects.get().user is None
