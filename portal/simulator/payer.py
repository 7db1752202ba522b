"""A payer with a browser of sorts: walks the bank's own pages over HTTP, as a person would."""

from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

GOOD_CARD = "9704198526191432198"
POOR_CARD = "9704198526191432199"
ONE_TIME_PASSWORD = "123456"
SECONDS = 10.0


class BankUnreachable(Exception):
    """The bank's pages cannot be walked: the sandbox is not running or has changed."""


def pay(pay_url, *, card=GOOD_CARD):
    """Pay at the gateway with a test card, up to the redirect back to the merchant, which is not followed.

    Raises ``BankUnreachable``.
    """
    browser = _browser()
    browser.cookies.clear()  # somebody else sits down before it
    try:
        page = _follow(browser, browser.get(pay_url))
        page = _follow(browser, _send(browser, page, {"test_card": card}))
        _send(browser, page, {"otp": ONE_TIME_PASSWORD})
    except (httpx.HTTPError, LookupError) as problem:
        raise BankUnreachable(
            f"the payment sandbox does not answer as a bank: {problem!r}"
        ) from problem


@cache
def _browser():
    """One for all: its connections to the bank stay open."""
    return httpx.Client(timeout=SECONDS, trust_env=False, verify=False)


def _follow(browser, response):
    while response.is_redirect:
        target = urljoin(str(response.url), response.headers["location"])
        if urlsplit(target).netloc != response.url.netloc.decode():
            return response
        response = browser.get(target)
    return response


def _send(browser, page, values):
    form = _forms(page.text)[0]
    return browser.post(urljoin(str(page.url), form["action"]), data={**form["hidden"], **values})


def _forms(text):
    reader = _FormReader()
    reader.feed(text)
    if not reader.forms:
        raise LookupError("a page without a form")
    return reader.forms


class _FormReader(HTMLParser):
    """Collects each form's address and hidden fields."""

    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.forms.append({"action": found.get("action") or "", "hidden": {}})
        elif tag == "input" and found.get("type") == "hidden" and self.forms:
            self.forms[-1]["hidden"][found["name"]] = found.get("value", "")
