"""The search box in a real browser: suggestions by keyboard, and axe on every page by which people find a service."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from tests.look.test_browser import PHONE, SITE, Reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_catalogue")]

SERVICE = reverse("catalogue:service", args=["1.001193"])
EMPTY = f"{reverse('catalogue:search')}?q=zzzz"
TYPED = "kahi"
SUGGEST = f"{reverse('catalogue:suggest')}?q="


@pytest.fixture
def pages(client):
    """What the portal answers, by address; drawn before the browser starts."""
    client.defaults["SERVER_NAME"] = "localhost"
    paths = (
        "/",
        *(SUGGEST + TYPED[:typed] for typed in range(len(TYPED) + 1)),  # on a slow machine, each
        SERVICE,
        f"{reverse('catalogue:search')}?q=khai+sinh&level=4&fee=free",
        EMPTY,
        reverse("life:event", args=["birth"]),
        reverse("life:bundle", args=["birth"]),
    )
    return {f"{SITE}{path}": client.get(path) for path in paths}


@pytest.mark.slow  # five pages, some of them long
def test_axe_finds_nothing_on_the_way_to_a_service(pages):
    faults = []
    with sync_playwright() as playwright:
        reader = Reader(playwright, pages, viewport={"width": PHONE, "height": 900})
        for address in [each for each in pages if SUGGEST not in each]:
            page = reader.opens(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, address
            faults += complaints_of(reader, page, address)
    assert faults == []


def test_the_search_box_suggests_by_keyboard(pages):
    with sync_playwright() as playwright:
        reader = Reader(playwright, pages, viewport={"width": PHONE, "height": 900})
        page = reader.opens(f"{SITE}{EMPTY}")
        box = page.get_by_role("combobox", name="Việc cần làm")
        box.fill("")
        box.press_sequentially(TYPED)
        expect(page.get_by_role("option").first).to_have_text("Đăng ký khai sinh")
        assert complaints_of(reader, page, "suggestions") == []
        box.press("ArrowDown")
        expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
        box.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        box.press("ArrowDown")
        box.press("Enter")
        page.wait_for_url(f"{SITE}{SERVICE}")


def complaints_of(reader, page, where):
    """What the browser refused or missed, and what axe finds."""
    seen, reader.complaints = reader.complaints, []
    violations = Axe().run(page).response["violations"]
    reader.complaints = []  # axe itself sets styles while it measures
    return [(where, each) for each in seen] + [
        (where, each["id"], [node["target"] for node in each["nodes"]]) for each in violations
    ]
