"""People, rows, files and addresses in a real browser: axe, the content policy, no sideways scrolling."""

from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import sync_playwright

from portal.catalogue.forms import form_data
from tests import chromium
from tests.accounts.factories import UserFactory
from tests.dossiers import journeys
from tests.dossiers.journeys import address
from tests.dossiers.test_pages_question_types import ANSWERS, household_draft, page, png
from tests.e2e.people import Person
from tests.look.test_browser import DESKTOP, NARROWEST, PHONE, SITE, Reader

pytestmark = pytest.mark.slow


@pytest.fixture
def drawn(client, db):
    """``drawn(language)``: the pages that ask or show such answers, by address, drawn before the browser starts."""
    client.defaults["SERVER_NAME"] = "localhost"
    draft = household_draft(journeys.citizen(client))
    household = address("step", draft, "household")
    form = reverse("forms:fill_in", args=[draft.service.code])

    def draw(language):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        pages = {"blank": client.get(household), "to-print": client.get(form)}
        wrong = page(
            **{"head_citizen_id": "12", "members_1-born": "31/02/2012", "home_commune": ""}
        )
        pages["wrong"] = client.post(household, wrong)
        pages["wrong-to-print"] = client.post(form, wrong)
        pages["row-more"] = client.post(household, page(members_more="2"))
        client.post(household, page(photo=png()))
        pages["filled"] = client.get(household)
        pages["check"] = client.get(address("check", draft))
        pages["service"] = client.get(reverse("catalogue:service", args=[draft.service.code]))
        return {f"{SITE}/{name}/": answer for name, answer in pages.items()}

    return draw


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("vi", "light", PHONE), ("en", "dark", DESKTOP)]
)
def test_axe_finds_nothing_and_nothing_sticks_out(drawn, language, scheme, width):
    pages, faults = drawn(language), []
    with sync_playwright() as playwright:
        look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        reader = Reader(playwright, pages, **look)
        for where in pages:
            shown = reader.opens(where)
            faults += [(where, each) for each in reader.complaints]
            faults += [
                (where, each["id"], [node["target"] for node in each["nodes"]])
                for each in Axe().run(shown).response["violations"]
            ]
            reader.complaints.clear()  # axe itself sets styles while it measures
            for limit in (NARROWEST, PHONE, width):
                shown.set_viewport_size({"width": limit, "height": 900})
                if shown.evaluate("document.documentElement.scrollWidth") > limit:
                    faults.append((where, f"too wide at {limit} px"))
    assert faults == []


def test_by_keyboard_enter_saves_the_page_and_takes_no_row_away(drawn):
    pages = drawn("vi")
    with sync_playwright() as playwright:
        reader = Reader(playwright, pages, viewport={"width": PHONE, "height": 900})
        shown = reader.opens(f"{SITE}/filled/")
        action = shown.locator("form#page").get_attribute("action")
        pages[f"{SITE}{action}"] = pages[f"{SITE}/check/"]
        with shown.expect_request(f"{SITE}{action}") as sent:
            shown.locator('[name="members_0-name"]').press("Enter")
        posted = sent.value.post_data
    assert "members_0-name" in posted
    assert "members_less" not in posted
    assert "members_more" not in posted


def test_without_a_script_rows_and_files_are_typed_saved_and_read_back(live_portal):
    me = UserFactory(password="mot-cua-demo", confirmed=True)
    draft = household_draft(me)
    group = draft.version.definition.group("household")
    photo = {"document": "", "name": "anh.png", "kind": "png", "size": 1}
    typed = form_data(draft.version.definition, group.key, ANSWERS | {"photo": photo})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.ARGUMENTS
        )
        demo = SimpleNamespace(address=live_portal)
        citizen = Person(demo, browser, appearance={"java_script_enabled": False})
        citizen.signs_in(me.email, "mot-cua-demo")
        citizen.opens(address("step", draft, group.key))
        citizen.types(typed)  # and presses “add another” for the second row
        citizen.presses_main_button()
        citizen.opens(address("check", draft))
        read = citizen.words
        citizen.opens(address("step", draft, group.key))
        citizen.presses(citizen.page.locator('[name="members_less"]').first)
        left = citizen.page.locator('[name$="-name"]').input_value()
        browser.close()
    draft.refresh_from_db()
    assert {key: draft.answers[key] for key in ANSWERS} == ANSWERS
    assert draft.answers["photo"]["name"] in read
    assert "2. Họ và tên: Trần Thị Hoa" in read
    assert left == "Trần Thị Hoa"
