"""Commands of the portal as separate processes, each on the PORTAL_HOME that a test names."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60

# Whatever the developer has set must not bend what is tested.
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "SANDBOX_DATABASE_URL", "REDIS_URL")


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a command on ``home`` with embedded servers."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith("PORTAL_")
    }
    return {
        **kept,
        "PORTAL_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "portal.settings.embedded",
        **more,
    }


class ServerUser:
    """A process that uses the servers of ``home`` until the file ``until`` exists.

    ``address`` is where it found the database.
    """

    PROGRAM = (
        "import pathlib, sys, time\n"
        "from portal.embedded import servers\n"
        "from portal.embedded.home import Home\n"
        "print(servers.use(Home(sys.argv[1])).database, flush=True)\n"
        "while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.02)\n"
    )

    def __init__(self, home: Path, until: Path):
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.PROGRAM, str(home), str(until)],
            cwd=PROJECT,
            env=environment(home),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self.process.pid

    @cached_property
    def address(self) -> str:
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        with self.process.stdout:
            return self.process.wait(PATIENCE_SECONDS)


def manage(*words: str, home: Path, **more: str) -> subprocess.CompletedProcess:
    """Run a manage.py command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def processes_of(home: Path) -> list[int]:
    """Every other process that names the home in its words or environment, or logs into it."""
    sought, found = os.fsencode(home), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            said = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            said += os.fsencode(os.readlink(entry / "fd" / "1"))
            if sought in said and (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                found.append(int(entry.name))
    return found


def eventually(question: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether the answer becomes yes in time."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if question():
            return True
        time.sleep(0.02)
    return False
