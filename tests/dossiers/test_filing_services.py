"""Every service is filed through the pages, as far as its level allows."""

import pytest
from django.urls import reverse

from dossiers.models import Dossier
from dossiers.states import State
from portal.catalogue import definitions
from portal.catalogue.fees import fee_due
from portal.catalogue.models import Offering
from tests.dossiers import journeys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_catalogue")]


def offering_of(code):
    """The service at a unit of Da Nang, or wherever it is offered at the level of its file."""
    level = definitions.service(code).level
    offerings = Offering.objects.filter(service__code=code, level=level, valid_to__isnull=True)
    return offerings.filter(unit__code__startswith="H17").first() or offerings.first()


@pytest.mark.parametrize(
    "code", [code for code, d in definitions.load_all().items() if d.level >= 3]
)
def test_filed_online_from_the_service_page_to_the_confirmation(client, code):
    user = journeys.citizen(client)
    offering = offering_of(code)
    page = client.get(reverse("catalogue:service", args=[code]))
    begins = "catalogue:suitable" if definitions.service(code).suitability else "dossiers:start"
    assert reverse(begins, args=[code]) in page.content.decode()
    dossier = journeys.begin(client, offering)
    known = dossier.version.definition.applicant_questions
    if "full_name" in known:
        assert dossier.answers[known["full_name"]] == user.full_name
    answers = journeys.fill_in(client, dossier)
    assert client.get(journeys.address("tasks", dossier)).context["is_ready"]
    check = client.get(journeys.address("check", dossier))
    assert check.context["unfinished"] == []
    response = journeys.send(client, dossier)
    assert response.url == journeys.address("sent", dossier), journeys.errors_of(response)
    dossier.refresh_from_db()
    assert dossier.code.startswith(offering.unit.code)
    assert dossier.filed_by == user
    kept = dossier.version.definition.kept_answers(answers)
    assert dossier.answers == kept
    fee = definitions.service(code).fee
    amount = fee_due(fee, answers).amount_vnd
    if fee.when == "filing" and amount:
        assert dossier.state == State.PAYMENT_REQUESTED
        request = dossier.payment_requests.get()
        assert (request.amount, request.online) == (amount, offering.level == 4)
    else:
        assert dossier.state == State.SUBMITTED
    sent = client.get(response.url).content.decode()
    assert dossier.code in sent
    receipt = journeys.download(client, journeys.address("receipt", dossier))
    assert receipt.body.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "code", [code for code, d in definitions.load_all().items() if d.level < 3]
)
def test_levels_1_and_2_say_where_to_go_and_refuse_to_be_started(client, code):
    journeys.citizen(client)
    page = client.get(reverse("catalogue:service", args=[code])).content.decode()
    assert reverse("dossiers:start", args=[code]) not in page
    offering = offering_of(code)
    start = client.get(reverse("dossiers:start", args=[code]))
    assert start.context["online"] == []
    response = client.post(
        reverse("dossiers:start", args=[code]),
        {"offering": offering.pk, "nonce": "0b87e1d8-6f6e-4f2b-8df1-6d2b6a6d3a10"},
    )
    assert response.status_code == 422
    assert str(offering.unit) in response.content.decode()
    assert not Dossier.objects.exists()
