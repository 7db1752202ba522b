"""A dossier on paper: the same form and machine, opened by the one-door officer."""

from uuid import uuid4

import pytest
from django.urls import reverse

from dossiers.actions import intake
from dossiers.models import Attachment, Dossier
from dossiers.states import Channel, State
from portal.catalogue import definitions
from portal.errors import NotPermitted
from tests.accounts.factories import OfficialFactory
from tests.catalogue.factories import OfferingFactory
from tests.desk.scans import scan
from tests.dossiers.factories import answers_for
from tests.dossiers.journeys import posted

pytestmark = pytest.mark.django_db

ADD = "/desk/dossiers/dossier/add/"


def typed(offering, /, **changes):
    return {
        "offering": offering.pk,
        "channel": Channel.COUNTER.value,
        "applicant_kind": "person",
        "applicant_name": "Ngô Đức Thịnh",
        "applicant_identifier": "048090012345",
        "applicant_phone": "0905000111",
        "applicant_address": "5 Lê Duẩn, Hải Châu, Đà Nẵng",
        "delivery": "counter",
        "nonce": str(uuid4()),
        **changes,
    }


def address(page, dossier, *more):
    return reverse(f"admin:dossiers_dossier_{page}", args=[dossier.public_id, *more])


@pytest.fixture
def officer(offering):
    return OfficialFactory(role="one_door", unit=offering.unit)


@pytest.fixture
def draft(officer, offering, sits_at):
    sits_at(officer).post(ADD, typed(offering))
    return Dossier.objects.get()


def test_from_the_counter_to_the_code(sits_at, officer, offering):
    client = sits_at(officer)
    assert client.get(ADD).status_code == 200
    client.post(ADD, typed(offering, channel=Channel.POST.value))
    draft = Dossier.objects.get()
    assert (draft.state, draft.channel, draft.filed_by) == (State.DRAFT, Channel.POST, officer)

    assert client.post(address("paper_form", draft, "request"), {"copies": "3"}).status_code == 302
    client.post(address("paper_papers", draft), {"paper-paper": [scan(), scan("trang-2.pdf")]})
    overview = client.get(address("paper", draft))
    assert overview.context["is_complete"]
    answer = client.post(address("paper_file", draft))

    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED
    assert draft.code
    assert answer.url == address("change", draft)
    assert draft.answers["copies"] == 3
    assert draft.attachments.count() == 2
    row = draft.history.get()
    assert (row.transition, row.actor, row.channel, row.grant.role) == (
        "submit",
        officer,
        Channel.POST,
        "one_door",
    )


@pytest.mark.parametrize("level", [1, 2])
def test_paper_needs_no_level(sits_at, level):
    offering = OfferingFactory(level=level)
    client = sits_at(OfficialFactory(role="one_door", unit=offering.unit))
    client.post(ADD, typed(offering))
    draft = Dossier.objects.get()
    client.post(address("paper_form", draft, "request"), {"copies": "1"})
    client.post(address("paper_papers", draft), {"paper-paper": scan()})

    client.post(address("paper_file", draft))

    draft.refresh_from_db()
    assert (draft.state, draft.level) == (State.SUBMITTED, level)


def test_a_real_service_is_filed_with_all_its_questions(sits_at):
    definition = next(
        each for each in definitions.load_all().values() if len(each.groups) > 1 and each.level >= 3
    )
    offering = OfferingFactory(level=definition.level, service__content=definition.content)
    client = sits_at(OfficialFactory(role="one_door", unit=offering.unit))
    client.post(ADD, typed(offering))
    draft = Dossier.objects.get()
    answers = answers_for(definition, day=draft.created_at.date())
    for group in definition.visible_groups(answers):
        answer = client.post(
            address("paper_form", draft, group.key), posted(definition, group.key, answers)
        )
        assert answer.status_code == 302, answer.context["form"].errors
    draft.refresh_from_db()
    for paper in definition.needed_documents(draft.answers, channel="counter"):
        client.post(address("paper_papers", draft), {f"paper-{paper.key}": scan()})

    client.post(address("paper_file", draft))

    draft.refresh_from_db()
    assert draft.state in (State.SUBMITTED, State.PAYMENT_REQUESTED)


