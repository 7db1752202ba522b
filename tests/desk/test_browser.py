"""The desk in a real browser: axe, the content policy, no sideways scrolling, at a desk and on a telephone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from portal import translations
from tests.desk.pages import every_page, shown
from tests.look.test_browser import DESKTOP, NARROWEST, PHONE, Reader

# Else axe writes Django's sheets into the page, where their imports lead nowhere.
WITHOUT_PRELOAD = {"preload": False}

FEW = 8  # every eighth page, while one waits for the fast tier

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def compiled_catalogues():
    """Vietnamese, fresh from its sources."""
    translations.compile_all()


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("vi", "light", PHONE),
        pytest.param("en", "dark", DESKTOP, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "every",
    [FEW, pytest.param(1, marks=pytest.mark.slow)],  # all of them take a minute
)
def test_axe_finds_nothing_and_nothing_sticks_out(client, language, scheme, width, every):
    pages = every_page(client, language)
    faults = []
    with sync_playwright() as playwright:
        reader = Reader(
            playwright, pages, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        for address in list(shown(pages))[::every]:
            page = reader.opens(address)
            faults += [
                f"{address} is too wide at {limit} px"
                for limit in widths(width)
                if is_wider(page, limit)
            ]
            faults += [f"{address} {complaint}" for complaint in reader.complaints]
            faults += [
                f"{address} {fault['id']}: {[node['target'] for node in fault['nodes']]}"
                for fault in Axe().run(page, options=WITHOUT_PRELOAD).response["violations"]
            ]
            reader.complaints.clear()  # axe itself sets styles while it measures
    assert not faults, "\n".join(faults)


def widths(width):
    """What a page has to fit into: on a telephone also the narrowest there is."""
    return [NARROWEST, width] if width == PHONE else [width]


def is_wider(page, limit):
    page.set_viewport_size({"width": limit, "height": 900})
    return page.evaluate("document.documentElement.scrollWidth") > limit
