"""Who offers what, since when and until when: by the tree that stands still, and by the one that moves."""

from datetime import date

import pytest

from portal.agencies.models import Agency
from portal.catalogue import definitions
from portal.catalogue.loading import load_catalogue
from portal.catalogue.models import Offering
from portal.catalogue.offering_plan import FIRST_DAY, NO_END, Span, below_limits

MERGER = date(2025, 7, 1)
DAY = date(2023, 1, 1)


@pytest.mark.parametrize(
    ("limits", "levels"),
    [
        ([], [(4, FIRST_DAY, NO_END)]),
        ([(4, Span())], [(4, FIRST_DAY, NO_END)]),
        ([(3, Span(FIRST_DAY, DAY))], [(3, FIRST_DAY, DAY), (4, DAY, NO_END)]),
        ([(3, Span(DAY)), (2, Span(FIRST_DAY, DAY))], [(2, FIRST_DAY, DAY), (3, DAY, NO_END)]),
        ([(3, Span(DAY))], [(4, FIRST_DAY, DAY), (3, DAY, NO_END)]),
    ],
)
def test_a_limit_holds_in_its_span_and_leaves_no_gap(limits, levels):
    assert [(level, span.begins, span.ends) for level, span in below_limits(4, limits)] == levels


@pytest.mark.django_db
def test_provinces_differ_in_level_and_over_time(whole_catalogue):
    def level(unit, day):
        return Offering.objects.in_force(day).get(unit__code=unit, service__code="1.001193").level

    assert [level(unit, DAY) for unit in ("H17.01.01", "H12.01.01", "H14.01.01")] == [4, 3, 2]
    assert [level("H18.01.01", day) for day in (DAY, MERGER)] == [2, 3]


@pytest.mark.django_db
def test_in_the_demo_nobody_offers_anything_who_is_not_there_yet(whole_catalogue):
    assert not Offering.objects.filter(unit__valid_from__gt=date(2024, 12, 31)).exists()
    assert Offering.objects.in_force(date(2026, 11, 30)).filter(unit__code="H17.01").exists()


@pytest.mark.django_db
def test_once_the_tree_moves_successors_offer_what_the_closed_units_did(whole_catalogue, settings):
    settings.TREE_STANDS_AT = None
    some = {code: definitions.service(code) for code in ("1.001612", "1.014199")}
    assert load_catalogue(some).offerings
    offered = Offering.objects.in_force(MERGER)
    closed = Agency.objects.filter(valid_to__lte=MERGER).values("pk")
    assert not offered.filter(unit__agency__in=closed).exists()
    assert not offered.filter(handling_agency__in=closed).exists()
    household = offered.filter(service__code="1.001612")
    assert household.get(unit__code="H17.101").handling_agency.code == "H17.101.21"
    assert set(household.values_list("unit__agency__kind", flat=True)) == {"commune"}
    labour = offered.get(service__code="1.014199", unit__code="H17")
    assert labour.handling_agency.code == "H17.31"
    before = Offering.objects.in_force(date(2025, 6, 30))
    assert before.get(service__code="1.001612", unit__code="H17.01").valid_to == MERGER
    assert not load_catalogue(some)
