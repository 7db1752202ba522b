"""Pages that ask for people, rows and files: what is typed stays, what is uploaded is kept and guarded."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dossiers.states import State
from portal.catalogue import definitions
from portal.catalogue.forms import form_data
from portal.documents.models import StoredDocument
from portal.workflow import perform
from tests import small_files
from tests.accounts.factories import OfficialFactory
from tests.catalogue.factories import OfferingFactory, small_content, words
from tests.catalogue.questions import OPTIONS
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory, officer
from tests.dossiers.journeys import address

pytestmark = pytest.mark.django_db

MEMBERS = {
    "key": "members",
    "type": "repeating",
    "label": words("Người cùng đi", "People coming along"),
    "item_label": words("Người", "Person"),
    "max_items": 3,
    "questions": [
        {"key": "name", "type": "person_name", "label": words("Họ và tên", "Full name")},
        {"key": "born", "type": "date", "label": words("Ngày sinh", "Born"), "not_future": True},
        {"key": "kin", "type": "choice", "label": words("Quan hệ", "Kin"), "options": OPTIONS},
    ],
}
HEAD = {
    "key": "head",
    "type": "person",
    "label": words("Chủ hộ", "Head of the household"),
    "ask": ["date_of_birth", "gender", "citizen_id"],
}
PHOTO = {"key": "photo", "type": "file", "label": words("Ảnh", "Photo"), "accept": ["png"]}
PLAN = {
    "key": "plan",
    "type": "file",
    "label": words("Bản vẽ", "Plan"),
    "required": False,
    "max_mb": 1,
}
HOME = {"key": "home", "type": "address", "label": words("Nơi ở", "Home")}

ANSWERS = {
    "head": {
        "name": "Nguyễn Thị Mai",
        "date_of_birth": "1990-02-01",
        "gender": "female",
        "citizen_id": "048190012345",
    },
    "members": [
        {"name": "Trần Văn Hùng", "born": "2010-02-01", "kin": "red"},
        {"name": "Trần Thị Hoa", "born": "2012-03-04", "kin": "blue"},
    ],
    "home": {
        "province": "H17",
        "district": "Quận Hải Châu",
        "commune": "Phường Thạch Thang",
        "detail": "12 Nguyễn Du",
    },
}


@pytest.fixture
def me(client):
    return journeys.citizen(client)


@pytest.fixture
def draft(me):
    return household_draft(me)


def household_draft(me):
    """A draft whose first page asks all of the above."""
    content = small_content(code="9.900001")
    questions = [HEAD, MEMBERS, PHOTO, PLAN, HOME]
    household = {"key": "household", "title": words("Hộ gia đình", "Household")}
    content["groups"].insert(0, household | {"questions": questions})
    offering = OfferingFactory(service__code="9.900001", service__content=content)
    return DossierFactory(offering=offering, filed_by=me, answers={"copies": 2})


def page(**changes):
    """The first page as a browser sends it; ``None`` leaves a control out."""
    content = small_content(code="9.900001")
    content["groups"].insert(0, {"key": "household", "title": words("Hộ", "House")})
    content["groups"][0]["questions"] = [HEAD, MEMBERS, HOME]
    definition = definitions.from_content(content, key="page of a household")
    typed = form_data(definition, "household", ANSWERS) | changes
    return {name: value for name, value in typed.items() if value is not None}


def png(name="anh.png"):
    return SimpleUploadedFile(name, small_files.small_picture("png"))


def save(client, draft, **typed):
    return client.post(address("step", draft, "household"), page(**typed))


def text_of(response):
    return response.content.decode()


def test_a_row_more_and_a_row_less_keep_what_is_typed_and_change_nothing_else(client, draft):
    more = save(client, draft, members_more="2", **{"members_1-born": "31/02/2012"})
    shown = text_of(more)
    draft.refresh_from_db()
    assert (more.status_code, draft.answers) == (200, {"copies": 2})
    assert 'name="members_2-name"' in shown
    assert 'value="31/02/2012"' in shown
    assert "field-error" not in shown
    assert 'name="members_more"' not in shown  # three are the most
    less = text_of(save(client, draft, members_less="0"))
    assert "Trần Văn Hùng" not in less
    assert 'value="Trần Thị Hoa"' in less
    assert 'name="members_less"' not in less  # one is the fewest


def test_a_page_is_answered_checked_and_sent_with_its_file(client, draft):
    saved = save(client, draft, photo=png())
    assert saved.status_code == 302, journeys.errors_of(saved)
    draft.refresh_from_db()
    photo = draft.answers.pop("photo")
    assert draft.answers == {"copies": 2} | ANSWERS
    assert (photo["name"], photo["kind"]) == ("anh.png", "png")
    file = address("document", draft, photo["document"])
    check = text_of(client.get(address("check", draft)))
    assert file in check
    assert "2. Họ và tên: Trần Thị Hoa; Ngày sinh: 04/03/2012; Quan hệ: Xanh" in check
    assert "Số định danh cá nhân: 0481 9001 2345" in check
    assert "anh.png" in text_of(client.get(address("step", draft, "household")))
    assert save(client, draft).status_code == 302  # the file is there already

    assert journeys.send(client, draft).url == address("sent", draft)
    detail = text_of(client.get(draft.get_absolute_url()))
    assert "anh.png" in detail
    receipt = journeys.download(client, address("receipt", draft))
    assert receipt.body.startswith(b"%PDF-")
    assert journeys.download(client, file).status_code == 200
    client.force_login(officer(draft, "one_door"))
    assert file in text_of(
        client.get(reverse("admin:dossiers_dossier_change", args=[draft.public_id]))
    )
    assert journeys.download(client, file).status_code == 200
    client.force_login(OfficialFactory(role="one_door", unit=OfferingFactory().unit))
    assert client.get(file).status_code == 404


@pytest.mark.parametrize(
    ("field", "file", "sentence"),
    [
        ("photo", ("anh.png", b"MZ\x90\x00 not a picture"), "anh.png"),
        ("photo", ("anh.pdf", small_files.small_pdf()), "chỉ nhận tệp PNG"),
        ("plan", ("to.pdf", b"%PDF-1.7" + b"0" * 1_048_577), "1 MB"),
        ("plan", ("trong.pdf", b""), "Ảnh"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_a_sentence(client, draft, field, file, sentence):
    refused = save(client, draft, **{field: SimpleUploadedFile(*file)})
    assert refused.status_code == 422
    links = dict(refused.context["form"].error_links)
    assert any(sentence in each for each in links.values())
    draft.refresh_from_db()
    assert "head" in draft.answers  # what is right is kept
    assert not draft.answers.keys() & {"photo", "plan"}
    assert StoredDocument.objects.filter(name=file[0]).count() == 0


def test_a_file_is_replaced_taken_away_and_never_forged(
    client, draft, django_capture_on_commit_callbacks
):
    save(client, draft, photo=png(), plan=journeys.pdf_file("a.pdf"))
    first = StoredDocument.objects.get(name="a.pdf")
    forged = {"document": str(first.public_id), "name": "x", "kind": "png", "size": 1}
    with django_capture_on_commit_callbacks(execute=True):
        save(client, draft, plan=journeys.pdf_file("b.pdf"), photo=str(forged))
    draft.refresh_from_db()
    assert draft.answers["plan"]["name"] == "b.pdf"
    assert draft.answers["photo"]["name"] == "anh.png"
    assert not StoredDocument.objects.filter(pk=first.pk).exists()
    assert not first.file.storage.exists(first.file.name)
    assert save(client, draft, plan_away="on").status_code == 302
    draft.refresh_from_db()
    assert "plan" not in draft.answers
    assert [each.component for each in draft.attachments.all()] == ["paper", "photo"]


def test_hostile_names_and_numbers_of_rows_are_survived(client, draft):
    hostile = {
        "members_more": "99999999999999",
        "members_less": "\x00",
        "members_٣-name": "x",
        "members_9999-name": "Nguyễn\x00 Mai",
        "members_0-name": "<script>alert(1)</script>",
        "members_1-born": "9" * 100_000,
        "head_citizen_id": "\u202e12",
        "home_commune": "<script>",
    }
    refused = save(client, draft, **hostile)
    assert refused.status_code == 422
    assert "<script>alert" not in text_of(refused)
    draft.refresh_from_db()
    assert draft.answers == {"copies": 2}
    many = {f"members_{row}-name": "Trần Văn Hùng" for row in range(40)}
    assert save(client, draft, **many).status_code == 422


def test_rows_and_files_are_supplied_when_the_agency_asks(client, draft):
    save(client, draft, photo=png())
    journeys.send(client, draft)
    draft.refresh_from_db()
    keys = ("members", "photo")
    items = [{"kind": "question", "key": key, "reason": "Chưa rõ."} for key in keys]
    perform(draft, "request_supplement", by=officer(draft, "one_door"), items=items)
    rows = {name: typed for name, typed in page().items() if name.startswith("members_")}
    more = client.post(address("supply", draft), rows | {"members_more": "2"})
    assert more.status_code == 200
    assert 'name="members_2-name"' in text_of(more)
    first = draft.answers["photo"]
    typed = rows | {"members_0-name": "Trần Văn Dũng", "photo": png("moi.png")}
    saved = client.post(address("supply", draft), typed)
    assert saved.status_code == 302, journeys.errors_of(saved)
    draft.refresh_from_db()
    assert draft.answers["members"][0]["name"] == "Trần Văn Dũng"
    assert draft.answers["photo"]["name"] == "moi.png"
    assert StoredDocument.objects.filter(public_id=first["document"]).exists()  # as it was sent
    client.post(address("supply_send", draft), {"seen": draft.sequence})
    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_a_file_whose_question_concerns_no_more_is_not_sent_along(client, me):
    content = small_content(code="9.900002")
    questions = content["groups"][0]["questions"]
    asked = {"key": "by_proxy", "type": "yes_no", "label": words("Có nhờ ai không?", "By proxy?")}
    proof = PHOTO | {"shown_if": {"question": "by_proxy", "is": True}}
    content["groups"].insert(0, {"key": "who", "title": words("Ai", "Who")})
    content["groups"][0]["questions"] = [asked, proof]
    assert questions
    offering = OfferingFactory(service__code="9.900002", service__content=content)
    draft = DossierFactory(offering=offering, filed_by=me, answers={"copies": 2})
    client.post(address("step", draft, "who"), {"by_proxy": "yes", "photo": png()})
    client.post(address("step", draft, "who"), {"by_proxy": "no"})
    assert journeys.send(client, draft).url == address("sent", draft)
    draft.refresh_from_db()
    assert "photo" not in draft.answers
    assert [each.component for each in draft.attachments.all()] == ["paper"]
    assert not StoredDocument.objects.filter(name="anh.png").exists()
