"""The markup of questions: every control has its label, hint and error, and nothing typed is executed."""

import random
from datetime import date
from html.parser import HTMLParser

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import override

from portal.catalogue import definitions
from portal.catalogue.forms import form_data, step_form
from portal.catalogue.review import review
from portal.catalogue.samples import sample_answers
from tests.catalogue.chosen import each_page

TODAY = date(2022, 9, 14)
VOID = {"input", "br", "hr", "img", "meta", "link"}
PAGES = each_page()


class Page(HTMLParser):
    """The elements of a fragment, and whether its tags are closed in their order."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.open, self.text = [], [], ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, *tags):
        return [attributes for tag, attributes, _ in self.elements if tag in tags]

    @property
    def controls(self):
        return self.all("input", "select", "textarea")

    @property
    def ids(self):
        return [attributes["id"] for _, attributes, _ in self.elements if "id" in attributes]


def rendered(form):
    return Page(render_to_string("components/question/questions.html", {"form": form}))


def filled(definition):
    return sample_answers(definition, random.Random(2), today=TODAY)


@pytest.fixture(params=["vi", "en"])
def language(request):
    with override(request.param):
        yield request.param


@pytest.mark.parametrize(("code", "step"), PAGES)
def test_a_page_of_questions_holds_together(code, step):
    """Filled in, and sent without an answer: the two ways in which a page shows all that it has."""
    definition = definitions.service(code)
    answers = filled(definition)
    with override("en" if code[-1] in "02468" else "vi"):
        shown = step_form(definition, step, initial=answers, today=TODAY)
        page = rendered(shown)
        every_control_is_labelled_and_every_reference_leads_somewhere(page)
        what_is_shown_is_what_posting_it_gives_back(page, form_data(definition, step, answers))
        stored = {key: answers[key] for key in answers.keys() - definition.file_questions.keys()}
        refused = step_form(definition, step, QueryDict(), initial=stored, today=TODAY)
        assert not refused.is_valid()
        page = rendered(refused)
        every_control_is_labelled_and_every_reference_leads_somewhere(page)
        errors_are_tied_to_their_controls(page, refused)


def every_control_is_labelled_and_every_reference_leads_somewhere(page):
    assert len(page.ids) == len(set(page.ids))
    labelled = {label["for"] for label in page.all("label")}
    assert labelled == {control["id"] for control in page.controls}
    for tag, attributes, around in page.elements:
        assert set(attributes.get("aria-describedby", "").split()) <= set(page.ids)
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        if tag == "input" and attributes["type"] == "radio":
            assert "fieldset" in around
    assert len(page.all("fieldset")) == len(page.all("legend"))


def errors_are_tied_to_their_controls(page, form):
    errors = {each["id"] for each in page.all("p") if each.get("class") == "field-error"}
    assert errors == {form[key].error_id for key in form.errors}
    described = " ".join(
        each.get("aria-describedby", "")
        for each in page.all("input", "select", "textarea", "fieldset")
    )
    assert errors <= set(described.split())
    marked = [
        each for each in page.all("div", "fieldset") if "field--error" in each.get("class", "")
    ]
    assert len(marked) == len(errors)
    for target, sentence in form.error_links:
        assert target in page.ids
        assert sentence in page.text


def what_is_shown_is_what_posting_it_gives_back(page, expected):
    shown = QueryDict(mutable=True)
    for each in page.all("input"):
        if each["type"] in ("text", "tel") or "checked" in each:
            shown.appendlist(each["name"], each.get("value", "on"))
    elsewhere = {each["name"] for each in page.all("select", "textarea")}
    # The answer of a file is kept by the act that keeps the file; a page posts none.
    elsewhere |= {each["name"] for each in page.all("input") if each["type"] == "file"}
    for name, value in expected.items():
        if name not in elsewhere:
            assert shown.getlist(name) == (value if isinstance(value, list) else [value])


def test_what_is_typed_is_shown_and_never_executed():
    typed = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    definition = definitions.service("2.000488")
    answers = filled(definition)
    for group in definition.groups:
        names = form_data(definition, group.key, answers)
        data = QueryDict(mutable=True)
        data.update(dict.fromkeys(names, typed))
        form = step_form(definition, group.key, data, initial=answers, today=TODAY)
        form.is_valid()
        page = rendered(form)
        assert page.all("script", "img") == []


def test_answers_are_read_back_with_their_labels_and_links():
    definition = definitions.service("1.012812")
    answers = filled(definition) | {"dispute_content": "Dòng một <b>\nDòng hai " + "x" * 30}
    pages = review(definition, answers, "vi")
    html = "".join(
        render_to_string("components/question/answers.html", {"page": each, "change": "/form/x/"})
        for each in pages
    )
    page = Page(html)
    asked = [each for each in definition.questions.values() if each.type != "declaration"]
    assert len(page.all("dt")) == len(page.all("a")) == len(asked)
    assert page.all("b") == []
    assert "Dòng một <b>" in page.text
    assert len(page.all("br")) == 1


def test_what_was_left_open_is_said(language):
    definition = definitions.service("2.000635")
    answers = {key: value for key, value in filled(definition).items() if key != "registration_no"}
    page = next(each for each in review(definition, answers, language) if each.group.key == "event")
    with_link = Page(render_to_string("components/question/answers.html", {"page": page}))
    assert with_link.all("a") == []
    assert len([each for each in with_link.all("span") if each.get("class") == "quiet"]) == 1


def test_a_unit_stands_behind_its_number():
    page = rendered(step_form(definitions.service("1.013225"), "works", today=TODAY))
    units = [each for each in page.all("div") if each.get("class") == "unit"]
    assert len(units) == 4
    area = next(each for each in page.controls if each["name"] == "building_area_m2")
    assert "id_building_area_m2_unit" in area["aria-describedby"]


def test_what_browsers_may_fill_in_is_marked():
    page = rendered(step_form(definitions.service("2.000488"), "applicant", today=TODAY))
    purposes = {each["name"]: each.get("autocomplete") for each in page.controls}
    assert purposes["full_name"] == "name"
    assert purposes["phone"] == "tel"
    assert purposes["date_of_birth"] == "bday"
