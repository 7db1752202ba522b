"""A real Celery worker on a real Valkey: what is in flight when the broker forgets everything still happens, once."""

import os
import signal
import time
from collections import Counter

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import connection

from dossiers.models import Dossier
from payments.models import Refund
from portal.documents.models import StoredDocument
from portal.notifications.models import Message
from portal.workflow import bell, outbox, perform
from portal.workflow.models import OutboxEvent
from tests import processes
from tests.dossiers.factories import DossierFactory, officer
from tests.workflow import arrangements
from tests.workflow.test_outbox import paid

PATIENCE_SECONDS = 60
Role = StoredDocument.Role
PRINTED = [Role.FILING_RECEIPT, Role.FORM_01, Role.FORM_02, Role.FORM_03]


@pytest.fixture
def forget_the_bell(monkeypatch):
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    flush()


def flush():
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushall()


def sweep():
    """What beat does every few seconds: the task, through the broker, for the worker."""
    current_app.send_task("portal.workflow.tasks.drain_outbox")


def wait_until_delivered(*, sweeping=True):
    give_up, swept = time.monotonic() + PATIENCE_SECONDS, 0.0
    while outbox.lag()[0]:
        assert time.monotonic() < give_up, list(
            OutboxEvent.objects.filter(done_at=None).values_list("key", "attempts", "last_error")
        )
        if sweeping and time.monotonic() - swept > 1:
            swept = time.monotonic()
            sweep()
        time.sleep(0.05)


def test_the_bell_wakes_the_worker(forget_the_bell, celery_worker):
    dossier = DossierFactory(submitted=True)

    wait_until_delivered(sweeping=False)

    assert OutboxEvent.objects.exists()
    receipt = StoredDocument.objects.get(role=Role.FILING_RECEIPT)
    assert dossier.code in receipt.name


def test_flushall_with_work_in_flight_loses_nothing(forget_the_bell, celery_worker):
    dossiers = a_busy_moment()
    at_the_start = outbox.lag()[0]
    assert at_the_start > 20
    bell.ring()
    while outbox.lag()[0] == at_the_start:  # the worker is at it
        time.sleep(0.01)
    for _number in range(20):
        sweep()
    flush()
    in_flight = outbox.lag()[0]

    wait_until_delivered()

    assert in_flight > 0
    everything_happened_once(dossiers)


@pytest.mark.slow
def test_workers_killed_again_and_again_lose_nothing(own_database, forget_the_bell, tmp_path):
    """SIGKILL to the worker and its children in mid-flight; another comes; no visibility timeout is waited for."""
    dossiers = a_busy_moment()
    for round_number in range(3):
        folder = tmp_path / str(round_number)
        folder.mkdir()
        with processes.celery_worker(own_database, folder) as worker:
            before = outbox.lag()[0]
            sweep()
            give_up = time.monotonic() + PATIENCE_SECONDS
            while outbox.lag()[0] == before and time.monotonic() < give_up:
                time.sleep(0.005)
            os.killpg(worker.pid, signal.SIGKILL)
    with processes.celery_worker(own_database, tmp_path):
        wait_until_delivered()

    everything_happened_once(dossiers)


def a_busy_moment():
    """Some dossiers in several situations whose follow-ups all wait; nobody has been told yet."""
    land = arrangements.land()
    with bell.silenced():
        first = DossierFactory(offering=land.offering, completed=True)
        dossiers = [first]
        for _number in range(3):
            refused = DossierFactory(
                offering=land.offering, filed_by=first.filed_by, submitted=True
            )
            paid(refused)
            perform(
                refused,
                "refuse_receipt",
                by=officer(refused, "one_door"),
                reason="Không đúng thẩm quyền.",
            )
            received = DossierFactory(
                offering=land.offering, filed_by=first.filed_by, received=True
            )
            dossiers += [refused, received]
    return dossiers


def everything_happened_once(dossiers):
    """Each event delivered, each form printed once, each e-mail written once, each refund intended once."""
    assert not OutboxEvent.objects.filter(done_at=None).exists()
    keys = list(Message.objects.exclude(key=None).values_list("key", flat=True))
    assert keys and len(keys) == len(set(keys))
    refused = [dossier for dossier in dossiers if dossier.state == "not_received"]
    assert Refund.objects.count() == len(refused) == 3
    first = Dossier.objects.get(pk=dossiers[0].pk)
    assert first.state == "returned"
    assert list(first.history.values_list("transition", flat=True)).count("return_result") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_entry WHERE reference LIKE 'owed:%'")
        assert cursor.fetchone()[0] == 3
    printed = StoredDocument.objects.filter(role__in=PRINTED).values_list("role", flat=True)
    assert Counter(printed) == {Role.FILING_RECEIPT: 7, Role.FORM_01: 4, Role.FORM_03: 3}
