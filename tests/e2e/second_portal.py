"""A second web server on the demo's books, from which neither Redis nor the bank can be reached."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.postgres import free_port
from tests import processes
from tests.e2e.running_demo import Demo
from tests.embedded.commands import environment


@dataclass(frozen=True)
class Lonely:
    """Where it listens. Whatever else a person needs to know of the demo is the demo's."""

    demo: Demo
    address: str

    def __getattr__(self, name):
        return getattr(self.demo, name)


@contextlib.contextmanager
def second_portal(demo: Demo, folder: Path) -> Iterator[Lonely]:
    """The portal on the database of ``demo`` until the block ends."""
    port = free_port()
    address = f"http://localhost:{port}"
    words = [sys.executable, "-m", "granian", "portal.wsgi:application", "--interface", "wsgi"]
    words += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with processes.running(
        words,
        log=folder / "second-portal.log",
        environment=environment(
            demo.home.path,
            DATABASE_URL=demo.database_url(),
            REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
            PORTAL_PORT=str(port),
            PORTAL_SANDBOX_PORT=str(free_port()),
        ),
        ready=lambda: processes.answers(f"{address}/livez"),
    ):
        yield Lonely(demo, address)
