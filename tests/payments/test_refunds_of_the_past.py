"""The migration that gave refunds two people and ways of their own, on a database that already holds refunds."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from payments import actions
from payments.models import Refund
from tests import databases
from tests.dossiers.factories import DossierFactory

BEFORE = "0002_reconciliation"
STATES = ("requested", "sent", "done", "refused")


@pytest.fixture
def before(database_template, django_db_setup, worker_name, django_db_blocker):
    """A database of its own as it was before the migration; everything else is as it is now."""
    shared = databases.clone_name(worker_name)
    with django_db_blocker.unblock():
        own = databases.empty(databases.clone_name(worker_name, 9_001))
        databases.point_connections_at(own.name)
        try:
            executor = MigrationExecutor(connections["owner"])
            others = [node for node in executor.loader.graph.leaf_nodes() if node[0] != "payments"]
            state = executor.migrate([*others, ("payments", BEFORE)])
            let_application_write()
            yield state.apps
        finally:
            databases.point_connections_at(shared)
            databases.drop(own.name)


def let_application_write():
    """What the application role may do is settled for the tables as they are now; here are those of then."""
    role = connections["default"].settings_dict["USER"]
    with connections["owner"].cursor() as cursor:
        for rights in (
            "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES",
            "USAGE ON ALL SEQUENCES",
        ):
            cursor.execute(f'GRANT {rights} IN SCHEMA public TO "{role}"')


def refund_of_then(models, state):
    """A captured attempt and its refund, as the tables were then; the number of its request beside it."""
    dossier = DossierFactory(payment_requested=True)
    now = timezone.now()
    attempt = models.get_model("payments", "Attempt").objects.create(
        request_id=dossier.payment_requests.get().pk,
        dossier_id=dossier.pk,
        handling_agency_id=dossier.handling_agency_id,
        tmn_code="MOTCUA01",
        txn_ref=f"{dossier.code}.{state}",
        amount=75_000,
        state="captured",
        gateway_number=str(14_000_000 + STATES.index(state)),
        started_at=now - timedelta(days=3),
        expires_at=now - timedelta(days=2),
    )
    refund = models.get_model("payments", "Refund").objects.create(
        attempt_id=attempt.pk, amount=75_000, reason="not_received", state=state, requested_at=now
    )
    return attempt, refund.request_id


@pytest.mark.slow
def test_refunds_of_before_are_taken_over_whole_and_go_on(before):
    kept = {state: refund_of_then(before, state) for state in STATES}
    connections.close_all()

    call_command("migrate", database="owner", verbosity=0, interactive=False)

    for state, (attempt, told) in kept.items():
        refund = Refund.objects.get(attempt_id=attempt.pk)
        assert (refund.state, refund.amount, refund.way) == (state, 75_000, "gateway")
        assert refund.dossier_id == attempt.dossier_id
        assert refund.handling_agency_id == attempt.handling_agency_id
        assert refund.public_id == attempt.public_id  # the ledger names a refund by it
        assert refund.request_id == told  # the gateway knows it by this number
        assert (refund.approved_at is None) == (state == "requested")
    assert Refund.objects.count() == len(STATES)
    left = actions.left_to_give_back(Refund.objects.get(state="done").attempt)
    assert left == 0
    assert apps.get_model("payments", "Receipt").objects.count() == 0
