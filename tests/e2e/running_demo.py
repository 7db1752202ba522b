"""``manage.py demo`` as a person starts it, on an empty home; and its books, read beside it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from asn1crypto import pem, x509
from psycopg.rows import dict_row

from portal.embedded import postgres
from portal.embedded.home import Home
from tests.embedded.commands import PROJECT, environment, processes_of

FIRST_START_SECONDS = 600  # on a machine that does other things too
STOP_SECONDS = 40


@dataclass(frozen=True)
class Backlog:
    """How long a past the demo plays before it is ready: working days, and dossiers on each of them."""

    days: int
    per_day: int

    def environment(self) -> dict[str, str]:
        return {"PORTAL_DEMO_DAYS": str(self.days), "PORTAL_DEMO_PER_DAY": str(self.per_day)}


SHORT = Backlog(days=6, per_day=4)
WHOLE = Backlog(days=60, per_day=6)


class Demo:
    """One demo in the background; it answers when this returns.

    Raises ``AssertionError`` with what it printed where it ends or is not ready in time.
    """

    def __init__(self, folder: Path, backlog: Backlog, *, ports: tuple[int, int] | None = None):
        self.home = Home(folder / "home")
        self.log = folder / "demo.log"
        self.port, self.sandbox_port = ports or (postgres.free_port(), postgres.free_port())
        self.address = f"http://localhost:{self.port}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=PROJECT,
                env=environment(
                    self.home.path,
                    PORTAL_PORT=str(self.port),
                    PORTAL_SANDBOX_PORT=str(self.sandbox_port),
                    **backlog.environment(),
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    @property
    def said(self) -> str:
        """What it printed so far."""
        return self.log.read_text()

    def logged(self) -> str:
        """What its processes wrote into their logs so far."""
        return "".join(path.read_text() for path in sorted(self.home.logs.glob("*.log")))

    def rows(self, statement: str, *values) -> list[dict]:
        """Ask the portal's books, as the application role and without any way to change them."""
        with psycopg.connect(
            self.database_url(), row_factory=dict_row, options="-c default_transaction_read_only=on"
        ) as books:
            return books.execute(statement, values).fetchall()

    def row(self, statement: str, *values) -> dict:
        """The one row that answers ``statement``."""
        (found,) = self.rows(statement, *values)
        return found

    def database_url(self) -> str:
        """The address of the portal's database for the application role."""
        port = json.loads((self.home.run / "servers.json").read_text())["ports"]["postgres"]
        password = self.home.secrets()["postgres_app"]
        return (
            f"postgresql://{postgres.APPLICATION}:{password}@127.0.0.1:{port}/{postgres.DATABASE}"
        )

    def today(self) -> date:
        """The present day of business time."""
        found = self.row(
            "SELECT (now() + \"offset\") AT TIME ZONE 'Asia/Ho_Chi_Minh' AS now FROM clock_portalclock"
        )
        return found["now"].date()

    def trust_root(self) -> x509.Certificate:
        """The certificate of the demo's own authority."""
        _kind, _headers, content = pem.unarmor(
            (self.home.path / "certificates" / "authority.pem").read_bytes()
        )
        return x509.Certificate.load(content)

    def end(self) -> int:
        """Ask it to stop as ``kill`` does; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """Leave nothing behind, whatever happened before."""
        if self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.end()
        for process in processes_of(self.home.path):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()

    def leftovers(self) -> dict[str, list]:
        """Processes that name its home, members of its process group, and ports still listened on."""
        return {
            "processes": processes_of(self.home.path),
            "group": [pid for pid in _all_processes() if _group_of(pid) == self.process.pid],
            "ports": [
                port for port in (self.port, self.sandbox_port) if not postgres.is_free(port)
            ],
        }

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + FIRST_START_SECONDS
        while "Ready in" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < give_up, self.said
            time.sleep(0.1)


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _group_of(process: int) -> int | None:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return None
