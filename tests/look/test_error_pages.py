import re

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from portal import error_pages
from portal.errors import StalePage

HEADLINES = {
    400: ("Không đọc được yêu cầu", "This request cannot be read"),
    403: ("Ông/bà không mở được trang này", "You cannot open this page"),
    404: ("Không tìm thấy trang này", "This page was not found"),
    405: ("Địa chỉ này là của một nút bấm", "This address belongs to a button"),
    409: ("Không còn làm được nữa", "Not possible any more"),
    422: ("Không thực hiện được", "This cannot be done"),
    429: ("Thử quá nhiều lần", "Too many attempts"),
    500: ("Hệ thống gặp trục trặc", "Something went wrong on our side"),
    503: ("Cổng tạm thời gián đoạn", "Not available for a moment"),
}


@pytest.fixture
def logged_id(caplog):
    """The id of the request as the logs have it."""
    caplog.set_level("INFO", "django_structlog")

    def read():
        starts = [record.msg for record in caplog.records if "request_started" in str(record.msg)]
        return starts[-1]["request_id"]

    return read


@pytest.mark.parametrize("status", HEADLINES)
class TestEvery:
    def test_speaks_the_readers_language(self, reader, status):
        for code, headline in zip(("vi", "en"), HEADLINES[status], strict=True):
            reader.cookies[settings.LANGUAGE_COOKIE_NAME] = code
            page = reader.get(f"/status/{status}/")
            assert page.status_code == status
            assert f'<html lang="{code}">' in page.text
            assert re.search(rf"<h1>\s*{headline}\s*</h1>", page.text)

    def test_has_a_way_on_and_the_strip(self, reader, status):
        page = reader.get(f"/status/{status}/").text
        main = page[page.index("<main") : page.index("</main>")]
        assert 'href="/' in main
        assert "Mô phỏng — không phải cổng chính thức" in page

    def test_names_the_incident(self, reader, status, logged_id):
        page = reader.get(f"/status/{status}/").text
        assert (logged_id() in page) == (status != 404)


@pytest.mark.parametrize(("status", "shown_as"), [(418, 400), (502, 500)])
def test_a_status_without_words_of_its_own(reader, status, shown_as):
    page = reader.get(f"/status/{status}/")
    assert page.status_code == status
    assert HEADLINES[shown_as][0] in page.text


def test_a_bug_shows_nothing_of_the_code(reader, logged_id):
    page = reader.get("/explode/")
    assert page.status_code == 500
    assert HEADLINES[500][0] in page.text
    assert logged_id() in page.text
    for word in ("secret", "RuntimeError", "Traceback", "explode("):
        assert word not in page.text


def test_a_bug_needs_no_database(reader, settings, monkeypatch):
    """Whoever signed in is not looked up, the demo bar not drawn: either may be what failed."""
    settings.PORTAL_DEMO = True
    monkeypatch.setattr("portal.page.demo_bar", lambda request: 1 / 0)
    reader.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    reader.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = reader.get("/explode/")
    assert page.status_code == 500
    assert HEADLINES[500][1] in page.text


def test_no_database_is_no_reason_for_a_poor_page(reader, settings, monkeypatch):
    """A page that was not found, asked for while PostgreSQL is away."""
    settings.PORTAL_DEMO = True
    monkeypatch.setattr("portal.page.demo_bar", lambda request: 1 / 0)
    page = reader.get("/nowhere/")
    assert page.status_code == 404
    assert HEADLINES[404][0] in page.text
    assert 'class="portal' in page.text


def test_when_even_the_page_cannot_be_drawn(reader, logged_id, monkeypatch):
    monkeypatch.setattr("portal.error_pages.render_to_string", lambda *args, **kwargs: 1 / 0)
    page = reader.get("/explode/")
    assert page.status_code == 500
    assert "Hệ thống gặp trục trặc" in page.text
    assert logged_id() in page.text
    assert "Mô phỏng" in page.text


def test_a_made_up_id_is_not_repeated(reader, settings):
    """Where a proxy in front may name requests, its names are shown only if they look like names."""
    settings.DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
    page = reader.get("/status/500/", headers={"x-request-id": "<b>" + "9" * 100}).text
    assert "999999999" not in page
    assert re.search(r"incident\">[0-9a-f-]{36}<", page)


