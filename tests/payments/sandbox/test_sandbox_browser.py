"""The bank's pages in Chromium: both languages, desktop and telephone, keyboard, no violations."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests import chromium
from tests.payments.sandbox.running import SECRET, TMN_CODE
from tests.payments.sandbox.test_sandbox_api import query

GOOD_CARD = "9704198526191432198"


@pytest.fixture(scope="module")
def browser():
    """Chromium, as the whole suite finds it."""
    path = chromium.executable()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield started
        started.close()


# Width in pixels, language; the second in the long tier.
VIEWS = [
    pytest.param((390, "vi"), id="390-vi"),
    pytest.param((1280, "en"), id="1280-en", marks=pytest.mark.slow),
]


@pytest.fixture
def page(browser, view):
    """A page; whatever the content security policy forbids on it fails the test."""
    context = browser.new_context(viewport={"width": view[0], "height": 900})
    opened = context.new_page()
    said = []
    opened.on("console", lambda message: said.append(message.text))
    yield opened
    context.close()
    assert [text for text in said if "Content Security Policy" in text] == []


def has_no_violations(page) -> None:
    """axe finds nothing, and nothing has to be scrolled sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


@pytest.mark.parametrize("view", VIEWS)
def test_paying_by_keyboard_leads_back_to_the_merchant(sandbox, page, new_order, view, merchant):
    order = new_order(locale="vn" if view[1] == "vi" else "en")
    page.goto(order.url(sandbox))
    has_no_violations(page)
    page.locator(f"button[value='{GOOD_CARD}']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/otp/")
    has_no_violations(page)

    field = page.locator("input[name=otp]")
    field.fill("000000")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[name=otp]").fill("123456")
    page.locator("input[name=otp]").press("Enter")

    page.wait_for_url(f"{merchant.address}/pay/return/1/?**")
    assert "vnp_ResponseCode=00" in page.url
    merchant.wait_for(order.txn_ref)


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
def test_every_other_page_is_without_violations(sandbox, page, paid, merchant, view):
    merchant.wait_for(paid.txn_ref)
    payment = sandbox.payment(paid.txn_ref)
    paths = ["/", "/console/", "/console/requests/", f"/console/{payment['number']}/"]
    paths += [f"/pay/{payment['token']}/", f"/qr/{payment['qr_token']}/"]
    paths += [f"/console/merchants/{TMN_CODE}/"]
    query(sandbox, paid)
    request = sandbox.sql("SELECT max(id) FROM sandbox_apirequest")[0][0]
    paths += [f"/console/requests/{request}/"]
    for path in paths:
        page.goto(f"{sandbox.address}{path}?lang={view[1]}")
        assert page.locator("html").get_attribute("lang") == view[1]
        has_no_violations(page)
        assert SECRET not in page.content()


@pytest.mark.parametrize("view", VIEWS)
def test_paying_by_qr_code_is_noticed_without_a_script(sandbox, browser, page, new_order, view):
    order = new_order(locale="vn" if view[1] == "vi" else "en")
    page.goto(order.url(sandbox))
    page.goto(f"{page.url}wallet/")
    has_no_violations(page)
    page.goto(page.url.replace("/wallet/", "/qr/"))
    has_no_violations(page)
    expect(page.locator("div.qr > svg")).to_be_visible()

    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=True)
    telephone = context.new_page()
    telephone.goto(page.locator("a.wire").get_attribute("href"))
    assert telephone.locator("html").get_attribute("lang") == view[1]
    has_no_violations(telephone)
    telephone.locator("button[value=QR00]").focus()
    telephone.keyboard.press("Enter")
    expect(telephone.get_by_role("status")).to_be_visible()
    has_no_violations(telephone)
    context.close()

    page.wait_for_url("**/pay/return/1/?**", timeout=15_000)  # nobody touched this one
    assert "vnp_ResponseCode=00" in page.url


@pytest.mark.parametrize("view", VIEWS)
def test_a_switch_is_turned_in_the_console(sandbox, page, view):
    page.goto(f"{sandbox.address}/console/merchants/{TMN_CODE}/?lang={view[1]}")
    page.locator("input[name=copies]").fill("99")
    page.locator("button.go").click()
    expect(page.get_by_role("alert")).to_be_visible()
    has_no_violations(page)
    page.locator("input[name=copies]").fill("1")
    page.locator("button.go").click()
    expect(page.get_by_role("status")).to_be_visible()
    has_no_violations(page)


def test_refusals_are_without_violations(sandbox, browser, new_order):
    """What a payer sees who cannot go on."""
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(new_order().url(sandbox).replace("vnp_Amount=", "vnp_Amount=1"))
    expect(page.get_by_role("main")).to_contain_text("70")
    has_no_violations(page)
    page.goto(new_order().url(sandbox))
    page.locator("input[name=number]").fill("1")
    page.locator("input[name=number]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    has_no_violations(page)
    page.goto(f"{sandbox.address}/nowhere")
    has_no_violations(page)
    context.close()
