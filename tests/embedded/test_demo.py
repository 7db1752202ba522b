"""``manage.py demo`` from outside: what it refuses, how it stops, what it leaves behind."""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from portal.embedded.postgres import free_port
from tests.embedded.commands import PROJECT, environment, eventually, manage, processes_of

FIRST_START_SECONDS = 1200
SECOND_START_SECONDS = 8  # P8


@pytest.fixture
def ports():
    return {"PORTAL_PORT": str(free_port()), "PORTAL_SANDBOX_PORT": str(free_port())}


class RunningDemo:
    """A demo in the background; ``said`` is what it printed up to “Ready”."""

    def __init__(self, home: Path, ports: dict[str, str], patience: float):
        begun = time.monotonic()
        self.home, self.log = home, home.with_suffix(".log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=PROJECT,
                env=environment(home, **ports),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        done = eventually(
            lambda: "Ready in" in self.said or self.process.poll() is not None, patience
        )
        self.seconds = time.monotonic() - begun
        assert done, self.said
        assert self.process.poll() is None, self.said

    @property
    def said(self) -> str:
        return self.log.read_text()

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A home with the story in it, and the ports it was started with; the demo is stopped."""
    home = tmp_path_factory.mktemp("demo") / "home"
    ports = {"PORTAL_PORT": str(free_port()), "PORTAL_SANDBOX_PORT": str(free_port())}
    demo = RunningDemo(home, ports, FIRST_START_SECONDS)
    assert demo.end(signal.SIGINT) == 0, demo.said
    return home, ports, demo.said


def test_a_port_in_use(tmp_path, ports):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", int(ports["PORTAL_PORT"])))
        somebody.listen()
        done = manage("demo", home=tmp_path / "home", **ports)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"Port {ports['PORTAL_PORT']} is in use by another program; stop that, "
        "or choose another port with PORTAL_PORT=…"
    ]
    assert processes_of(tmp_path / "home") == []


def test_what_is_no_port(tmp_path):
    done = manage("demo", home=tmp_path / "home", PORTAL_PORT="eighty")

    assert (done.returncode, done.stderr) == (
        1,
        "PORTAL_PORT must be a port between 1 and 65535, not “eighty”.\n",
    )


@pytest.mark.slow
def test_one_port_for_two(tmp_path, ports):
    same = {**ports, "PORTAL_SANDBOX_PORT": ports["PORTAL_PORT"]}
    done = manage("demo", home=tmp_path / "home", **same)

    assert done.returncode == 1
    assert done.stderr == "PORTAL_PORT and PORTAL_SANDBOX_PORT must be two different ports.\n"


def test_a_file_in_place_of_the_home(tmp_path):
    (tmp_path / "home").touch()
    done = manage("demo", home=tmp_path / "home")

    assert done.returncode == 1
    assert "is a file, not a folder" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", ["demo", "reset"])
def test_one_demo_a_home(tmp_path, ports, command):
    home = tmp_path / "home"
    (home / "run").mkdir(parents=True)
    with (home / "run" / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = manage(command, home=home, **ports)

    assert done.returncode == 1
    assert done.stderr.startswith(f"The demo is already running on {home}; stop it first")
    assert len(done.stderr.splitlines()) == 1


def test_a_damaged_secrets_file(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "secrets.json").write_text("{")
    done = manage("check", home=home)

    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_first_start_says_where_and_for_whom(loaded):
    home, ports, said = loaded
    assert f"http://localhost:{ports['PORTAL_PORT']}/" in said
    assert f"http://localhost:{ports['PORTAL_SANDBOX_PORT']}/" in said
    assert "User name" in said
    assert re.search(r"^  5\. ", said, re.MULTILINE)
    assert processes_of(home) == []


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_second_start_is_quick_and_its_end_leaves_nothing(loaded, how):
    home, ports, _ = loaded
    demo = RunningDemo(home, ports, 60)

    assert demo.end(how) == 0
    assert processes_of(home) == []
    assert demo.seconds <= SECOND_START_SECONDS


@pytest.mark.slow
def test_two_demos_side_by_side(loaded, ports, tmp_path):
    home, first_ports, _ = loaded
    shutil.copytree(home, tmp_path / "second")
    first = RunningDemo(home, first_ports, 60)
    second = RunningDemo(tmp_path / "second", ports, 60)

    assert first.end(signal.SIGTERM) == 0

    address = f"http://localhost:{ports['PORTAL_PORT']}"
    assert httpx.get(f"{address}/readyz", timeout=20).json()["status"] == "ready"
    cookies = httpx.get(f"{address}/accounts/login/", timeout=20).cookies
    assert [name for name in cookies if not name.endswith(ports["PORTAL_PORT"])] == []
    assert second.end(signal.SIGTERM) == 0
    assert processes_of(tmp_path / "second") == []


@pytest.mark.slow
def test_a_killed_demo_leaves_nothing(loaded):
    home, ports, _ = loaded
    demo = RunningDemo(home, ports, 60)

    demo.end(signal.SIGKILL)

    assert eventually(lambda: processes_of(home) == [])


@pytest.mark.slow
@pytest.mark.parametrize("log", ["portal.log", "worker.log", "beat.log", "sandbox.log"])
def test_a_process_that_dies_ends_the_demo_with_its_last_words(loaded, log):
    home, ports, _ = loaded
    demo = RunningDemo(home, ports, 60)
    leader = next(
        pid
        for pid in processes_of(home)
        if os.readlink(f"/proc/{pid}/fd/1") == str(home / "logs" / log) and os.getsid(pid) == pid
    )

    os.kill(leader, signal.SIGKILL)

    assert demo.process.wait(60) == 1
    assert "The demo has ended because" in demo.said
    assert str(home / "logs" / log) in demo.said
    assert "Traceback" not in demo.said
    assert processes_of(home) == []


@pytest.mark.slow
def test_reset_brings_the_story_back(loaded):
    home, _, _ = loaded
    count = "from dossiers.models import Dossier; print('dossiers:', Dossier.objects.count())"
    spoil = "from portal.notifications.models import Message; Message.objects.all().delete()"
    left = (
        "from portal.notifications.models import Message; print('left:', Message.objects.count())"
    )
    # A demo that ran before this test may have written letters of its own: begin with a fresh story.
    assert manage("reset", home=home).returncode == 0
    before = [manage("shell", "-c", one, home=home).stdout for one in (count, left)]
    manage("shell", "-c", spoil, home=home)
    assert "left: 0" in manage("shell", "-c", left, home=home).stdout

    begun = time.monotonic()
    done = manage("reset", home=home)

    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - begun < 15
    assert [manage("shell", "-c", one, home=home).stdout for one in (count, left)] == before


BOOKS = """
import psycopg
from django.conf import settings
from payments.models import Attempt
from payments.states import HOLDS_MONEY
ours = set(Attempt.objects.filter(state__in=HOLDS_MONEY).values_list('txn_ref', 'amount'))
with psycopg.connect(settings.SERVERS.sandbox) as bank:
    theirs = set(bank.execute("SELECT txn_ref, amount_vnd FROM sandbox_transaction "
                              "WHERE state IN ('paid', 'suspected', 'refunded')").fetchall())
print('both:', len(ours & theirs), 'only here:', len(ours - theirs), 'only there:', len(theirs - ours))
"""
BANK_BURNS_DOWN = """
import psycopg
from django.conf import settings
with psycopg.connect(settings.SERVERS.sandbox) as bank:
    bank.execute('TRUNCATE sandbox_transaction CASCADE')
"""


@pytest.mark.slow
def test_after_a_reset_the_portal_and_the_bank_agree_again(loaded):
    home, _, _ = loaded
    before = manage("shell", "-c", BOOKS, home=home).stdout
    assert re.search(r"both: [1-9]\d* only here: 0 only there: 0", before), before
    assert manage("shell", "-c", BANK_BURNS_DOWN, home=home).returncode == 0
    assert manage("shell", "-c", BOOKS, home=home).stdout != before

    assert manage("reset", home=home).returncode == 0

    assert manage("shell", "-c", BOOKS, home=home).stdout == before


@pytest.mark.slow
def test_a_first_start_cut_short_begins_anew(tmp_path, ports):
    home = tmp_path / "home"
    log = tmp_path / "first.log"
    with log.open("wb") as output:
        first = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=PROJECT,
            env=environment(home, **ports),
            stdout=output,
            stderr=output,
        )
    assert eventually(lambda: "Demo people" in log.read_text(), FIRST_START_SECONDS)
    first.kill()
    first.wait()
    assert eventually(lambda: processes_of(home) == [])

    demo = RunningDemo(home, ports, FIRST_START_SECONDS)

    assert "cut short" in demo.said
    assert demo.end(signal.SIGTERM) == 0
    assert processes_of(home) == []
