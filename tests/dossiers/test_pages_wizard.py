"""The pages on which a draft is filled in and sent."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from dossiers.states import Delivery, State
from portal.catalogue.levels import LEVELS
from tests.accounts.factories import UserFactory
from tests.catalogue.factories import OfferingFactory
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory
from tests.dossiers.journeys import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client):
    return journeys.citizen(client)


def text_of(response):
    return response.content.decode()


# Start ------------------------------------------------------------------------------------


def test_starting_asks_to_sign_in_and_leads_back(client):
    offering = OfferingFactory()
    url = reverse("dossiers:start", args=[offering.service.code])
    response = client.get(url)
    assert response.url == f"{reverse('account_login')}?next={url}"
    user = UserFactory(password="mot-cua-demo", confirmed=True)
    signed_in = client.post(response.url, {"login": user.email, "password": "mot-cua-demo"})
    assert signed_in.url == url


def test_the_address_beside_the_service_leads_to_the_start(client, me):
    code = OfferingFactory().service.code
    response = client.get(f"/services/{code}/start/")
    assert response.url == reverse("dossiers:start", args=[code])


def test_pressing_begin_twice_gives_one_draft(client, me):
    offering = OfferingFactory()
    page = client.get(reverse("dossiers:start", args=[offering.service.code]))
    form = {"offering": offering.pk, "nonce": page.context["nonce"]}
    first = client.post(page.request["PATH_INFO"], form)
    second = client.post(page.request["PATH_INFO"], form)
    assert first.url == second.url
    assert Dossier.objects.count() == 1


def test_the_start_page_tells_of_a_draft_that_is_already_there(client, me):
    draft = DossierFactory(filed_by=me)
    page = client.get(reverse("dossiers:start", args=[draft.service.code]))
    assert list(page.context["drafts"]) == [draft]
    assert address("tasks", draft) in text_of(page)


def test_each_unit_is_offered_at_its_own_level(client, me):
    service = OfferingFactory(level=4).service
    offerings = {level: OfferingFactory(service=service, level=level) for level in (1, 2, 3)}
    page = client.get(reverse("dossiers:start", args=[service.code]))
    assert {each.level for each in page.context["online"]} == {3, 4}
    assert set(page.context["elsewhere"]) == {offerings[1], offerings[2]}


@pytest.mark.parametrize("level", LEVELS)
def test_the_server_judges_the_level_not_the_page(client, me, level):
    offering = OfferingFactory(level=level)
    response = client.post(
        reverse("dossiers:start", args=[offering.service.code]),
        {"offering": offering.pk, "nonce": uuid4()},
    )
    assert response.status_code == (302 if level >= 3 else 422)
    assert Dossier.objects.count() == (level >= 3)


def test_a_unit_that_does_not_offer_the_service_is_refused_with_a_sentence(client, me):
    offering, other = OfferingFactory(), OfferingFactory()
    response = client.post(
        reverse("dossiers:start", args=[offering.service.code]),
        {"offering": other.pk, "nonce": uuid4()},
    )
    assert response.status_code == 422
    assert not Dossier.objects.exists()


@pytest.mark.parametrize(
    "form", [{}, {"offering": "x", "nonce": "y"}, {"offering": "9" * 30, "nonce": uuid4()}]
)
def test_a_broken_start_form_shows_the_page_again(client, me, form):
    offering = OfferingFactory()
    response = client.post(reverse("dossiers:start", args=[offering.service.code]), form)
    assert response.status_code == 422
    assert not Dossier.objects.exists()


# Filling in ---------------------------------------------------------------------------------


def test_the_task_list_shows_what_is_done_and_what_is_next(client, me):
    draft = DossierFactory(filed_by=me, empty=True)
    page = client.get(address("tasks", draft))
    states = [row.state for row in page.context["rows"]]
    assert states == ["done", "todo", "todo", "done"]  # applicant, request, papers, delivery
    assert page.context["next_href"] == address("step", draft, "request")
    assert "Giấy tờ gốc" in text_of(page)


def test_a_page_saves_and_leads_on(client, me):
    draft = DossierFactory(filed_by=me, empty=True)
    response = client.post(address("step", draft, "request"), {"copies": "3"})
    assert response.url == address("documents", draft)
    draft.refresh_from_db()
    assert draft.answers == {"copies": 3}


def test_a_page_opened_from_the_check_leads_back_to_it(client, me):
    draft = DossierFactory(filed_by=me)
    page = client.get(f"{address('step', draft, 'request')}?came=check")
    assert 'name="came" value="check"' in text_of(page)
    response = client.post(address("step", draft, "request"), {"copies": "3", "came": "check"})
    assert response.url == address("check", draft)


def test_a_wrong_answer_is_named_beside_its_question_and_in_the_summary(client, me):
    draft = DossierFactory(filed_by=me, empty=True)
    response = client.post(address("step", draft, "request"), {"copies": "hai bản"})
    page = text_of(response)
    assert response.status_code == 422
    assert 'class="error-summary"' in page and 'href="#id_copies"' in page
    assert 'value="hai bản"' in page and "<title>Có lỗi:" in page
    assert page.count("ví dụ 12") == 2


def test_going_back_with_an_error_keeps_what_was_typed(client, me):
    draft = DossierFactory(filed_by=me, empty=True)
    response = client.post(
        address("step", draft, "request"), {"copies": "hai bản", "then": "tasks"}
    )
    assert response.url == address("tasks", draft)
    page = text_of(client.get(address("step", draft, "request")))
    assert 'value="hai bản"' in page
    assert "điền lại" in page
    assert 'value="hai bản"' not in text_of(client.get(address("step", draft, "request")))


def test_extra_fields_change_nothing_that_the_form_does_not_own(client, me):
    draft = DossierFactory(filed_by=me)
    before = vars(Dossier.objects.get(pk=draft.pk))
    extra = {field.attname: "9" for field in Dossier._meta.concrete_fields} | {"declaration": "on"}
    client.post(address("step", draft, "request"), {**extra, "copies": "4"})
    client.post(
        address("delivery", draft), {**extra, "delivery": "counter", "delivery_address": ""}
    )
    after = vars(Dossier.objects.get(pk=draft.pk))
    changed = {key for key in before if before[key] != after[key] and key != "_state"}
    assert changed == {"answers", "delivery", "changed_at"}
    assert after["answers"] == {"copies": 4}


def test_two_pages_saved_by_two_tabs_do_not_overwrite_each_other(client, me):
    draft = DossierFactory(filed_by=me, empty=True)
    Dossier.objects.filter(pk=draft.pk).update(answers={"other": 1})
    client.post(address("step", draft, "request"), {"copies": "2"})
    draft.refresh_from_db()
    assert draft.answers == {"other": 1, "copies": 2}


def test_the_applicant_can_be_corrected_and_is_checked(client, me):
    draft = DossierFactory(filed_by=me)
    wrong = journeys.APPLICANT | {
        "applicant_identifier": "12",
        "applicant_email": "mai",
        "applicant_name": "M@i",
    }
    response = client.post(address("applicant", draft), wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {
        "applicant_identifier",
        "applicant_email",
        "applicant_name",
    }
    response = client.post(address("applicant", draft), journeys.APPLICANT)
    assert response.url == address("step", draft, "request")
    draft.refresh_from_db()
    assert draft.applicant_email == "mai@vidu.example"


@pytest.mark.parametrize("text", ["a\x00b", "‮đảo", "x" * 5000])
def test_hostile_text_gets_a_sentence(client, me, text):
    draft = DossierFactory(filed_by=me)
    for page, name in [("applicant", "applicant_address"), ("delivery", "delivery_address")]:
        form = journeys.APPLICANT | {"delivery": "post", name: text}
        response = client.post(address(page, draft), form)
        assert response.status_code == 422
        assert name in response.context["form"].errors
    assert client.post(address("step", draft, "request"), {"copies": text}).status_code == 422


def test_delivery_offers_what_the_level_allows_and_wants_an_address_for_the_post(client, me):
    draft = DossierFactory(filed_by=me)
    response = client.post(address("delivery", draft), {"delivery": "post", "delivery_address": ""})
    assert set(response.context["form"].errors) == {"delivery_address"}
    client.post(
        address("delivery", draft), {"delivery": "post", "delivery_address": "72 Bạch Đằng"}
    )
    draft.refresh_from_db()
    assert (draft.delivery, draft.delivery_address) == (Delivery.POST, "72 Bạch Đằng")
    third = DossierFactory(filed_by=me, offering__level=3)
    response = client.post(address("delivery", third), {"delivery": "online"})
    assert response.status_code == 422


def test_an_unknown_page_of_the_form_is_not_found(client, me):
    draft = DossierFactory(filed_by=me)
    assert client.get(address("step", draft, "no_such_page")).status_code == 404


# A session lost in mid-form -----------------------------------------------------------------


def end_sessions():
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    Session.objects.all().delete()


@pytest.mark.parametrize(
    ("page", "field", "typed"),
    [
        ("step", "copies", "7"),
        ("applicant", "applicant_address", "5 Lê Lợi"),
        ("delivery", "delivery_address", "6 Lê Lai"),
    ],
)
def test_what_was_typed_is_there_again_after_signing_in(client, page, field, typed):
    me = UserFactory(password="mot-cua-demo", confirmed=True)
    client.force_login(me)
    draft = DossierFactory(filed_by=me)
    url = address(page, draft, *(["request"] if page == "step" else []))
    client.get(url)
    client.cookies.pop(next(name for name in client.cookies if "session" in name))
    response = client.post(url, journeys.APPLICANT | {"delivery": "post", field: typed})
    assert response.url == f"{reverse('account_login')}?next={url}"
    signed_in = client.post(response.url, {"login": me.email, "password": "mot-cua-demo"})
    assert signed_in.url == url
    again = text_of(client.get(url))
    assert typed in again
    draft.refresh_from_db()
    assert typed not in map(
        str, [*draft.answers.values(), draft.applicant_address, draft.delivery_address]
    )


def test_what_was_typed_is_not_shown_to_somebody_else(client):
    mine, other = UserFactory(), UserFactory()
    draft = DossierFactory(filed_by=mine)
    url = address("step", draft, "request")
    client.post(url, {"copies": "7"})
    client.force_login(other)
    assert client.get(url).status_code == 404


def test_a_button_pressed_after_the_session_ended_leads_back_to_the_dossier(client):
    draft = DossierFactory()
    response = client.post(address("submit", draft), {"declaration": "on"})
    assert response.url == f"{reverse('account_login')}?next={draft.get_absolute_url()}"
    assert "Đăng nhập rồi bấm lại." in text_of(client.get(response.url))
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


# Check and send --------------------------------------------------------------------------------


def test_the_check_reads_everything_back_with_links_to_change_it(client, me):
    draft = DossierFactory(filed_by=me, offering__service__fee_vnd=75_000)
    page = text_of(client.get(address("check", draft)))
    for words in (
        "Nguyễn Thị Mai",
        "Số bản",
        "giay-to.pdf",
        "75.000 đồng",
        "Tôi cam đoan khai đúng",
    ):
        assert words in page
    for name in ("applicant", "documents", "delivery"):
        assert address(name, draft) in page
    assert address("step", draft, "request") in page


def test_an_unfinished_draft_cannot_be_sent_and_says_what_is_left(client, me):
    draft = DossierFactory(filed_by=me, empty=True)
    page = client.get(address("check", draft))
    assert len(page.context["unfinished"]) == 2
    response = client.post(address("submit", draft), {"declaration": "on"})
    assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_the_declaration_must_be_ticked(client, me):
    draft = DossierFactory(filed_by=me)
    response = client.post(address("submit", draft), {})
    assert response.status_code == 422
    assert "declare-declaration" in text_of(response)
    draft.refresh_from_db()
    assert (draft.state, draft.answers) == (State.DRAFT, {"copies": 2, "declaration": True})


def test_sending_twice_lands_on_the_same_confirmation(client, me):
    draft = DossierFactory(filed_by=me)
    first = journeys.send(client, draft)
    second = journeys.send(client, draft)
    assert first.url == second.url == address("sent", draft)
    assert draft.history.count() == 1
    assert client.get(address("check", draft)).url == draft.get_absolute_url()
    assert client.get(address("tasks", draft)).url == draft.get_absolute_url()


def test_a_page_that_is_stale_says_so(client, me):
    draft = DossierFactory(filed_by=me)
    response = client.post(address("submit", draft), {"declaration": "on", "seen": "4"})
    assert response.status_code == 409


def test_the_confirmation_gives_code_date_receipt_and_the_next_step(client, me):
    draft = DossierFactory(filed_by=me, offering__service__fee_vnd=75_000)
    page = client.get(journeys.send(client, draft).url)
    draft.refresh_from_db()
    words = text_of(page)
    assert draft.code in words and address("receipt", draft) in words
    assert reverse("payments:pay", args=[draft.public_id]) in words
    assert "Nộp 75.000 đồng" in words


def test_a_draft_is_discarded_after_asking_once_more(client, me):
    draft = DossierFactory(filed_by=me)
    assert client.get(address("discard", draft)).status_code == 200
    assert Dossier.objects.exists()
    assert client.post(address("discard", draft)).url == reverse("dossiers:list")
    assert not Dossier.objects.exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_a_draft_speaks_both_languages(client, me, settings, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    draft = DossierFactory(filed_by=me)
    pages = [
        address(name, draft)
        for name in ("tasks", "applicant", "documents", "delivery", "check", "discard")
    ]
    for url in [*pages, address("step", draft, "request")]:
        page = text_of(client.get(url))
        assert f'<html lang="{language}">' in page
        assert (
            ">Save and go on<" in page
            or ">Discard" in page
            or ">Go on" in page
            or ">Send the" in page
        ) == (language == "en")


FRAME = 4  # account, roles, clock, and whether this is a demo


@pytest.mark.parametrize(
    ("page", "queries"),
    [("tasks", 2), ("applicant", 1), ("documents", 2), ("delivery", 1), ("check", 3)],
)
def test_queries_of_the_pages_of_a_draft(client, me, page, queries, django_assert_max_num_queries):
    draft = DossierFactory(filed_by=me)
    with django_assert_max_num_queries(FRAME + queries):
        client.get(address(page, draft))


def test_queries_of_a_saved_page(client, me, django_assert_max_num_queries):
    draft = DossierFactory(filed_by=me)
    with django_assert_max_num_queries(12):
        client.post(address("step", draft, "request"), {"copies": "3"})
