"""Bad input and faults, as people meet them: a clear page in the reader's language, and nothing lost or half done."""

import re
from itertools import count
from pathlib import Path

import pytest

from portal.catalogue.forms import form_data
from tests.e2e import papers
from tests.e2e.people import DEMO_PASSWORD, Citizen, Official
from tests.e2e.second_portal import second_portal
from tests.e2e.story import (
    FEE_VND,
    PAPER,
    PROVINCE,
    SERVICE,
    UNIT_IN_ANY_LANGUAGE,
    Applicant,
    fills_in_a_draft,
)

LANGUAGES = ("vi", "en")
VIETNAMESE_LETTER = re.compile(
    "[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE
)
CODE_LEAKS = re.compile(r"Traceback|File \"|\bDoesNotExist\b|\bpsycopg\b|django\.|SELECT ")
TOO_LARGE_BYTES = 10 * 1024 * 1024 + 1


# A citizen of their own for each test: nobody may have more than a few drafts.
_demo_citizens = (f"congdan{number:02}@motcua.example" for number in count(11))


# One after the other in Vietnamese while one waits; all of it again in English in the long tier.
@pytest.fixture(params=["vi", pytest.param("en", marks=pytest.mark.slow)])
def language(request):
    return request.param


@pytest.fixture
def citizen(newcomer, language):
    """One of the demo's citizens, signed in, who reads ``language``."""
    person = newcomer(Citizen)
    person.speaks(language)
    person.signs_in(next(_demo_citizens), DEMO_PASSWORD)
    return person


@pytest.fixture
def draft(citizen):
    """The address of a draft that ``citizen`` has just begun."""
    return begins(citizen)


@pytest.fixture
def of_somebody_else(demo, citizen):
    """A dossier that another citizen sent online, with the key of a paper in it."""
    return demo.rows(
        "SELECT d.id, d.public_id, d.state, d.sequence, s.public_id AS paper FROM dossiers_dossier d "
        "JOIN dossiers_attachment a ON a.dossier_id = d.id "
        "JOIN documents_storeddocument s ON s.id = a.document_id "
        "JOIN accounts_user u ON u.id = d.filed_by_id "
        "WHERE d.channel = 2 AND d.code IS NOT NULL AND u.email <> %s ORDER BY d.id LIMIT 1",
        citizen.login,
    )[0]


# Asked for what is not there ---------------------------------------------------------------


def test_acts_that_are_none_of_a_citizens(demo, citizen, draft, language):
    before = dossier_at(demo, draft)

    for name in ("delete", "refresh_from_db", "nonsense", "complete"):
        answer = citizen.posts(f"{draft}act/{name}/", seen=str(before["sequence"]))

        assert answer.status in (403, 404, 409), name
        assert is_clear(answer.text(), language)
        assert dossier_at(demo, draft) == before


def test_an_act_that_does_not_exist_at_the_desk(demo, newcomer, language):
    officer = newcomer(Official)
    officer.speaks(language)
    officer.opens("/")
    officer.becomes("one_door")
    officer.opens("/desk/?tab=all")
    officer.presses(officer.page.locator("#result_list a.code").first)
    before = history_length(demo)

    answer = officer.posts(f"{officer.path}nonsense/", seen="1")

    assert answer.status == 404
    assert is_clear(answer.text(), language)
    assert history_length(demo) == before


def test_somebody_elses_dossier(demo, citizen, of_somebody_else, language):
    address = f"/dossiers/{of_somebody_else['public_id']}/"
    before = history_length(demo)
    citizen.opens("/dossiers/")

    answers = [
        citizen.posts(f"{address}{act}/", reason="x") for act in ("submit", "withdraw", "rate")
    ]
    citizen.opens(address)

    assert [answer.status for answer in answers] == [404] * 3
    assert is_clear(citizen.page.content(), language)
    assert history_length(demo) == before


