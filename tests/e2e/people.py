"""People at their browsers: what each of them does in the portal, by the controls that they see."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import APIResponse, Browser, Download, Locator, Page, expect

from portal.catalogue import definitions
from portal.catalogue.forms import form_data
from portal.catalogue.service_definition import ServiceDefinition
from tests import small_files
from tests.e2e.running_demo import Demo

GOOD_CARD, EMPTY_CARD = "9704198526191432198", "9704195798459170488"
ONE_TIME_PASSWORD = "123456"
BANK_PATIENCE_MS = 20_000  # until the bank's notice has arrived
PORTAL_PATIENCE_SECONDS = 20  # until what follows a move has happened
DEMO_PASSWORD = "motcua-demo"

Onlooker = Callable[[Page, str], None]


def nobody_looks_on(page: Page, name: str) -> None:
    """The story is played for itself."""


@dataclass
class Person:
    """Somebody with a browser of their own. ``onlooker`` is shown each page of the story by its name."""

    demo: Demo
    browser: Browser
    onlooker: Onlooker = nobody_looks_on
    appearance: dict = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    login: str = ""

    def __post_init__(self):
        self.context = self.browser.new_context(
            base_url=self.demo.address, locale="vi-VN", **self.appearance
        )
        self.page = self.context.new_page()
        self.page.on("response", self._note_broken)
        self.page.on("console", self._note_forbidden)

    def leaves(self) -> None:
        self.context.close()

    def shows(self, name: str) -> None:
        """Let the onlooker see the page that is open."""
        self.onlooker(self.page, name)

    def opens(self, path: str) -> None:
        self.page.goto(path)

    def presses(self, control: Locator) -> None:
        """Press a button or follow a link, and wait for the page behind it, style sheets and all.

        Who looks at a page before its last sheet is there sees Bootstrap's pictures, which the policy refuses.
        """
        with self.page.expect_navigation(wait_until="load"):
            control.click()

    def presses_main_button(self) -> None:
        self.presses(self.main_button)

    def downloads(self, link: Locator) -> bytes:
        with self.page.expect_download() as coming:
            link.click()
        return content_of(coming.value)

    def types(self, answers: dict[str, str | list[str]]) -> None:
        """Type what a browser would post as ``answers`` into the form that is open."""
        self._makes_room_for(answers)
        for name, value in answers.items():
            answer(self.page.locator(f'main [name="{name}"], #content [name="{name}"]'), value)

    def _makes_room_for(self, answers: dict[str, str | list[str]]) -> None:
        """Press “add another” until every row of ``answers`` is on the page."""
        for name in answers:
            rows = re.match(r"(.+)_[0-9]+-", name)
            while rows and not self.page.locator(f'[name="{name}"]').count():
                self.presses(self.page.locator(f'[name="{rows[1]}_more"]'))

    def signs_in(self, login: str, password: str) -> None:
        """By user name, citizen ID or e-mail address."""
        self.login = login
        self.opens("/accounts/login/")
        self.page.locator("[name=login]").fill(login)
        self.page.locator("[name=password]").fill(password)
        self.shows("login")
        self.presses_main_button()

    def signs_out(self) -> None:
        self.presses(self.page.locator('form[action="/accounts/logout/"] button'))

    def becomes(self, persona: str) -> None:
        """Switch to one of the demo bar’s people."""
        self._opens_demo_bar()
        self.presses(self.page.locator(f'button[name=persona][value="{persona}"]'))

    def moves_clock(self, step: str) -> None:
        """Move business time on with the demo bar; the person stays where they are."""
        self._opens_demo_bar()
        self.presses(self.page.locator(f'button[name=step][value="{step}"]'))

    def speaks(self, language: str) -> None:
        """Read everything in ``language`` from now on, as after pressing its button."""
        self.context.add_cookies(
            [{"name": f"mc_language_{self.port}", "value": language, "url": self.demo.address}]
        )

    def loses_cookies(self, *names: str) -> None:
        """Forget these cookies, as a browser does that was closed."""
        for name in names:
            self.context.clear_cookies(name=name)

    @property
    def port(self) -> int:
        return urlsplit(self.demo.address).port

    def in_another_tab(self) -> Self:
        """The same person in a second tab that shows the same page."""
        other = replace(self)
        other.context.close()
        other.context, other.page = self.context, self.context.new_page()
        other.opens(self.path)
        return other

    def posts(self, path: str, **fields: str) -> APIResponse:
        """Send a form to ``path`` that no page offers, with the token of the page that is open."""
        token = self.page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
        return self.context.request.post(
            path,
            form={"csrfmiddlewaretoken": token, **fields},
            headers={"Referer": self.page.url},
            max_redirects=0,
        )

    @property
    def main_button(self) -> Locator:
        return self.page.locator("main .btn-primary").first

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def words(self) -> str:
        """What the page says, without its frame."""
        return self.page.locator("main").inner_text()

    def _opens_demo_bar(self) -> None:
        self.page.locator("details.sim").evaluate("strip => strip.open = true")

    def _note_broken(self, response) -> None:
        if response.status >= 500:
            self.broken.append(f"{response.status} {response.url}")

    def _note_forbidden(self, message) -> None:
        if "Content Security Policy" in message.text:
            self.broken.append(f"{self.page.url}: {message.text}")


@dataclass
class Account:
    """What a newcomer types to get an account."""

    full_name: str
    citizen_id: str
    email: str
    password: str = "hoa-sen-tren-song-22"


class Citizen(Person):
    """Somebody who wants something from an agency."""

    def registers(self, account: Account) -> None:
        """Open an account and confirm the e-mail address through the mail viewer."""
        self.opens("/accounts/signup/")
        self.types(
            {
                "full_name": account.full_name,
                "citizen_id": account.citizen_id,
                "email": account.email,
                "password1": account.password,
                "password2": account.password,
            }
        )
        self.shows("signup")
        self.presses_main_button()
        self.reads_newest_mail(account.email)
        self.presses(self.page.locator('.message a[href*="/confirm-email/"]'))
        self.shows("confirm")
        self.presses_main_button()

    def reads_newest_mail(self, recipient: str) -> str:
        """The last letter to ``recipient``, opened in the mail viewer."""
        self.opens(f"/demo/mail/?to={recipient}")
        self.presses(self.page.locator(".rows a").first)
        return self.words

    def waits_for_mail(self, recipient: str, words: str) -> str:
        """The newest letter to ``recipient`` with ``words`` in its subject, as soon as it is there."""
        link = self.waits_for(f"/demo/mail/?to={recipient}", f'.rows a:has-text("{words}")')
        self.presses(link.first)
        return self.words

    def searches(self, words: str) -> None:
        self.opens("/")
        self.shows("home")
        self.page.locator("#q").fill(words)
        with self.page.expect_navigation():
            self.page.locator("#q").press("Enter")
        self.shows("search")

    def chooses_service(self, code: str) -> None:
        self.presses(self.page.locator(f'main a[href="/services/{code}/"]').first)
        self.shows("service")

    def begins_at(self, province: str, unit: str | re.Pattern) -> str:
        """From the page of the service to a draft at ``unit`` of a province; returns the draft’s address."""
        self.presses_main_button()
        self.says_that_it_suits()
        self.page.locator("#place-province").select_option(province)
        self.presses(self.page.locator(".place-form").get_by_role("button"))
        self.shows("start")
        self.presses(self.page.locator("li.task", has_text=unit).get_by_role("button"))
        self.shows("tasks")
        return self.path.removesuffix("form/")

    def says_that_it_suits(self) -> None:
        """Through the questions before the form, where the service has any."""
        while "/suitable/" in self.path:
            self.shows("suitable")
            code, key = self.path.strip("/").split("/")[1::2]
            questions = {each.key: each for each in definitions.service(code).suitability}
            self.page.locator(f'input[name="answer"][value="{questions[key].go_on}"]').check()
            self.presses_main_button()

    def fills_in(self, definition: ServiceDefinition, answers: dict, applicant: dict) -> None:
        """Every page from the list of tasks to the papers."""
        self.presses_main_button()
        while not self.path.endswith("/documents/"):
            here = self.path
            if "/form/" in here:
                self.types(form_data(definition, here.rstrip("/").rsplit("/", 1)[1], answers))
                self.shows("step")
            else:
                self.types(applicant)
                self.shows("applicant")
            self.presses_main_button()
            assert self.path != here, self.words

    def attaches(self, component: str, file: Path) -> None:
        """Choose ``file`` for one of the papers asked for, and send it."""
        row = self.page.locator(
            "form", has=self.page.locator(f'input[name=component][value="{component}"]')
        )
        row = row.filter(has_not=self.page.locator("[name=instead_of]"))
        row.locator("input[type=file]").set_input_files(file)
        self.presses(row.locator("button"))

    def chooses_delivery(self, way: str) -> None:
        """From the papers to the check."""
        self.presses_main_button()
        self.types({"delivery": way})
        self.shows("delivery")
        self.presses_main_button()
        self.shows("check")

    def declares_and_sends(self) -> str:
        """Tick the declaration and send; returns the code of the dossier."""
        for box in self.page.locator("main form input[type=checkbox]").all():
            box.check()
        self.presses_main_button()
        self.shows("sent")
        return self.page.locator(".outcome .code").inner_text().strip()

    def goes_to_bank(self) -> None:
        """From the page that asks to pay to the bank, which is not this portal."""
        self.shows("pay")
        self.presses_main_button()
        expect(self.page).to_have_url(re.compile(f"^http://localhost:{self.demo.sandbox_port}/"))
        self.shows("bank")

    def pays_with(self, card: str) -> None:
        """Type the card and the one-time password; the bank sends the payer back to the portal."""
        self.presses(self.page.locator(f'button[name=test_card][value="{card}"]'))
        self.page.locator("[name=otp]").fill(ONE_TIME_PASSWORD)
        self.shows("bank-password")
        self.presses(self.page.locator("main form .go").first)
        expect(self.page).to_have_url(re.compile(f"^{self.demo.address}/pay/return/"))
        expect(self.page.locator(".outcome")).to_be_visible(timeout=BANK_PATIENCE_MS)

    def pays(self, amount_vnd: int) -> None:
        """From the page that asks to pay, over the bank, to the dossier."""
        assert f"{amount_vnd:,}".replace(",", ".") in self.words
        self.goes_to_bank()
        self.pays_with(GOOD_CARD)
        self.presses_main_button()

    def supplies(self, component: str, file: Path) -> None:
        """Answer a request for a supplement with one file."""
        self.presses_main_button()
        self.shows("supply")
        self.attaches(component, file)
        self.presses(self.page.locator('form[action$="/supply/send/"] button'))

    def waits_for(self, path: str, wanted: str) -> Locator:
        """Open the page again and again until ``wanted`` is there: it follows a move by itself."""
        give_up = time.monotonic() + PORTAL_PATIENCE_SECONDS
        self.opens(path)
        while not self.page.locator(wanted).count():
            assert time.monotonic() < give_up, self.words
            self.page.wait_for_timeout(300)
            self.opens(path)
        return self.page.locator(wanted)

    def waits_for_result(self, dossier: str) -> None:
        """Look at the dossier until the portal has returned what is received online."""
        self.waits_for(dossier, '.notice--done a[href$="/result/"]')

    def reads(self, path: str, words: str) -> bool:
        """Whether the page at ``path`` says ``words``."""
        self.opens(path)
        return words in self.words

    def state_shown(self) -> str:
        """The badge of the dossier that is open."""
        return self.page.locator("main .badges .status").first.inner_text().strip()

    def days_left(self, dossier: str) -> int:
        """The working days left on the clock of the dossier’s page."""
        self.opens(dossier)
        label = self.page.locator("main .badges .clock").inner_text()
        return int(re.search(r"\d+", label)[0])

    def rates(self, value: int) -> None:
        self.types({"value": str(value)})
        self.shows("rate")
        self.presses(self.page.locator('form[action$="/rate/"] button'))


class Official(Person):
    """Somebody at the desk of an agency."""

    def finds(self, code: str) -> None:
        """Look the dossier up at the desk and open it."""
        self.opens("/desk/")
        self.shows("desk")
        self.page.locator("#desk-q").fill(code)
        with self.page.expect_navigation():
            self.page.locator("#desk-q").press("Enter")
        self.presses(self.page.get_by_role("link", name=code))
        self.shows("desk-dossier")

    def does(self, act: str, **typed) -> None:
        """Press the button of ``act`` on the dossier’s page, type what it asks, and do it."""
        self.presses(self.page.locator(f'.desk-acts a[href$="/{act}/"]'))
        self.types(typed)
        self.shows(f"desk-{act}")
        here = self.path
        self.presses(self.page.locator(".desk-go button"))
        assert self.path != here, self.page.locator("#content").inner_text()

    def why_not(self, act: str) -> str:
        """What stands beside the barred button of ``act``."""
        return self.page.locator(f"#why-{act}").inner_text()

    def may(self) -> list[str]:
        """The acts whose buttons work."""
        links = self.page.locator(".desk-acts a.button").all()
        return [link.get_attribute("href").rstrip("/").rsplit("/", 1)[1] for link in links]

    @property
    def words(self) -> str:
        return self.page.locator("#container").inner_text()


def answer(control: Locator, value: str | list[str]) -> None:
    """Type, choose or tick ``value`` in the controls of one name."""
    expect(control.first).to_be_attached()
    kind = control.first.evaluate("control => control.type")
    if kind == "file":
        control.first.set_input_files(file_like(value))
    elif kind == "radio":
        control.and_(control.page.locator(f'[value="{value}"]')).check()
    elif kind == "checkbox":
        wanted = [value] if isinstance(value, str) else value
        for one in control.all():
            one.set_checked((one.get_attribute("value") or "on") in wanted)
    elif kind.startswith("select"):
        control.first.select_option(value)
    elif kind != "hidden":
        control.first.fill(value)


def file_like(stored: dict) -> dict:
    """A small file of the kind of a stored answer, as the file dialog of a browser hands it over."""
    return {
        "name": stored["name"],
        "mimeType": small_files.MEDIA_TYPES[stored["kind"]],
        "buffer": small_files.content_of(stored["kind"]),
    }


def content_of(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def everybody_left(people: Iterable[Person]) -> list[str]:
    """Close all browsers; returns what broke on the way."""
    broken = [complaint for person in people for complaint in person.broken]
    for person in people:
        person.leaves()
    return broken
