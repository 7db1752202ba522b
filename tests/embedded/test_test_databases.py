"""The ground that every other test stands on."""

import threading
import time

import psycopg
import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, connections

from portal import clock
from portal.cache import ForgivingRedisCache
from portal.celery import app
from portal.workflow import outbox
from portal.workflow.models import Fact, OutboxEvent


@pytest.mark.django_db
def test_tests_run_as_the_application_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_has_role(current_user, 'portal_owner', 'MEMBER')")
        assert cursor.fetchone() == ("portal_app", False)


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_role_cannot_change_what_is_append_only(words):
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(words.format(Fact._meta.db_table))


@pytest.mark.parametrize("turn", [1, 2])
def test_an_own_database_commits_and_starts_fresh(own_database, turn):
    assert OutboxEvent.objects.count() == 0
    OutboxEvent.objects.create(key="one", subscriber="nobody")

    with psycopg.connect(own_database.url) as somebody_else:
        row = somebody_else.execute("SELECT key FROM workflow_outboxevent").fetchone()
    assert row == ("one",)


def test_threads_of_a_test_see_its_own_database(own_database):
    seen = []

    def look():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            seen.append(cursor.fetchone()[0])
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [own_database.name]


@pytest.mark.slow
def test_a_worker_delivers_from_the_database_of_the_test(celery_worker):
    app.send_task("portal.workflow.tasks.drain_outbox")
    OutboxEvent.objects.create(key="one", subscriber="nobody")  # nobody: put back, and counted

    give_up = time.monotonic() + 20
    while time.monotonic() < give_up and not OutboxEvent.objects.get().attempts:
        app.send_task("portal.workflow.tasks.drain_outbox")
        time.sleep(0.1)
    assert OutboxEvent.objects.get().attempts > 0
    assert outbox.lag()[0] == 1


def test_the_cache_of_a_test_process_is_real():
    cache.set("here", "is", 10)
    assert cache.get("here") == "is"


def test_a_cache_that_is_down_reads_as_empty():
    down = ForgivingRedisCache(
        "redis://127.0.0.1:9/0", {"OPTIONS": {"socket_connect_timeout": 0.2}}
    )
    assert down.get("key", "nothing") == "nothing"
    assert down.get_many(["a", "b"]) == {}
    assert down.set_many({"a": 1}) == ["a"]
    assert (down.set("a", 1), down.add("a", 1), down.touch("a")) == (None, True, False)
    assert (down.delete("a"), down.has_key("a"), down.clear()) == (False, False, False)


def test_a_task_reads_the_clock_once(own_database, django_assert_num_queries):
    @app.task
    def look_three_times():
        return [clock.now() for _ in range(3)]

    with django_assert_num_queries(1):
        look_three_times()
