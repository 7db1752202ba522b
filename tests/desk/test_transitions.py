"""The page of each transition: what it asks, what it refuses, two clicks, two officials."""

import pytest
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier, PaymentRequest, SupplementRequest
from dossiers.states import State
from portal.catalogue.models import Reason
from portal.workflow import perform
from portal.workflow.admin import WorkflowAdmin
from portal.workflow.machine import declared
from tests.accounts.factories import OfficialFactory
from tests.catalogue.factories import OfferingFactory
from tests.desk.scans import scan
from tests.dossiers.factories import AttachmentFactory, DossierFactory, officer

pytestmark = pytest.mark.django_db

LATER = "2099-12-31"
# Situation, role, transition, what is posted, the state afterwards.
MOVES = [
    ("submitted", "one_door", "receive", {}, "received"),
    ("submitted", "one_door", "refuse_receipt", {"reason": "Không đúng nơi nhận."}, "not_received"),
    (
        "submitted",
        "one_door",
        "request_supplement",
        {"document-paper": "Mờ."},
        "supplement_requested",
    ),
    (
        "in_process",
        "specialist",
        "request_supplement",
        {"question-copies": "Quá nhiều."},
        "supplement_requested",
    ),
    ("received", "one_door", "start_processing", {"to": ""}, "in_process"),
    (
        "withdrawal_requested",
        "one_door",
        "refuse_withdrawal",
        {"reason": "Đã giải quyết."},
        "submitted",
    ),
    ("withdrawal_requested", "one_door", "accept_withdrawal", {}, "stopped"),
    ("in_process", "leader", "stop", {"reason": "Người nộp đã mất."}, "stopped"),
    (
        "in_process",
        "specialist",
        "propose",
        {"outcome": "granted", "statement": "Đủ điều kiện."},
        "in_process",
    ),
    ("in_process", "specialist", "hand_over", {"to": ""}, "in_process"),
    ("in_process", "leader", "reschedule", {"until": LATER, "reason": "Chờ ý kiến."}, "in_process"),
    ("completed", "one_door", "return_result", {}, "returned"),
]


def address_of(dossier, name):
    return reverse("admin:dossiers_dossier_transition", args=[dossier.public_id, name])


def post(client, dossier, name, **typed):
    return client.post(address_of(dossier, name), {"seen": dossier.sequence, **typed})


@pytest.mark.parametrize(("situation", "role", "name", "typed", "after"), MOVES)
def test_each_has_a_page_that_carries_it_out(sits_at, situation, role, name, typed, after):
    dossier = DossierFactory(**{situation: True})
    client = sits_at(officer(dossier, role))
    assert client.get(address_of(dossier, name)).status_code == 200

    answer = post(client, dossier, name, **typed)

    assert answer.status_code == 302, answer.content.decode()
    row = dossier.history.last()
    dossier.refresh_from_db()
    assert (row.transition, row.actor, dossier.state) == (name, officer(dossier, role), after)


def test_a_reason_is_asked_for_in_the_form_of_the_page(sits_at):
    dossier = DossierFactory(submitted=True)

    answer = post(sits_at(officer(dossier, "one_door")), dossier, "refuse_receipt", reason="  ")

    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED


def test_a_supplement_needs_an_item(sits_at):
    dossier = DossierFactory(submitted=True)

    answer = post(sits_at(officer(dossier, "one_door")), dossier, "request_supplement")

    assert answer.status_code == 422
    assert not SupplementRequest.objects.filter(dossier=dossier).exists()


def test_items_keep_their_reasons(sits_at):
    dossier = DossierFactory(submitted=True)
    typed = {"document-paper": "Bản chụp mờ.", "question-copies": "Tối đa 5 bản."}

    post(sits_at(officer(dossier, "one_door")), dossier, "request_supplement", **typed)

    assert SupplementRequest.objects.get(dossier=dossier).items == [
        {"kind": "document", "key": "paper", "reason": "Bản chụp mờ."},
        {"kind": "question", "key": "copies", "reason": "Tối đa 5 bản."},
    ]


def test_a_usual_reason_is_enough_and_figures_can_count_by_it(sits_at):
    Reason.objects.create(
        code="blurred", kind="supplement", text_vi="Bản chụp mờ.", text_en="Blurred."
    )
    dossier = DossierFactory(submitted=True)
    client = sits_at(officer(dossier, "one_door"))

    post(client, dossier, "request_supplement", **{"why-document-paper": "blurred"})

    (item,) = dossier.supplement_requests.get().items
    assert (item["reason"], item["why"]) == ("Bản chụp mờ.", "blurred")
    assert dossier.history.get(transition="request_supplement").details["reasons"] == ["blurred"]


