"""``make crashpoints``: real processes, killed with SIGKILL before and after every statement, commit, publish and call.

Whatever was under way is then not begun or done; whoever asks again brings it to its end, once. Prints the number of
points and of violations.
"""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests import databases
from tests.faults.crashpoints import campaign
from tests.faults.crashpoints.portal_flows import FLOWS
from tests.payments.sandbox import running

SANDBOX_FLOWS = {"sandbox charge", "sandbox IPN sender"}
LEAST_POINTS = 220  # fewer: some steps are no longer seen
PATIENCE_SECONDS = 560


@pytest.mark.slow
def test_every_flow_of_money_survives_every_kill(
    database_template, own_database, worker_name, bank, capsys
):
    found = []
    for number, kind in enumerate(FLOWS):
        # A small database for each flow: the checker looks at all of it after every kill.
        copy = databases.clone(
            database_template, databases.clone_name(f"{worker_name}_flow", number)
        )
        databases.point_connections_at(copy.name)
        try:
            found.append(campaign.every_point(kind(bank)))
        finally:
            databases.point_connections_at(own_database.name)
            databases.drop(copy.name)
    found += flows_of_the_gateway()

    points = sum(report.points for report in found)
    wrong = [violation for report in found for violation in report.violations]
    with capsys.disabled():
        print("", *found, sep="\n  ")
        print(f"crash points: {points} in {len(found)} flows, violations: {len(wrong)}")
    assert wrong == []
    assert all(report.points == 2 * sum(report.kinds.values()) for report in found)
    assert points >= LEAST_POINTS


def flows_of_the_gateway():
    """In a process of the sandbox's own, with its settings and its database."""
    with running.database() as url:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.crashpoints.sandbox_side"],
            cwd=settings.BASE_DIR,
            env={**os.environ, **running.environment(url, port=1)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-4000:]
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert {report["flow"] for report in told} == SANDBOX_FLOWS
    return [campaign.Report(**report) for report in told]
