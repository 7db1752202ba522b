"""Forms: every service filled in page by page, conditions, rules between answers, and what is missing."""

import random
from datetime import date

import pytest
from django.http import QueryDict
from django.utils.translation import override

from portal.catalogue import definitions
from portal.catalogue.errors import UnknownStep
from portal.catalogue.fees import fee_due
from portal.catalogue.forms import answer_problems, form_data, missing_answers, step_form
from portal.catalogue.review import review, tasks
from portal.catalogue.samples import sample_answers
from tests.catalogue.chosen import CODES, each_service
from tests.catalogue.test_questions import HOSTILE, assert_clean

TODAY = date(2022, 9, 14)


def posted(definition, step_key, answers, **changes):
    """One page as a browser posts it for ``answers``, some fields changed (``None`` leaves one out)."""
    data = QueryDict(mutable=True)
    for name, value in {**form_data(definition, step_key, answers), **changes}.items():
        if value is not None:
            data.setlist(name, value if isinstance(value, list) else [value])
    return data


def filled(definition, seed=1):
    return sample_answers(definition, random.Random(seed), today=TODAY)


def page(code, step_key, seed=1, answers=None, **changes):
    """The bound form of one page, valid but for ``changes``."""
    definition = definitions.service(code)
    answers = filled(definition, seed) if answers is None else answers
    data = posted(definition, step_key, answers, **changes)
    return step_form(definition, step_key, data, initial=answers, today=TODAY)


def kept_files(group, answers):
    """The answers that no page posts: the act that keeps a file writes them."""
    files = [question.key for question in group.questions if question.type == "file"]
    return {key: answers[key] for key in files if key in answers}


def codes_of(form, key):
    return [error.code for error in form.errors.as_data()[key]]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))])
def test_every_form_can_be_filled_in_from_the_first_page_to_the_last(code, seed):
    definition = definitions.service(code)
    wanted, answers = filled(definition, seed), {}
    for group in definition.groups:
        if group not in definition.visible_groups(answers):
            continue
        data = posted(definition, group.key, wanted)
        initial = answers | kept_files(group, wanted)
        form = step_form(definition, group.key, data, initial=initial, today=TODAY)
        assert form.is_valid(), form.errors.as_json()
        answers = form.all_answers()
    assert answers == wanted
    assert answer_problems(definition, answers, today=TODAY) == []
    assert fee_due(definition.fee, answers).amount_vnd >= 0


@pytest.mark.parametrize("code", CODES)
def test_an_empty_form_lacks_every_required_answer_and_says_so(code):
    definition = definitions.service(code)
    required = [q.key for q in definition.questions.values() if q.required and q.shown_if is None]
    with override("vi"):
        missing = missing_answers(definition, {})
    assert [problem.question.key for problem in missing] == required
    assert all(str(problem.question.label) in problem.sentence for problem in missing)
    for group in definition.visible_groups({}):
        form = step_form(definition, group.key, QueryDict(), today=TODAY)
        assert not form.is_valid()
        assert set(form.errors) == {
            problem.question.key for problem in missing if problem.group is group
        }


@pytest.mark.parametrize("code", CODES)
def test_one_invalid_answer_is_refused_alone_and_by_its_own_sentence(code):
    definition = definitions.service(code)
    answers = filled(definition)
    for group in definition.groups:
        for question in group.visible(answers):
            if question.key not in answers:
                continue
            wrong = question.example_invalid() or {question.key: None}
            kept = answers | wrong if question.type == "file" else answers
            form = step_form(
                definition,
                group.key,
                posted(definition, group.key, answers, **wrong),
                kept,
                today=TODAY,
            )
            assert not form.is_valid(), question.key
            assert question.key in form.errors
            dependents = {
                other.key
                for other in group.questions
                if other.shown_if and other.shown_if.question == question.key
            }
            assert set(form.errors) - dependents == {question.key}


@pytest.mark.parametrize("code", each_service())
def test_hostile_text_in_every_field_of_every_page(code):
    definition = definitions.service(code)
    answers = filled(definition)
    for group in definition.groups:
        names = list(form_data(definition, group.key, answers))
        for text in HOSTILE.values():
            data = posted(definition, group.key, answers, **dict.fromkeys(names, text))
            form = step_form(definition, group.key, data, initial=answers, today=TODAY)
            form.is_valid()
            for key, value in form.answered().items():
                assert_clean(value)
                assert definition.questions[key].render(value, "vi")
            assert all(sentence for sentences in form.errors.values() for sentence in sentences)


