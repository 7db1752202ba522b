"""Service files: all of them load, and a file that would give people a poor form is refused by name."""

import json
import tomllib
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import override

from portal.catalogue import definitions
from portal.catalogue.errors import DefinitionError, UnknownService, UnknownStep
from portal.catalogue.finding.words import lines_of, telling_words, words_of
from portal.catalogue.folding import folded_words
from portal.catalogue.service_files import hours_within
from portal.catalogue.words import Words

FORM_FIELDS = tomllib.loads(
    (Path(__file__).parent / "form_fields.toml").read_text(encoding="utf-8")
)
TODAY = date(2022, 9, 14)


@pytest.fixture
def content():
    """The content of one good file, free to be spoiled."""
    return deepcopy(definitions.service("2.000635").content)


def refused(content):
    """The key that a spoiled file is refused for, and why."""
    with pytest.raises(DefinitionError) as refusal:
        definitions.read_service(content, file="spoiled.toml")
    assert refusal.value.fields["file"] == "spoiled.toml"
    assert refusal.value.fields["key"] in str(refusal.value)
    return refusal.value.fields["key"], str(refusal.value.fields["problem"])


def all_words(value):
    """Every ``Words`` inside a definition."""
    if isinstance(value, Words):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from all_words(each)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from all_words(getattr(value, name))


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_every_question_of_the_national_form_is_asked(code):
    asked = definitions.service(code).questions
    # "name = members": the question "members", of several facts, asks for the name too.
    assert not {field.split(" = ")[-1] for field in FORM_FIELDS[code]} - set(asked)


def test_the_catalogue_spans_levels_fields_agencies_fees_and_limits():
    services = definitions.load_all().values()
    assert len(services) >= 12
    assert {service.level for service in services} == {1, 2, 3, 4}
    assert definitions.service("1.012812").level == 1
    assert definitions.service("2.000884").level == 2
    assert sum(service.level == 3 for service in services) >= 2
    assert len({service.owner_ministry for service in services}) >= 4
    assert len({service.field.vi for service in services}) >= 4
    assert {service.agency_level for service in services} == {
        "ministry",
        "province",
        "district",
        "commune",
    }
    assert {service.fee.kind for service in services} >= {"none", "fixed", "per_copy"}
    assert {service.time_limit.unit for service in services} == {
        "working_day",
        "day",
        "working_hour",
        "same_day",
    }
    assert {service.fee.when for service in services} >= {"filing", "processing", "result"}
    assert {each for service in services for each in service.audience} == {"citizen", "enterprise"}


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_what_is_assigned_is_never_shown_as_official(code):
    service = definitions.service(code)
    assert service.certainty["level"] == "assigned"
    assert service.full_process_simulated
    has_national_number = code[0].isdigit()
    assert (service.code_certainty == "placeholder") == (not has_national_number)
    assert all(basis.certainty == "recalled" for basis in service.legal_basis)


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_content_is_plain_json_and_reads_back_the_same(code):
    service = definitions.service(code)
    kept = json.loads(json.dumps(service.content))
    again = definitions.from_content(kept, key=f"digest of {code}")
    assert again == service
    assert definitions.from_content({}, key=f"digest of {code}") is again


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_both_languages_are_there_and_differ_where_they_should(code):
    service = definitions.service(code)
    words = list(all_words(service))
    assert all(each.vi.strip() and each.en.strip() for each in words)
    # Units and codes may read the same in both languages; sentences may not.
    same = [each.vi for each in words if each.vi == each.en and " " in each.vi]
    assert [text for text in same if len(text) > 20] == []


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_people_are_spoken_to_as_the_house_speaks(code):
    text = json.dumps(definitions.service(code).content, ensure_ascii=False).lower()
    for unwanted in ("vui lòng", "quý khách", "please", "bạn "):
        assert unwanted not in text
    assert "!" not in text


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_process_fits_the_limit_and_starts_at_the_one_door_unit(code):
    service = definitions.service(code)
    assert service.process[0].key == "receive"
    assert service.process[0].role == "one_door"
    assert {"appraise", "sign"} <= {step.key for step in service.process}
    assert sum(step.limit_hours for step in service.process) <= hours_within(service.time_limit)


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_every_example_in_a_file_is_an_answer_the_form_takes(code):
    for question in definitions.service(code).questions.values():
        for example in getattr(question, "examples", ()):
            assert question.read(example, today=TODAY)


@pytest.mark.parametrize("code", sorted(FORM_FIELDS))
def test_a_service_is_found_by_its_everyday_words(code):
    service = definitions.service(code)
    assert service.synonyms

    words = words_of(service)
    for phrase in (service.name.vi, service.name.en, *service.synonyms):
        assert set(folded_words(phrase)) <= words.keys()
        assert f" {' '.join(telling_words(phrase))} \n" in lines_of(service)