def test_a_refusal_by_a_usual_reason_says_it_to_the_applicant(sits_at):
    Reason.objects.create(
        code="twice", kind="refusal", text_vi="Hồ sơ trùng.", text_en="Filed twice."
    )
    dossier = DossierFactory(submitted=True)
    client = sits_at(officer(dossier, "one_door"))
    assert post(client, dossier, "refuse_receipt", why="unknown").status_code == 422

    post(client, dossier, "refuse_receipt", why="twice")

    dossier.refresh_from_db()
    assert dossier.closing_reason == "Hồ sơ trùng."
    assert dossier.history.get(transition="refuse_receipt").details == {"why": "twice"}


def test_a_second_supplement_at_one_stage_is_refused(sits_at):
    dossier = DossierFactory(supplement_requested=True)
    perform_supply(dossier)

    client = sits_at(officer(dossier, "one_door"))

    assert client.get(address_of(dossier, "request_supplement")).status_code == 403


def perform_supply(dossier):
    request = SupplementRequest.objects.get(dossier=dossier)
    AttachmentFactory(dossier=dossier, component="paper", supplement=request)
    perform(dossier, "supply", by=dossier.filed_by)


def test_handing_over_goes_only_to_officials_of_the_agency(sits_at):
    dossier = DossierFactory(received=True)
    colleague = officer(dossier, "specialist")
    stranger = OfficialFactory(role="specialist", agency=OfferingFactory().handling_agency)
    client = sits_at(officer(dossier, "one_door"))

    page = client.get(address_of(dossier, "start_processing"))
    assert list(page.context["form"].fields["to"].queryset) == [colleague]
    assert post(client, dossier, "start_processing", to=stranger.pk).status_code == 422

    post(client, dossier, "start_processing", to=colleague.pk)
    dossier.refresh_from_db()
    assert dossier.assigned_to == colleague


def test_a_transfer_takes_the_dossier_out_of_the_former_agencys_sight(sits_at):
    dossier = DossierFactory(in_process=True)
    elsewhere = OfferingFactory(service=dossier.service).handling_agency
    leader = officer(dossier, "leader")
    client = sits_at(leader)

    answer = post(client, dossier, "transfer", to=elsewhere.pk)

    assert answer.url == reverse("admin:dossiers_dossier_changelist")
    dossier.refresh_from_db()
    assert dossier.handling_agency == elsewhere
    assert (
        client.get(reverse("admin:dossiers_dossier_change", args=[dossier.public_id])).status_code
        == 404
    )


def test_a_new_date_is_the_end_of_that_working_day(sits_at):
    dossier = DossierFactory(in_process=True)

    post(
        sits_at(officer(dossier, "leader")),
        dossier,
        "reschedule",
        until=LATER,
        reason="Chờ ý kiến.",
    )

    dossier.refresh_from_db()
    assert f"{timezone.localtime(dossier.promised_at):%Y-%m-%d %H:%M}" == f"{LATER} 17:00"


def test_a_date_that_is_too_early_is_refused_in_words_and_what_was_typed_stays(sits_at):
    dossier = DossierFactory(in_process=True)

    answer = post(
        sits_at(officer(dossier, "leader")),
        dossier,
        "reschedule",
        until="2020-01-01",
        reason="Chờ ý kiến.",
    )

    assert answer.status_code == 422
    assert "Chờ ý kiến." in answer.content.decode()
    assert answer.context["refusal"] is not None


def test_payment_is_requested_with_the_fee_of_the_catalogue(sits_at):
    dossier = DossierFactory(received=True, offering__service__fee_vnd=75_000)
    client = sits_at(officer(dossier, "one_door"))
    assert "75.000" in client.get(address_of(dossier, "request_payment")).content.decode()

    post(client, dossier, "request_payment", amount=1)

    assert PaymentRequest.objects.get(dossier=dossier).amount == 75_000


def test_a_paper_supplement_is_brought_to_the_counter(sits_at):
    dossier = DossierFactory(paper=True, submitted=True)
    client = sits_at(officer(dossier, "one_door"))
    typed = {"document-paper": "Mờ.", "question-copies": "Quá nhiều."}
    post(client, dossier, "request_supplement", **typed)
    dossier.refresh_from_db()
    assert client.get(address_of(dossier, "supply")).status_code == 200
    assert post(client, dossier, "supply", copies="3").status_code == 422

    answer = post(client, dossier, "supply", **{"paper-paper": scan(), "copies": "3"})

    assert answer.status_code == 302, answer.content.decode()
    dossier.refresh_from_db()
    assert (dossier.state, dossier.answers["copies"]) == (State.SUBMITTED, 3)


