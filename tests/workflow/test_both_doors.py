"""Every declared edge of every machine through ``perform()`` and through ``perform_many()``: the same rows, or the
same refusal."""

import re

import pytest
from django.apps import apps

from dossiers import guards
from dossiers.errors import NoSuchStep
from portal.errors import NotOffered, NotPermitted, PortalError
from portal.workflow import perform, perform_many
from portal.workflow.machine import edges
from portal.workflow.models import Delta, OutboxEvent, WorkflowModel
from tests.accounts.factories import UserFactory
from tests.workflow import arrangements

pytestmark = pytest.mark.django_db

MACHINES = [model for model in apps.get_models() if issubclass(model, WorkflowModel)]
EDGES = [
    pytest.param(model, edge, id=f"{model._meta.model_name}-{'-'.join(vars(edge).values())}")
    for model in MACHINES
    for edge in edges(model)
]

# Steps begin with processing: what was only received has none to hand over.
NEVER = {("hand_over", "received"): NoSuchStep, ("send_back", "received"): NoSuchStep}

# Columns that tell two objects apart; whatever else differs is a difference between the doors.
IDENTITIES = {
    *("id", "public_id", "code", "txn_ref", "gateway_number", "request_id", "result_id"),
    "decision_number",
    *("dossier_id", "attempt_id", "refund_id", "supplement_id", "instance_id", "document_id"),
    *("service_id", "version_id", "grant_id"),
    *("drafted_by_id", "proposed_by_id", "published_by_id"),
    *("filed_by_id", "actor_id", "applicant_identifier", "applicant_email", "request", "document"),
}
REAL_TIME = {"changed_at", "created_at", "recorded_at", "available_at", "attached_at"}


def test_there_are_four_machines():
    assert {model._meta.label for model in MACHINES} == {
        "catalogue.ServiceVersion",
        "dossiers.Dossier",
        "payments.Attempt",
        "payments.Refund",
    }


@pytest.mark.parametrize(("model", "edge"), EDGES)
def test_an_edge_writes_the_same_rows_through_both_doors(model, edge, frozen_clock):
    land = arrangements.land()
    alone, among_many = (arrangements.before(model, edge, land) for _number in range(2))
    if edge.transition == "expire" and edge.source not in ("started", "undecided"):
        frozen_clock.instant = arrangements.past_answer_by(alone)
    details = {one.pk: arrangements.details(one, edge, land) for one in (alone, among_many)}
    actors = {one.pk: arrangements.actor(one, edge) for one in (alone, among_many)}
    kept = rows_of(alone), rows_of(among_many)

    stranger = UserFactory()
    refused = refusal_of(perform, alone, edge.transition, by=stranger, **details[alone.pk])
    assert (
        type(refused)
        is type(through_many(among_many, edge, stranger, details).refusal)
        is NotPermitted
    )
    assert (rows_of(alone), rows_of(among_many)) == kept

    if refusal := NEVER.get((edge.transition, edge.source)):
        refused = refusal_of(
            perform, alone, edge.transition, by=actors[alone.pk], **details[alone.pk]
        )
        outcome = through_many(among_many, edge, actors[among_many.pk], details)
        assert type(refused) is type(outcome.refusal) is refusal
        assert (rows_of(alone), rows_of(among_many)) == kept
        return

    deltas_before = Delta.objects.count()
    perform(alone, edge.transition, by=actors[alone.pk], **details[alone.pk])
    deltas_alone = Delta.objects.count() - deltas_before
    outcome = through_many(among_many, edge, actors[among_many.pk], details)

    assert outcome.refusal is None
    assert (outcome.move.source, outcome.move.target) == (edge.source, edge.target)
    assert model.objects.get(pk=alone.pk).state == edge.target
    assert_same_rows(rows_of(alone), rows_of(among_many))
    added = list(Delta.objects.order_by("id")[deltas_before:].values())
    assert_same_rows(added[:deltas_alone], added[deltas_alone:])


