"""Question types: each takes its own valid answer, refuses its own invalid one, and survives hostile text."""

import json
import random
import unicodedata
from dataclasses import dataclass
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.errors import DefinitionError, QuestionTypeClaimedTwice
from portal.catalogue.questions import TYPES, Condition, Question, question_type
from tests.catalogue.questions import OF_EACH_TYPE, ROW, ROW_QUESTIONS, every_question, question

TODAY = date(2022, 9, 14)
QUESTIONS = every_question()
IDS = [name for name, _question in QUESTIONS]

HOSTILE = {
    "nul": "Nguyễn\x00 Mai",
    "only nul": "\x00",
    "one megabyte": "a" * 1_000_000,
    "one megabyte of digits": "9" * 1_000_000,
    "one megabyte decomposed": "e\u0302\u0301" * 300_000,
    "right to left": "\u202eiaM nễyugN",
    "bidi isolate": "12\u2067345",
    "zero width": "Ngu\u200byễn\u200d Thị\ufeff Mai",
    "only zero width": "\u200b\u200d\ufeff",
    "decomposed": unicodedata.normalize("NFD", "Nguyễn Thị Mai"),
    "script": "<script>alert('x')</script>",
    "no such day": "31/02/2022",
    "day zero": "0/0/0000",
    "year zero": "01/01/0000",
    "huge year": "01/01/99999",
    "overflow": "1" + "0" * 30,
    "exponent": "1e400",
    "infinity": "Infinity",
    "not a number": "NaN",
    "negative": "-1",
    "other digits": "１２３４５６７８９０１２",
    "arabic digits": "٠١٢٣٤٥٦٧٨٩",
    "superscript": "²³",
    "surrogate": "a\ud800b",
    "unassigned": "a\U000e0fffb",
    "line breaks": "a\r\nb\u2028c\x85d",
    "tabs": "a\tb\vc",
    "percent": "%s %(label)s %n 100%",
    "braces": "{label} {0} {{",
    "sql": "'; DROP TABLE dossiers; --",
    "spaces": "   \u00a0\u2003  ",
    "emoji": "👩‍👩‍👧 Mai",
    "combining": "a" + "\u0301" * 500,
    "dots": "." * 35,
    "slashes": "//////",
    "template": "{% load x %}{{ y }}",
}


def post(typed):
    """``typed`` as a browser sends it."""
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def answer(asked, typed, **options):
    """The stored answer to ``typed``, through the form field as a page has it."""
    field = asked.form_field(today=TODAY, **options)
    return field.clean(field.widget.value_from_datadict(post(typed), {}, asked.key))


def test_there_is_an_example_of_every_type():
    assert set(OF_EACH_TYPE) == set(TYPES)


@pytest.mark.parametrize("asked", [each for _, each in QUESTIONS], ids=IDS)
def test_a_valid_answer_is_taken_and_comes_back_the_same(asked):
    stored = asked.example_valid(today=TODAY)
    for language in ("vi", "en"):
        with override(language):
            assert answer(asked, asked.typed(stored)) == stored
    assert json.loads(json.dumps(stored)) == stored


@pytest.mark.parametrize("asked", [each for _, each in QUESTIONS], ids=IDS)
def test_an_invalid_answer_is_refused_with_a_sentence_that_names_the_question(asked):
    # Questions keep their words in both languages, sentences are put together when they are shown.
    with override("en"), pytest.raises(ValidationError) as refusal:
        answer(asked, asked.example_invalid())
    with override("en"):
        sentences = refusal.value.messages
    for sentence in sentences:
        assert "Thing asked" in sentence
        assert sentence[-1] == "."
        assert "%(" not in sentence


@pytest.mark.parametrize("asked", [each for _, each in QUESTIONS], ids=IDS)
def test_the_invalid_answer_is_not_merely_missing(asked):
    if asked.type == "declaration":
        assert asked.example_invalid() == {}  # not ticking is the only wrong answer there is
        return
    with pytest.raises(ValidationError) as refusal:
        answer(asked, asked.example_invalid())
    assert "required" not in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize("asked", [each for _, each in QUESTIONS], ids=IDS)
def test_a_blank_is_refused_where_required_and_nothing_where_not(asked):
    with pytest.raises(ValidationError) as refusal:
        answer(asked, {})
    assert refusal.value.code == "required"
    assert answer(asked, {}, required=False) is None
    blank = {
        name: [] if isinstance(typed, list) else ""
        for name, typed in asked.example_invalid().items()
    }
    assert answer(asked, blank, required=False) is None


@pytest.mark.parametrize("asked", [each for _, each in QUESTIONS], ids=IDS)
def test_samples_are_valid_answers_written_for_both_languages(asked):
    rng = random.Random(7)
    for _ in range(60):
        stored = asked.sample(rng, today=TODAY)
        assert answer(asked, asked.typed(stored)) == stored
        for language in ("vi", "en"):
            assert asked.render(stored, language).strip()


