"""Vietnamese catalogues: ``python -m portal.translations`` compiles them, ``--check`` looks for gaps.

A room's texts are in ``locale/<room>/vi/LC_MESSAGES/django.po``; what packages fail to translate is in
``locale/third_party``. The compiled ``.mo`` files are made at installation by Babel (no ``msgfmt`` is
needed) and never committed.
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
TEMPLATES = ROOT / "templates"
PYTHON_ROOMS = ("portal", "dossiers", "payments")
NOT_OURS = {"migrations", "__pycache__", "node_modules"}
LANGUAGE = "vi"

# Django's own catalogues, for words that our pages share with it.
DJANGO = Path(django.__file__).parent
DJANGO_CATALOGUES = [
    DJANGO / folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
    for folder in ("conf", "contrib/admin", "contrib/auth")
]

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
FIELD = re.compile(r"%\((\w+)\)|(?<!\{)\{(\w*)\}(?!\})")


@dataclass(frozen=True, order=True)
class Text:
    """One message as it stands in a source: its id (the singular, where it has a plural) and context."""

    msgid: str
    context: str
    place: str


def catalogues(locale: Path = LOCALE) -> list[Path]:
    """Every ``.po`` file of ours."""
    return sorted(locale.glob("*/*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain=path.stem)


def compile_all(locale: Path = LOCALE) -> int:
    """Write a ``.mo`` beside every ``.po``; returns how many texts they hold."""
    texts = 0
    for path in catalogues(locale):
        catalogue = read(path)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        # Renamed into place: a process that starts meanwhile reads the old file or the new one, never half of one.
        draft = path.with_suffix(f".mo.{os.getpid()}")
        draft.write_bytes(compiled.getvalue())
        draft.replace(path.with_suffix(".mo"))
        texts += sum(1 for message in catalogue if message.id)
    return texts


def translated(path: Path) -> Iterator[tuple[str, str]]:
    """Message id and context of what the catalogue really translates."""
    for message in read(path):
        if message.id and not message.fuzzy and _is_complete(message):
            yield _first(message.id), message.context or ""


def texts(root: Path = ROOT) -> Iterator[Text]:
    """Every text for readers in our Python and our templates."""
    for room in PYTHON_ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            if not NOT_OURS.intersection(path.parts):
                yield from texts_in_file(path, root)
    for folder in (root / "templates", *((root / room) for room in PYTHON_ROOMS)):
        for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
            yield from texts_in_file(path, root)


def texts_in_file(path: Path, root: Path | None = None) -> Iterator[Text]:
    """Every text for readers in one module or template; places are told from ``root`` on."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        # What is left of the markup is indented, which Python would take amiss.
        lines = templatize(source, origin=str(path)).split("\n")
        source = "\n".join(line.lstrip() for line in lines)
    place = path.relative_to(root) if root else path
    for number, message, _comments, context in extract(
        "python", io.BytesIO(source.encode()), KEYWORDS
    ):
        yield Text(_first(message), context or "", f"{place}:{number}")


def gaps(root: Path = ROOT) -> list[Text]:
    """The texts that a Vietnamese reader would see in English."""
    known = {text for path in catalogues(root / "locale") for text in translated(path)}
    known.update(text for path in DJANGO_CATALOGUES for text in translated(path))
    return [text for text in texts(root) if (text.msgid, text.context) not in known]


def mistakes(locale: Path = LOCALE) -> list[str]:
    """Translations that are empty, unsure, or lose or invent a named field."""
    found = []
    for path in catalogues(locale):
        for message in read(path):
            if not message.id:
                continue
            name = f"{path.relative_to(locale)}: {_first(message.id)!r}"
            if message.fuzzy or not _is_complete(message):
                found.append(f"{name} is not translated")
            elif not _fields(message.string) <= _fields(message.id):
                found.append(f"{name} names fields that the original lacks")
            elif _fields(_last(message.id)) - _fields(message.string):
                found.append(f"{name} loses a field of the original")
    return found


def contradictions(locale: Path = LOCALE) -> list[str]:
    """The same text translated differently in two rooms: readers see only the first."""
    seen: dict[tuple, tuple[str, object]] = {}
    found = []
    for path in catalogues(locale):
        room = path.relative_to(locale).parts[0]
        for message in read(path):
            if not message.id:
                continue
            key = (_first(message.id), message.context)
            first_room, string = seen.setdefault(key, (room, message.string))
            if _first(string) != _first(message.string):
                found.append(f"{key[0]!r}: {first_room}: {string!r}, {room}: {message.string!r}")
    return found


def _first(message) -> str:
    return message if isinstance(message, str) else message[0]


def _last(message) -> str:
    return message if isinstance(message, str) else message[-1]


def _fields(message) -> set[str]:
    parts = [message] if isinstance(message, str) else message
    return {name for part in parts for pair in FIELD.findall(part) for name in pair if name}


def _is_complete(message) -> bool:
    parts = [message.string] if isinstance(message.string, str) else message.string
    return bool(parts) and all(parts)


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.translations", description=__doc__)
    parser.add_argument("--check", action="store_true", help="list what has no Vietnamese and fail")
    options = parser.parse_args(arguments)
    if not options.check:
        print(f"{compile_all()} texts in {len(catalogues())} catalogues")
        return 0
    missing, wrong = gaps(), mistakes()
    for text in missing:
        print(f"{text.place}: {text.msgid!r}" + (f" ({text.context})" if text.context else ""))
    for sentence in wrong:
        print(sentence)
    for sentence in contradictions():
        print(f"note, translated twice: {sentence}")
    print(f"{len(missing)} texts without Vietnamese, {len(wrong)} faulty translations")
    return 1 if missing or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
