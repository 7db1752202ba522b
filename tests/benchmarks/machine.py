"""The machine under a figure: without it, a figure means nothing."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path

from django.db import connection

from portal.embedded.binaries import postgres_programs


def line():
    """Processor, cores, memory, load, and the versions that matter."""
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, load {load:.1f}; "
        f"Python {platform.python_version()}, PostgreSQL {_server()}"
    )


def fsync(folder: Path):
    """What one small durable write costs on the disk of ``folder``: every commit pays it."""
    probe = folder / "fsync-probe"
    done = subprocess.run(
        [postgres_programs() / "pg_test_fsync", "--secs-per-test=1", "--filename", probe],
        capture_output=True,
        text=True,
        check=False,
    )
    probe.unlink(missing_ok=True)
    one_write = done.stdout.partition("two 8kB writes")[0]
    costs = re.findall(r"^\s+(fdatasync|fsync)\s.*?([0-9]+) usecs/op", one_write, re.MULTILINE)
    if not costs:
        raise RuntimeError(f"pg_test_fsync said nothing:\n{done.stdout}{done.stderr}")
    return "One durable 8 kB write: " + ", ".join(f"{name} {cost} µs" for name, cost in costs)


def loop():
    """Milliseconds of always the same work: says how fast the machine runs just now."""
    begun = time.perf_counter()
    sum(number * number for number in range(200_000))
    return (time.perf_counter() - begun) * 1000


def _processor():
    told = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return told[1] if told else platform.machine()


def _memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _server():
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0]
