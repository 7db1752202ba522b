"""The indices of the United Nations: published values that agree, and this portal looked at by code."""

import doctest
from decimal import Decimal

import pytest

from portal.metrics.un import checks, indices, published
from tests.agencies.factories import UnitFactory
from tests.catalogue.factories import OfferingFactory, PublicServiceFactory


@pytest.mark.parametrize("year", published.years(), ids=lambda year: str(year.year))
def test_the_published_index_is_the_mean_of_its_components(year):
    assert year.agrees
    assert {year.egdi_certainty, year.rank_certainty, year.components_certainty} <= {"F", "R"}


def test_published_years_and_bands():
    assert [year.year for year in published.years()] == [2014, 2016, 2018, 2020, 2022, 2024]
    assert [year.band for year in published.years()] == ["middle", *["high"] * 4, "very_high"]
    assert sum(indices.WEIGHTS.values()) == 100


def test_the_examples_in_the_arithmetic_hold():
    assert doctest.testmod(indices) == (0, 4)


def test_the_five_parts_are_weighted():
    parts = {
        "institutions": Decimal("0.6"),
        "content": 1,
        "services": Decimal("0.8"),
        "participation": 0,
        "technology": 1,
    }
    assert indices.osi(parts) == Decimal("0.5200")  # 6 + 5 + 36 + 0 + 5 of 100


def test_a_service_is_found_once_it_is_offered_online(db):
    def birth():
        return next(each.found for each in checks.assess() if "khai sinh" in str(each.check.name))

    service = PublicServiceFactory(code="1.001193")
    offering = OfferingFactory(service=service, unit=UnitFactory(), level=2)
    assert not birth()
    offering.level = 3
    offering.save()
    assert birth()


def test_what_does_not_exist_is_not_found(client, db, django_assert_max_num_queries):
    client.get("/metrics/un/")
    with django_assert_max_num_queries(12):
        page = client.get("/metrics/un/")
    found = {
        str(each.check.name): each.found
        for part in page.context["parts"]
        for each in part["findings"]
    }
    assert found["Tìm kiếm dịch vụ"] and found["Hai ngôn ngữ"]
    assert not found["Kiến nghị tập thể"] and not found["Nộp phạt trên mạng"]
    assert page.context["osi"] == checks.self_assessed(checks.assess())
    text = page.content.decode()
    assert "0,7709" in text and "[R]" in text
    assert "2024,0.7709,F,0.7709,71,F" in client.get("/metrics/un.csv").content.decode()
