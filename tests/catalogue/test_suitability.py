"""Before the form: a few questions that tell whom a procedure does not suit, and where these people go instead."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from portal.catalogue import definitions
from tests.catalogue.chosen import each_service
from tests.catalogue.factories import OfferingFactory

ASKING = {code: d for code, d in definitions.load_all().items() if d.suitability}
OTHER = {"yes": "no", "no": "yes"}


def address_of(name, *args):
    return reverse(f"catalogue:{name}", args=args)


@pytest.fixture(scope="module")
def catalogue(whole_catalogue):
    """Every service of the project's files."""


@pytest.mark.django_db
@pytest.mark.parametrize("code", each_service())
def test_right_answers_lead_to_the_choice_of_a_unit_wrong_ones_elsewhere(client, catalogue, code):
    definition = ASKING[code]
    address = client.get(address_of("suitable", code)).url
    for asked in definition.suitability:
        assert address == address_of("suitable_at", code, asked.key)
        left = client.post(address, {"answer": OTHER[asked.go_on]}).url
        assert left == address_of("not_here", code, asked.key)
        assert asked.exit_service in {None, *definitions.load_all()}
        address = client.post(address, {"answer": asked.go_on}).url
    assert address == reverse("dossiers:start", args=[code])
    assert "sessionid" not in client.cookies
    told = min(definition.suitability, key=lambda asked: asked.exit_service is None)
    words = client.get(address_of("not_here", code, told.key)).content.decode()
    assert escape(told.exit.vi) in words
    assert address_of("suitable_at", code, told.key) in words  # one may change one's mind
    assert address_of("service", code) + "#units" in words
    if told.exit_service:
        assert f'href="{address_of("service", told.exit_service)}"' in words


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_question_is_asked_without_an_account_and_wants_yes_or_no(
    client, catalogue, settings, language, django_assert_max_num_queries
):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    code, definition = next((c, d) for c, d in ASKING.items() if len(d.suitability) > 1)
    second = definition.suitability[1]
    address = address_of("suitable_at", code, second.key) + "?province=H17"
    with django_assert_max_num_queries(2 + 2):  # the frame; the service and its version
        page = client.get(address)
    assert second.question.to(language) in page.content.decode()
    first = address_of("suitable_at", code, definition.suitability[0].key)
    assert f'href="{first}?province=H17"' in page.content.decode()  # the way back
    for typed in ({}, {"answer": ""}, {"answer": "\x00maybe"}, {"answer": "yes" * 100_000}):
        refused = client.post(address, typed)
        assert refused.status_code == 422
        sentence = {"vi": "Chọn có hoặc không.", "en": "Answer yes or no."}[language]
        assert sentence in refused.content.decode()
    going_on = client.post(address, {"answer": second.go_on}).url
    assert going_on.endswith("?province=H17")  # the place is not asked again


@pytest.mark.django_db
def test_a_service_that_asks_nothing_leads_straight_to_the_choice_of_a_unit(client):
    code = OfferingFactory().service.code
    assert client.get(address_of("suitable", code)).url == reverse("dossiers:start", args=[code])
    assert client.get(address_of("suitable_at", code, "anything")).status_code == 404
    assert client.get(address_of("not_here", code, "anything")).status_code == 404
