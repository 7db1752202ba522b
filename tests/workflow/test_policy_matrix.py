"""The policy, cell by cell: who may do what with whose dossier in which state is what policy.toml lists.

Expectations are read from the file here, by other code than the portal's. Every (transition, state, role, relation) is
asked of the permission; every one that has an edge in the machine is tried through ``perform()`` as well.
"""

import tomllib
from itertools import product
from types import SimpleNamespace

import pytest
from django.db import transaction

from dossiers.models import Dossier
from dossiers.states import Channel, State
from portal.accounts.models import GrantView, RoleGrant
from portal.agencies.models import Agency, Unit
from portal.errors import NotOffered, NotPermitted, PortalError
from portal.workflow import perform
from portal.workflow.machine import declared, declared_transition, edges
from portal.workflow.policy import POLICY_FILE, permissions
from portal.workflow.reach import reach_of
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.agencies.factories import DepartmentFactory, UnitFactory
from tests.catalogue.factories import OfferingFactory
from tests.dossiers.factories import DossierFactory, officer

RELATIONS = ("own", "same_unit", "same_agency", "other")
ROLES = ("applicant", *RoleGrant.Role.values)
LISTED = tomllib.loads(POLICY_FILE.read_text("utf-8"))
TRANSITIONS = sorted(declared(Dossier))
AT_UNITS = "one_door"
FOR_PEOPLE = {
    "submit",
    "supply",
    "request_withdrawal",
}  # an officer does these for paper dossiers only


def listed(key, state, role, relation):
    """Whether policy.toml lists this cell."""
    right = LISTED[key].get(role, [])
    if isinstance(right, list):
        return relation in right
    return relation in right["relations"] and state in right.get("states", [state])


def expected(key, state, role, relation):
    """What the file says about a person. An official's own dossier is theirs as applicant; the role lies elsewhere."""
    if role == "applicant":
        return listed(key, state, "applicant", "own") if relation == "own" else False
    if relation == "own":
        return listed(key, state, "applicant", "own") or listed(key, state, role, "other")
    return listed(key, state, role, relation)


def test_every_transition_asks_for_its_own_key_and_every_key_is_known():
    for name, meta in declared(Dossier).items():
        for source in meta.transitions:
            assert declared_transition(Dossier, name, source).permission.key == f"dossier.{name}"
    assert set(permissions()) == set(LISTED)


# Asked of the permission --------------------------------------------------------------------

HOME, SIBLING, ELSEWHERE = (SimpleNamespace(unit=n, agency=n, root=n) for n in (1, 2, 3))
SIBLING.root = HOME.root
PERSON, FILER = 7, 8
PLACES = {"own": ELSEWHERE, "same_unit": HOME, "same_agency": SIBLING, "other": ELSEWHERE}


def dossier_in(state, filed_by):
    agency = Agency(pk=HOME.agency, root_id=HOME.root)
    return Dossier(
        state=state,
        filed_by_id=filed_by,
        channel=Channel.ONLINE,
        receiving_unit=Unit(pk=HOME.unit, agency=agency),
        handling_agency=agency,
    )


def person(role, relation):
    place = PLACES[relation]
    at_unit = role == AT_UNITS
    grant = GrantView(
        1,
        role,
        place.unit if at_unit else None,
        None if at_unit else place.agency,
        place.root,
        place.root,
    )
    return SimpleNamespace(pk=PERSON, role_grants=lambda: [] if role == "applicant" else [grant])


def test_the_permission_allows_exactly_what_is_listed(capsys):
    wrong, counted, allowed = [], 0, 0
    for name, state, role, relation in product(TRANSITIONS, State.values, ROLES, RELATIONS):
        dossier = dossier_in(state, PERSON if relation == "own" else FILER)
        key = f"dossier.{name}"
        says = permissions()[key](dossier, person(role, relation))
        counted, allowed = counted + 1, allowed + says
        if says != expected(key, state, role, relation):
            wrong.append((name, state, role, relation, says))

    with capsys.disabled():
        print(f"\npolicy of dossiers: {counted} cells, {allowed} allowed")
    assert not wrong
    assert counted == len(TRANSITIONS) * len(State) * len(ROLES) * len(RELATIONS)


def test_the_other_keys_allow_exactly_what_is_listed(capsys):
    """Reading, filing on paper, cash, staff, the system: asked for a dossier in every state."""
    wrong, counted = [], 0
    others = sorted(set(LISTED) - {f"dossier.{name}" for name in TRANSITIONS})
    for key, state, role, relation in product(others, State.values, ROLES, RELATIONS):
        dossier = dossier_in(state, PERSON if relation == "own" else FILER)
        counted += 1
        if permissions()[key](dossier, person(role, relation)) != expected(
            key, state, role, relation
        ):
            wrong.append((key, state, role, relation))

    with capsys.disabled():
        print(f"\npolicy beside the machine: {counted} cells")
    assert not wrong


# Tried through the door -----------------------------------------------------------------------