def test_a_document_key_of_somebody_elses_dossier(demo, citizen, draft, of_somebody_else, language):
    key = of_somebody_else["paper"]
    papers_before = demo.row("SELECT count(*) FROM dossiers_attachment")

    removed = citizen.posts(f"{draft}documents/{key}/remove/")
    citizen.opens(f"{draft}documents/{key}/")

    assert removed.status == 404
    assert is_clear(removed.text(), language)
    assert is_clear(citizen.page.content(), language)
    assert demo.row("SELECT count(*) FROM dossiers_attachment") == papers_before


# Files ---------------------------------------------------------------------------------------


def test_files_that_are_too_large_or_not_what_they_say(demo, citizen, draft, language, tmp_path):
    bad = {
        "lon.pdf": papers.pdf(tmp_path / "lon.pdf").read_bytes().ljust(TOO_LARGE_BYTES, b"\0"),
        "trang-mang.pdf": b"<!doctype html><script>alert(1)</script>",
        "chuong-trinh.jpg": b"MZ\x90\x00" + bytes(300),
        "rong.png": b"",
    }
    citizen.opens(f"{draft}documents/")
    citizen.attaches(PAPER, papers.pdf(tmp_path / "can-cuoc.pdf"))
    kept = attachments(demo, draft)

    for name, content in bad.items():
        file = Path(tmp_path / name)
        file.write_bytes(content)
        citizen.attaches(PAPER, file)

        assert citizen.page.locator(".error-summary a").count() == 1, name
        assert is_clear(citizen.page.content(), language)
        assert "can-cuoc.pdf" in citizen.words
        assert attachments(demo, draft) == kept


# Twice, and too late -------------------------------------------------------------------------


def test_a_form_posted_twice(demo, citizen, draft):
    """Two clicks on “Begin here”, and a page of the form sent from two tabs."""
    citizen.opens(f"/dossiers/start/{SERVICE}/?province={PROVINCE}")
    form = citizen.page.locator("li.task", has_text=UNIT_IN_ANY_LANGUAGE).locator("form")
    fields = {
        name: form.locator(f"[name={name}]").get_attribute("value")
        for name in ("nonce", "offering")
    }
    answers = [citizen.posts(citizen.path, **fields) for _click in range(2)]
    assert [answer.status for answer in answers] == [302, 302]
    assert len({answer.headers["location"] for answer in answers}) == 1

    applicant = Applicant(demo.today())
    citizen.opens(draft)
    citizen.fills_in(applicant.definition, applicant.answers, applicant.snapshot)
    citizen.opens(f"{draft}form/certificate/")
    other_tab = citizen.in_another_tab()
    citizen.presses_main_button()
    other_tab.presses_main_button()
    assert other_tab.path == citizen.path
    kept = dossier_at(demo, draft)["answers"]
    assert kept == {key: value for key, value in applicant.answers.items() if key != "declaration"}


def test_a_session_that_ends_in_mid_form(demo, citizen, draft, language):
    """Signing in again brings back the page with everything typed."""
    typed = fills_in_half(citizen, draft)
    citizen.loses_cookies(f"mc_session_{demo.port}")

    citizen.presses_main_button()

    assert citizen.path == "/accounts/login/"
    assert is_clear(citizen.page.content(), language)
    signs_in_here(citizen)
    assert citizen.path == f"{draft}form/applicant/"
    assert in_the_form(citizen, typed) == typed


def test_every_cookie_lost_in_mid_form(demo, citizen, draft):
    """The page that says so offers to send what was typed again: it leads over signing in to the same form."""
    typed = fills_in_half(citizen, draft)
    language = citizen.page.locator("html").get_attribute("lang")
    citizen.loses_cookies(f"mc_session_{demo.port}", f"mc_csrf_{demo.port}")

    citizen.presses_main_button()

    assert is_clear(citizen.page.content(), language)
    citizen.presses_main_button()
    assert citizen.path == "/accounts/login/"
    signs_in_here(citizen)
    assert citizen.path == f"{draft}form/applicant/"
    assert in_the_form(citizen, typed) == typed


# A part of the portal is down -------------------------------------------------------------------


