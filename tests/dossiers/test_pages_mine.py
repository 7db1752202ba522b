"""My dossiers, the page of one dossier in every situation, and what can be done there."""

import pytest
from django.urls import reverse

from dossiers.models import Dossier
from dossiers.states import State
from portal.workflow import perform
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.dossiers import journeys
from tests.dossiers.factories import WAYS, DossierFactory, officer
from tests.dossiers.journeys import address

pytestmark = pytest.mark.django_db

FRAME = 4  # queries of every page: account, roles, clock, and whether this is a demo


@pytest.fixture
def me(client):
    return journeys.citizen(client)


def text_of(response):
    return response.content.decode()


# The list -----------------------------------------------------------------------------------


def test_an_empty_list_leads_to_the_catalogue(client, me):
    page = text_of(client.get(reverse("dossiers:list")))
    assert "Ông/bà chưa có hồ sơ nào." in page
    assert reverse("catalogue:search") in page


def test_the_list_is_mine_alone_and_sorted_by_who_must_act(client, me):
    DossierFactory(received=True)
    DossierFactory(paper=True, submitted=True)
    draft = DossierFactory(filed_by=me)
    asked = DossierFactory(filed_by=me, supplement_requested=True)
    with_agency = DossierFactory(filed_by=me, received=True)
    ended = DossierFactory(filed_by=me, returned=True)

    def shown(who):
        rows = client.get(reverse("dossiers:list"), {"who": who}).context["rows"]
        return {row["dossier"].pk for row in rows}

    assert shown("") == {draft.pk, asked.pk, with_agency.pk, ended.pk}
    assert shown("yours") == {draft.pk, asked.pk}
    assert shown("agency") == {with_agency.pk}
    assert shown("ended") == {ended.pk}
    assert shown("nonsense") == shown("")


def test_the_list_has_pages_and_a_broken_page_number_is_no_fault(client, me):
    offering = DossierFactory(filed_by=me).offering
    for _ in range(11):
        DossierFactory(filed_by=me, offering=offering, submitted=True)
    first = client.get(reverse("dossiers:list"))
    assert len(first.context["rows"]) == 10
    assert 'rel="next"' in text_of(first)
    assert len(client.get(reverse("dossiers:list"), {"page": 2}).context["rows"]) == 2
    for broken in ("0", "-1", "x", "9999999999"):
        assert client.get(reverse("dossiers:list"), {"page": broken}).status_code == 200


def test_queries_of_the_list_do_not_grow(client, me, django_assert_max_num_queries):
    for situation in (
        "supplement_requested",
        "payment_requested",
        "in_process",
        "returned",
        "submitted",
    ):
        DossierFactory(filed_by=me, **{situation: True})
    client.get(reverse("dossiers:list"))
    with django_assert_max_num_queries(FRAME + 7):
        client.get(reverse("dossiers:list"))


