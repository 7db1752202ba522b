"""Every page of the story, for everybody: axe, both languages, a telephone, no JavaScript, no mouse."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e import papers, story
from tests.e2e.people import DEMO_PASSWORD, Citizen
from tests.e2e.story import (
    PAPER,
    PROVINCE,
    SERVICE,
    UNIT_IN_ANY_LANGUAGE,
    Applicant,
    fills_in_a_draft,
)

LANGUAGES = ("en", "vi")  # the language of the story last: its browser stays in it
DESKTOP, PHONE = 1280, 390
ON_A_PHONE_TOO = {
    *("home", "search", "service", "tasks", "step", "check", "sent", "pay", "bank"),
    *("dossier", "dossier-yours", "desk", "desk-dossier", "metrics", "metrics-agency"),
    *("metrics-comparison", "metrics-league", "metrics-map", "metrics-scorecard", "metrics-un"),
}
MOST_TABS = 120
VIOLATIONS = """axe.run(document, {resultTypes: ['violations']}).then(
    found => found.violations.map(each => [each.id, each.nodes.map(node => node.target.join(' '))]))"""


class Inspector:
    """An onlooker who opens each page of the story in a tab of their own and has axe look at it."""

    def __init__(self, demo):
        self.demo, self.axe = demo, Axe().axe_script
        self.seen = set()
        self.faults = []

    def __call__(self, page, name):
        if (name, self.part(page)) in self.seen:
            return
        self.seen.add((name, self.part(page)))
        tab = page.context.new_page()
        for language in LANGUAGES:
            self.read(tab, page.url, language)
            assert tab.locator("html").get_attribute("lang") == language, page.url
            tab.evaluate(self.axe)
            tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            for width in (PHONE, DESKTOP) if name in ON_A_PHONE_TOO else (DESKTOP,):
                tab.set_viewport_size({"width": width, "height": 900})
                self.judge(tab, f"{name}, {language}, {width} px")
        tab.close()

    def judge(self, tab, where):
        if tab.evaluate("document.documentElement.scrollWidth") > tab.viewport_size["width"]:
            self.faults.append(f"{where}: wider than the window")
        for fault, targets in tab.evaluate(VIOLATIONS):
            self.faults.append(f"{where}: {fault} {targets}")

    @staticmethod
    def part(page):
        """Which page of the form: each has other questions."""
        path = urlsplit(page.url).path
        return path.rsplit("/", 2)[1] if "/form/" in path else ""

    def read(self, tab, address, language):
        """Open ``address`` in ``language``; the bank has a switch of its own."""
        if urlsplit(address).port == self.demo.sandbox_port:
            tab.goto(f"{address}?lang={language}")
            return
        cookie = {
            "name": f"mc_language_{self.demo.port}",
            "value": language,
            "url": self.demo.address,
        }
        tab.context.add_cookies([cookie])
        tab.goto(address)


@pytest.mark.slow  # two languages, every page: the rooms' own browser tests stand in for it in the fast tier
def test_axe_finds_nothing_on_any_page_of_the_story(demo, browser, tmp_path):
    inspector = Inspector(demo)

    story.play(demo, browser, tmp_path, inspector)

    assert inspector.faults == []
    assert {name for name, _part in inspector.seen} >= ON_A_PHONE_TOO


def test_a_dossier_is_sent_without_javascript(demo, newcomer, tmp_path):
    citizen = newcomer(Citizen, java_script_enabled=False)
    citizen.signs_in("congdan31@motcua.example", DEMO_PASSWORD)

    fills_in_a_draft(citizen, Applicant(demo.today()), tmp_path)
    code = citizen.declares_and_sends()

    assert demo.row("SELECT state FROM dossiers_dossier WHERE code = %s", code) == {
        "state": "payment_requested"
    }


def test_a_dossier_is_sent_without_a_mouse(demo, newcomer, tmp_path):
    """The keyboard reaches the buttons of start, form and check in the order of the page, and presses them."""
    citizen = newcomer(Citizen)
    citizen.signs_in("congdan32@motcua.example", DEMO_PASSWORD)
    applicant = Applicant(demo.today())
    citizen.opens(f"/dossiers/start/{SERVICE}/?province={PROVINCE}")
    begin = citizen.page.locator("li.task", has_text=UNIT_IN_ANY_LANGUAGE).get_by_role("button")
    presses_by_keyboard(citizen, begin)
    draft = citizen.path.removesuffix("form/")
    citizen.fills_in(applicant.definition, applicant.answers, applicant.snapshot)
    citizen.attaches(PAPER, papers.pdf(tmp_path / "can-cuoc.pdf"))

    citizen.opens(f"{draft}form/certificate/")
    presses_by_keyboard(citizen, citizen.main_button)
    assert citizen.path == f"{draft}form/history/"
    citizen.opens(f"{draft}check/")
    presses_by_keyboard(citizen, citizen.page.locator("main form input[type=checkbox]"), "Space")
    presses_by_keyboard(citizen, citizen.main_button)

    assert citizen.path == f"{draft}sent/"


def presses_by_keyboard(person, control, key="Enter"):
    """Walk to ``control`` with the tab key alone, down the page, and press ``key`` there."""
    control.wait_for()
    last_top = -1
    for _step in range(MOST_TABS):
        person.page.keyboard.press("Tab")
        top = person.page.evaluate(
            "() => { const here = document.activeElement; return here.closest('main') ? "
            "here.getBoundingClientRect().top + scrollY : -1 }"
        )
        if control.evaluate("control => control === document.activeElement"):
            break
        if top >= 0 and not person.page.evaluate("document.activeElement.closest('.page-aside')"):
            assert top >= last_top - 60, "the tab key jumps back up the page"
            last_top = top
    else:
        pytest.fail(f"the tab key never reaches {control}")
    if key == "Enter":
        with person.page.expect_navigation():
            person.page.keyboard.press(key)
    else:
        person.page.keyboard.press(key)
