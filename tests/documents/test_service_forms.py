"""Forms to print: drawn from the same questions, blank, as a sample, or with what somebody typed and never sent."""

import json
import random
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from dossiers.models import Dossier
from portal.catalogue import blanks, definitions
from portal.catalogue.questions import TYPES
from portal.catalogue.samples import sample_answers
from portal.documents import service_forms
from portal.documents.models import StoredDocument
from tests.catalogue.factories import OfferingFactory, small_content, words
from tests.catalogue.questions import OPTIONS, every_question
from tests.documents.test_forms import SIMULATION, pages_of, shows
from tests.dossiers.test_pages_question_types import HEAD, HOME, MEMBERS, PHOTO

TODAY = date(2022, 9, 14)
CODE = "9.900003"
DRAWN_AS_A_LINE = {"text", "person_name", "commune", "identifier"}
WHY = {
    "key": "why",
    "type": "long_text",
    "label": words("Lý do", "Reason"),
    "examples": ["Đi học."],
    "required": False,
}
ILL = {"key": "ill", "type": "yes_no", "label": words("Có ốm không?", "Are you ill?")}
SINCE = {
    "key": "since",
    "type": "date",
    "label": words("Ốm từ ngày", "Ill since"),
    "shown_if": {"question": "ill", "is": True},
}
COLOUR = {"key": "colour", "type": "choice", "label": words("Màu", "Colour"), "options": OPTIONS}


def content_of_every_kind():
    """A small service whose form draws lines, boxes, ticks, parts, rows and something to enclose."""
    content = small_content(code=CODE, level=2)
    questions = [HEAD, MEMBERS, HOME, PHOTO, WHY, ILL, SINCE, COLOUR]
    content["groups"].insert(0, {"key": "all", "title": words("Kê khai", "Particulars")})
    content["groups"][0]["questions"] = questions
    return content


@pytest.fixture(scope="module")
def definition():
    return definitions.from_content(content_of_every_kind(), key="a form of every kind")


@pytest.fixture
def offered(db):
    return OfferingFactory(service__content=content_of_every_kind(), service__code=CODE, level=2)


@pytest.fixture
def form():
    return reverse("forms:fill_in", args=[CODE])


# What is drawn -----------------------------------------------------------------------------


def test_every_type_of_question_says_how_it_is_drawn():
    by_default = {
        name
        for name, cls in TYPES.items()
        if blanks.drawn.dispatch(cls) is blanks.drawn.dispatch(object)
    }
    assert by_default == DRAWN_AS_A_LINE


def test_blank_and_answered_questions_are_drawn_as_plain_data():
    for name, asked in every_question():
        for answer in (None, asked.sample(random.Random(5), today=TODAY)):
            drawn = blanks.drawn(asked, answer)
            assert json.loads(json.dumps(drawn, default=str))["kind"], name


def test_a_question_is_left_out_once_it_cannot_concern_any_more(definition):
    def labels(answers):
        pages = blanks.pages_drawn(definition, answers, today=TODAY)
        return {each["label"]: each["condition"] for page in pages for each in page["fields"]}

    assert labels({})["Ốm từ ngày"] == "Chỉ khai nếu “Có ốm không?”: Có"
    assert labels({"ill": True})["Ốm từ ngày"] is None
    assert "Ốm từ ngày" not in labels({"ill": False})


@pytest.mark.django_db
def test_a_blank_form_has_every_question_and_something_to_write_on(definition):
    blank = service_forms.printed(definition, {})
    asked = [question.label.vi for question in definition.questions.values()]
    facts = ["Ngày sinh", "Giới tính", "Số định danh cá nhân", "Họ và tên", "Quan hệ", "Thành phố"]
    shows(blank, CODE, definition.name.vi, *asked, *facts[:5], "NGƯỜI KHAI", "ngày …… tháng ……")
    shows(blank, "Kèm theo bản giấy hoặc tệp (PNG)", "Đỏ / Xanh", "Giấy tờ gốc")
    assert all(SIMULATION in page for page in pages_of(blank))


