"""The desk of one ward, with an official of each role, and somebody from the next province."""

import pytest

from tests.accounts.factories import OfficialFactory
from tests.catalogue.factories import OfferingFactory


@pytest.fixture
def offering(db):
    """What the ward of these tests offers."""
    return OfferingFactory()


@pytest.fixture
def staff(offering):
    """One official per role at the ward, by role; those without an agency work everywhere."""
    agency = offering.handling_agency
    people = {
        role: OfficialFactory(role=role, agency=agency)
        for role in ("specialist", "leader", "clerk", "cashier", "agency_admin", "auditor")
    }
    people["one_door"] = OfficialFactory(role="one_door", unit=offering.unit)
    people["system_admin"] = OfficialFactory(role="system_admin")
    return people


@pytest.fixture
def strangers(db):
    """One official per role who works with dossiers, all of another province."""
    elsewhere = OfferingFactory()
    agency = elsewhere.handling_agency
    people = {
        role: OfficialFactory(role=role, agency=agency)
        for role in ("specialist", "leader", "clerk", "cashier", "agency_admin")
    }
    people["one_door"] = OfficialFactory(role="one_door", unit=elsewhere.unit)
    return people


@pytest.fixture
def sits_at(client):
    """``sits_at(user)``: the test client, signed in as this person."""

    def sit(user):
        client.force_login(user)
        return client

    return sit
