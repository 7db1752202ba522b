"""The catalogue can be loaded at any time: what is there stays, what changed becomes a new version."""

from copy import deepcopy
from datetime import date

import pytest

from portal.agencies.models import Agency, Unit
from portal.catalogue import definitions, drafting, offering_plan
from portal.catalogue.loading import load_catalogue
from portal.catalogue.models import Eligibility, Offering, PublicService, ServiceVersion
from portal.catalogue.service_text import to_toml
from tests.accounts.factories import OfficialFactory

BEFORE_THE_MERGER = date(2024, 12, 31)

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(whole_catalogue):
    """Everything has been loaded once."""


def test_every_file_becomes_a_service_with_one_published_version(loaded):
    codes = set(definitions.load_all())
    assert len(codes) >= 12
    assert set(PublicService.objects.values_list("code", flat=True)) == codes
    assert ServiceVersion.objects.filter(number=1, state="published").count() == len(codes)
    assert Eligibility.objects.filter(simulated=True, valid_from=date(2022, 1, 1)).count() == len(
        codes
    )


def test_agencies_are_the_ministries_and_provinces_with_what_is_below_them(loaded):
    tops = Agency.objects.tops(BEFORE_THE_MERGER)
    assert tops.filter(kind="ministry").count() == 22
    assert tops.filter(kind="province").count() == 63
    assert not tops.filter(simulated_name=True).exists()
    assert (
        not Agency.objects.exclude(kind__in=["ministry", "province"])
        .filter(simulated_name=False)
        .exists()
    )
    ward = Agency.objects.get(code="H17.01.01")
    assert (ward.root, ward.top.code) == (ward, "H17")
    police = Agency.objects.get(code="H17.01.01.01")
    assert (police.root, police.top.code) == (ward, "H17")


def test_every_service_is_offered_somewhere_by_an_agency_of_its_level(loaded):
    assert not PublicService.objects.filter(offerings__isnull=True).exists()
    for offering in Offering.objects.select_related(
        "service", "handling_agency__root", "unit__agency__parent"
    ):
        agency = offering.unit.agency
        below = agency.parent.kind if agency.kind == "department" else agency.kind
        assert below == offering.service.agency_level
        assert offering.handling_agency.top_id == agency.top_id


def test_at_least_four_agencies_of_two_blocks_offer_something(loaded):
    tops = Agency.objects.filter(pk__in=Offering.objects.values("handling_agency__top"))
    assert tops.filter(kind="province").count() >= 3
    assert tops.count() >= 4


def test_some_units_offer_a_service_at_another_level_than_its_file(loaded):
    levels = {code: definition.level for code, definition in definitions.load_all().items()}
    different = [
        offering
        for offering in Offering.objects.in_force(date(2022, 8, 30)).select_related("service")
        if offering.level != levels[offering.service.code]
    ]
    assert different
    assert {(row["unit"], row["service"]) for row in offering_plan.read("unit_levels")} <= set(
        Offering.objects.values_list("unit__code", "service__code")
    )


def test_loading_twice_changes_nothing(loaded):
    before = [list(model.objects.order_by("pk").values()) for model in everything()]
    assert not load_catalogue()
    assert [list(model.objects.order_by("pk").values()) for model in everything()] == before


def test_a_changed_file_publishes_a_new_version_and_leaves_the_old_one(loaded):
    code, before = next(iter(definitions.load_all().items()))
    content = deepcopy(before.content)
    content["summary"]["vi"] += " Bản sửa."
    changed = definitions.read_service(content, file=f"{code}.toml")
    again = load_catalogue({code: changed})
    assert (again.versions, again.offerings) == (1, 0)
    versions = ServiceVersion.objects.filter(service__code=code)
    assert [version.number for version in versions] == [1, 2]
    assert versions[0].definition.summary.vi == before.summary.vi
    assert versions[1].definition.summary.vi.endswith("Bản sửa.")


def test_eligibility_is_a_dated_fact(loaded):
    code, definition = next(iter(definitions.load_all().items()))
    content = deepcopy(definition.content)
    content["full_process"]["eligible"] = not definition.full_process_eligible
    load_catalogue({code: definitions.read_service(content, file=f"{code}.toml")})
    first, second = Eligibility.objects.filter(service__code=code).order_by("valid_from")
    assert (first.eligible, first.valid_to) == (definition.full_process_eligible, second.valid_from)
    assert (second.eligible, second.valid_to) == (not definition.full_process_eligible, None)


def test_what_an_official_changed_stays(loaded):
    offering = Offering.objects.filter(valid_to__isnull=True).first()
    offering.level = 1
    offering.save()
    unit = Unit.objects.first()
    assert not load_catalogue()
    offering.refresh_from_db()
    assert offering.level == 1
    assert unit.name_vi


def test_what_people_published_outlives_the_next_load(loaded):
    writer, publisher = (OfficialFactory(role="system_admin") for _number in range(2))
    service = PublicService.objects.get(code="2.000635")
    draft = drafting.begin(service, by=writer)
    content = deepcopy(draft.content)
    content["name"]["vi"] = "Cấp trích lục hộ tịch"
    drafting.rewrite(draft, to_toml(content), by=writer)
    draft.refresh_from_db()
    drafting.propose(draft, note="Tên ngắn hơn", by=writer)
    drafting.publish(draft, by=publisher)

    assert not load_catalogue()

    service.refresh_from_db()
    assert service.name_vi == "Cấp trích lục hộ tịch"
    assert drafting.current_version(service) == draft


def everything():
    return [Agency, Unit, PublicService, ServiceVersion, Offering, Eligibility]