def test_a_refusal_says_its_own_sentence(reader):
    page = reader.get("/refuse/")
    assert page.status_code == 409
    with translation.override("vi"):
        assert str(StalePage()) in page.text


def test_a_strangers_words_stay_inside(reader):
    page = reader.get("/forbid/")
    assert page.status_code == 403
    assert "secret" not in page.text


def test_an_unknown_address(reader):
    page = reader.get("/nowhere/?q=<script>")
    assert page.status_code == 404
    assert HEADLINES[404][0] in page.text
    assert "<script>" not in page.text
    assert 'role="search"' in page.text


def test_a_pause_says_when_to_come_back(reader):
    assert reader.get("/status/503/")["Retry-After"] == "30"


def test_the_brake_of_allauth_has_our_page(rf, little_site, settings):
    """allauth draws 429.html by itself, knowing nothing of incidents."""
    settings.PORTAL_DEMO = False
    request = rf.get("/accounts/login/")
    request.user = AnonymousUser()
    with translation.override("vi"):
        page = render_to_string("429.html", request=request)
    assert HEADLINES[429][0] in page
    assert "mã sự cố" not in page


def test_the_lock_of_axes_has_our_page(rf, little_site, settings):
    request = rf.post("/accounts/login/")
    request.user = AnonymousUser()
    settings.PORTAL_DEMO = False
    page = error_pages.locked_out(request, credentials={"username": "048190000001"})
    assert page.status_code == 429
    assert HEADLINES[429][0] in page.text
    assert "048190000001" not in page.text


def test_the_address_of_a_button(rf, little_site, settings):
    settings.PORTAL_DEMO = False
    request = rf.get("/receive/")
    request.user = AnonymousUser()
    page = error_pages.method_not_allowed(request)
    assert page.status_code == 405
    assert HEADLINES[405][0] in page.text


class TestStaleForm:
    """A form posted with a token from before a sign-in, a sign-out or a change of person."""

    OURS = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}

    @pytest.fixture
    def careful(self, little_site, settings):
        settings.PORTAL_DEMO = False
        return Client(enforce_csrf_checks=True)

    def test_keeps_what_was_typed(self, careful):
        page = careful.post(
            "/receive/?step=2",
            {"name": 'Mai "Hoa"', "wish": ["a", "b"], "password1": "motcua"},
            headers=self.OURS,
        )
        assert page.status_code == 403
        assert "Biểu mẫu này mở đã lâu" in page.text
        assert 'name="name" value="Mai &quot;Hoa&quot;"' in page.text
        assert page.text.count('name="wish"') == 2
        assert "motcua" not in page.text
        assert 'action="/receive/?step=2"' in page.text

        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        again = careful.post(
            "/receive/?step=2",
            {"name": "Mai", "csrfmiddlewaretoken": token},
            headers=self.OURS,
        )
        assert again.text == "received"

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
            {"origin": "http://testserver"},
            {"origin": "http://testserver", "sec-fetch-site": "same-site"},
        ],
    )
    def test_a_foreign_form_gets_no_second_chance(self, careful, headers):
        page = careful.post("/receive/", {"name": "Mai"}, headers=headers)
        assert page.status_code == 403
        assert "Mai" not in page.text
        assert 'action="/receive/' not in page.text

    def test_a_broken_form_is_no_bug(self, careful):
        page = careful.generic(
            "POST",
            "/receive/",
            "--x\r\nbroken",
            content_type="multipart/form-data; boundary=",
            headers=self.OURS,
        )
        assert page.status_code in (400, 403)
        assert "Mô phỏng" in page.text

    def test_files_are_asked_for_again(self, careful):
        page = careful.post(
            "/receive/",
            {"name": "Mai", "scan": SimpleUploadedFile("a.pdf", b"%PDF")},
            headers=self.OURS,
        )
        assert "Các tệp phải chọn lại." in page.text


def test_the_way_back_leaves_out_foreign_pages(reader):
    """A page shown in answer to a form leads back to where the form was, never off the portal."""
    for referrer, back in (
        ("http://testserver/?page=2", 'href="/?page=2"'),
        ("https://elsewhere.example/x", 'href="/status/409/"'),
    ):
        page = reader.post("/status/409/", headers={"referer": referrer}).text
        assert back in page
        assert "elsewhere" not in page