def test_every_row_has_its_own_outcome():
    land = arrangements.land()
    ready, elsewhere, foreign = (
        arrangements.dossier_in(state, land) for state in ("submitted", "received", "submitted")
    )
    receiver = arrangements.officer(ready, "one_door")
    people = {ready.pk: receiver, elsewhere.pk: receiver, foreign.pk: UserFactory()}
    kept = rows_of(elsewhere), rows_of(foreign)

    outcomes = perform_many(type(ready).objects.filter(pk__in=people), "receive", by=people)

    assert [outcome.pk for outcome in outcomes] == sorted(people)
    told = {outcome.pk: outcome for outcome in outcomes}
    assert told[ready.pk].move.target == "received"
    assert isinstance(told[elsewhere.pk].refusal, NotOffered)
    assert isinstance(told[foreign.pk].refusal, NotPermitted)
    assert (rows_of(elsewhere), rows_of(foreign)) == kept


def test_a_refused_row_writes_nothing_of_its_own_move_or_of_an_earlier_one():
    land = arrangements.land()
    dossier = arrangements.dossier_in("in_process", land)
    specialist, leader = (
        arrangements.officer(dossier, "specialist"),
        arrangements.officer(dossier, "leader"),
    )
    open_step = dossier.steps.get(ended_at=None)

    refusal = refusal_of(
        perform, dossier, "send_back", by=leader, reason="Thiếu căn cứ."
    )  # from the first step
    perform(dossier, "propose", by=specialist, outcome="granted", statement="Đủ điều kiện.")

    assert isinstance(refusal, NoSuchStep)
    open_step.refresh_from_db()
    assert open_step.ended_at is None


def test_a_refused_move_leaves_the_object_as_it_was(monkeypatch):
    """Even one that refuses half-way, with facts set already: nothing of it may come along with the next move."""
    dossier = arrangements.dossier_in("received", arrangements.land())
    receiver, specialist = (
        arrangements.officer(dossier, role) for role in ("one_door", "specialist")
    )
    values = {
        field.attname: getattr(dossier, field.attname) for field in dossier._meta.concrete_fields
    }

    def refuse(definition):
        raise NoSuchStep(step="")

    with monkeypatch.context() as patch:
        patch.setattr(guards, "processing_steps", refuse)
        refusal_of(perform, dossier, "start_processing", by=receiver, to=specialist)

    assert values == {
        field.attname: getattr(dossier, field.attname) for field in dossier._meta.concrete_fields
    }
    assert dossier.assigned_to is None


# Comparing ---------------------------------------------------------------------------------


def through_many(instance, edge, by, details):
    (outcome,) = perform_many(
        type(instance).objects.filter(pk=instance.pk),
        edge.transition,
        by=by,
        **details[instance.pk],
    )
    return outcome


def refusal_of(call, *args, **kwargs):
    with pytest.raises(PortalError) as caught:
        call(*args, **kwargs)
    return caught.value


def rows_of(instance):
    """Everything the database holds about ``instance``: its row, all rows that point to it, its outbox events."""
    label = instance._meta.label
    tables = {"": list(type(instance).objects.filter(pk=instance.pk).values())}
    for relation in type(instance)._meta.related_objects:
        pointing = relation.related_model._base_manager.filter(**{relation.field.name: instance.pk})
        tables[relation.related_model._meta.label] = list(pointing.order_by("pk").values())
    waiting = OutboxEvent.objects.filter(payload__label=label, payload__instance_id=instance.pk)
    tables["outbox"] = [
        row | {"key": row["key"].replace(f":{instance.pk}:", ":self:")}
        for row in waiting.order_by("key").values()
    ]
    return tables


def assert_same_rows(one, other, *, path="", column="", twins=None):
    """Equal but for identities, and each identity always has the same twin."""
    twins = {} if twins is None else twins
    if isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key in one:
            assert_same_rows(one[key], other[key], path=f"{path}.{key}", column=key, twins=twins)
    elif isinstance(one, list):
        assert len(one) == len(other), path
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            assert_same_rows(first, second, path=f"{path}[{number}]", column=column, twins=twins)
    elif one != other and column in IDENTITIES:
        kind = re.sub(r"\[\d+\]", "", path)
        assert twins.setdefault((kind, str(one)), str(other)) == str(other), path
    elif column not in REAL_TIME:
        assert one == other, path