# One dossier --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("situation", [each for each in WAYS if each != "draft"])
def test_the_page_says_who_must_act_in_every_situation(client, me, settings, situation, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    dossier = DossierFactory(filed_by=me, **{situation: True})
    response = client.get(dossier.get_absolute_url())
    page = text_of(response)
    assert response.status_code == 200
    standing = response.context["standing"]
    assert standing.title in page.replace("&#x27;", "'")
    assert dossier.code in page
    assert len(response.context["timeline"]) >= dossier.history.count() - 1
    assert client.get(reverse("dossiers:list")).status_code == 200
    assert client.get(address("sent", dossier)).status_code == 200


@pytest.mark.parametrize(
    ("situation", "kind", "words"),
    [
        ("submitted", "agency", "đang kiểm tra hồ sơ"),
        ("not_received", "no", "Không đúng thẩm quyền."),
        ("received", "agency", "Ngày hẹn trả kết quả"),
        ("in_process", "agency", "Thẩm định"),
        ("supplement_requested", "yours", "Bổ sung 1 mục trước"),
        ("payment_requested", "yours", "Nộp 75.000 đồng trước"),
        ("withdrawal_requested", "agency", "đang xem xét việc rút hồ sơ"),
        ("withdrawn", "closed", "Ông/bà đã rút hồ sơ"),
        ("stopped", "closed", "Người nộp đã mất."),
        ("returned", "done", "sẵn sàng để tải"),
    ],
)
def test_the_sentence_fits_the_situation(client, me, situation, kind, words):
    dossier = DossierFactory(filed_by=me, **{situation: True})
    response = client.get(dossier.get_absolute_url())
    assert response.context["standing"].kind == kind
    assert words in text_of(response)


def test_a_result_to_collect_is_the_citizens_turn(client, me):
    dossier = DossierFactory(filed_by=me, completed=True, delivery="counter")
    response = client.get(dossier.get_absolute_url())
    assert response.context["standing"].kind == "yours"
    assert dossier.receiving_unit.address in text_of(response)


def test_a_fee_at_level_3_is_paid_at_the_counter(client, me):
    dossier = DossierFactory(filed_by=me, payment_requested=True, offering__level=3)
    page = text_of(client.get(dossier.get_absolute_url()))
    assert dossier.receiving_unit.address in page
    assert reverse("payments:pay", args=[dossier.public_id]) not in page


def test_a_fee_at_level_4_leads_to_the_payment(client, me):
    dossier = DossierFactory(filed_by=me, payment_requested=True)
    assert reverse("payments:pay", args=[dossier.public_id]) in text_of(
        client.get(dossier.get_absolute_url())
    )


def test_queries_of_the_page_of_a_dossier(client, me, django_assert_max_num_queries):
    dossier = DossierFactory(filed_by=me, in_process=True)
    client.get(dossier.get_absolute_url())
    with django_assert_max_num_queries(FRAME + 10):
        client.get(dossier.get_absolute_url())


# Somebody else's, and what does not exist -----------------------------------------------------

PAGES = ["detail", "tasks", "applicant", "documents", "delivery", "check", "sent", "discard"]
PAGES += ["supply", "withdraw", "result", "receipt"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("situation", ["draft", "supplement_requested", "returned"])
def test_somebody_elses_dossier_is_not_found(client, me, page, situation):
    dossier = DossierFactory(situation=situation)
    assert client.get(address(page, dossier)).status_code == 404


@pytest.mark.parametrize(
    "button", ["submit", "supply_send", "rate", "discard", "withdraw", "supply"]
)
def test_no_button_moves_somebody_elses_dossier(client, me, button):
    dossier = DossierFactory(supplement_requested=True)
    response = client.post(
        address(button, dossier), {"value": 3, "reason": "x", "declaration": "on"}
    )
    assert response.status_code == 404
    dossier.refresh_from_db()
    assert dossier.sequence == 2


def test_a_paper_dossier_is_on_nobodys_list(client):
    dossier = DossierFactory(paper=True, submitted=True)
    client.force_login(dossier.filed_by)
    assert client.get(dossier.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    "name", ["delete", "save", "full_clean", "no_such_act", "refresh_from_db", "_state"]
)
def test_an_unknown_act_gets_a_clear_page(client, me, name):
    dossier = DossierFactory(filed_by=me, received=True)
    response = client.post(address("act", dossier, name), {})
    assert response.status_code == 409
    assert "<h1>" in text_of(response) and "Traceback" not in text_of(response)
    assert Dossier.objects.filter(pk=dossier.pk, sequence=2).exists()


@pytest.mark.parametrize("name", ["request_supplement", "start_processing", "stop"])
def test_an_act_of_an_official_is_refused(client, me, name):
    dossier = DossierFactory(filed_by=me, received=True)
    assert client.post(address("act", dossier, name), {}).status_code == 403
    dossier.refresh_from_db()
    assert dossier.state == State.RECEIVED


def test_an_act_by_name_does_what_its_button_does(client, me):
    draft = DossierFactory(filed_by=me)
    response = client.post(address("act", draft, "submit"), {"declaration": "on"})
    assert response.url == address("sent", draft)


@pytest.mark.parametrize("url", ["/dossiers/x/", "/dossiers/00000000-0000-0000-0000-000000000000/"])
def test_an_address_of_no_dossier_is_not_found(client, me, url):
    assert client.get(url).status_code == 404


def test_buttons_cannot_be_opened_as_pages(client, me):
    dossier = DossierFactory(filed_by=me)
    assert client.get(address("submit", dossier)).status_code == 405


# Withdrawing and rating ---------------------------------------------------------------------


def test_withdrawing_explains_what_happens_and_wants_a_reason(client, me):
    dossier = DossierFactory(filed_by=me, submitted=True)
    assert address("withdraw", dossier) in text_of(client.get(dossier.get_absolute_url()))
    assert client.post(address("withdraw", dossier), {"reason": " "}).status_code == 422
    response = client.post(
        address("withdraw", dossier), {"reason": "Nộp nhầm nơi.", "seen": dossier.sequence}
    )
    assert response.url == dossier.get_absolute_url()
    dossier.refresh_from_db()
    assert dossier.state == State.WITHDRAWAL_REQUESTED
    assert client.get(address("withdraw", dossier)).url == dossier.get_absolute_url()


def test_a_finished_dossier_cannot_be_withdrawn(client, me):
    dossier = DossierFactory(filed_by=me, returned=True)
    assert client.get(address("withdraw", dossier)).status_code == 409
    assert client.post(address("withdraw", dossier), {"reason": "x"}).status_code == 409


def test_rating_is_offered_once_after_the_result(client, me):
    dossier = DossierFactory(filed_by=me, returned=True)
    assert "hài lòng" in text_of(client.get(dossier.get_absolute_url()))
    client.post(address("rate", dossier), {"value": "3"})
    page = client.get(dossier.get_absolute_url())
    assert page.context["rating_form"] is None
    assert "Rất hài lòng" in text_of(page)
    assert client.post(address("rate", dossier), {"value": "1"}).status_code == 409


@pytest.mark.parametrize("value", ["", "0", "4", "x"])
def test_a_rating_that_is_none_of_the_three_is_refused(client, me, value):
    dossier = DossierFactory(filed_by=me, returned=True)
    assert client.post(address("rate", dossier), {"value": value}, follow=True).status_code == 200
    assert client.get(dossier.get_absolute_url()).context["rating"] is None


# Supplying ----------------------------------------------------------------------------------


def test_the_supplement_is_supplied_item_by_item_and_sent(client, me):
    dossier = DossierFactory(filed_by=me, received=True)
    items = [
        {"kind": "document", "key": "paper", "reason": "Bản chụp mờ."},
        {"kind": "question", "key": "copies", "reason": "Số bản quá nhiều."},
    ]
    perform(dossier, "request_supplement", by=officer(dossier, "one_door"), items=items)
    page = text_of(client.get(address("supply", dossier)))
    assert "Bản chụp mờ." in page and "Số bản quá nhiều." in page
    refused = client.post(address("supply_send", dossier), {}, follow=True)
    assert refused.redirect_chain == [(address("supply", dossier), 302)]
    assert "Số bản" in text_of(refused) and 'role="alert"' in text_of(refused)
    file = {"component": "paper", "file": journeys.pdf_file()}
    assert client.post(address("supply", dossier), file).url == address("supply", dossier)
    assert client.post(address("supply", dossier), {"copies": "nhiều"}).status_code == 422
    assert client.post(address("supply", dossier), {"copies": "1"}).url == address(
        "supply", dossier
    )
    assert client.get(address("supply", dossier)).context["left"] == 0
    response = client.post(address("supply_send", dossier), {"seen": dossier.sequence})
    assert response.url == dossier.get_absolute_url()
    dossier.refresh_from_db()
    assert (dossier.state, dossier.answers["copies"]) == (State.RECEIVED, 1)
    assert client.get(address("supply", dossier)).url == dossier.get_absolute_url()
    assert client.post(address("supply_send", dossier), {}).url == dossier.get_absolute_url()


def test_supplying_refuses_a_wrong_file_beside_its_item(client, me):
    dossier = DossierFactory(filed_by=me, supplement_requested=True)
    wrong = {"component": "paper", "file": journeys.pdf_file(content=b"MZ not a pdf")}
    response = client.post(address("supply", dossier), wrong)
    assert response.status_code == 422
    assert "không phải" in text_of(response)
    foreign = {"component": "extra", "file": journeys.pdf_file()}
    assert client.post(address("supply", dossier), foreign).status_code == 409


# Officials who are citizens too -----------------------------------------------------------------


def test_an_official_sees_as_a_citizen_only_what_they_filed_themselves(client):
    dossier = DossierFactory(received=True)
    official = OfficialFactory(role="one_door", unit=dossier.receiving_unit)
    client.force_login(official)
    assert client.get(dossier.get_absolute_url()).status_code == 404
    assert UserFactory() != official
