"""The page of a service, its levels and its questions before the form, in a real browser against a real portal."""

import itertools
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from portal.catalogue import definitions
from tests import chromium, databases, processes

pytestmark = pytest.mark.slow  # starts a portal of its own

PHONE, DESKTOP = 390, 1280
ASKING = next(code for code, d in definitions.load_all().items() if len(d.suitability) > 1)
FIRST, SECOND = definitions.service(ASKING).suitability[:2]
OTHER = {"yes": "no", "no": "yes"}


@pytest.fixture(scope="module")
def address(catalogue_template, django_db_blocker, worker_name, tmp_path_factory):
    """A portal that offers every service of the project's files."""
    with django_db_blocker.unblock():
        own = databases.clone(catalogue_template, databases.clone_name(worker_name, "pages"))
    with processes.portal(own, tmp_path_factory.mktemp("portal")) as address:
        yield address
    with django_db_blocker.unblock():
        databases.drop(own.name)


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.ARGUMENTS
        )


def of(name, code, *more):
    return reverse(f"catalogue:{name}", args=[code, *more])


@pytest.mark.parametrize(
    ("language", "width"), list(itertools.product(("vi", "en"), (PHONE, DESKTOP)))
)
def test_axe_finds_nothing(browser, address, language, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    name = f"mc_language_{urlsplit(address).port}"
    context.add_cookies([{"name": name, "value": language, "url": address}])
    page = context.new_page()
    faults = []
    for path in (
        *(of("service", code) for code in (ASKING, "1.001029", "MOIT-HC-KB")),
        of("service", "1.001193") + "?province=H17",
        of("levels", ASKING),
        of("suitable", ASKING),
        of("not_here", ASKING, FIRST.key),
    ):
        page.goto(f"{address}{path}")
        assert page.locator("html").get_attribute("lang") == language
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: wider than the window")
        faults += [f"{path}: {each['id']}" for each in Axe().run(page).response["violations"]]
    assert faults == []


def test_whom_it_suits_is_asked_without_script_and_without_account(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{of('service', ASKING)}")
    page.locator("main .btn-primary").first.click()
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("alert")).to_contain_text("Chọn có hoặc không.")
    page.locator(f'input[value="{FIRST.go_on}"]').check()
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("group", name=SECOND.question.vi)).to_be_visible()
    page.locator(f'input[value="{OTHER[SECOND.go_on]}"]').check()
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_text(SECOND.exit.vi)).to_be_visible()
    assert "sessionid" not in {cookie["name"] for cookie in context.cookies()}
    page.get_by_role("link", name="Đổi câu trả lời").first.click()
    expect(page.get_by_role("group", name=SECOND.question.vi)).to_be_visible()