def test_what_was_filed_online_is_answered_online(sits_at):
    dossier = DossierFactory(supplement_requested=True)

    assert (
        sits_at(officer(dossier, "one_door")).get(address_of(dossier, "supply")).status_code == 403
    )


# What must never happen --------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["delete", "save", "refresh_from_db", "objects", "nonsense", "__class__", "move"]
)
def test_a_name_that_is_no_transition_does_not_exist(sits_at, name):
    dossier = DossierFactory(submitted=True)
    client = sits_at(officer(dossier, "one_door"))
    address = address_of(dossier, "receive").replace("receive", name)

    assert client.get(address).status_code == 404
    assert client.post(address, {"seen": dossier.sequence}).status_code == 404
    assert Dossier.objects.filter(pk=dossier.pk, state=State.SUBMITTED).exists()


def test_every_declared_transition_answers_in_every_state_without_breaking(sits_at):
    """Whatever is typed into the address: a page or a clear refusal."""
    for situation in ("submitted", "in_process", "returned"):
        dossier = DossierFactory(**{situation: True})
        for role in ("one_door", "leader"):
            client = sits_at(officer(dossier, role))
            for name in declared(Dossier):
                assert client.get(address_of(dossier, name)).status_code in (200, 403, 409), (
                    situation,
                    role,
                    name,
                )


def test_a_step_of_another_state_is_refused(sits_at):
    dossier = DossierFactory(in_process=True)

    answer = post(sits_at(officer(dossier, "one_door")), dossier, "receive")

    assert answer.status_code == 409


def test_a_step_of_another_role_is_refused(sits_at):
    dossier = DossierFactory(in_process=True)

    answer = post(sits_at(officer(dossier, "specialist")), dossier, "stop", reason="x")

    assert answer.status_code == 403
    dossier.refresh_from_db()
    assert dossier.state == State.IN_PROCESS


@pytest.mark.parametrize("seen", ["", "x", "-1", "0", "9" * 30, "²"])
def test_a_page_that_shows_an_older_dossier_is_stale(sits_at, seen):
    dossier = DossierFactory(submitted=True)
    client = sits_at(officer(dossier, "one_door"))

    answer = client.post(
        address_of(dossier, "refuse_receipt"), {"seen": seen, "reason": "Lý do dài."}
    )

    assert answer.status_code == 409
    assert "Lý do dài." in answer.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED


def test_of_two_officials_the_second_is_told_what_happened(sits_at, client):
    dossier = DossierFactory(submitted=True)
    first = officer(dossier, "one_door")
    second = OfficialFactory(role="one_door", unit=dossier.receiving_unit)
    post(sits_at(first), dossier, "receive")

    answer = post(sits_at(second), dossier, "refuse_receipt", reason="Không đúng nơi nhận.")

    assert answer.status_code == 409
    assert "Không đúng nơi nhận." in answer.content.decode()
    assert list(dossier.history.values_list("transition", flat=True)) == ["submit", "receive"]


def test_two_clicks_do_it_once_and_lead_to_the_same_page(sits_at):
    dossier = DossierFactory(submitted=True)
    client = sits_at(officer(dossier, "one_door"))

    answers = [post(client, dossier, "receive") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert dossier.history.filter(transition="receive").count() == 1


def test_the_admin_never_saves_the_dossier_by_itself(sits_at):
    dossier = DossierFactory(submitted=True)
    client = sits_at(officer(dossier, "one_door"))
    page = reverse("admin:dossiers_dossier_change", args=[dossier.public_id])

    client.post(page, {"state": "returned", "_fsm_transition_to": "receive", "applicant_name": "X"})

    fresh = Dossier.objects.get(pk=dossier.pk)
    assert (fresh.state, fresh.applicant_name) == (State.SUBMITTED, dossier.applicant_name)


def test_the_workflow_admin_has_no_way_around_the_door():
    """Neither django-fsm's own buttons nor a form that saves first."""
    assert not [base for base in WorkflowAdmin.__mro__ if base.__module__.startswith("django_fsm")]
    assert not hasattr(WorkflowAdmin, "_apply_fsm_transition")
