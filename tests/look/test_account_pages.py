"""The pages and letters of allauth, in our look and both languages."""

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.core import mail
from django.urls import reverse

from tests.accounts.factories import EmailAddressFactory, UserFactory

PASSWORD = "hoa-sen-tren-song-22"
CLOSED_KEY = "MQ:1oXXXX:not-signed-by-us"

pytestmark = pytest.mark.django_db

FOR_ANYBODY = {
    "account_login": "Đăng nhập",
    "account_signup": "Đăng ký tài khoản",
    "account_reset_password": "Quên mật khẩu",
    "account_reset_password_done": "Xem hộp thư điện tử",
    "account_reset_password_from_key_done": "Đã lưu mật khẩu mới",
    "account_email_verification_sent": "Mở đường dẫn trong thư điện tử",
    "account_inactive": "Tài khoản này đã đóng",
}
SIGNED_IN = {
    "account_email": "Địa chỉ thư điện tử",
    "account_change_password": "Đổi mật khẩu",
    "account_logout": "Đăng xuất khỏi Một Cửa?",
    "account_reauthenticate": "Xác nhận đúng là ông/bà",
}


@pytest.fixture
def person():
    person = UserFactory(email="mai@vidu.example", password=PASSWORD)
    EmailAddressFactory(user=person)
    return person


@pytest.fixture
def signed_in(reader, person):
    reader.force_login(person)
    return reader


def heading(page):
    return re.sub(r"\s+", " ", re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)[1]).strip()


@pytest.mark.parametrize("name", FOR_ANYBODY)
def test_pages_for_anybody(reader, name):
    page = reader.get(reverse(name))
    assert page.status_code == 200
    assert heading(page) == FOR_ANYBODY[name]
    assert 'class="portal' in page.text


@pytest.mark.parametrize("name", SIGNED_IN)
def test_pages_of_an_account(signed_in, name):
    page = signed_in.get(reverse(name))
    assert page.status_code == 200
    assert heading(page) == SIGNED_IN[name]


@pytest.mark.parametrize("name", [*FOR_ANYBODY, "account_signup"])
def test_english_has_no_vietnamese_left(in_english, name):
    page = in_english.get(reverse(name)).text
    words = re.sub(r"<[^>]+>", " ", page).replace("Tiếng Việt", "").replace("Một Cửa", "")
    assert not re.search(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", words.lower())


def test_a_wrong_password_is_said_in_vietnamese(reader, person):
    page = reader.post(
        reverse("account_login"), {"login": person.username, "password": "wrong-one-22"}
    )
    assert "<title>Có lỗi:" in page.text
    assert "Có lỗi: 1 chỗ cần sửa" in page.text
    assert "Số căn cước hoặc mật khẩu không đúng." in page.text


def test_sign_in_names_both_ways(reader):
    page = reader.get(reverse("account_login")).text
    assert "Thư điện tử hoặc số căn cước công dân</label>" in page
    assert "Quên mật khẩu?" in page
    assert "placeholder" not in page


def test_signing_up_wrongly_keeps_what_was_typed(reader):
    page = reader.post(
        reverse("account_signup"),
        {"email": "mai@vidu.example", "password1": "12345", "password2": "123456"},
    )
    assert 'value="mai@vidu.example"' in page.text
    assert "Mật khẩu quá ngắn, cần ít nhất 10 ký tự." in page.text
    assert "12345" not in page.text


class TestEmailConfirmation:
    def test_asks(self, reader, person):
        unconfirmed = EmailAddress.objects.create(user=person, email="moi@vidu.example")
        page = reader.get(
            reverse("account_confirm_email", args=[EmailConfirmationHMAC.create(unconfirmed).key])
        )
        assert heading(page) == "Xác nhận địa chỉ thư điện tử"
        assert "<strong>moi@vidu.example</strong>" in page.text

    def test_old_links(self, reader):
        page = reader.get(reverse("account_confirm_email", args=[CLOSED_KEY]))
        assert heading(page) == "Đường dẫn này không còn dùng được"


def test_an_old_link_for_a_password(reader):
    page = reader.get(
        reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "old-key"})
    )
    assert heading(page) == "Đường dẫn này không còn dùng được"
    assert reverse("account_reset_password") in page.text


class TestLetters:
    """Subject and text of each letter; allauth decides when they are sent."""

    @pytest.fixture(autouse=True)
    def into_memory(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        settings.CELERY_TASK_ALWAYS_EAGER = True

    def ask_for_password(self, client, address):
        client.post(reverse("account_reset_password"), {"email": address})
        (letter,) = mail.outbox
        return letter

    def test_a_new_password(self, reader, person):
        letter = self.ask_for_password(reader, person.email)
        assert letter.subject.endswith("Chọn mật khẩu mới")
        assert letter.body.startswith("Kính gửi ông/bà,")
        assert "http://testserver/accounts/password/reset/key/" in letter.body
        assert "không có giá trị pháp lý" in letter.body

    def test_in_english(self, in_english, person):
        letter = self.ask_for_password(in_english, person.email)
        assert letter.subject.endswith("Choose a new password")
        assert "Dear Sir or Madam," in letter.body

    def test_the_link_works(self, reader, person):
        letter = self.ask_for_password(reader, person.email)
        link = re.search(r"http://testserver(\S+)", letter.body)[1]
        page = reader.get(link, follow=True)
        assert heading(page) == "Chọn mật khẩu mới"
        form = page.redirect_chain[-1][0]
        done = reader.post(form, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
        assert heading(done) == "Đã lưu mật khẩu mới"

    def test_nobody_of_this_address(self, reader):
        letter = self.ask_for_password(reader, "ai@vidu.example")
        assert "Không có tài khoản nào dùng địa chỉ này." in letter.body
        assert "http://testserver/accounts/signup/" in letter.body

    def test_confirming_an_address(self, signed_in):
        signed_in.post(reverse("account_email"), {"action_add": "", "email": "moi@vidu.example"})
        if not mail.outbox:  # allauth first asks who is there
            signed_in.post(reverse("account_reauthenticate"), {"password": PASSWORD})
            signed_in.post(
                reverse("account_email"), {"action_add": "", "email": "moi@vidu.example"}
            )
        (letter,) = mail.outbox
        assert letter.subject.endswith("Xác nhận địa chỉ thư điện tử")
        assert "http://testserver/accounts/confirm-email/" in letter.body


def test_letters_have_a_subject_and_a_text():
    folder = settings.BASE_DIR / "templates" / "account" / "email"
    names = {path.name.rsplit("_", 1)[0] for path in folder.glob("*_*.txt")} - {"base"}
    for name in names:
        for part in ("subject", "message"):
            assert (folder / f"{name}_{part}.txt").exists(), f"{name}_{part}"
