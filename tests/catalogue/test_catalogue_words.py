"""The sentences of the catalogue in Vietnamese: all there, in the voice of the house."""

import re

from portal import translations

CATALOGUE = translations.LOCALE / "catalogue/vi/LC_MESSAGES/django.po"
OUR_PLACES = re.compile(
    r"templates/components/question/"
    r"|portal/catalogue/(?:answer_field|crosschecks|crosscheck_kinds/\w+|definitions|errors|fees|forms|levels"
    r"|question_files|question_types/\w+|questions|review|service_files|tables|typed_text)\b"
)


def test_every_sentence_has_its_vietnamese():
    assert [text for text in translations.gaps() if OUR_PLACES.match(text.place)] == []


def test_no_translation_loses_or_invents_a_field():
    assert [line for line in translations.mistakes() if line.startswith("catalogue/")] == []


def test_no_other_room_says_it_differently():
    assert [line for line in translations.contradictions() if "catalogue: " in line] == []


def test_the_voice():
    for message in translations.read(CATALOGUE):
        if message.id:
            assert not re.search(r"\b(vui lòng|quý khách|bạn|hãy)\b|!", message.string.lower())