def test_an_unknown_code_and_an_unknown_step():
    with pytest.raises(UnknownService) as refusal:
        definitions.service("9.999999")
    assert refusal.value.status == 404
    with pytest.raises(UnknownStep):
        definitions.service("2.000635").group("nowhere")


def test_documents_follow_the_answers_and_the_channel():
    record = definitions.service("2.000488")
    needed = [each.key for each in record.needed_documents({"fee_category": "standard"})]
    assert needed == ["identity"]
    needed = [each.key for each in record.needed_documents({"fee_category": "reduced"})]
    assert needed == ["identity", "fee_proof"]
    on_paper = record.needed_documents({"fee_category": "standard"}, channel="counter")
    assert [each.key for each in on_paper] == ["form", "identity"]
    extract = definitions.service("2.000635")
    assert extract.needed_documents({}) == []
    assert [each.key for each in extract.documents_for({})] == ["authorisation"]


def test_the_applicant_is_known_by_marked_questions():
    assert definitions.service("2.000488").applicant_questions["full_name"] == "full_name"
    assert definitions.service("1.001193").applicant_questions["full_name"] == "requester_name"
    assert definitions.service("MOIT-CO-D").applicant_questions["tax_code"] == "exporter_tax_code"


def test_guidance_is_read_and_absent_guidance_is_empty(content):
    for key in ("suitability", "prerequisites", "asked_often"):
        content.pop(key, None)
    bare = definitions.read_service(deepcopy(content), file="bare.toml")
    words = {"vi": "Có", "en": "Yes"}
    content["suitability"] = [suitability_question("own") | {"exit_service": "2.000488"}]
    content["prerequisites"] = [{"text": words, "service": "1.001193"}, {"text": words}]
    content["asked_often"] = [{"question": words, "answer": words}]
    content["documents"][0]["sample"] = words
    told = definitions.read_service(content, file="told.toml")

    assert (bare.suitability, bare.prerequisites, bare.asked_often) == ((), (), ())
    assert bare.documents[0].sample is None
    assert told.suitability[0].lets_through("yes")
    assert not told.suitability[0].lets_through("no")
    assert told.suitability[0].exit_service == "2.000488"
    assert [each.service for each in told.prerequisites] == ["1.001193", None]
    assert told.asked_often[0].answer.en == told.documents[0].sample.en == "Yes"


def test_services_send_people_on_only_to_services_that_are_there():
    services = definitions.load_all()
    named = {
        (service.code, code)
        for service in services.values()
        for code in (
            *(each.exit_service for each in service.suitability),
            *(each.service for each in service.prerequisites),
        )
        if code is not None
    }
    assert sorted(pair for pair in named if pair[1] not in services) == []


def first_question(content):
    return content["groups"][0]["questions"][0]


def untyped(content):
    del first_question(content)["type"]


def unlabelled(content):
    del first_question(content)["label"]


def english_missing(content):
    del first_question(content)["label"]["en"]


def vietnamese_blank(content):
    content["summary"]["vi"] = " "


def unknown_type(content):
    first_question(content)["type"] = "telepathy"


def unknown_key(content):
    content["colour"] = "red"


def unknown_question_key(content):
    first_question(content)["colour"] = "red"


def option_of_another_type(content):
    first_question(content)["minimum"] = 3


def text_only(content):
    words = {"vi": "Điều khai", "en": "Statement"}
    text = {"key": "t", "type": "text", "label": words, "examples": ["một"]}
    declaration = content["groups"][-1]["questions"][-1]
    content["groups"] = [{"key": "g", "title": words, "questions": [text, declaration]}]
    content["fee"] = {"kind": "none"}
    content["crosschecks"] = []


def text_only_in_rows(content):
    text_only(content)
    text = content["groups"][0]["questions"][0]
    rows = {"key": "r", "type": "repeating", "label": text["label"], "item_label": text["label"]}
    content["groups"][0]["questions"].insert(1, rows | {"questions": [text]})


def unlabelled_row(content):
    text_only_in_rows(content)
    del content["groups"][0]["questions"][1]["item_label"]


def untyped_in_row(content):
    text_only_in_rows(content)
    row = content["groups"][0]["questions"][1]
    row["questions"] = [{**row["questions"][0]}]
    del row["questions"][0]["type"]


def no_declaration(content):
    del content["groups"][-1]


def same_key_twice(content):
    content["groups"][0]["questions"][1]["key"] = "full_name"


def condition_on_a_later_question(content):
    first_question(content)["shown_if"] = {"question": "extract_kind", "any_of": ["birth"]}


def condition_on_no_option(content):
    content["groups"][1]["questions"][1]["shown_if"] = {
        "question": "extract_kind",
        "any_of": ["moon"],
    }


def fee_on_no_question(content):
    content["fee"]["question"] = "moons"


