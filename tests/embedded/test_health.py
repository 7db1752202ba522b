"""What machines are told about the portal's health."""

from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from portal.workflow.models import OutboxEvent

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


def gauges(client):
    families = text_string_to_metric_families(client.get("/prometheus").text)
    return {sample.name: sample.value for family in families for sample in family.samples}


def waiting_event(*, seconds):
    return OutboxEvent.objects.create(
        key=f"event-{seconds}",
        subscriber="nobody",
        created_at=timezone.now() - timedelta(seconds=seconds),
    )


def test_alive_asks_nobody(client):
    # Without the database fixture, any query would fail the test.
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "writable",
        "migrations_missing": 0,
        "outbox": {"waiting": 0, "oldest_seconds": 0},
        "redis": "up",
        "problems": [],
    }


@pytest.mark.django_db
def test_without_redis_it_is_slower_and_serves(client, settings):
    settings.CELERY_BROKER_URL = NOBODY_LISTENS
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["redis"]) == ("degraded", "down")


@pytest.mark.django_db
def test_a_late_outbox_shows(client):
    waiting_event(seconds=300)
    report = client.get("/readyz").json()
    assert report["status"] == "degraded"
    assert report["outbox"]["waiting"] == 1
    assert report["outbox"]["oldest_seconds"] >= 300


def test_a_missing_migration_is_named(client, own_database):
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'workflow' RETURNING name")
        names = [name for (name,) in cursor.fetchall()]

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert answer.json()["migrations_missing"] == len(names)
    assert f"workflow.{min(names)}" in answer.json()["problems"][0]


def test_a_database_that_cannot_be_written_to(client, own_database):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The database may only be read."]


def test_a_database_that_does_not_answer(client, own_database):
    connection.close()
    connection.settings_dict["PORT"], port = 9, connection.settings_dict["PORT"]
    try:
        answer = client.get("/readyz")
    finally:
        connection.settings_dict["PORT"] = port

    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The database cannot be written to (OperationalError)."]


def test_durability_switched_off_is_no_small_matter(client, own_database):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["problems"] == ["PostgreSQL runs with synchronous_commit off."]


@pytest.mark.django_db
def test_gauges_tell_the_lag_of_the_outbox(client):
    assert gauges(client)["portal_outbox_waiting"] == 0

    waiting_event(seconds=40)
    waiting_event(seconds=90)

    told = gauges(client)
    assert told["portal_outbox_waiting"] == 2
    assert 90 <= told["portal_outbox_oldest_seconds"] < 120
    assert (told["portal_payments_pending"], told["portal_payment_oldest_pending_seconds"]) == (
        0,
        0,
    )
