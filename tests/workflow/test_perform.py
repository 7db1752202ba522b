"""The one door: what a move writes, what it refuses, and that it writes nothing when it refuses."""

import pytest
from django.db import IntegrityError, connection, transaction

from dossiers.models import Dossier, DossierHistory
from dossiers.states import State
from portal import clock
from portal.errors import NotOffered, NotPermitted, StalePage
from portal.workflow import offers, perform, perform_many
from portal.workflow.machine import declared, drawing, edges
from portal.workflow.models import Delta, OutboxEvent
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import DossierFactory, officer

pytestmark = pytest.mark.django_db


def test_move_writes_row_history_outbox_and_deltas():
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")
    before = Delta.objects.count(), OutboxEvent.objects.count()

    perform(dossier, "receive", by=receiver)

    stored = Dossier.objects.get(pk=dossier.pk)
    row = stored.history.last()
    assert (stored.state, stored.sequence) == (State.RECEIVED, 2)
    assert stored.due_at == stored.expected_at == dossier.due_at
    assert (row.transition, row.source, row.target, row.sequence) == ("receive", "submitted", "received", 2)
    assert (row.actor, row.grant.role) == (receiver, "one_door")
    assert (row.receiving_unit, row.handling_agency) == (dossier.receiving_unit, dossier.handling_agency)
    assert (row.version, row.channel, row.level) == (dossier.version, dossier.channel, dossier.level)
    assert Delta.objects.count() == before[0] + 1
    assert OutboxEvent.objects.count() > before[1]


@pytest.mark.parametrize("name", ["delete", "save", "refresh_from_db", "is_filed_by", "no_such", "__init__"])
def test_a_name_that_is_no_transition_reaches_no_method(name):
    dossier = DossierFactory(submitted=True)

    with pytest.raises(NotOffered):
        perform(dossier, name, by=officer(dossier, "one_door"))

    assert Dossier.objects.filter(pk=dossier.pk, state=State.SUBMITTED).exists()


def test_a_refused_move_changes_nothing():
    dossier = DossierFactory(submitted=True)
    rows = DossierHistory.objects.count(), OutboxEvent.objects.count(), Delta.objects.count()

    with pytest.raises(NotPermitted):
        perform(dossier, "receive", by=UserFactory())
    with pytest.raises(NotOffered):
        perform(dossier, "complete", by=officer(dossier, "leader"), result=None)
    with pytest.raises(StalePage):
        perform(dossier, "receive", by=officer(dossier, "one_door"), seen=0)

    assert Dossier.objects.get(pk=dossier.pk).state == State.SUBMITTED
    assert rows == (DossierHistory.objects.count(), OutboxEvent.objects.count(), Delta.objects.count())


def test_portal_may_only_do_what_is_the_portals():
    dossier = DossierFactory(submitted=True)

    with pytest.raises(NotPermitted):
        perform(dossier, "receive", by=None)


def test_offers_name_every_edge_with_the_reason_of_those_that_are_barred():
    dossier = DossierFactory(submitted=True)

    offered = {offer.name: offer for offer in offers(dossier, officer(dossier, "one_door"))}

    assert set(offered) == {
        name for name, meta in declared(Dossier).items() if "submitted" in meta.transitions
    }
    assert offered["receive"].permitted and not offered["receive"].reason
    assert all(offer.reason for offer in offered.values() if not offer.permitted)


def test_database_refuses_an_undeclared_edge():
    dossier = DossierFactory(received=True)

    with pytest.raises(IntegrityError, match="undeclared edge"), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(state=State.SUBMITTED)


def test_database_keeps_the_legal_due_date():
    dossier = DossierFactory(received=True)

    with pytest.raises(Exception, match="due_at never changes"), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(due_at=clock.now())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE dossiers_dossierhistory SET transition = 'x'",
        "DELETE FROM dossiers_dossierhistory",
        "TRUNCATE dossiers_dossierhistory",
        "DELETE FROM payments_posting",
        "TRUNCATE workflow_fact",
        "UPDATE workflow_seal SET digest = ''",
    ],
)
def test_application_role_cannot_rewrite_what_is_append_only(sql):
    DossierFactory(received=True)

    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_code_database_and_drawing_are_one_graph(settings):
    declared_pairs = {(e.source, e.target) for e in edges(Dossier) if e.source != e.target}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE proname LIKE 'pgtrigger_dossier_declared_edges%'"
        )
        source = cursor.fetchone()[0]
    in_database = {
        (a, b) for a in State.values for b in State.values if f"('{a}', '{b}')" in source
    }
    drawn = (settings.BASE_DIR / "docs" / "machines" / "dossier.mmd").read_text()

    assert in_database == declared_pairs
    assert drawn == drawing(Dossier)
    assert drawn in (settings.BASE_DIR / "README.md").read_text()


def test_many_at_once_gives_the_same_rows_as_one_by_one():
    one, many, refused = (DossierFactory(submitted=True) for _number in range(3))
    receiver = {d.pk: officer(d, "one_door") for d in (one, many, refused)}
    receiver[refused.pk] = UserFactory()

    perform(one, "receive", by=receiver[one.pk])
    outcomes = {
        outcome.pk: outcome
        for outcome in perform_many(
            Dossier.objects.filter(pk__in=[many.pk, refused.pk]), "receive", by=receiver
        )
    }

    assert isinstance(outcomes[refused.pk].refusal, NotPermitted)
    assert Dossier.objects.get(pk=refused.pk).state == State.SUBMITTED
    rows = [
        DossierHistory.objects.filter(dossier=d, transition="receive").values(
            "sequence", "source", "target", "channel", "level", "details"
        )[0]
        for d in (one, many)
    ]
    assert rows[0] == rows[1]
    assert Dossier.objects.get(pk=many.pk).due_at.date() == Dossier.objects.get(pk=one.pk).due_at.date()
