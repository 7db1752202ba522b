"""Whoever need not pay reads why, and so does the official: before sending, and on the dossier afterwards."""

import random

import pytest
from django.urls import reverse

from dossiers.states import State
from portal import clock
from portal.catalogue.samples import sample_answers
from portal.workflow import perform
from tests.dossiers import journeys
from tests.dossiers.factories import officer
from tests.dossiers.test_filing_services import offering_of

REASON = "Người nghèo, trẻ em, người khuyết tật (Thông tư số 244/2016/TT-BTC)"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_catalogue")]


@pytest.mark.parametrize(("category", "exempt"), [("exempt", True), ("standard", False)])
def test_the_reason_stands_wherever_the_fee_would(client, category, exempt):
    journeys.citizen(client)
    dossier = journeys.begin(client, offering_of("2.000488"))
    definition = dossier.version.definition
    answers = sample_answers(definition, random.Random(7), today=clock.today())
    journeys.fill_in(client, dossier, answers | {"fee_category": category})

    shown = [client.get(journeys.address("check", dossier))]
    journeys.send(client, dossier)
    dossier.refresh_from_db()
    shown.append(client.get(reverse("dossiers:detail", args=[dossier.public_id])))
    assert dossier.state == (State.SUBMITTED if exempt else State.PAYMENT_REQUESTED)
    if exempt:
        receiver = officer(dossier, "one_door")
        perform(dossier, "receive", by=receiver)
        client.force_login(receiver)
        shown.append(client.get(reverse("admin:dossiers_dossier_change", args=[dossier.public_id])))

    assert [REASON in page.content.decode() for page in shown] == [exempt] * len(shown)
