"""The doorbell: tells a worker that the outbox holds something. May be missed; the sweeper looks anyway."""

import socket
import time
from contextlib import contextmanager

import structlog
from celery import current_app

log = structlog.get_logger(__name__)

QUIET_SECONDS = 0.2  # A drain lingers longer than this (portal.workflow.outbox.LINGER_SECONDS).
BROKEN_SECONDS = 5.0  # After a bell that nobody could hear; the sweeper works meanwhile.
KNOCK_SECONDS = 0.2  # to connect, and again to hear an answer

_silent_until = 0.0


def ring():
    """Wake a worker, at most once per :data:`QUIET_SECONDS` and process. Never fails, never waits long."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        _knock()
        current_app.send_task("portal.workflow.tasks.drain_outbox", retry=False)
    except (
        Exception
    ) as error:  # Redis down, full or restarting: the row is committed, the sweeper will find it.
        _silent_until = time.monotonic() + BROKEN_SECONDS
        log.warning("bell_not_heard", error=type(error).__name__)
    else:
        _silent_until = time.monotonic() + QUIET_SECONDS


@contextmanager
def silenced():
    """Within this span nobody is woken: for loaders that empty the outbox themselves."""
    global _silent_until
    before, _silent_until = _silent_until, float("inf")
    try:
        yield
    finally:
        _silent_until = before


def _knock():
    """Raise ``OSError`` if nobody answers there: the client library would try for seconds to find out."""
    broker = current_app.connection_for_write()
    address = broker.hostname, broker.port or 6379
    with socket.create_connection(address, timeout=KNOCK_SECONDS) as line:
        if (
            not broker.ssl
        ):  # A server that hangs accepts connections; only an answer shows that it lives.
            line.sendall(b"PING\r\n")
            if not line.recv(1):
                raise ConnectionError("the broker hung up")
