"""From row to mail server: each message once, one that is refused holds up nobody, a server that is down loses none."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from portal.notifications import sending
from portal.notifications.models import Message
from portal.notifications.tasks import send_messages
from tests.workflow.threads import run_together


class MailServer(BaseEmailBackend):
    """A mail server for tests: what it took, and how it fails."""

    taken = []
    refuses = set()
    down = None

    def open(self):
        if self.down == "to connect":
            raise ConnectionRefusedError
        return True

    def send_messages(self, messages):
        (message,) = messages
        if self.down == "in the middle" and len(self.taken) >= 2:
            raise SMTPServerDisconnected
        if set(message.to) & self.refuses:
            raise SMTPRecipientsRefused({message.to[0]: (550, b"unknown")})
        self.taken.append(message)
        return 1


@pytest.fixture
def server(settings):
    settings.MAIL_TRANSPORT = f"{__name__}.MailServer"
    MailServer.taken, MailServer.refuses, MailServer.down = [], set(), None
    return MailServer


def messages(number):
    return Message.objects.bulk_create(
        Message(
            recipient=f"{place}@vidu.example",
            sender="portal@vidu.example",
            subject=f"Số {place}",
            body="Kính gửi ông/bà",
            at=timezone.now(),
        )
        for place in range(number)
    )


def unsent():
    return Message.objects.filter(sent_at=None).count()


@pytest.mark.django_db
def test_what_waits_is_sent_once_oldest_first(server):
    rows = messages(5)

    assert sending.send_waiting() == 5
    assert sending.send_waiting() == 0

    assert [message.subject for message in server.taken] == [row.subject for row in rows]
    assert unsent() == 0


@pytest.mark.django_db
def test_a_mail_carries_what_the_row_says(server, settings):
    (row,) = messages(1)
    Message.objects.update(html="<p>Kính gửi ông/bà</p>")

    send_messages()

    (taken,) = server.taken
    assert (taken.to, taken.from_email, taken.body) == ([row.recipient], row.sender, row.body)
    assert taken.alternatives == [("<p>Kính gửi ông/bà</p>", "text/html")]
    assert taken.extra_headers["Message-ID"] == f"<{row.pk}.motcua@{settings.MAIL_DOMAIN}>"


@pytest.mark.django_db
def test_one_that_is_refused_holds_up_no_other(server):
    messages(5)
    server.refuses = {"0@vidu.example", "3@vidu.example"}

    assert sending.send_waiting() == 3
    assert unsent() == 2
    server.refuses = set()
    assert sending.send_waiting() == 2


@pytest.mark.django_db
def test_one_that_cannot_be_written_holds_up_no_other(server, settings):
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    rows = messages(2)
    Message.objects.filter(pk=rows[0].pk).update(subject="Một\nBcc: all@vidu.example")

    assert sending.send_waiting() == 1
    assert [message.subject for message in mail.outbox] == ["Số 1"]


@pytest.mark.django_db
@pytest.mark.parametrize(("down", "sent"), [("to connect", 0), ("in the middle", 2)])
def test_a_server_that_is_down_loses_nothing(server, down, sent):
    messages(5)
    server.down = down

    assert sending.send_waiting() == sent
    assert unsent() == 5 - sent
    server.down = None
    assert sending.send_waiting() == 5 - sent
    assert len(server.taken) == 5


@pytest.mark.django_db
def test_a_crash_before_the_mark_sends_the_same_message_again(server, monkeypatch):
    messages(1)

    def crash():
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(sending.timezone, "now", crash)
        with pytest.raises(SystemExit):
            sending.send_waiting()
    assert unsent() == 1

    assert sending.send_waiting() == 1
    first, again = server.taken
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]


def test_several_senders_at_once_send_each_once(own_database, server):
    messages(40)

    sent = run_together(lambda _number: sending.send_waiting(), range(4))

    assert sum(sent) == 40
    assert len({message.subject for message in server.taken}) == len(server.taken) == 40


@pytest.mark.django_db
def test_without_messages_no_server_is_asked(server):
    server.down = "to connect"

    assert sending.send_waiting() == 0
