"""Wakes the senders of this process at once; what was missed they find by looking again."""

import threading

_bell = threading.Event()


def ring() -> None:
    """Say that something is due now."""
    _bell.set()


def wait(seconds: float) -> None:
    """Return when someone rings, at the latest after ``seconds``."""
    _bell.wait(seconds)
    _bell.clear()