def test_what_is_missing_is_said_and_nothing_is_filed(sits_at, officer, draft):
    answer = sits_at(officer).post(address("paper_file", draft))

    assert answer.status_code == 422
    assert answer.context["refusal"] is not None
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_two_clicks_open_one_draft_and_file_it_once(sits_at, officer, offering):
    client = sits_at(officer)
    form = typed(offering)
    for _ in range(2):
        client.post(ADD, form)
    draft = Dossier.objects.get()
    client.post(address("paper_form", draft, "request"), {"copies": "3"})
    client.post(address("paper_papers", draft), {"paper-paper": scan()})

    answers = [client.post(address("paper_file", draft)) for _ in range(2)]

    assert [answer.url for answer in answers] == [address("change", draft)] * 2
    assert draft.history.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"applicant_name": " "}, "applicant_name"),
        ({"applicant_identifier": "123"}, "applicant_identifier"),
        (
            {"applicant_kind": "enterprise", "applicant_identifier": "0100233489"},
            "applicant_identifier",
        ),
        ({"channel": Channel.ONLINE.value}, "channel"),
        ({"delivery": "post"}, "delivery_address"),
        ({"delivery": "online"}, "delivery"),
        ({"on_behalf_of": "Công ty Sông Hàn"}, "authorisation"),
        ({"nonce": "x"}, "nonce"),
        ({"offering": "x"}, "offering"),
    ],
)
def test_what_is_typed_wrongly_is_pointed_out(sits_at, officer, offering, changes, field):
    answer = sits_at(officer).post(ADD, typed(offering, **changes))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Dossier.objects.exists()


def test_an_enterprise_files_with_its_tax_code(sits_at, officer, offering):
    sits_at(officer).post(
        ADD, typed(offering, applicant_kind="enterprise", applicant_identifier="0100233488")
    )

    assert Dossier.objects.get().applicant_kind == "enterprise"


def test_only_services_of_the_own_unit_are_offered(sits_at, officer, offering):
    elsewhere = OfferingFactory()

    answer = sits_at(officer).post(ADD, typed(elsewhere))

    assert answer.status_code == 422
    with pytest.raises(NotPermitted):
        intake.open_paper_dossier(
            elsewhere, channel=Channel.COUNTER, by=officer, nonce=uuid4(), applicant_name="X"
        )


@pytest.mark.parametrize(
    "role", ["specialist", "leader", "clerk", "cashier", "agency_admin", "system_admin"]
)
def test_only_one_door_officers_file_on_paper(sits_at, staff, role):
    assert sits_at(staff[role]).get(ADD).status_code == 403


def test_a_draft_belongs_to_the_officer_who_began_it(sits_at, offering, draft):
    colleague = OfficialFactory(role="one_door", unit=offering.unit)
    client = sits_at(colleague)

    for page in ("paper", "paper_file", "paper_papers", "paper_discard", "paper_remove"):
        assert client.post(address(page, draft)).status_code == 404, page
    assert Dossier.objects.filter(pk=draft.pk).exists()


def test_a_bad_scan_is_refused_in_words_and_the_good_one_kept(sits_at, officer, draft):
    client = sits_at(officer)
    bad = scan("anh.pdf")
    bad.file.write(b"GIF89a")
    bad.file.seek(0)

    answer = client.post(
        address("paper_papers", draft), {"paper-paper": [scan(), bad]}, follow=True
    )

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert draft.attachments.count() == 1


def test_a_scan_is_removed_and_a_draft_thrown_away_with_its_files(
    sits_at, officer, draft, media_folder, django_capture_on_commit_callbacks
):
    client = sits_at(officer)
    client.post(address("paper_papers", draft), {"paper-paper": [scan(), scan("hai.pdf")]})
    first = draft.attachments.first()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("paper_remove", draft), {"document": first.document.public_id})
    assert draft.attachments.count() == 1
    assert client.post(address("paper_remove", draft), {"document": "x"}).status_code == 404

    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("paper_discard", draft))

    assert not Dossier.objects.filter(pk=draft.pk).exists()
    assert not Attachment.objects.exists()
    assert not [path for path in media_folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("page", ["paper_file", "paper_papers", "paper_discard", "paper_remove"])
def test_buttons_are_only_pressed(sits_at, officer, draft, page):
    assert sits_at(officer).get(address(page, draft)).status_code == 404


def test_an_unknown_page_of_the_form_does_not_exist(sits_at, officer, draft):
    assert sits_at(officer).get(address("paper_form", draft, "nonsense")).status_code == 404