@pytest.mark.parametrize("asked", [each for _, each in QUESTIONS], ids=IDS)
def test_hostile_text_gives_a_sentence_or_clean_text(asked):
    for name, text in HOSTILE.items():
        typed = {key: text for key in {"q": "", **asked.example_invalid()}}
        try:
            stored = answer(asked, typed)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                assert "Điều hỏi" in sentence, name
                assert len(sentence) < 400, name
        else:
            assert_clean(stored)
            assert asked.render(stored, "vi"), name


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=80), st.sampled_from(QUESTIONS))
def test_any_text_gives_a_sentence_or_clean_text(text, named):
    asked = named[1]
    try:
        stored = answer(
            asked, {key: text for key in {"q": "", **asked.example_invalid()}}, required=False
        )
    except ValidationError as refusal:
        assert all(refusal.messages)
        return
    if stored is not None:
        assert_clean(stored)
        assert asked.render(stored, "en")
        assert answer(asked, asked.typed(stored)) == stored


def assert_clean(stored):
    text = json.dumps(stored, ensure_ascii=False)
    text.encode("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert len(text) < 20_000
    for each in text:
        assert unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


ROWS = {"item_label": ROW, "questions": ROW_QUESTIONS}
FILE_IN_ROW = {"key": "scan", "type": "file", "label": ROW}


@pytest.mark.parametrize("typed", [None, [], ["a", "b"], ["a"]])
def test_an_address_with_parts_missing(typed):
    with pytest.raises(ValidationError):
        question("address").form_field(today=TODAY).clean(typed)


def test_a_type_claimed_twice_stops_the_start():
    with pytest.raises(QuestionTypeClaimedTwice) as refusal:

        @question_type
        @dataclass(frozen=True)
        class Second(Question):
            type = "date"

    assert refusal.value.fields["type"] == "date"
    assert "Second" in refusal.value.fields["second"]
    assert TYPES["date"].__name__ == "Date"


@pytest.mark.parametrize(
    ("type_name", "options", "key"),
    [
        ("date", {"not_future": True, "not_past": True}, "not_past"),
        ("date", {"earliest": "2022-02-31"}, "earliest"),
        ("date", {"earliest": "2016-01-01", "latest": "2015-12-31"}, "latest"),
        ("date", {"usual_age": [80, 60]}, "usual_age"),
        ("number", {"minimum": 5}, "maximum"),
        ("number", {"minimum": 5, "maximum": 4}, "maximum"),
        ("number", {"minimum": 1, "maximum": 9, "decimals": 3}, "decimals"),
        ("number", {"minimum": 1, "maximum": 9, "usual": [0, 5]}, "usual"),
        ("money", {"minimum": 1, "maximum": 9, "currency": "EUR"}, "currency"),
        ("choice", {}, "options"),
        ("choice", {"options": [{"key": "a", "label": {"vi": "A", "en": "A"}}]}, "options"),
        ("choice", {"list": "planets"}, "list"),
        ("choice", {"list": "ethnicities", "usual": ["99"]}, "usual.0"),
        ("text", {}, "examples"),
        ("text", {"examples": []}, "examples"),
        ("identifier", {"format": "runes"}, "format"),
        ("lines", {"item": "runes", "examples": ["a"]}, "item"),
        ("declaration", {"required": False}, "required"),
        ("yes_no", {"fills": "shoe_size"}, "fills"),
        ("person", {"ask": ["shoe_size"]}, "ask.0"),
        ("person", {"ask": ["phone", "gender"]}, "ask"),
        ("person", {"ask": ["phone"], "optional": ["gender"]}, "optional.0"),
        ("person", {"ask": ["phone"], "min_age": 18}, "min_age"),
        ("person", {"fills": "full_name"}, "fills"),
        ("repeating", {"item_label": ROW}, "questions"),
        ("repeating", {"questions": ROW_QUESTIONS}, "item_label"),
        ("repeating", ROWS | {"max_items": 0}, "max_items"),
        ("repeating", ROWS | {"min_items": 4, "max_items": 3}, "max_items"),
        ("repeating", ROWS | {"questions": ROW_QUESTIONS[:1] * 2}, "questions"),
        ("repeating", ROWS | {"questions": [FILE_IN_ROW]}, "questions[0].type"),
        (
            "repeating",
            ROWS | {"questions": [ROW_QUESTIONS[0] | {"fills": "full_name"}]},
            "questions[0].fills",
        ),
        ("file", {"accept": ["docx"]}, "accept.0"),
        ("file", {"accept": []}, "accept"),
        ("file", {"max_mb": 11}, "max_mb"),
    ],
)
def test_options_without_sense_are_refused(type_name, options, key):
    with pytest.raises(DefinitionError) as refusal:
        question(type_name, **options)
    assert refusal.value.fields["key"] == key


@pytest.mark.parametrize(
    ("values", "given_answer", "holds"),
    [
        (("a", "b"), "a", True),
        (("a", "b"), "c", False),
        (("a",), None, False),
        (("a",), ["b", "a"], True),
        (("a",), [], False),
        ((True,), True, True),
        ((True,), False, False),
        ((True,), 1, False),
        ((False,), False, True),
        ((False,), None, False),
    ],
)
def test_conditions(values, given_answer, holds):
    assert Condition("other", values).holds({"other": given_answer}) is holds
