import pytest
from django.apps import apps
from django.utils import timezone

from portal.worktime import at


@pytest.fixture
def demo_clock(db):
    """A demo clock that shows what ``demo_clock("2026-11-17 09:00")`` says, and runs on from there."""
    clocks = apps.get_model(
        "clock", "PortalClock"
    ).objects  # this file is read before Django knows its models

    def show(text):
        clocks.all().delete()
        return clocks.create(pk=1, is_demo=True, offset=at(text) - timezone.now())

    return show
