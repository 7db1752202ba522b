"""An open dossier says who continues it, from the day on which its agency or one-door unit closes."""

from datetime import timedelta

import pytest

from portal import clock
from portal.agencies.models import Agency, Succession, Unit
from portal.clock.models import PortalClock
from tests.agencies.factories import CommuneFactory, UnitFactory
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_clock():
    """A clock that the tests may move."""
    PortalClock.objects.update_or_create(pk=1, defaults={"is_demo": True, "offset": timedelta()})


@pytest.fixture
def merger(settings):
    """``merger(agency)`` closes it and its units tomorrow; the value is the unit of its successor."""
    settings.TREE_STANDS_AT = None

    def close(agency):
        day = clock.today() + timedelta(days=1)
        Agency.objects.filter(pk=agency.pk).update(valid_to=day)
        Unit.objects.filter(agency=agency).update(valid_to=day)
        heir = UnitFactory(agency=CommuneFactory(parent=agency.top, valid_from=day), valid_from=day)
        Succession.objects.create(
            agency=agency, successor=heir.agency, day=day, basis="Nghị quyết 202/2025/QH15"
        )
        return heir

    return close


def tomorrow():
    clock.advance(to=clock.now() + timedelta(days=1))


def test_the_page_tells_the_successor_from_the_day_on(client, merger):
    dossier = DossierFactory(received=True, filed_by=journeys.citizen(client))
    heir = merger(dossier.handling_agency)
    address = journeys.address("detail", dossier)
    assert client.get(address).context["continuation"] is None

    tomorrow()

    page = client.get(address)
    words = page.content.decode()
    assert f"{heir.agency} hiện đang giải quyết hồ sơ" in words
    assert f"{heir}, {heir.address}" in words
    entry = next(each for each in page.context["timeline"] if "tiếp nhận nhiệm vụ" in each.title)
    assert "202/2025/QH15" in entry.text
    assert [each.title for each in page.context["timeline"]].index(entry.title) <= 1


def test_a_dossier_that_has_ended_stays_as_it_was(client, merger):
    dossier = DossierFactory(returned=True, filed_by=journeys.citizen(client))
    merger(dossier.handling_agency)
    tomorrow()
    assert client.get(journeys.address("detail", dossier)).context["continuation"] is None


def test_a_tree_that_stands_still_tells_nothing(client, merger, settings):
    dossier = DossierFactory(received=True, filed_by=journeys.citizen(client))
    merger(dossier.handling_agency)
    settings.TREE_STANDS_AT = clock.today()
    tomorrow()
    assert client.get(journeys.address("detail", dossier)).context["continuation"] is None