@pytest.mark.parametrize("code", CODES)
def test_a_page_posted_with_foreign_fields_ignores_them(code):
    definition = definitions.service(code)
    group = definition.groups[0]
    form = page(code, group.key, is_staff="1", **{"state": "completed", "__class__": "x"})
    assert form.is_valid()
    assert set(form.cleaned_data) <= set(definition.questions)


def test_an_unknown_page():
    with pytest.raises(UnknownStep):
        step_form(definitions.service("2.000635"), "delete", today=TODAY)


def test_stored_answers_fill_in_the_page_as_people_write_them():
    definition = definitions.service("2.000488")
    answers = {"date_of_birth": "1990-05-02", "full_name": "Lê Thị Hoa", "phone": "+84905123456"}
    form = step_form(definition, "applicant", initial=answers, today=TODAY)
    assert form["date_of_birth"].value() == "02/05/1990"
    assert form["phone"].value() == "0905 123 456"
    assert form["full_name"].value() == "Lê Thị Hoa"
    assert form["citizen_id"].value() == ""


def test_what_was_typed_wrongly_is_shown_again():
    form = page("1.013225", "works", floors="ba tầng")
    assert not form.is_valid()
    assert form["floors"].value() == "ba tầng"


def test_men_marry_from_20_and_women_from_18():
    definition = definitions.service("1.000894")
    young = {"husband_dob": "15/09/2002", "husband_citizen_id": "048202123456"}
    form = page("1.000894", "husband", **young)
    assert codes_of(form, "husband_dob") == ["too_young"]
    old_enough = {"husband_dob": "14/09/2002", "husband_citizen_id": "048202123456"}
    assert page("1.000894", "husband", **old_enough).is_valid()
    bride = {"wife_dob": "15/09/2004", "wife_citizen_id": "048304123456"}
    assert codes_of(page("1.000894", "wife", **bride), "wife_dob") == ["too_young"]
    bride = {"wife_dob": "14/09/2004", "wife_citizen_id": "048304123456"}
    assert page("1.000894", "wife", **bride).is_valid()
    assert definition.questions["husband_dob"].min_age == 20


def test_a_child_is_not_born_tomorrow():
    form = page("1.001193", "child", child_dob="15/09/2022")
    assert codes_of(form, "child_dob") == ["future"]
    assert page("1.001193", "child", child_dob="14/09/2022").is_valid()


def test_a_citizen_id_must_agree_with_birth_and_sex():
    same = {"gender": "female", "date_of_birth": "02/05/1990"}
    assert page("2.000488", "applicant", citizen_id="048190123456", **same).is_valid()
    form = page("2.000488", "applicant", citizen_id="048191123456", **same)
    assert codes_of(form, "citizen_id") == ["year_of_birth"]
    form = page("2.000488", "applicant", citizen_id="048090123456", **same)
    assert codes_of(form, "citizen_id") == ["sex"]
    form = page("1.001193", "parents", mother_citizen_id="048090123456")
    assert codes_of(form, "mother_citizen_id") == ["sex"]


def test_a_house_is_not_larger_than_its_land_even_when_another_page_says_so():
    definition = definitions.service("1.013225")
    answers = filled(definition) | {"lot_area_m2": "96.0"}
    form = page("1.013225", "works", answers=answers, building_area_m2="96,1", floor_area_m2="200")
    assert codes_of(form, "building_area_m2") == ["at_most"]
    # The same contradiction met from the other page is shown where it can be mended: there.
    answers |= {"building_area_m2": "72.5"}
    form = page("1.013225", "land", answers=answers, lot_area_m2="60")
    assert codes_of(form, "lot_area_m2") == ["at_most"]
    contradicting = answers | {"lot_area_m2": "60.0"}
    problems = answer_problems(definition, contradicting, today=TODAY)
    assert [problem.question.key for problem in problems] == ["building_area_m2"]


def test_a_work_permit_ends_after_it_begins_and_within_two_years():
    good = {"from_date": "01/10/2022", "to_date": "30/09/2024"}
    assert page("1.014199", "work", **good).is_valid()
    form = page("1.014199", "work", **(good | {"to_date": "01/10/2022"}))
    assert codes_of(form, "to_date") == ["date_order"]
    form = page("1.014199", "work", **(good | {"to_date": "02/10/2024"}))
    assert codes_of(form, "to_date") == ["date_span"]


