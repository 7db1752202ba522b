import pytest
from django.urls import reverse

from tests.accounts.factories import OfficialFactory, UserFactory

STRIP = "Mô phỏng — không phải cổng chính thức"


def test_the_strip_comes_first(reader):
    page = reader.get("/").text
    assert STRIP in page
    assert page.index(STRIP) < page.index("<header")
    assert page.index("Đến nội dung chính") < page.index("<header")


def test_no_demo_bar_outside_a_demo(reader):
    page = reader.get("/").text
    assert "<details" not in page[: page.index("<header")]
    assert reverse("demo:clock") not in page


@pytest.mark.django_db
def test_no_demo_bar_where_the_clock_is_real(client, little_site, settings, monkeypatch):
    """Settings say demo, the database does not."""
    settings.PORTAL_DEMO = True
    monkeypatch.setattr("portal.page._seen_demo_row", False)
    assert reverse("demo:clock") not in client.get("/").text


@pytest.mark.django_db
def test_the_demo_bar(client, in_a_demo):
    page = client.get("/?page=2").text
    assert "Vai: Nguyễn Thị Mai" in page
    assert 'name="persona" value="hoa" aria-pressed="false"' in page
    assert 'name="persona" value="mai" aria-pressed="true"' in page
    assert 'name="step" value="week"' in page
    assert page.count('name="next" value="/?page=2"') == 4  # people, clock, two language buttons
    assert reverse("demo:mail") in page


def test_the_frame_asks_nothing_of_the_database(reader, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert reader.get("/").status_code == 200


@pytest.mark.parametrize(
    ("path", "entry"),
    [("/services/", "Dịch vụ công"), ("/dossiers/", "Hồ sơ của tôi"), ("/metrics/", "Số liệu")],
)
def test_the_menu_says_where_one_is(reader, path, entry):
    assert f'aria-current="true">{entry}</a>' in reader.get(path).text


@pytest.mark.django_db
class TestSignedIn:
    def test_a_citizen_sees_a_name_and_a_way_out(self, reader):
        reader.force_login(UserFactory(full_name="Nguyễn Thị Mai"))
        page = reader.get("/").text
        assert "Nguyễn Thị Mai" in page
        assert f'method="post" action="{reverse("account_logout")}"' in page
        assert "Bàn làm việc" not in page

    def test_an_official_sees_the_desk(self, reader):
        reader.force_login(OfficialFactory(role="auditor"))
        assert "Bàn làm việc" in reader.get("/").text


def test_a_page_with_errors_says_so_in_its_title(reader):
    assert "<title>Có lỗi: Mẫu — Một Cửa (mô phỏng)</title>" in reader.get("/?bad=1").text
    assert "<title>Mẫu — Một Cửa (mô phỏng)</title>" in reader.get("/").text


def test_messages_are_notices(reader):
    page = reader.get("/?said=1").text
    assert '<div class="notice notice--done" role="status"><p>Đã lưu.</p></div>' in page
    assert '<div class="notice notice--error" role="alert"><p>Không lưu được tệp.</p></div>' in page


def test_htmx_only_where_asked(reader):
    assert "htmx-2.min" in reader.get("/").text
    assert "htmx" not in reader.get("/nowhere/").text
