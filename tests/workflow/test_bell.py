"""The bell may be missed: a broker that is down, hangs or says no costs a submit next to nothing, and no event."""

import socket
import time
from contextlib import closing

import pytest
from celery import current_app
from django.urls import reverse
from kombu import pools

from dossiers.models import Dossier
from portal.embedded.postgres import free_port
from portal.settings import database
from portal.workflow import bell, outbox, perform
from tests.dossiers.factories import DossierFactory

LONGEST_SECONDS = 0.5


@pytest.fixture
def broker(monkeypatch):
    """Point this process's Celery at another broker: ``broker("redis://…")``. The bell is ready to ring."""
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    before = current_app.conf.broker_url

    def point_at(url):
        current_app.conf.broker_url = url
        forget_connections()

    def forget_connections():
        pools.reset()
        current_app._pool = None
        current_app.amqp._producer_pool = None

    yield point_at
    current_app.conf.broker_url = before
    forget_connections()


@pytest.fixture
def nobody_there():
    return f"redis://127.0.0.1:{free_port()}/0"


@pytest.fixture
def deaf():
    """A server that accepts connections and never answers: what a hanging Redis looks like."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=50)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.mark.parametrize("kind", ["nobody_there", "deaf"])
def test_a_submit_without_a_broker_succeeds_at_once(kind, request, own_database, broker):
    dossier = DossierFactory()
    other = DossierFactory(offering=dossier.offering, filed_by=dossier.filed_by)
    with_broker = seconds(lambda: perform(other, "submit", by=other.filed_by))
    bell._silent_until = 0.0
    broker(request.getfixturevalue(kind))

    without = seconds(lambda: perform(dossier, "submit", by=dossier.filed_by))

    assert Dossier.objects.get(pk=dossier.pk).state == "submitted"
    assert without < with_broker + LONGEST_SECONDS
    assert outbox.lag()[0] > 0
    outbox.drain(linger=0)
    assert outbox.lag()[0] == 0


@pytest.mark.parametrize("kind", ["nobody_there", "deaf"])
def test_the_bell_itself_is_quick_and_silent_about_it_for_a_while(kind, request, broker):
    broker(request.getfixturevalue(kind))

    assert seconds(bell.ring) < LONGEST_SECONDS
    assert seconds(lambda: [bell.ring() for _number in range(100)]) < 0.05
    assert bell._silent_until > time.monotonic() + bell.QUIET_SECONDS


def test_the_bell_rings_once_for_many_moves(broker):
    with current_app.connection_for_read() as connection:
        queue = connection.default_channel.client
        queue.delete("celery")

        for _number in range(50):
            bell.ring()

        assert queue.llen("celery") == 1
        queue.delete("celery")


def test_a_drain_listens_longer_than_the_bell_keeps_quiet():
    assert outbox.LINGER_SECONDS > bell.QUIET_SECONDS


def test_the_page_sends_the_dossier_while_redis_is_down(
    own_database, broker, nobody_there, client, settings
):
    """Sessions, cache and broker gone at once: the citizen gets the confirmation, nothing typed is lost."""
    dossier = DossierFactory()
    settings.CACHES = database.cache(nobody_there, prefix="down")
    broker(nobody_there)
    client.force_login(dossier.filed_by)

    pressed = time.monotonic()
    answer = client.post(
        reverse("dossiers:submit", args=[dossier.public_id]),
        {"seen": 0, "declaration": "on"},
        follow=True,
    )
    took = time.monotonic() - pressed

    sent = Dossier.objects.get(pk=dossier.pk)
    assert answer.status_code == 200
    assert sent.state == "submitted"
    assert sent.code in answer.content.decode()
    assert took < 10
    assert outbox.lag()[0] > 0


def seconds(work):
    began = time.monotonic()
    work()
    return time.monotonic() - began
