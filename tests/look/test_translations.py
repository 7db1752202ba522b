import re
from gettext import GNUTranslations
from pathlib import Path

import allauth
import axes
import django
import django_fsm
import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

from portal import translations

ROOT = Path(settings.BASE_DIR)
OUR_PLACES = re.compile(
    r"templates/(?:account|allauth|admin/\w+\.html|components/\w+\.html|\w+\.html)"
    r"|portal/(?:error_pages|formats|language|language_views|page|template_tags|wording)\b"
)


def test_the_look_is_vietnamese_to_the_last_word():
    assert [text for text in translations.gaps() if OUR_PLACES.match(text.place)] == []


def test_our_catalogues_hold_no_mistake():
    rooms = ("look/", "third_party/")
    assert [line for line in translations.mistakes() if line.startswith(rooms)] == []


@pytest.mark.parametrize("room", ["look", "third_party"])
def test_the_voice(room):
    """“ông/bà”, never “bạn” or “quý khách”; no “vui lòng”, no exclamation marks."""
    for message in translations.read(ROOT / "locale" / room / "vi" / "LC_MESSAGES" / "django.po"):
        said = message.string if isinstance(message.string, str) else message.string[0]
        if message.id:
            assert not re.search(r"\b(vui lòng|quý khách|bạn|hãy)\b|!", said.lower()), said


def known(message):
    return (message.id if isinstance(message.id, str) else message.id[0], message.context or "")


def spoken_in_vietnamese():
    """What any catalogue that the portal loads says in Vietnamese."""
    places = [
        *(path for path in translations.catalogues()),
        *(Path(django.__file__).parent.glob("conf/locale/vi/LC_MESSAGES/django.po")),
        *(Path(django.__file__).parent.glob("contrib/*/locale/vi/LC_MESSAGES/django.po")),
    ]
    return {text for path in places for text in translations.translated(path)}


# Read by developers only: pages of Django with DEBUG, its welcome page, names of other languages, feeds.
FOR_DEVELOPERS = re.compile(
    r"DEBUG|Django|Referer|CSRF cookie|install worked|^Tutorial|^Topics|^Get started|^Connect, get help"
    r"|disable cookies|^Syndication|^Site Maps|^Static Files"
)
LANGUAGES_BEGIN, LANGUAGES_END = "Afrikaans", "Traditional Chinese"


@pytest.mark.parametrize(
    "folder",
    ["conf"]
    + [
        f"contrib/{name}"
        for name in ("admin", "auth", "contenttypes", "humanize", "postgres", "sessions")
    ],
)
def test_django_is_vietnamese_to_the_last_word(folder):
    path = Path(django.__file__).parent / folder / "locale/en/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        ids = [known(message) for message in read_po(file, locale="en") if message.id]
    names = [msgid for msgid, _ in ids]
    if LANGUAGES_BEGIN in names:
        start, end = names.index(LANGUAGES_BEGIN), names.index(LANGUAGES_END)
        ids = ids[:start] + ids[end + 1 :]
    missing = set(ids) - spoken_in_vietnamese()
    assert {text for text in missing if not FOR_DEVELOPERS.search(text[0])} == set()


def test_the_scripts_of_the_desk_are_vietnamese_to_the_last_word():
    folder = Path(django.__file__).parent / "contrib/admin/locale"
    with (folder / "en/LC_MESSAGES/djangojs.po").open("rb") as file:
        said = {known(message) for message in read_po(file, locale="en") if message.id}
    ours = ROOT / "locale/third_party/vi/LC_MESSAGES/djangojs.po"
    spoken = set(translations.translated(folder / "vi/LC_MESSAGES/djangojs.po"))
    assert said - spoken - set(translations.translated(ours)) == set()


