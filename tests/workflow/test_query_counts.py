"""What each transition costs in round trips. A number that grows here is a decision, not an accident.

Two are the price of the door: the lock, which reads the row afresh, and the one statement that writes row, history,
outbox, deltas and companions. The rest is what the move itself has to know. Not counted: the portal clock and the roles
of the person, each read once per request, and the calendar, kept for some seconds.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dossiers.models import Dossier
from payments.models import Attempt, Refund
from portal.agencies.working_calendar import calendar
from portal.catalogue.models import ServiceVersion
from portal.workflow import perform, perform_many
from portal.workflow.machine import edges
from tests.workflow import arrangements

pytestmark = pytest.mark.django_db

# transition → statements; by source where it depends on that.
STATEMENTS = {
    Dossier: {
        "submit": 6,  # version, papers, unit, counter
        "receive": 3,  # version
        "refuse_receipt": 2,
        "request_supplement": 4,  # version, an earlier one?
        "supply": 4,  # the request, its papers
        "start_processing": 4,  # roles of whom it goes to, version
        "request_payment": 4,  # paid before?, version
        "record_payment": 2,
        "request_withdrawal": 2,
        "refuse_withdrawal": 3,  # the request
        "accept_withdrawal": 3,  # the request
        "stop": {
            "received": 2,
            "in_process": 2,
            "supplement_requested": 3,  # the request
            "payment_requested": 3,  # the request
        },
        "expire": 3,  # the request
        "propose": 2,
        "complete": 3,  # the proposal
        "return_result": 3,  # version
        "transfer": 2,
        "reschedule": 2,
        "hand_over": 5,  # the step, version; the next step, begun
        "send_back": 5,  # the step, version; the step before, begun
    },
    # The dossier is read for the history row; captures have it in hand already.
    Attempt: {
        **dict.fromkeys(["capture", "capture_surplus", "fail", "expire", "suspect"], 3),
        **dict.fromkeys(["set_aside", "propose_decision"], 3),
        **dict.fromkeys(["accept_as_paid", "accept_as_surplus", "decide_unpaid"], 3),
    },
    Refund: {
        **dict.fromkeys(["send", "settle", "refuse", "give_up", "request_again", "pay_out"], 2),
        **dict.fromkeys(["approve", "reject"], 3),  # whose dossier it is: nobody approves their own
    },
    ServiceVersion: dict.fromkeys(["propose", "publish", "send_back", "discard"], 2),
}
NO_STEP_YET = {("hand_over", "received"), ("send_back", "received")}
EDGES = [
    pytest.param(
        model, edge, id=f"{model._meta.model_name}-{edge.transition}-{edge.source}-{edge.target}"
    )
    for model in STATEMENTS
    for edge in edges(model)
    if (edge.transition, edge.source) not in NO_STEP_YET
]


@pytest.mark.parametrize(("model", "edge"), EDGES)
def test_a_transition_takes_this_many_statements(model, edge, frozen_clock):
    expected = STATEMENTS[model][edge.transition]
    if isinstance(expected, dict):
        expected = expected[edge.source]
    land = arrangements.land()
    instance = arrangements.before(model, edge, land)
    if edge.transition == "expire" and model is Dossier:
        frozen_clock.instant = arrangements.past_answer_by(instance)
    details, by = arrangements.details(instance, edge, land), arrangements.actor(instance, edge)
    as_a_view_reads_it = model.objects.get(pk=instance.pk)
    read_once_per_request(by)

    with CaptureQueriesContext(connection) as statements:
        perform(as_a_view_reads_it, edge.transition, by=by, **details)

    assert len(statements) == expected, sql_of(statements)


@pytest.mark.parametrize("number", [2, 12])
def test_many_at_once_take_as_many_statements_as_two(number, frozen_clock):
    land = arrangements.land()
    dossiers = [arrangements.dossier_in("in_process", land) for _number in range(number)]
    specialist = arrangements.officer(dossiers[0], "specialist")
    read_once_per_request(specialist)
    together = Dossier.objects.filter(pk__in=[dossier.pk for dossier in dossiers])

    with CaptureQueriesContext(connection) as statements:
        outcomes = perform_many(
            together, "propose", by=specialist, outcome="granted", statement="Đủ điều kiện."
        )

    assert all(outcome.move for outcome in outcomes)
    without_savepoints = [sql for sql in sql_of(statements) if "SAVEPOINT" not in sql]
    # Lock, write, and between them once for all: versions, units, their agencies, agencies.
    assert len(without_savepoints) == 6, without_savepoints


def read_once_per_request(by):
    calendar()
    if by is not None:
        by.role_grants()


def sql_of(statements):
    return [query["sql"] for query in statements.captured_queries]
