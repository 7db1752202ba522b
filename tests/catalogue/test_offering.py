"""Who offers what since when, changed at the desk: rows follow each other, and the past stays."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal import clock
from portal.catalogue.models import Offering, Reason
from tests.accounts.factories import OfficialFactory
from tests.catalogue.factories import OfferingFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:catalogue_offering_add")


@pytest.fixture
def administrator(client):
    client.force_login(OfficialFactory(role="system_admin"))
    return client


def typed(offering, **changes):
    return {
        "service": offering.service.pk,
        "unit": offering.unit.pk,
        "handling_agency": offering.handling_agency.pk,
        "level": 3,
        "valid_from": clock.today() + timedelta(days=7),
    } | changes


def test_a_new_level_begins_where_the_old_one_ends(administrator):
    offering = OfferingFactory(level=4)
    assert administrator.get(ADD).status_code == 200
    answer = administrator.post(ADD, typed(offering))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    old, new = Offering.objects.filter(unit=offering.unit).order_by("valid_from")
    assert (old.level, old.valid_to) == (4, new.valid_from)
    assert (new.level, new.valid_to, new.competent_agency) == (3, None, offering.handling_agency)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"level": 5}, "level"),
        ({"service": "x"}, "service"),
    ],
)
def test_what_cannot_be_offered_is_said_and_changes_nothing(administrator, changes, field):
    offering = OfferingFactory()
    answer = administrator.post(ADD, typed(offering, **changes))
    assert field in answer.context["adminform"].form.errors
    assert Offering.objects.get() == offering


def test_a_service_goes_no_higher_than_its_file_and_stays_in_its_province(administrator):
    offering, elsewhere = OfferingFactory(level=3), OfferingFactory()
    answer = administrator.post(
        ADD, typed(offering, level=4, handling_agency=elsewhere.handling_agency.pk)
    )
    assert {"level", "handling_agency"} <= set(answer.context["adminform"].form.errors)


def test_an_offering_ends_on_a_day_to_come(administrator):
    offering = OfferingFactory()
    page = reverse("admin:catalogue_offering_change", args=[offering.pk])
    assert administrator.post(page, {"valid_to": ""}).status_code == 200
    assert administrator.post(page, {"valid_to": "2021-01-01"}).status_code == 200
    offering.refresh_from_db()
    assert offering.valid_to is None
    administrator.post(page, {"valid_to": clock.today() + timedelta(days=1)})
    offering.refresh_from_db()
    assert offering.valid_to == clock.today() + timedelta(days=1)
    assert administrator.post(page, {"valid_to": clock.today()}).status_code == 403


def test_reasons_are_looked_after_and_taken_out_of_use(administrator):
    page = reverse("admin:catalogue_reason_add")
    fields = {"code": "torn", "kind": "supplement", "text_vi": "Giấy rách.", "text_en": "Torn."}
    assert administrator.post(page, fields | {"in_use": "on"}).status_code == 302
    assert Reason.objects.on_offer("supplement").filter(code="torn").exists()
    twice = administrator.post(page, fields)
    assert "code" in twice.context["adminform"].form.errors
    change = reverse("admin:catalogue_reason_change", args=[Reason.objects.get(code="torn").pk])
    assert administrator.post(change, {"text_vi": "Rách.", "text_en": "Torn."}).status_code == 302
    assert not Reason.objects.on_offer("supplement").filter(code="torn").exists()


def test_others_have_no_business_there(client):
    client.force_login(OfficialFactory(role="specialist", agency=OfferingFactory().handling_agency))
    assert client.get(ADD).status_code == 403
    assert client.get(reverse("admin:catalogue_reason_changelist")).status_code == 403


def test_the_list_takes_few_queries(administrator, django_assert_max_num_queries):
    for _number in range(12):
        OfferingFactory()
    with django_assert_max_num_queries(8):
        administrator.get(reverse("admin:catalogue_offering_changelist"))