@pytest.mark.parametrize(
    ("package", "parts"),
    [
        (allauth, ["account", "core", "utils.py", "templates/account", "templates/allauth"]),
        (axes, ["."]),
        (django_fsm, ["."]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_packages_are_vietnamese_to_the_last_word(package, parts):
    """Templates that ours replace are left out."""
    base = Path(package.__file__).parent
    said = set()
    for part in parts:
        for path in [base / part] if part.endswith(".py") else sorted((base / part).rglob("*")):
            if path.suffix == ".py" and not {"tests", "migrations"} & set(path.parts):
                said |= texts_of(path)
            elif path.suffix in (".html", ".txt") and "templates" in path.parts:
                name = path.relative_to(base / "templates")
                if not (ROOT / "templates" / name).exists():
                    said |= texts_of(path)
    assert len(said) > 3
    assert said - spoken_in_vietnamese() == set()


def texts_of(path):
    return {(text.msgid, text.context) for text in translations.texts_in_file(path)}


def test_ours_win_over_djangos():
    with translation.override("vi"):
        assert gettext("This field is required.") == "Ông/bà chưa điền mục này."
        assert ngettext("{days} working day left", "{days} working days left", 4).startswith("Còn")
        assert gettext("Thursday") == "Thứ Năm"


class TestTool:
    @pytest.fixture
    def project(self, tmp_path):
        """A room with two texts, one in Python and one in a template, and a catalogue with one."""
        files = {
            "portal/room.py": 'from django.utils.translation import gettext as _\n_("Known")\n',
            "templates/page.html": '{% load i18n %}\n  <p>\n{% translate "New" context "door" %}</p>',
            "locale/room/vi/LC_MESSAGES/django.po": PO + 'msgid "Known"\nmsgstr "Đã biết"\n',
        }
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, "utf-8")
        return tmp_path

    def test_finds_what_has_no_vietnamese(self, project):
        assert translations.gaps(project) == [
            translations.Text("New", "door", "templates/page.html:3")
        ]

    def test_an_unsure_translation_is_none(self, project):
        po = project / "locale/room/vi/LC_MESSAGES/django.po"
        po.write_text(PO + '#, fuzzy\nmsgid "Known"\nmsgstr "Đã biết"\n', "utf-8")
        assert [text.msgid for text in translations.gaps(project)] == ["Known", "New"]
        assert len(translations.mistakes(project / "locale")) == 1

    def test_compiles(self, project):
        assert translations.compile_all(project / "locale") == 1
        compiled = project / "locale/room/vi/LC_MESSAGES/django.mo"
        with compiled.open("rb") as file:
            assert GNUTranslations(file).gettext("Known") == "Đã biết"

    @pytest.mark.parametrize(
        ("msgid", "msgstr", "fault"),
        [
            ("Until %(day)s", "Đến ngày", "loses a field"),
            ("Until {day}", "Đến {ngay}", "names fields"),
            ("Until", "", "not translated"),
        ],
    )
    def test_finds_lost_fields(self, project, msgid, msgstr, fault):
        po = project / "locale/room/vi/LC_MESSAGES/django.po"
        po.write_text(f'{PO}msgid "{msgid}"\nmsgstr "{msgstr}"\n', "utf-8")
        (found,) = translations.mistakes(project / "locale")
        assert fault in found

    def test_finds_two_translations_of_one_text(self, project):
        other = project / "locale/zoo/vi/LC_MESSAGES/django.po"
        other.parent.mkdir(parents=True)
        other.write_text(PO + 'msgid "Known"\nmsgstr "Quen"\n', "utf-8")
        (found,) = translations.contradictions(project / "locale")
        assert "Đã biết" in found
        assert "Quen" in found

    def test_the_check_fails_on_a_gap(self, monkeypatch, capsys):
        gap = translations.Text("New", "", "templates/page.html:3")
        monkeypatch.setattr(translations, "gaps", lambda: [gap])
        monkeypatch.setattr(translations, "mistakes", list)
        assert translations.main(["--check"]) == 1
        assert "templates/page.html:3: 'New'" in capsys.readouterr().out

    def test_the_check_passes_without(self, monkeypatch):
        monkeypatch.setattr(translations, "gaps", list)
        monkeypatch.setattr(translations, "mistakes", list)
        assert translations.main(["--check"]) == 0


PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
