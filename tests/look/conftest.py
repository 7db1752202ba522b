from datetime import date

import pytest
from django.conf import settings as django_settings

from portal import clock, page, translations

URLS = "tests.look.urls"


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues():
    """Vietnamese, fresh from its sources."""
    translations.compile_all()


@pytest.fixture
def little_site(settings, monkeypatch):
    """The addresses of tests/look/urls.py instead of the portal's, on a day that no database needs to tell."""
    settings.ROOT_URLCONF = URLS
    monkeypatch.setattr(clock, "today", lambda: date(2022, 9, 14))


@pytest.fixture
def reader(little_site, client, settings):
    """A browser without sign-in, on a portal that is no demo; pages of errors are shown, not raised."""
    settings.PORTAL_DEMO = False
    client.raise_request_exception = False
    return client


@pytest.fixture
def in_english(reader):
    reader.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return reader


@pytest.fixture
def in_a_demo(little_site, settings, monkeypatch):
    """Settings and clock row both say demo; two people to be."""
    settings.PORTAL_DEMO = True
    monkeypatch.setattr(page, "_seen_demo_row", True)
    monkeypatch.setattr(page, "_demo", None)
    page.fill_demo_bar(
        personas=lambda request: [
            page.Persona("mai", "Nguyễn Thị Mai", "người dân", True),
            page.Persona("hoa", "Lê Thị Hoa", "bộ phận một cửa"),
        ],
        steps=[page.ClockStep("week", "Thêm 1 tuần")],
    )
