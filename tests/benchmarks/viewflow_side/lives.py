"""Live as many lives as each line of stdin says; answer with lives per second."""

import sys
import time
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from viewflow.workflow.models import Process, Task
from viewflow_side.flow import (
    COUNTED,
    TOLD,
    Cast,
    DossierFlow,
    hear_from_gateway,
    page,
    start,
)
from viewflow_side.models import (
    Attachment,
    Attempt,
    Delta,
    OutboxEvent,
    PaymentRequest,
    Proposal,
    StoredDocument,
)

TASKS_OF_A_LIFE = 9  # eight steps and the end
EVENTS_OF_A_LIFE = sum(len(subscribers) for subscribers in TOLD.values())
DELTAS_OF_A_LIFE = len(COUNTED)


def main():
    call_command("migrate", verbosity=0, interactive=False)
    cast = Cast()
    draft(0, 6)
    for number in range(5):
        live(cast, number)
    with CaptureQueriesContext(connection) as captured:
        live(cast, 5)
    tell("statements", len(captured))
    lived = 6
    for line in sys.stdin:
        draft(lived, int(line))
        begun = time.perf_counter()
        for number in range(int(line)):
            live(cast, lived + number)
        took = time.perf_counter() - begun
        lived += int(line)
        check(lived)
        tell("rate", int(line) / took)


def draft(first, number):
    """What is there before a life begins: the paper of a draft."""
    Attachment.objects.bulk_create(
        Attachment(draft=first + place, component="paper") for place in range(number)
    )


def live(cast, number):
    """From the form sent to the result returned."""
    dossier = start(
        cast.citizen,
        number,
        service="1.000001",
        applicant_name="Nguyễn Thị Mai",
        answers={"copies": 2, "declaration": True},
    )
    with page(DossierFlow.receive, dossier, cast.one_door) as received:
        received.received_at = now()
        received.due_at = now() + timedelta(days=3)
        received.save()
    with page(DossierFlow.start_processing, dossier, cast.one_door):
        pass
    with page(DossierFlow.request_payment, dossier, cast.specialist):
        request = PaymentRequest.objects.create(dossier=dossier, amount=75_000, asked_at=now())
    attempt = Attempt.objects.create(
        request=request, txn_ref=f"{dossier.code}.1", amount=request.amount, started_at=now()
    )
    hear_from_gateway(dossier, attempt, str(number))
    with page(DossierFlow.propose, dossier, cast.specialist):
        Proposal.objects.create(
            dossier=dossier,
            outcome="granted",
            statement="Hồ sơ đủ điều kiện.",
            proposed_by=cast.specialist,
            proposed_at=now(),
        )
    with page(DossierFlow.complete, dossier, cast.leader) as completed:
        result = StoredDocument.objects.create(
            file="documents/00/bench",
            sha256="0" * 64,
            signed_by="Trần Đình Khôi",
            created_at=now(),
        )
        completed.outcome = completed.proposal_set.get().outcome
        completed.result = result.pk
        completed.save()
    with page(DossierFlow.return_result, dossier, cast.one_door):
        pass


def check(lived):
    """Every life must have come to its end with all its tasks done."""
    finished = Process.objects.filter(status="DONE").count()
    done = Task.objects.filter(status="DONE").count()
    told, counted = OutboxEvent.objects.count(), Delta.objects.count()
    if (finished, done, told, counted) != tuple(
        lived * each for each in (1, TASKS_OF_A_LIFE, EVENTS_OF_A_LIFE, DELTAS_OF_A_LIFE)
    ):
        sys.exit(
            f"{lived} lives, {finished} finished, {done} tasks, {told} events, {counted} deltas"
        )


def tell(what, value):
    print(what, value, flush=True)