@pytest.mark.django_db
def test_a_sample_is_filled_in_and_says_so(definition):
    answers = sample_answers(definition, random.Random(CODE), today=service_forms.clock.today())
    sample = service_forms.printed_sample(definition)
    shows(sample, "Bản khai mẫu", answers["head"]["name"], answers["members"][0]["name"])
    shows(sample, answers["head"]["citizen_id"], answers["home"]["commune"])


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(definitions.load_all()))
def test_every_form_of_the_catalogue_is_printed_blank_and_as_a_sample(code):
    definition = definitions.service(code)
    labels = [question.label.vi for question in definition.questions.values()]
    shows(service_forms.printed(definition, {}), code, definition.name.vi, *labels)
    shows(service_forms.printed_sample(definition), code, "Bản khai mẫu")


# Pages ---------------------------------------------------------------------------------------


def test_the_page_of_a_service_leads_to_its_forms(client, offered):
    page = client.get(reverse("catalogue:service", args=[CODE])).content.decode()
    blank = reverse("forms:blank", args=[CODE])
    assert f'href="{blank}"' in page
    assert f'href="{blank}?sample=1"' in page
    assert f'href="{reverse("forms:fill_in", args=[CODE])}"' in page
    first = OfferingFactory(level=1).service.code
    page = client.get(reverse("catalogue:service", args=[first])).content.decode()
    assert reverse("forms:blank", args=[first]) not in page
    assert "Hỏi mẫu tại bộ phận một cửa" in page


def test_blank_and_sample_are_downloads_for_everybody(client, offered):
    for query, name in (({}, f"to-khai-{CODE}.pdf"), ({"sample": "1"}, f"to-khai-mau-{CODE}.pdf")):
        answer = client.get(reverse("forms:blank", args=[CODE]), query)
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert client.get(reverse("forms:blank", args=["9.999999"])).status_code == 404
    assert client.post(reverse("forms:blank", args=[CODE])).status_code == 405


def test_what_is_typed_is_printed_and_neither_sent_nor_kept(client, offered, form):
    page = client.get(form).content.decode()
    assert 'name="head_name"' in page
    assert 'type="file"' not in page
    assert "csrfmiddlewaretoken" in page
    typed = {
        "head_name": "Nguyễn Thị Mai",
        "head_date_of_birth": "1/2/1990",
        "head_gender": "female",
        "head_citizen_id": "048190012345",
        "members_0-name": "Trần Văn Hùng",
        "members_0-born": "3/4/2010",
        "members_0-kin": "red",
        "ill": "no",
        "why": "Đi học ở xa nhà.",
    }
    printed = client.post(form, typed)
    assert printed.headers["Content-Type"] == "application/pdf"
    shows(printed.content, "Nguyễn Thị Mai", "01/02/1990", "048190012345", "Trần Văn Hùng")
    shows(printed.content, "03/04/2010", "Đi học ở xa nhà.", "Số bản")
    with pytest.raises(AssertionError):
        shows(printed.content, "Ốm từ ngày")
    assert "no-store" in printed.headers["Cache-Control"]
    stored = (Dossier, StoredDocument, Session)
    assert [model.objects.count() for model in stored] == [0, 0, 0]


def test_what_is_wrong_is_said_and_shown_again(client, offered, form):
    wrong = {"head_name": "Mai", "since": "31/02/2022", "members_0-name": "<script>x</script>"}
    answer = client.post(form, wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "31/02/2022" in page
    assert "<script>x" not in page
    assert "“Người cùng đi, Người 1: Họ và tên”" in page
    links = [target for target, _sentence in answer.context["form"].error_links]
    assert {"id_head_0", "id_members_0-name", "id_since"} <= set(links)
    assert all(f'id="{target}"' in page for target in links)


@pytest.mark.parametrize(
    "typed", ["\x00", "9" * 1_000_000, "\u202ea", "{{ x }}#import", "$x$ #[y]"]
)
def test_hostile_answers_are_a_sentence_or_plain_text_in_the_pdf(client, offered, form, typed):
    answer = client.post(form, {"why": typed, "copies": typed, "home_detail": typed})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    answer = client.post(form, {"why": typed})
    assert answer.status_code in (200, 422)
    if answer.headers["Content-Type"] == "application/pdf":
        shows(answer.content, typed)


def test_a_row_more_is_shown_and_nothing_is_printed(client, offered, form):
    more = client.post(form, {"members_0-name": "Trần", "members_more": "1"})
    page = more.content.decode()
    assert more.status_code == 200
    assert 'name="members_1-name"' in page
    assert 'value="Trần"' in page
    assert "field-error" not in page
