"""The demo that ``make demo`` starts, once for all tests of this folder, and people with browsers."""

import pytest
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.e2e.people import everybody_left
from tests.e2e.running_demo import SHORT, Demo

LEFT_NOTHING = {"processes": [], "group": [], "ports": []}


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A running demo with a short past, started on an empty home; it stops without leaving anything."""
    started = Demo(tmp_path_factory.mktemp("demo"), SHORT)
    try:
        yield started
        assert started.end() == 0, started.said
        assert started.leftovers() == LEFT_NOTHING
        assert "Traceback" not in started.logged()
    finally:
        started.kill()


@pytest.fixture(scope="module")
def browser():
    """Chromium; each person opens a context of their own in it.

    No longer than a module: while Playwright runs, Django takes this thread for an asynchronous one.
    """
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.ARGUMENTS
        )


@pytest.fixture
def newcomer(demo, browser):
    """``newcomer(Citizen, **appearance)``: one more person of the test. Nobody may meet a broken page."""
    people = []

    def arrives(kind, **appearance):
        people.append(kind(demo, browser, appearance=appearance))
        return people[-1]

    yield arrives
    assert everybody_left(people) == []
