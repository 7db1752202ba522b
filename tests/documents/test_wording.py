"""Each sentence of this room has its Vietnamese, with the same named fields."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
ROOM = ROOT / "portal" / "documents"
FORBIDDEN = ("vui lòng", "quý khách", "!", " bạn ")  # the voice: docs of the look


def sentences():
    for file in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                yield ast.literal_eval(node.args[0])


@pytest.fixture(scope="module")
def catalogue():
    path = ROOT / "locale" / "documents" / "vi" / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale="vi")


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_a_sentence_has_its_vietnamese(catalogue, sentence):
    message = catalogue.get(sentence)
    assert message is not None
    assert message.string
    assert fields(message.string) == fields(sentence)
    assert not [word for word in FORBIDDEN if word in f" {message.string.lower()} "]
