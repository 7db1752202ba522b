import pytest

from portal import clock
from portal.worktime import at


class FrozenClock:
    """The portal clock, standing still until told otherwise."""

    def __init__(self, instant):
        self.instant = instant

    def now(self):
        return self.instant


@pytest.fixture
def frozen_clock(monkeypatch):
    """Two objects treated the same way get the same instants; set ``instant`` to go on."""
    frozen = FrozenClock(at("2026-11-17 09:00"))  # a Tuesday
    monkeypatch.setattr(clock, "now", frozen.now)
    return frozen
