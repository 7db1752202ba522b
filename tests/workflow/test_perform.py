"""The one door: what a move writes, what it refuses, and that it writes nothing when it refuses."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction

from dossiers.models import Dossier, DossierHistory
from dossiers.states import State
from payments.models import Attempt, Refund
from portal import clock
from portal.errors import NotOffered, NotPermitted, StalePage
from portal.workflow import carry_out, lock, offers, perform, perform_many
from portal.workflow.machine import declared, edges
from portal.workflow.models import Delta, OutboxEvent
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import DossierFactory, officer
from tests.workflow import arrangements

pytestmark = pytest.mark.django_db


def written():
    return DossierHistory.objects.count(), OutboxEvent.objects.count(), Delta.objects.count()


def test_a_move_writes_row_history_outbox_and_deltas():
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")
    before = written()

    move = perform(dossier, "receive", by=receiver)

    stored = Dossier.objects.get(pk=dossier.pk)
    row = stored.history.last()
    assert (stored.state, stored.sequence) == (State.RECEIVED, 2)
    assert stored.due_at == stored.expected_at == dossier.due_at
    assert (row.transition, row.source, row.target, row.sequence) == (
        "receive",
        "submitted",
        "received",
        2,
    )
    assert (row.actor, row.grant.role) == (receiver, "one_door")
    assert (row.receiving_unit, row.handling_agency) == (
        dossier.receiving_unit,
        dossier.handling_agency,
    )
    assert (row.version, row.channel, row.level) == (
        dossier.version,
        dossier.channel,
        dossier.level,
    )
    assert (move.source, move.target, move.at) == (row.source, row.target, row.at)
    history, outbox, deltas = written()
    assert (history, deltas) == (before[0] + 1, before[2] + 1)
    assert outbox > before[1]


def test_the_portal_and_the_applicant_act_under_no_grant():
    dossier = DossierFactory(payment_requested=True)

    submitted, asked = dossier.history.order_by("sequence")

    assert (submitted.actor, submitted.grant) == (dossier.filed_by, None)
    assert (asked.actor, asked.grant) == (None, None)


def test_a_move_touches_when_the_row_was_changed():
    dossier = DossierFactory(submitted=True)
    Dossier.objects.filter(pk=dossier.pk).update(changed_at=clock.now().replace(year=2020))

    perform(dossier, "receive", by=officer(dossier, "one_door"))

    assert Dossier.objects.get(pk=dossier.pk).changed_at.year > 2020


# Refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "delete",
        "save",
        "refresh_from_db",
        "is_filed_by",
        "no_such",
        "__init__",
        "",
        "state",
        "Receive",
        "history",
    ],
)
def test_a_name_that_is_no_transition_reaches_no_method(name):
    dossier = DossierFactory(submitted=True)

    with pytest.raises(NotOffered):
        perform(dossier, name, by=officer(dossier, "one_door"))

    assert Dossier.objects.filter(pk=dossier.pk, state=State.SUBMITTED).exists()


def test_a_refused_move_changes_nothing():
    dossier = DossierFactory(submitted=True)
    receiver, leader = officer(dossier, "one_door"), officer(dossier, "leader")
    before = written()

    with pytest.raises(NotPermitted):
        perform(dossier, "receive", by=UserFactory())
    with pytest.raises(NotOffered):
        perform(dossier, "complete", by=leader, result=None)
    with pytest.raises(StalePage):
        perform(dossier, "receive", by=receiver, seen=0)

    assert Dossier.objects.get(pk=dossier.pk).state == State.SUBMITTED
    assert written() == before


def test_the_portal_may_only_do_what_is_the_portals():
    dossier = DossierFactory(submitted=True)

    with pytest.raises(NotPermitted):
        perform(dossier, "receive", by=None)


def test_a_refusal_tells_who_may_in_the_language_of_the_reader():
    dossier = DossierFactory(submitted=True)

    with pytest.raises(NotPermitted) as refusal:
        perform(dossier, "receive", by=UserFactory())

    assert refusal.value.fields["transition"] == "receive"
    assert "{" not in str(refusal.value)
    assert refusal.value.status == 403


def test_whoever_comes_second_is_judged_on_fresh_facts():
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")
    read_before = Dossier.objects.get(pk=dossier.pk)
    perform(dossier, "receive", by=receiver)

    with pytest.raises(NotOffered):
        perform(read_before, "refuse_receipt", by=receiver, reason="Không đúng thẩm quyền.")
    perform(read_before, "start_processing", by=receiver)

    assert read_before.due_at == dossier.due_at
    assert Dossier.objects.get(pk=dossier.pk).due_at == dossier.due_at


def test_an_object_that_was_changed_in_memory_is_read_again():
    dossier = DossierFactory(submitted=True)
    dossier.state, dossier.sequence, dossier.level = "in_process", 40, 1

    perform(dossier, "receive", by=officer(dossier, "one_door"))

    row = DossierHistory.objects.get(dossier=dossier, transition="receive")
    assert (row.source, row.sequence, row.level) == ("submitted", 2, 4)


def test_a_row_that_is_gone_is_said_so():
    dossier = DossierFactory(empty=True)
    elsewhere = Dossier.objects.get(pk=dossier.pk)
    dossier.delete()

    with pytest.raises(Dossier.DoesNotExist):
        perform(elsewhere, "submit", by=elsewhere.filed_by)


def test_who_forgets_to_lock_is_stopped_by_the_database():
    """``carry_out`` trusts its caller to have locked; where the row has moved on, its history has that number."""
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")
    read_before = Dossier.objects.get(pk=dossier.pk)
    perform(dossier, "receive", by=receiver)
    before = written()

    with pytest.raises(IntegrityError), transaction.atomic():
        carry_out(read_before, "refuse_receipt", by=receiver, reason="Không đúng thẩm quyền.")

    assert written() == before
    assert Dossier.objects.get(pk=dossier.pk).state == "received"


# Locking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Dossier, Attempt, Refund])
def test_what_is_read_under_the_lock_is_what_django_reads(model, frozen_clock):
    row = arrangements.before(model, edges(model)[0], arrangements.land())
    by_lock, by_django = model.objects.get(pk=row.pk), model.objects.get(pk=row.pk)
    for field in model._meta.concrete_fields:
        if not field.primary_key and field.attname not in model.fields_left_unlocked:
            by_lock.__dict__[field.attname] = "something else"

    lock(by_lock)

    for field in model._meta.concrete_fields:
        one, other = getattr(by_lock, field.attname), getattr(by_django, field.attname)
        assert (type(one), one) == (type(other), other), field.attname


def test_the_lock_forgets_what_another_agency_was():
    dossier = DossierFactory(received=True)
    assert dossier.handling_agency.pk
    elsewhere = arrangements.DepartmentFactory()
    Dossier.objects.filter(pk=dossier.pk).update(handling_agency=elsewhere)

    lock(dossier)

    assert dossier.handling_agency == elsewhere


# Offers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["submitted", "received", "in_process", "supplement_requested", "completed"]
)
@pytest.mark.parametrize("role", ["one_door", "specialist", "leader"])
def test_offers_name_every_edge_with_the_reason_of_those_that_are_barred(state, role):
    dossier = DossierFactory(situation=state)

    offered = {offer.name: offer for offer in offers(dossier, officer(dossier, role))}

    assert set(offered) == {
        name for name, meta in declared(Dossier).items() if state in meta.transitions
    }
    assert all(bool(offer.reason) != offer.permitted for offer in offered.values())


def test_what_is_offered_and_needs_no_details_is_carried_out():
    for situation, name in (
        ("submitted", "receive"),
        ("received", "start_processing"),
        ("completed", "return_result"),
    ):
        dossier = DossierFactory(situation=situation)
        by = officer(dossier, "one_door")
        offer = next(offer for offer in offers(dossier, by) if offer.name == name)

        assert offer.permitted
        assert perform(dossier, name, by=by).transition == name


# Many --------------------------------------------------------------------------------------------


def test_nothing_to_move_is_nothing_moved():
    before = written()

    assert perform_many(Dossier.objects.none(), "receive", by=None) == []
    assert written() == before


def test_an_error_that_is_no_refusal_undoes_the_whole_set():
    dossiers = [DossierFactory(submitted=True) for _number in range(2)]
    receivers = {dossiers[0].pk: officer(dossiers[0], "one_door")}  # one is missing
    before = written()

    with pytest.raises(KeyError), transaction.atomic():
        perform_many(
            Dossier.objects.filter(pk__in=[d.pk for d in dossiers]), "receive", by=receivers
        )

    assert written() == before
    assert set(Dossier.objects.values_list("state", flat=True)) == {"submitted"}


def test_each_row_of_a_set_has_its_own_details():
    dossiers = [DossierFactory(submitted=True) for _number in range(3)]
    by = {dossier.pk: officer(dossier, "one_door") for dossier in dossiers}
    reasons = {dossier.pk: f"Lý do {number}" for number, dossier in enumerate(dossiers)}

    perform_many(Dossier.objects.filter(pk__in=by), "refuse_receipt", by=by, reason=reasons)

    assert [Dossier.objects.get(pk=dossier.pk).closing_reason for dossier in dossiers] == [
        "Lý do 0",
        "Lý do 1",
        "Lý do 2",
    ]


# The database -------------------------------------------------------------------------------------


def test_the_database_keeps_the_code():
    dossier = DossierFactory(submitted=True)

    for code in ("H17.01-220830-0001", None):
        with pytest.raises(DatabaseError, match="code never changes"), transaction.atomic():
            Dossier.objects.filter(pk=dossier.pk).update(code=code)


def test_history_has_one_row_per_number():
    dossier = DossierFactory(received=True)
    row = DossierHistory.objects.filter(dossier=dossier).values().last()
    row.pop("id")

    with pytest.raises(DatabaseError, match="dossier_history_in_order"), transaction.atomic():
        DossierHistory.objects.create(**row)


def test_every_machine_has_a_history_and_begins_at_zero():
    machines = [model for model in apps.get_models() if getattr(model, "history_model", None)]

    assert {model._meta.label for model in machines} == {
        "catalogue.ServiceVersion",
        "dossiers.Dossier",
        "payments.Attempt",
        "payments.Refund",
    }
    for model in machines:
        assert model._meta.get_field("sequence").default == 0
