"""PostgreSQL killed with work under way: what was told to be done is there, and the figures are exact."""

import os
import signal
import subprocess
import sys

import psycopg
import pytest

from portal.embedded import postgres
from portal.embedded.home import Home
from portal.embedded.servers import Hold
from tests.embedded.commands import PROJECT, environment, eventually, manage

KILLS = 3
DOSSIERS = 12  # at least so many between two kills
DONE = """
SELECT count(*) FROM dossiers_dossierhistory WHERE (dossier_id::text || ' ' || transition) = ANY(%s)
"""
FOLDED = "SELECT count(*) FROM metrics_cell"


@pytest.mark.slow
def test_figures_are_exact_after_postgresql_was_killed(tmp_path):
    home, told = Home(tmp_path / "home"), tmp_path / "told"
    assert manage("migrate", "--database", "owner", home=home.path).returncode == 0
    told.touch()
    for _kill in range(KILLS):
        _kill_in_full_work(home, told)

        recounted = manage("recount", home=home.path)  # starts the server, which recovers

        assert recounted.returncode == 0, recounted.stdout[-2000:] + recounted.stderr[-2000:]
        assert "0 differences" in recounted.stdout
        assert int(recounted.stdout.split()[0]) > 0  # cells compared
        lines = told.read_text().splitlines()
        assert _ask(home, DONE, [lines]) == (len(lines),)
    assert _ask(home, FOLDED)[0] > 0


def _kill_in_full_work(home, told):
    """Let a process write and fold for a while, then kill the server under it."""
    so_far, log = len(told.read_text().splitlines()), told.with_suffix(".log")
    with log.open("w") as output:
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.metrics.writer", str(told)],
            cwd=PROJECT,
            env=environment(home.path),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        assert eventually(lambda: len(told.read_text().splitlines()) >= so_far + DOSSIERS)
        os.kill(_server(home), signal.SIGKILL)
        assert writer.wait(60) == 1
    finally:
        writer.kill()
    assert "The database is gone" in log.read_text()


def _server(home):
    return int((home.postgres / "postmaster.pid").read_text().split("\n", 1)[0])


def _ask(home, sql, values=()):
    hold = Hold(home)
    try:
        with psycopg.connect(hold.database_url(postgres.OWNER, postgres.DATABASE)) as database:
            return database.execute(sql, values).fetchone()
    finally:
        hold.release()
