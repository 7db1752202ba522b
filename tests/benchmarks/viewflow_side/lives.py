"""Live as many lives as each line of stdin says; answer with lives per second."""

import sys
import time
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from viewflow.workflow.models import Process, Task
from viewflow_side.flow import Cast, DossierFlow, do, hear_from_gateway, start

TASKS_OF_A_LIFE = 9  # eight steps and the end


def main():
    call_command("migrate", verbosity=0, interactive=False)
    cast = Cast()
    for number in range(5):
        live(cast, number)
    with CaptureQueriesContext(connection) as captured:
        live(cast, 5)
    tell("statements", len(captured))
    lived = 6
    for line in sys.stdin:
        begun = time.perf_counter()
        for number in range(int(line)):
            live(cast, lived + number)
        took = time.perf_counter() - begun
        lived += int(line)
        check(lived)
        tell("rate", int(line) / took)


def live(cast, number):
    """From the form sent to the result returned."""
    process = start(
        cast.citizen,
        service="1.000001",
        applicant_name="Nguyễn Thị Mai",
        answers={"copies": 2, "declaration": True},
        code=f"T01-{number:06}",
    )
    do(
        DossierFlow.receive,
        process,
        cast.one_door,
        received_at=now(),
        due_at=now() + timedelta(days=3),
    )
    do(DossierFlow.start_processing, process, cast.one_door)
    do(DossierFlow.request_payment, process, cast.specialist, fee=75_000)
    hear_from_gateway(process, str(number))
    do(
        DossierFlow.propose,
        process,
        cast.specialist,
        outcome="granted",
        statement="Hồ sơ đủ điều kiện.",
    )
    do(DossierFlow.complete, process, cast.leader, result="documents/00/bench")
    do(DossierFlow.return_result, process, cast.one_door)


def check(lived):
    """Every life must have come to its end with all its tasks done."""
    finished = Process.objects.filter(status="DONE").count()
    done = Task.objects.filter(status="DONE").count()
    if (finished, done) != (lived, lived * TASKS_OF_A_LIFE):
        sys.exit(f"{lived} lives, {finished} finished, {done} tasks done")


def tell(what, value):
    print(what, value, flush=True)
