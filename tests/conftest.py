"""What every test stands on: real PostgreSQL as the application role, real Valkey, no flushing."""

import itertools
import math
import os
from importlib import import_module

import pytest
import redis
from django.conf import settings
from django.utils import translation

import portal.celery  # noqa: F401  # the app whose broker the doorbell rings
from portal import garbage
from portal.agencies import working_calendar
from tests import databases, processes, scheduling

_numbers = itertools.count(1)


def pytest_xdist_make_scheduler(config, log):
    return scheduling.FoldersTogether(config, log)


def pytest_collection_finish():
    """What is there now stays until the end."""
    garbage.look_seldom()


def pytest_collection_modifyitems(items):
    for item in items:
        marker = item.get_closest_marker("django_db")
        flushes = marker is not None and (
            marker.kwargs.get("transaction") or marker.kwargs.get("reset_sequences")
        )
        if flushes or {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())):
            raise pytest.UsageError(
                f"{item.nodeid}: history cannot be flushed away by the application role; "
                "use the fixture own_database (or live_portal), a clone of its own."
            )


@pytest.fixture(scope="session", autouse=True)
def addresses():
    """The portal's addresses, read before any test changes a setting: they depend on whether this is a demo."""
    import_module(settings.ROOT_URLCONF)


@pytest.fixture(scope="session")
def worker_name(request):
    """``gw0`` … under pytest-xdist, else ``main``."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def database_template(django_test_environment, django_db_blocker):
    """The name of the migrated template database; rebuilt by itself when a migration changed."""
    with django_db_blocker.unblock():
        databases.drop_those_of_ended_runs()
        return databases.template()


@pytest.fixture(scope="session")
def django_db_setup(database_template, worker_name, django_db_blocker):
    """One clone per test process; tests see it as the application role and roll back what they do."""
    name = databases.clone_name(worker_name)
    with django_db_blocker.unblock():
        databases.clone(database_template, name)
        databases.point_connections_at(name)
    yield
    with django_db_blocker.unblock():
        databases.point_connections_at(name)  # closes what is open
        databases.drop(name)


@pytest.fixture(scope="session")
def catalogue_template(database_template, django_db_blocker):
    """The name of the template that also holds every agency and public service of the project's files."""
    with django_db_blocker.unblock():
        return databases.template_with_catalogue(database_template)


@pytest.fixture(scope="module")
def whole_catalogue(catalogue_template, django_db_setup, worker_name, django_db_blocker):
    """The tests of a module see every agency and public service; loaded once, each test rolls back what it does."""
    with django_db_blocker.unblock():
        before = databases.database_in_use()
        own = databases.clone(catalogue_template, databases.clone_name(worker_name, next(_numbers)))
        databases.point_connections_at(own.name)
    yield
    with django_db_blocker.unblock():
        databases.point_connections_at(before)
        databases.drop(own.name)


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    """Stored files of one test go into its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def no_demo_seen_before(monkeypatch):
    """A page remembers that it saw a demo's database; the next test has another one."""
    monkeypatch.setattr("portal.page._seen_demo_row", False)


@pytest.fixture(autouse=True)
def calendar_of_its_own(monkeypatch):
    """A test reads the days that are set once, in its own database; they never grow old in the middle of it."""
    monkeypatch.setattr(working_calendar, "KEPT_SECONDS", math.inf)
    working_calendar.forget()
    yield
    working_calendar.forget()


@pytest.fixture(autouse=True)
def vietnamese_first(settings):
    """Each test starts in the portal's own language, whatever the one before it spoke."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def own_database(database_template, django_db_setup, worker_name, django_db_blocker):
    """A database for a test that really commits, with threads or processes; dropped after it.

    The connections ``default`` (application role) and ``owner`` go there, in every thread.
    """
    with django_db_blocker.unblock():
        shared = databases.database_in_use()
        own = databases.clone(database_template, databases.clone_name(worker_name, next(_numbers)))
        databases.point_connections_at(own.name)
        try:
            yield own
        finally:
            databases.point_connections_at(shared)
            databases.drop(own.name)


@pytest.fixture
def celery_worker(own_database, tmp_path, settings):
    """A real Celery worker of two processes on ``own_database``; the value is its ``Popen``.

    Its queue is empty at first: whatever earlier tests rang for, no worker being there, would keep it busy for long.
    """
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushall()
    with processes.celery_worker(own_database, tmp_path) as process:
        yield process


@pytest.fixture
def live_portal(own_database, tmp_path):
    """The portal behind granian on ``own_database``; the value is its address."""
    with processes.portal(own_database, tmp_path) as address:
        yield address