def fee_on_a_text(content):
    content["fee"]["question"] = "full_name"


def process_too_long(content):
    content["process"][1]["limit_hours"] = 40


def process_out_of_order(content):
    content["process"].reverse()


def level_five(content):
    content["level"] = 5


def online_delivery_below_level_4(content):
    content["level"] = 3


def limit_without_sense(content):
    content["time_limit"] = {"amount": 3, "unit": "same_day"}


def decomposed(content):
    content["name"]["vi"] = "Ca\u0302\u0301p bản sao"


def not_a_table(content):
    content["groups"][0]["questions"][0] = "full_name"


def crosscheck_of_wrong_type(content):
    content["crosschecks"][0]["citizen_id"] = "full_name"


def document_without_copies(content):
    del content["documents"][0]["originals"]


def suitability_question(key):
    words = {"vi": "Có phải ông/bà khai cho mình không?", "en": "Do you apply for yourself?"}
    return {"key": key, "question": words, "go_on": "yes", "exit": words}


def suitability_asked_five_times(content):
    content["suitability"] = [suitability_question(f"s{number}") for number in range(5)]


def suitability_asked_twice(content):
    content["suitability"] = [suitability_question("own"), suitability_question("own")]


def suitability_without_sense(content):
    content["suitability"] = [suitability_question("own") | {"go_on": "perhaps"}]


def prerequisite_from_nowhere(content):
    content["prerequisites"] = [{"text": content["name"], "service": "somewhere"}]


def answer_in_one_language(content):
    content["asked_often"] = [{"question": content["name"], "answer": {"vi": "Có."}}]


@pytest.mark.parametrize(
    ("spoil", "key", "problem"),
    [
        (untyped, "groups[0].questions[0].type", "missing"),
        (unlabelled, "groups[0].questions[0].label", "missing"),
        (english_missing, "groups[0].questions[0].label.en", "missing"),
        (vietnamese_blank, "summary.vi", "text"),
        (unknown_type, "groups[0].questions[0].type", "one of"),
        (unknown_key, "colour", "not a key"),
        (unknown_question_key, "groups[0].questions[0].colour", "not a key"),
        (option_of_another_type, "groups[0].questions[0].minimum", "not a key"),
        (text_only, "groups", "text only"),
        (text_only_in_rows, "groups", "text only"),
        (unlabelled_row, "groups[0].questions[1].item_label", "missing"),
        (untyped_in_row, "groups[0].questions[1].questions[0].type", "missing"),
        (no_declaration, "groups", "declaration"),
        (same_key_twice, "groups[0].questions[1].key", "another"),
        (condition_on_a_later_question, "groups[0].questions[0].shown_if", "earlier"),
        (condition_on_no_option, "groups[1].questions[1].shown_if", "answers"),
        (fee_on_no_question, "fee.question", "everybody"),
        (fee_on_a_text, "fee.question", "whole number"),
        (process_too_long, "process", "time limit"),
        (process_out_of_order, "process", "order"),
        (level_five, "level", "between"),
        (online_delivery_below_level_4, "deliveries", "level"),
        (limit_without_sense, "time_limit.unit", "same-day"),
        (decomposed, "name.vi", "NFC"),
        (not_a_table, "groups[0].questions[0]", "table"),
        (crosscheck_of_wrong_type, "crosschecks[0].citizen_id", "type"),
        (document_without_copies, "documents[0].copies", "how many"),
        (suitability_asked_five_times, "suitability", "4 entries"),
        (suitability_asked_twice, "suitability", "differ"),
        (suitability_without_sense, "suitability[0].go_on", "one of"),
        (prerequisite_from_nowhere, "prerequisites[0].service", "look"),
        (answer_in_one_language, "asked_often[0].answer.en", "missing"),
    ],
)
def test_a_spoiled_file_is_refused_by_file_and_key(content, spoil, key, problem):
    definitions.read_service(deepcopy(content), file="good.toml")
    spoil(content)

    with override("en"):
        where, why = refused(content)
    assert where == key
    assert problem in why


def test_text_that_is_no_toml(tmp_path):
    broken = tmp_path / "1.000001.toml"
    broken.write_text("code = ", encoding="utf-8")
    with pytest.raises(DefinitionError) as refusal:
        definitions.from_file(broken)
    assert refusal.value.fields["file"] == "1.000001.toml"


def test_a_file_is_named_by_its_code(tmp_path):
    source = definitions.FOLDER / "2.000635.toml"
    copy = tmp_path / "2.000636.toml"
    copy.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DefinitionError) as refusal:
        definitions.from_file(copy)
    assert refusal.value.fields["key"] == "code"


def test_a_file_that_is_no_text(tmp_path):
    broken = tmp_path / "1.000001.toml"
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DefinitionError):
        definitions.from_file(broken)
