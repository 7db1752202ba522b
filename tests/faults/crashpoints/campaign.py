"""Every crash point of a flow, one after the other, each with a case of its own; the checker looks at all cases."""

import json
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field

from django.db import connections

from tests.faults.crashpoints.steps import AFTER, BEFORE, Steps

PATIENCE_SECONDS = 30
TRIES = 6  # of whoever asks again: the browser, the gateway, the next round of a task


@dataclass
class Report:
    """What came of a flow: its points, the steps by kind, and every violation found."""

    flow: str
    points: int = 0
    kinds: dict = field(default_factory=dict)
    violations: list = field(default_factory=list)

    def __str__(self):
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.kinds.items()))
        return f"{self.flow}: {self.points} points ({kinds}), {len(self.violations)} violations"


def every_point(flow):
    """Kill ``flow`` at each of its points; returns a :class:`Report`.

    ``flow.prepare()`` begins a new case; ``run()`` is what is killed; ``again()`` what asks once more; ``done()``
    whether all is as it should be; ``violations()`` what must never be, at any time, of any case.
    """
    report = Report(flow.name)
    flow.prepare()
    number, report.kinds = _counted(flow)
    _check(flow, report, "whole", 0, "")
    if not flow.done():
        report.violations.append("the flow does not get done without a crash")
    if not number:
        report.violations.append("no steps were seen")
    for place in range(1, number + 1):
        for side in (BEFORE, AFTER):
            flow.prepare()
            _one_point(flow, report, place, side)
    return report


def _one_point(flow, report, place, side):
    status, _told = _in_a_child(flow, Steps(place, side))
    report.points += 1
    if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        report.violations.append(f"{place} {side}: was not killed, status {status}")
    _check(flow, report, "after the kill", place, side)
    for _attempt in range(TRIES):
        flow.again()
        if flow.done():
            break
    else:
        report.violations.append(f"{place} {side}: never done")
    flow.again()  # once more than needed changes nothing
    if not flow.done():
        report.violations.append(f"{place} {side}: undone by asking once more")
    _check(flow, report, "after asking once more", place, side)


def _check(flow, report, when, place, side):
    if found := flow.violations():
        report.violations.append(f"{place} {side} {when}: {found}")


def _counted(flow):
    status, told = _in_a_child(flow, Steps())
    if status != 0:
        raise AssertionError(f"{flow.name} fails without a crash: {told}")
    return told["number"], told["kinds"]


def _in_a_child(flow, steps):
    """Run the flow in a forked process; returns its wait status and what it told before its end."""
    connections.close_all()
    flow.before_fork()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        code = 70
        try:
            steps.install()
            flow.run()
            os.write(writing, json.dumps({"number": steps.number, "kinds": steps.kinds}).encode())
            code = 0
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            os.write(writing, json.dumps({"error": traceback.format_exc()[-3000:]}).encode())
        finally:
            os._exit(code)
    os.close(writing)
    status = _waited(pid)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    return status, json.loads(told) if told else {}


def _waited(pid):
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("a killed process neither ends nor goes on")
