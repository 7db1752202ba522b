"""The page of one dossier: what stands on it, which buttons it offers, what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from dossiers.desk import legal_clock
from dossiers.desk.acts import HINTS, ORDER
from dossiers.desk.history_lines import WHAT_HAPPENED
from dossiers.errors import RescheduledBefore
from dossiers.models import Dossier
from portal import clock
from portal.workflow import offers, perform
from portal.workflow.machine import declared
from portal.worktime import at
from tests.dossiers.factories import WAYS, DossierFactory, officer

# Person, roles, clock, dossier; history, papers, forms issued (2), three kinds of requests, steps,
# proposals; and what the guards look at. The session is in the cache.
QUERIES_OF_THE_PAGE = 16

pytestmark = pytest.mark.django_db


def page_of(dossier):
    return reverse("admin:dossiers_dossier_change", args=[dossier.public_id])


def acts_on(client, dossier):
    return {act.name: act for act in client.get(page_of(dossier)).context["acts"]}


def test_every_transition_has_its_words():
    names = set(declared(Dossier))

    assert names == set(ORDER) | {"submit"}
    assert names - set(HINTS) == {"submit", "record_payment", "expire"}
    assert names == set(WHAT_HAPPENED)


@pytest.mark.parametrize("situation", [name for name in WAYS if name != "draft"])
def test_the_page_opens_in_every_situation_for_everybody_who_works_here(sits_at, staff, situation):
    dossier = DossierFactory(**{situation: True})
    for role in ("one_door", "specialist", "leader", "clerk"):
        client = sits_at(officer(dossier, role))
        answer = client.get(page_of(dossier))
        assert answer.status_code == 200
        body = answer.content.decode()
        assert dossier.applicant_name in body
        assert "giay-to.pdf" in body
        assert client.get(page_of(dossier) + "history/").status_code == 200


def test_buttons_are_exactly_the_offers(sits_at, staff, offering):
    dossier = DossierFactory(offering=offering, in_process=True)
    for role in ("one_door", "specialist", "leader", "clerk"):
        shown = acts_on(sits_at(staff[role]), dossier)
        offered = {offer.name: offer for offer in offers(dossier, staff[role])}

        assert set(shown) == set(offered)
        for name, act in shown.items():
            assert not act.permitted or offered[name].permitted
            assert act.words, name


def test_a_barred_button_says_why(sits_at, staff, offering):
    dossier = DossierFactory(offering=offering, in_process=True)
    body = sits_at(staff["leader"]).get(page_of(dossier)).content.decode()
    reason = next(
        offer.reason for offer in offers(dossier, staff["leader"]) if offer.name == "complete"
    )

    assert reason in body
    assert 'aria-disabled="true" aria-describedby="why-complete"' in body
    assert f"{page_of(dossier)}complete/" not in body


def test_what_the_move_would_refuse_anyhow_is_said_beforehand(sits_at, staff, offering):
    dossier = DossierFactory(offering=offering, in_process=True)
    perform(
        dossier,
        "reschedule",
        by=staff["leader"],
        until=clock.now() + timedelta(days=90),
        reason="Chờ ý kiến.",
    )

    shown = acts_on(sits_at(staff["leader"]), dossier)

    assert not shown["reschedule"].permitted
    assert shown["reschedule"].words == str(
        RescheduledBefore(day=f"{dossier.promised_at:%d/%m/%Y}")
    )
    assert not shown["send_back"].permitted  # the first step has none before it
    assert shown["hand_over"].permitted


def test_the_first_button_is_the_next_step(sits_at, staff, offering):
    submitted = DossierFactory(offering=offering, submitted=True)
    in_process = DossierFactory(offering=offering, in_process=True)
    proposed = DossierFactory(offering=offering, proposed=True)

    def first(role, dossier):
        return sits_at(staff[role]).get(page_of(dossier)).context["acts"][0].name

    assert first("one_door", submitted) == "receive"
    assert first("specialist", in_process) == "propose"
    assert first("specialist", proposed) == "hand_over"
    assert first("leader", proposed) == "complete"


def test_the_clock_is_explained(staff, offering):
    dossier = DossierFactory(offering=offering, in_process=True)
    items = [{"kind": "document", "key": "paper", "reason": "Mờ."}]
    Dossier.objects.filter(pk=dossier.pk).update(expected_at=clock.now() + timedelta(days=30))
    dossier.refresh_from_db()
    assert legal_clock.reading(dossier).kind == ""
    Dossier.objects.filter(pk=dossier.pk).update(expected_at=clock.now() - timedelta(days=10))
    dossier.refresh_from_db()
    assert legal_clock.reading(dossier).kind == "late"
    assert legal_clock.reading(dossier).days < 0

    perform(dossier, "request_supplement", by=staff["specialist"], items=items)

    assert legal_clock.reading(dossier).kind == "paused"
    terms = [row["value"] for row in legal_clock.explanation(dossier)]
    assert any(f"{dossier.due_at:%d/%m/%Y}" in str(value) for value in terms)


def test_a_date_that_passed_over_the_weekend_is_late(offering, monkeypatch):
    """Saturday lies behind a Friday's date although no working day has passed."""
    dossier = DossierFactory(offering=offering, in_process=True)
    dossier.expected_at = at("2022-08-26 17:00")
    monkeypatch.setattr(clock, "now", lambda: at("2022-08-27 09:00"))

    assert legal_clock.reading(dossier).kind == "late"
    assert legal_clock.reading(dossier).days == -1


@pytest.mark.parametrize("papers", [1, 4])
def test_the_page_costs_the_same_whatever_lies_in_the_dossier(
    sits_at, staff, offering, django_assert_num_queries, settings, papers
):
    settings.PORTAL_DEMO = False
    dossier = DossierFactory(offering=offering, in_process=True, papers=["paper"] * papers)
    client = sits_at(staff["specialist"])
    client.get(page_of(dossier))

    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        client.get(page_of(dossier))
