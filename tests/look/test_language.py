import pytest
from django.conf import settings

from portal import language
from tests.accounts.factories import UserFactory

VIETNAMESE, ENGLISH = "Dịch vụ công", "Public services"


def test_vietnamese_first(reader):
    page = reader.get("/")

    assert VIETNAMESE in page.text
    assert '<html lang="vi">' in page.text
    assert page["Content-Language"] == "vi"


def test_the_browser_setting_is_left_aside(reader):
    assert VIETNAMESE in reader.get("/", headers={"accept-language": "en-GB,en"}).text


def test_the_answer_varies_with_the_cookie(reader):
    varies = {name.strip() for name in reader.get("/")["Vary"].split(",")}
    assert "Cookie" in varies
    assert "Accept-Language" not in varies


def test_the_choice_is_kept_in_the_browser(reader):
    reader.post("/language/", {"language": "en", "next": "/"})

    page = reader.get("/")
    assert ENGLISH in page.text
    assert '<html lang="en">' in page.text


def test_the_switch_returns_to_the_same_page(reader):
    page = reader.get("/?page=3")
    assert 'name="next" value="/?page=3"' in page.text

    answer = reader.post("/language/", {"language": "en", "next": "/?page=3"})
    assert (answer.status_code, answer["Location"]) == (302, "/?page=3")


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_the_switch_leads_nowhere_else(reader, target):
    assert reader.post("/language/", {"language": "en", "next": target})["Location"] == "/"


@pytest.mark.parametrize("code", ["fr", "", "vi-VN", "../en"])
def test_unknown_languages_change_nothing(reader, code):
    answer = reader.post("/language/", {"language": code, "next": "/"})

    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies
    reader.cookies[settings.LANGUAGE_COOKIE_NAME] = code
    assert VIETNAMESE in reader.get("/").text


def test_the_switch_is_no_link(reader):
    assert reader.get("/language/").status_code == 405


@pytest.mark.django_db
class TestAccount:
    @pytest.fixture
    def person(self, reader):
        person = UserFactory(language="en")
        reader.force_login(person)
        return person

    def test_speaks_where_the_browser_is_silent(self, reader, person):
        assert ENGLISH in reader.get("/").text

    def test_gives_way_to_the_browser(self, reader, person):
        reader.cookies[settings.LANGUAGE_COOKIE_NAME] = "vi"
        assert VIETNAMESE in reader.get("/").text

    def test_keeps_the_choice(self, reader, person):
        reader.post("/language/", {"language": "vi", "next": "/"})

        person.refresh_from_db()
        assert person.language == "vi"
        assert language.language_of(person) == "vi"


def test_letters_to_nobody_in_particular_are_vietnamese():
    assert language.language_of(None) == "vi"