SITUATIONS = {
    State.DRAFT: "draft",
    State.SUBMITTED: "submitted",
    State.RECEIVED: "received",
    State.NOT_RECEIVED: "not_received",
    State.IN_PROCESS: "proposed",
    State.SUPPLEMENT_REQUESTED: "supplement_requested",
    State.PAYMENT_REQUESTED: "payment_requested",
    State.WITHDRAWAL_REQUESTED: "withdrawal_requested",
    State.STOPPED: "stopped",
    State.COMPLETED: "completed",
    State.RETURNED: "returned",
}


PLACED = {relation: "other" if relation == "own" else relation for relation in RELATIONS}
RELATED = Dossier.objects.select_related(
    "version", "receiving_unit__agency", "handling_agency", "service"
)


@pytest.fixture
def offering(db):
    return OfferingFactory(service__fee_vnd=75_000, service__fee_when="processing")


@pytest.fixture
def people(offering):
    """A person for each (role, relation), their roles read once."""
    agency = offering.handling_agency
    sibling, elsewhere = DepartmentFactory(parent=agency), OfferingFactory()
    nodes = {
        "same_unit": (offering.unit, agency),
        "same_agency": (UnitFactory(agency=agency, code=f"{agency.code}.Z"), sibling),
        "other": (elsewhere.unit, elsewhere.handling_agency),
        "own": (elsewhere.unit, elsewhere.handling_agency),
    }
    found = {}
    for role, relation in product(ROLES, RELATIONS):
        unit, node = nodes[relation]
        if role == "applicant":
            found[role, relation] = UserFactory()
        elif role == AT_UNITS:
            found[role, relation] = OfficialFactory(role=role, unit=unit)
        else:
            found[role, relation] = OfficialFactory(role=role, agency=node)
        found[role, relation].role_grants()
    return found


def is_let_in(dossier, name, by):
    """Whether ``perform`` gets past the question who may; what it then lacks or refuses is another matter."""
    point = transaction.savepoint()
    try:
        perform(dossier, name, by=by)
    except NotPermitted as refusal:
        assert type(refusal) is NotPermitted
        return False
    except NotOffered:
        pytest.fail(f"{name} is an edge out of {dossier.state}, but not offered")
    except (PortalError, TypeError):  # a guard, or the details that the move needs
        return True
    finally:
        transaction.savepoint_rollback(point)
    return True


def expected_at_the_door(name, state, role, relation, channel):
    """The file, and the one rule beside it: paper is the officer's to act for, online filing the applicant's."""
    key = f"dossier.{name}"
    if role == "portal":
        return LISTED[key].get("portal", False)
    if channel == Channel.ONLINE:
        by_filing = relation == "own" and listed(key, state, "applicant", "own")
        return by_filing or (name not in FOR_PEOPLE and expected(key, state, role, relation))
    return role != "applicant" and listed(
        key, state, role, "other" if relation == "own" else relation
    )


@pytest.mark.parametrize("channel", [Channel.ONLINE, Channel.COUNTER])
def test_the_door_lets_in_exactly_who_is_listed(channel, offering, people, capsys):
    wrong, counted = [], 0
    for state in State.values:
        made = DossierFactory(offering=offering, **traits_of(state))
        assert made.state == state
        leaving = {edge.transition for edge in edges(Dossier) if edge.source == state}
        if channel != Channel.ONLINE:
            leaving &= FOR_PEOPLE  # for all others the channel makes no difference
        for (role, relation), user in [*people.items(), (("portal", "portal"), None)]:
            owner = user.pk if relation == "own" else made.filed_by_id
            Dossier.objects.filter(pk=made.pk).update(filed_by=owner, channel=channel)
            dossier = RELATED.get(pk=made.pk)
            for name in leaving:
                counted += 1
                if is_let_in(dossier, name, user) != expected_at_the_door(
                    name, state, role, relation, channel
                ):
                    wrong.append((name, state, role, relation))

    with capsys.disabled():
        print(f"\nperform(), filed {channel.name.lower()}: {counted} cells")
    assert not wrong


def traits_of(state):
    situation = SITUATIONS[State(state)]
    return {} if situation == "draft" else {situation: True}


def test_what_has_no_edge_is_offered_to_nobody(offering):
    for state in State.values:
        dossier = DossierFactory(offering=offering, **traits_of(state))
        leaving = {edge.transition for edge in edges(Dossier) if edge.source == state}
        for name in [*sorted(set(TRANSITIONS) - leaving), "delete", "save"]:
            for user in (None, officer(dossier, "leader"), officer(dossier, "one_door")):
                with pytest.raises(NotOffered):
                    perform(dossier, name, by=user)


def test_the_rows_in_reach_are_those_that_the_permission_allows(offering, people, capsys):
    """Lists ask the policy the other way round; the answer is the same."""
    dossier = RELATED.get(pk=DossierFactory(offering=offering, in_process=True).pk)
    wrong, counted = [], 0
    for key, ((role, relation), user) in product(sorted(LISTED), people.items()):
        if role == "applicant":
            continue
        rows = reach_of(user, key).rows(unit="receiving_unit", agency="handling_agency")
        counted += 1
        in_reach = Dossier.objects.filter(rows, pk=dossier.pk).exists()
        allowed = any(listed(key, state, role, PLACED[relation]) for state in State.values)
        if in_reach != allowed:
            wrong.append((key, role, relation))

    with capsys.disabled():
        print(f"\nrows in reach: {counted} cells")
    assert not wrong
