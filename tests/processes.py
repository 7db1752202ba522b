"""Real processes for tests: a Celery worker, a web server. They end with the test, whatever happens."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from django.conf import settings

from portal.embedded.postgres import free_port, tail
from portal.embedded.unprivileged import dying_with_parent

PATIENCE_SECONDS = 40


class ProcessFailed(AssertionError):
    """A process of a test ended or did not answer; the message holds the end of its log."""


@contextlib.contextmanager
def running(
    words: list[str], *, log: Path, environment: dict[str, str], ready: Callable[[], bool]
) -> Iterator[subprocess.Popen]:
    """Run ``words`` in a process group of its own until the block ends; entered when ``ready()``."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            cwd=settings.BASE_DIR,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
    try:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > give_up:
                raise ProcessFailed(f"{' '.join(words)} is not ready:\n{tail(log, 40)}")
            time.sleep(0.05)
        yield process
    finally:
        _stop(process)


def environment(database, *, port: int, media: Path) -> dict[str, str]:
    """The environment of a process that works on a test database, with this process's Valkey."""
    return {
        **database.environment(),
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "PORTAL_TEST_HOME": str(settings.HOME.path),
        "PORTAL_TEST_MEDIA": str(media),
        "PORTAL_PORT": str(port),
    }


@contextlib.contextmanager
def celery_worker(database, folder: Path, *, processes: int = 2, port: int | None = None):
    """A Celery worker on this database and on this process's Valkey; yields its ``Popen``."""
    log = folder / "celery-worker.log"
    words = [sys.executable, "-m", "celery", "-A", "portal.celery", "worker"]
    words += ["--concurrency", str(processes), "--loglevel", "INFO"]
    words += ["--without-gossip", "--without-mingle"]
    with running(
        words,
        log=log,
        environment=environment(database, port=port or settings.PORTAL_PORT, media=folder),
        ready=lambda: " ready." in tail(log, 200),
    ) as process:
        yield process


@contextlib.contextmanager
def portal(database, folder: Path, *, port: int | None = None, **variables: str):
    """The portal behind granian on this database; yields its address, such as http://localhost:40123.

    Further ``variables`` go into its environment.
    """
    port, log = port or free_port(), folder / "portal.log"
    address = f"http://localhost:{port}"
    words = [sys.executable, "-m", "granian", "portal.wsgi:application", "--interface", "wsgi"]
    words += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with running(
        words,
        log=log,
        environment=environment(database, port=port, media=folder) | variables,
        ready=lambda: answers(f"{address}/livez"),
    ):
        yield address


def answers(url: str) -> bool:
    """Whether a server answers there with 200."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _stop(process: subprocess.Popen) -> None:
    """End the process and everything in its group."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
