"""The look in a real browser: axe, the content policy, no sideways scrolling, the keyboard.

Pages are drawn by the test client first and handed to Chromium as they stand, with their headers and the
static files they name; whatever else the browser asks for is refused and noted.
"""

import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.accounts.factories import EmailAddressFactory, UserFactory

SITE = "http://localhost"  # which browsers trust without a certificate
PHONE, DESKTOP, NARROWEST = 390, 1280, 320

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(client, in_a_demo):
    """A function that draws pages: ``drawn(language, *paths)`` gives ``{address: response}``."""
    client.raise_request_exception = False
    client.defaults["SERVER_NAME"] = "localhost"

    def draw(language, *paths):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return {f"{SITE}{path}": client.get(path, follow=True) for path in paths}

    return draw


@pytest.fixture
def every_page(drawn, client):
    def draw(language):
        pages = drawn(
            language,
            "/?said=1&bad=1",
            *(
                reverse(f"account_{name}")
                for name in ("login", "signup", "email_verification_sent")
            ),
            *(
                f"/status/{status}/" for status in (403, 404, 503)
            ),  # the others say less in the same frame
        )
        person = UserFactory()
        EmailAddressFactory(user=person)
        client.force_login(person)
        return pages | drawn(
            language, reverse("account_email"), reverse("account_change_password"), "/dossiers/"
        )

    return draw


class Reader:
    """A browser that is given pages instead of a network."""

    def __init__(self, playwright, pages, **appearance):
        self.pages = pages
        self.complaints = []
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.ARGUMENTS
        )
        self.page = browser.new_page(**appearance)
        self.page.route("**/*", self._answer)
        self.page.on("console", self._note)

    def opens(self, address):
        self.page.goto(address)
        return self.page

    def _answer(self, route):
        address = route.request.url
        if address in self.pages:
            response = self.pages[address]
            route.fulfill(
                status=response.status_code, headers=dict(response.headers), body=response.content
            )
            return
        path = urlsplit(address).path
        is_file = path.startswith(settings.STATIC_URL)
        if is_file and (found := finders.find(path.removeprefix(settings.STATIC_URL))):
            kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
            route.fulfill(status=200, content_type=kind, body=Path(found).read_bytes())
        else:
            self.complaints.append(f"asked for {address}")
            route.abort()

    def _note(self, message):
        # A page for an error is itself reported as one that failed to load.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("en", "dark", PHONE),
        pytest.param("vi", "light", DESKTOP, marks=pytest.mark.slow),
        pytest.param("vi", "dark", PHONE, marks=pytest.mark.slow),
        pytest.param("en", "light", DESKTOP, marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing(every_page, language, scheme, width):
    pages = every_page(language)
    faults = []
    with sync_playwright() as playwright:
        reader = Reader(
            playwright, pages, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        for address in pages:
            page = reader.opens(address)
            details = page.locator("details.sim")
            if details.count():
                details.evaluate("strip => strip.open = true")  # the demo bar is judged too
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            complaints, reader.complaints = reader.complaints, []
            assert not complaints, address
            faults += [
                f"{address} {fault['id']}: {[node['target'] for node in fault['nodes']]}"
                for fault in Axe().run(page).response["violations"]
            ]
            reader.complaints.clear()  # axe itself sets styles while it measures
    assert not faults


@pytest.mark.slow
def test_nothing_sticks_out_at_the_narrowest(every_page):
    pages = every_page("vi")
    with sync_playwright() as playwright:
        reader = Reader(playwright, pages, viewport={"width": NARROWEST, "height": 640})
        wide = [
            address
            for address in pages
            if reader.opens(address).evaluate("document.documentElement.scrollWidth") > NARROWEST
        ]
    assert not wide


def test_by_keyboard(drawn):
    """The first key leads past the frame; an error leads to its question; the demo bar opens."""
    pages = drawn("vi", "/?bad=1")
    (address,) = pages
    with sync_playwright() as playwright:
        page = Reader(playwright, pages, java_script_enabled=True).opens(address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"

        page.locator(".error-summary a", has_text="Giới tính").press("Enter")
        page.keyboard.press("Space")
        assert page.locator("#id_sex_0").is_checked()

        strip = page.locator("details.sim > summary")
        strip.press("Enter")
        assert page.get_by_role("button", name="Lê Thị Hoa, bộ phận một cửa").is_visible()


@pytest.mark.slow
def test_without_script(drawn):
    """The demo bar and the forms are plain HTML."""
    pages = drawn("vi", "/")
    (address,) = pages
    with sync_playwright() as playwright:
        page = Reader(playwright, pages, java_script_enabled=False).opens(address)
        page.locator("details.sim > summary").click()
        assert page.get_by_role("button", name="Thêm 1 tuần").is_visible()
        assert page.get_by_role("button", name="English").first.is_visible()


def test_controls_are_large_enough(drawn):
    """Targets are at least 24 px in both directions, main buttons 44 px high."""
    pages = drawn("vi", "/?bad=1")
    (address,) = pages
    with sync_playwright() as playwright:
        page = Reader(playwright, pages, viewport={"width": PHONE, "height": 900}).opens(address)
        page.locator("details.sim > summary").click()
        boxes = page.locator("button:visible, input:visible, select:visible, summary:visible")
        small = [
            (control.inner_text() or control.get_attribute("id"), box)
            for control in boxes.all()
            if (box := control.bounding_box()) and min(box["width"], box["height"]) < 24
        ]
        buttons = page.locator(".btn:visible").all()
        assert not small
        assert buttons
        assert all(button.bounding_box()["height"] >= 44 for button in buttons)


@pytest.mark.slow
def test_on_paper_the_strip_stays_and_the_buttons_go(drawn):
    pages = drawn("vi", "/")
    (address,) = pages
    with sync_playwright() as playwright:
        page = Reader(playwright, pages).opens(address)
        page.emulate_media(media="print")
        assert page.get_by_text("Mô phỏng — không phải cổng chính thức").is_visible()
        assert not page.locator(".nav-end").is_visible()
        assert not page.locator(".actions").first.is_visible()
