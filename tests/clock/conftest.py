import pytest
from django.apps import apps
from django.utils import timezone

from portal.worktime import at
from tests.clock import rewinding


@pytest.fixture
def demo_clock(db):
    """A demo clock that shows what ``demo_clock("2026-11-17 09:00")`` says, and runs on from there."""
    clocks = apps.get_model(
        "clock", "PortalClock"
    ).objects  # this file is read before Django knows its models

    def show(text):
        return rewinding.show(clocks, at(text) - timezone.now())

    return show
