"""P8: from “make demo” typed a second time to “Ready”."""

import os
import shutil
import signal
import subprocess
import time
from statistics import median

from django.conf import settings

from portal.embedded.postgres import free_port
from tests.benchmarks.report import Figure

SECOND_STARTS = 3
SHORT_STORY = {"PORTAL_DEMO_DAYS": "3", "PORTAL_DEMO_PER_DAY": "2"}
STOP_SECONDS = 60


class NotReady(AssertionError):
    """The demo ended instead of becoming ready; the message is what it said."""


def measure(folder):
    """The figure P8: the median of second starts on a home that a first start has filled."""
    home = folder / "demo"
    shutil.rmtree(home, ignore_errors=True)
    environment = {
        **os.environ,
        **SHORT_STORY,
        "PORTAL_HOME": str(home),
        "PORTAL_PORT": str(free_port()),
        "PORTAL_SANDBOX_PORT": str(free_port()),
    }
    try:
        print(f"Demo: first start {start(environment):.1f} s (does not count)", flush=True)
        seconds = []
        for number in range(1, SECOND_STARTS + 1):
            seconds.append(start(environment))
            print(f"  later start {number}: {seconds[-1]:.1f} s", flush=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return Figure("P8", "“make demo” again", median(seconds), 8, 4, "s", smaller_is_better=True)


def start(environment):
    """Type “make demo”, wait for “Ready”, press Ctrl-C; returns the seconds to “Ready”."""
    begun = time.monotonic()
    demo = subprocess.Popen(
        ["make", "--no-print-directory", "demo"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C reaches make and the demo, and nobody else
    )
    said = []
    try:
        for line in demo.stdout:
            said.append(line)
            if line.startswith("Ready"):
                return time.monotonic() - begun
        raise NotReady("".join(said))
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGINT)
        for _line in demo.stdout:
            pass
        demo.wait(STOP_SECONDS)
