"""Live as many lives as each line of stdin says; answer with lives per second."""

import json
import os
import sys
import time
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
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
    step,
)
from viewflow_side.models import (
    Attempt,
    Delta,
    Dossier,
    OutboxEvent,
    PaymentRequest,
    Posting,
    Proposal,
    StoredDocument,
)

TASKS_OF_A_LIFE = 9  # eight steps and the end
ROWS_OF_A_LIFE = {
    OutboxEvent: sum(len(subscribers) for subscribers in TOLD.values()),
    Delta: len(COUNTED),
    PaymentRequest: 1,
    Attempt: 1,
    Posting: 2,
    Proposal: 1,
}
FEE_VND = 75_000


def main():
    call_command("migrate", "viewflow", verbosity=0, interactive=False)
    told = json.loads(os.environ["VIEWFLOW_CAST"])
    first = told.pop("draft")
    cast = DossierFlow.people = Cast(told)
    kind = ContentType.objects.get_for_model(Dossier)
    drafts = copies(first, 6)
    for draft in drafts[:-1]:
        live(cast, draft, kind)
    with CaptureQueriesContext(connection) as captured:
        live(cast, drafts[-1], kind)
    tell("statements", len(captured))
    lived = len(drafts)
    for line in sys.stdin:
        drafts = copies(first, int(line))
        begun = time.perf_counter()
        for draft in drafts:
            live(cast, draft, kind)
        took = time.perf_counter() - begun
        lived += len(drafts)
        check(lived)
        tell("rate", len(drafts) / took)


def copies(first, number):
    """The keys of drafts as the portal makes them: copies of its first one, each with a paper of its own."""
    with connection.cursor() as cursor:
        return [_copy(cursor, first) for _number in range(number)]


def _copy(cursor, first):
    dossier = _copied(cursor, "dossiers_dossier", "id = %s", first, public_id="gen_random_uuid()")
    cursor.execute("SELECT document_id FROM dossiers_attachment WHERE dossier_id = %s", [first])
    [(paper,)] = cursor.fetchall()
    document = _copied(
        cursor, "documents_storeddocument", "id = %s", paper, public_id="gen_random_uuid()"
    )
    _copied(
        cursor,
        "dossiers_attachment",
        "dossier_id = %s",
        first,
        dossier_id=str(dossier),
        document_id=str(document),
    )
    return dossier


def _copied(cursor, table, condition, value, **others):
    """The key of a copy of one row, with ``others`` in place of what it says."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = '' AND attname <> 'id'",
        [table],
    )
    columns = [f'"{name}"' for (name,) in cursor.fetchall()]
    values = [others.get(column.strip('"'), column) for column in columns]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} "
        f"WHERE {condition} RETURNING id",
        [value],
    )
    return cursor.fetchone()[0]


def live(cast, draft, kind):
    """From the form sent to the result returned."""
    process, dossier = start(cast.citizen, draft, kind)
    with page(DossierFlow.receive, process, cast.one_door) as received:
        due = now() + timedelta(days=3)
        step(received, "receive", state="received", received_at=now(), due_at=due, expected_at=due)
    with page(DossierFlow.start_processing, process, cast.one_door) as begun:
        step(
            begun,
            "start_processing",
            state="in_process",
            assigned_to=cast.specialist,
            processing_started_at=now(),
        )
    with page(DossierFlow.request_payment, process, cast.specialist) as asked:
        request = PaymentRequest.objects.create(
            dossier=asked,
            returns_to=asked.state,
            amount=FEE_VND,
            lines=[{"label_vi": "Lệ phí", "label_en": "Fee", "quantity": 1, "amount_vnd": FEE_VND}],
            asked_at=now(),
            answer_by=now() + timedelta(days=10),
        )
        step(asked, "request_payment", state="payment_requested", stopped_since=now())
    attempt = Attempt.objects.create(
        request=request,
        dossier=dossier,
        handling_agency_id=dossier.handling_agency_id,
        txn_ref=f"{dossier.code}.1",
        amount=request.amount,
        started_at=now(),
        expires_at=now() + timedelta(minutes=15),
    )
    hear_from_gateway(process, attempt, str(attempt.pk))
    with page(DossierFlow.propose, process, cast.specialist) as judged:
        Proposal.objects.create(
            dossier=judged,
            outcome="granted",
            statement="Hồ sơ đủ điều kiện.",
            proposed_by=cast.specialist,
            proposed_at=now(),
        )
        step(judged, "propose")
    with page(DossierFlow.complete, process, cast.leader) as completed:
        result = StoredDocument.objects.create(
            role="result",
            kind="pdf",
            file="documents/00/bench",
            name="giay-to.pdf",
            size=1,
            sha256="0" * 64,
            signed_by="Trần Đình Khôi",
            created_at=now(),
        )
        outcome = Proposal.objects.get(dossier=completed).outcome
        step(completed, "complete", state="completed", outcome=outcome, result=result)
    with page(DossierFlow.return_result, process, cast.one_door) as ended:
        step(ended, "return_result", state="returned")


def check(lived):
    """Every life must have come to its end, with all its tasks done and all its rows written."""
    found = {
        "finished": Process.objects.filter(status="DONE").count(),
        "returned": Dossier.objects.filter(state="returned").count(),
        "tasks": Task.objects.filter(status="DONE").count(),
        **{model.__name__: model.objects.count() for model in ROWS_OF_A_LIFE},
    }
    wanted = {
        "finished": lived,
        "returned": lived,
        "tasks": lived * TASKS_OF_A_LIFE,
        **{model.__name__: lived * each for model, each in ROWS_OF_A_LIFE.items()},
    }
    if found != wanted:
        sys.exit(f"{lived} lives wrote {found} instead of {wanted}")


def tell(what, value):
    print(what, value, flush=True)
