"""The figures are read, hardly ever written: the story is told once, in a database of its own."""

import copy

import pytest
from django.test import override_settings

from tests import databases
from tests.metrics import stories


@pytest.fixture(scope="session")
def august_database(
    database_template, django_db_setup, worker_name, django_db_blocker, tmp_path_factory
):
    """``(name of a database, its country)`` after the August 2022 of :mod:`tests.metrics.stories`."""
    shared = databases.clone_name(worker_name)
    with django_db_blocker.unblock():
        own = databases.clone(database_template, databases.clone_name(worker_name, "august"))
        try:
            databases.point_connections_at(own.name)
            with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("august")):
                country = stories.august(stories.country())
            databases.point_connections_at(shared)
            yield own.name, country
        finally:
            databases.point_connections_at(shared)
            databases.drop(own.name)


@pytest.fixture
def in_august(august_database, worker_name, django_db_blocker):
    """The connections go to the database of the story during one test."""
    with django_db_blocker.unblock():
        databases.point_connections_at(august_database[0])
        yield
        databases.point_connections_at(databases.clone_name(worker_name))


@pytest.fixture
def land(august_database, in_august, db):
    """The country after its August; today is 15/09/2022. What a test adds is rolled back."""
    return copy.deepcopy(august_database[1])


@pytest.fixture(autouse=True)
def no_demo_bar(settings):
    """The clock row of the story says “demo”; the bar and its people belong to other tests."""
    settings.PORTAL_DEMO = False
