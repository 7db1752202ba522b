"""Figures on the pages of other rooms: that of a service, and the desk's “my unit”."""

from html import unescape

from django.urls import reverse
from django.utils import translation

from portal import clock
from portal.catalogue.reasons import load_reasons
from portal.metrics import on_demand, on_service_page
from portal.metrics.durations import in_words
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import unit_officer
from tests.metrics import stories


def test_the_page_of_a_service_says_how_long_it_took(client, land, monkeypatch):
    load_reasons()
    monkeypatch.setattr(stories, "WHY", "blurred")
    stories.october(land)
    address = reverse("catalogue:service", args=[land.full.service.code])
    page = unescape(client.get(address).content.decode())
    assert "Chưa đủ hồ sơ: dưới 30 hồ sơ" in page

    monkeypatch.setattr(on_demand, "ENOUGH", 6)
    page = " ".join(unescape(client.get(address).content.decode()).split())
    # Three in August (in hand 2, 3 days 3 hours 30 minutes, 4 days), three in October (2, 2, 7 days; one waited 1 day).
    assert "Một nửa số hồ sơ mất nhiều nhất</dt><dd>2 ngày làm việc</dd>" in page
    assert "Chín trên mười hồ sơ mất nhiều nhất</dt><dd>7 ngày làm việc</dd>" in page
    assert "Chờ người nộp, chín trên mười hồ sơ nhiều nhất</dt><dd>1 ngày làm việc</dd>" in page
    assert '<data value="5">5</data>' in page
    assert "(1)" in page.split("Vì sao hồ sơ bị trả lại")[1]


def test_it_takes_two_queries(rf, land, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(on_demand, "ENOUGH", 1)
    with clock.one_reading(), django_assert_num_queries(3):  # the clock, times, reasons
        assert "table" not in on_service_page.times(rf.get("/"), service=land.full.service)


def test_my_unit_shows_the_month_of_where_one_sits(client, land):
    stories.october(land)
    stories.clock_at("2022-10-31 09:00")
    client.force_login(unit_officer(land.full.unit))
    assert reverse("metrics:my_unit") in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("metrics:my_unit"))
    shown = {figure.metric.code: figure for figure in page.context["figures"]}
    assert shown["dossiers-filed"].reading.numerator == 8
    assert shown["dossiers-open"].reading.numerator == 8
    for figure in page.context["figures"]:
        found = client.get(figure.numerator_url).context["page"].paginator.count
        assert found == figure.reading.numerator, figure.metric.code
    assert client.get(reverse("metrics:my_unit") + "?place=H99").status_code == 404
    client.force_login(UserFactory())
    assert client.get(reverse("metrics:my_unit")).status_code in (302, 403)


def test_working_time_in_words():
    with translation.override("vi"):
        assert [in_words(minutes) for minutes in (0, 45, 60, 480, 1530)] == [
            "không mất thời gian",
            "45 phút",
            "1 giờ",
            "1 ngày làm việc",
            "3 ngày làm việc 1 giờ",
        ]