@pytest.mark.slow
def test_redis_and_the_gateway_are_down(demo, browser, tmp_path):
    """The dossier is sent all the same; paying is refused in a sentence, and works when the bank is back."""
    with second_portal(demo, tmp_path) as lonely:
        applicant = Applicant(demo.today())
        citizen = Citizen(lonely, browser)
        citizen.signs_in(next(_demo_citizens), DEMO_PASSWORD)
        dossier = fills_in_a_draft(citizen, applicant, tmp_path)
        code = citizen.declares_and_sends()
        assert citizen.broken == []
        for language in LANGUAGES:
            citizen.speaks(language)
            citizen.opens(dossier.replace("/dossiers/", "/pay/"))
            citizen.presses_main_button()
            assert is_clear(citizen.page.content(), language)
        assert (
            citizen.broken
            == [f"503 {lonely.address}{dossier.replace('/dossiers/', '/pay/')}start/"] * 2
        )
        citizen.leaves()

    sent = dossier_at(demo, dossier)
    assert (sent["state"], sent["code"]) == ("payment_requested", code)
    moves = demo.rows(
        "SELECT transition FROM dossiers_dossierhistory WHERE dossier_id = %s ORDER BY id",
        sent["id"],
    )
    assert [move["transition"] for move in moves] == ["submit", "request_payment"]
    tried = demo.row("SELECT count(*) FROM payments_attempt WHERE dossier_id = %s", sent["id"])
    assert tried["count"] == 0

    login, citizen = citizen.login, Citizen(demo, browser)
    citizen.signs_in(login, DEMO_PASSWORD)
    assert code in citizen.waits_for_mail(login, code)
    citizen.opens(dossier.replace("/dossiers/", "/pay/"))
    citizen.pays(FEE_VND)
    assert dossier_at(demo, dossier)["state"] == "submitted"
    assert citizen.broken == []
    citizen.leaves()


# Reading ---------------------------------------------------------------------------------------


def begins(citizen):
    citizen.opens(f"/dossiers/start/{SERVICE}/?province={PROVINCE}")
    citizen.presses(
        citizen.page.locator("li.task", has_text=UNIT_IN_ANY_LANGUAGE).get_by_role("button")
    )
    return citizen.path.removesuffix("form/")


def fills_in_half(citizen, draft):
    """Type the first page of the form without sending it; returns what was typed by field."""
    applicant = Applicant(citizen.demo.today())
    citizen.opens(f"{draft}form/applicant/")
    typed = form_data(applicant.definition, "applicant", applicant.answers)
    citizen.types(typed)
    return typed


def in_the_form(citizen, names):
    """What stands in the controls of these names."""
    found = {}
    for name in names:
        controls = citizen.page.locator(f'main [name="{name}"]')
        if controls.first.get_attribute("type") == "radio":
            controls = citizen.page.locator(f'main [name="{name}"]:checked')
            found[name] = controls.get_attribute("value")
        else:
            found[name] = controls.input_value()
    return found


def signs_in_here(citizen):
    citizen.types({"login": citizen.login, "password": DEMO_PASSWORD})
    citizen.presses_main_button()


def is_clear(html, language):
    """A page of the portal in this language, with a heading, a way on and nothing of the code."""
    page = re.sub(r"(?s)<svg.*?</svg>", "", html)
    main = re.search(r"(?s)<(?:main|div)[^>]* id=\"(?:content|container)\".*", page)[0]
    heading = re.search(r"(?s)<h1.*?>(.*?)</h1>", page)[1]
    assert f'<html lang="{language}"' in html
    assert not CODE_LEAKS.search(main)
    assert re.search(r"<(?:a|button)\b", main)
    if language == "vi":
        assert VIETNAMESE_LETTER.search(heading), heading
    return True


def dossier_at(demo, address):
    return demo.row(
        "SELECT id, code, state, sequence, answers FROM dossiers_dossier WHERE public_id = %s",
        address.strip("/").split("/")[1],
    )


def attachments(demo, address):
    return demo.rows(
        "SELECT a.id, a.component FROM dossiers_attachment a "
        "JOIN dossiers_dossier d ON d.id = a.dossier_id WHERE d.public_id = %s ORDER BY a.id",
        address.strip("/").split("/")[1],
    )


def history_length(demo):
    return demo.row("SELECT count(*) FROM dossiers_dossierhistory")["count"]