def test_goods_have_as_many_descriptions_as_codes():
    form = page("MOIT-CO-D", "goods", items_hs_code="610910\n090111", items_description="Áo")
    assert codes_of(form, "items_description") == ["same_count"]
    assert page("MOIT-CO-D", "goods", items_hs_code="610910", items_description="Áo").is_valid()


def test_nobody_is_the_head_of_their_own_household_twice():
    definition = definitions.service("1.004222")
    answers = filled(definition) | {
        "relationship_to_head": "child",
        "household_head_name": "Lê Văn Sơn",
        "household_head_citizen_id": "048065000001",
    }
    form = page(
        "1.004222", "household", answers=answers, household_head_citizen_id=answers["citizen_id"]
    )
    assert codes_of(form, "household_head_citizen_id") == ["different"]


def test_a_question_on_the_same_page_counts_only_where_its_condition_holds():
    code, key = "2.000488", "former_convictions_detail"
    base = filled(definitions.service(code))
    no = page(code, "history", answers=base, former_convictions="no", **{key: "x\x00"})
    assert no.is_valid()
    assert no.cleaned_data[key] is None
    assert key not in no.all_answers()
    missing = page(code, "history", answers=base, former_convictions="yes", **{key: ""})
    assert codes_of(missing, key) == ["required"]
    told = page(code, "history", answers=base, former_convictions="yes", **{key: "Bản án số 25"})
    assert told.is_valid()
    assert told.all_answers()[key] == "Bản án số 25"


def test_a_condition_is_said_in_words_where_it_stands_on_the_same_page():
    form = page("2.000488", "history")
    with override("vi"):
        condition = form["former_convictions_detail"].condition
    assert "Ông/bà đã từng bị kết án chưa?" in condition
    assert form["former_convictions"].condition == ""


def test_an_answer_that_concerns_no_more_is_dropped():
    definition = definitions.service("1.001193")
    answers = filled(definition) | {
        "has_father": True,
        "father_name": "Lê Văn Sơn",
        "father_citizen_id": "048085000001",
    }
    form = page("1.001193", "parents", answers=answers, has_father="no")
    assert form.is_valid(), form.errors
    assert not {"father_name", "father_citizen_id"} & set(form.all_answers())
    assert (
        definition.kept_answers(answers | {"has_father": False, "unknown": 1}) == form.all_answers()
    )


def test_answers_are_judged_again_on_the_day_of_sending():
    definition = definitions.service("1.014199")
    answers = filled(definition)
    later = date.fromisoformat(answers["from_date"]).replace(year=2023)
    problems = answer_problems(definition, answers, today=later)
    assert "from_date" in {problem.question.key for problem in problems}


def test_the_task_list_says_what_is_done_to_correct_and_not_begun():
    definition = definitions.service("2.000635")
    answers = filled(definition)
    states = [task.state for task in tasks(definition, answers, today=TODAY)]
    assert states == ["done"] * len(definition.groups)
    partly = {key: answers[key] for key in ("full_name", "copies")} | {"copies": 99}
    found = {task.group.key: task for task in tasks(definition, partly, today=TODAY)}
    assert found["applicant"].state == "fix"
    assert found["event"].state == "todo"
    assert found["copies"].state == "fix"
    assert [each.question.key for each in found["copies"].problems] == ["copies"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_answers_are_read_back_in_the_language_of_the_reader(language):
    definition = definitions.service("2.000635")
    answers = filled(definition) | {"copies": 3, "extract_kind": "birth"}
    texts = {
        each.question.key: each.text
        for reviewed in review(definition, answers, language)
        for each in reviewed.answers
    }
    assert texts["copies"] == {"vi": "3 bản", "en": "3 copies"}[language]
    assert texts["extract_kind"] == {"vi": "Khai sinh", "en": "Birth"}[language]
    assert "declaration" not in texts
    assert set(definition.questions) - {"declaration"} == set(texts)


def test_samples_keep_what_is_known_about_the_applicant():
    about = {
        "full_name": "Nguyễn Thị Mai",
        "citizen_id": "048190123456",
        "date_of_birth": "1990-05-02",
        "gender": "female",
    }
    for seed in range(5):
        drawn = sample_answers(
            definitions.service("2.000488"), random.Random(seed), today=TODAY, about=about
        )
        assert about.items() <= drawn.items()


def test_samples_are_the_same_for_the_same_seed():
    definition = definitions.service("MOIT-CO-D")
    assert filled(definition, 5) == filled(definition, 5)
    assert filled(definition, 5) != filled(definition, 6)
